/*
 * zip: the members of a zip archive, read as files are (loader.h).
 *
 *     struct zip zip;
 *     struct loader_file file;
 *     if (zip_open("a.npz", &zip, err) || zip_member(&zip, "labels.npy", &file, err)) ...
 *
 * Where members lie and how long they are is taken from the central directory at the archive's end:
 * what stands before a member may leave its sizes out, or have them in 64 bits, as the program
 * liked that wrote it. Members are stored or deflated; their checksums are compared when they have
 * been read to their end.
 *
 * Limits: one volume, no encryption.
 */
#pragma once

#include "harness/data/loader.h"

struct zip {
    const char *path; /* as given */
    int file;
    uint64_t size;
    uint8_t *directory; /* [directory_size] */
    size_t directory_size;
};

/* Nothing to close on failure. */
int zip_open(const char *path, struct zip *ret_zip, struct err *err);
void zip_close(struct zip *zip);
/* Adds the names of its members: "a, b, c". */
void zip_add_names(const struct zip *zip, struct str *ret_text);
bool zip_has(const struct zip *zip, const char *name);
/* Opens it; its path is "ARCHIVE: NAME", its guess its size, which it has indeed or is refused. The
 * archive stays open longer than it. */
int zip_member(const struct zip *zip, const char *name, struct loader_file *ret_file,
               struct err *err);
