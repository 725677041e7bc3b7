/*
 * folder: making a folder, and going through what is in one.
 *
 *     struct folder folder = {0};
 *     for (const char *name; (name = folder_next(&folder, "results"));)
 *         puts(name);
 *     if (folder_close(&folder, "results", &err)) ...
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>

struct str;

/* One that is there is no error. With all folders above it; alone: those must be there. */
int folder_make(const char *path, struct err *err);
int folder_make_alone(const char *path, struct err *err);

/* The folder that a path lies in, by its text alone: "." where there is no slash in it. */
void folder_of(const char *path, struct str *ret_folder);

/* {0}, at the beginning. */
struct folder {
    void *entries; /* a DIR */
    int reason;    /* errno of what ended it; 0: nothing did */
};
/* The next name in it, in no order, and neither "." nor ".."; NULL after the last, and where the
 * folder cannot be read. The name lives until the next call. */
const char *folder_next(struct folder *folder, const char *path);
/* Whenever one likes. -1: the folder is there and could not be read. err may be NULL. */
int folder_close(struct folder *folder, const char *path, struct err *err);

/* Removes the files in it, and it; one that is not there is gone already. -1: it stays, with what
 * could not be removed. */
int folder_remove(const char *path, struct err *err);
