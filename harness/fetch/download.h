/*
 * download: one file over HTTP, whole and right or not at all.
 *
 * The bytes go into PATH.part. Where a part of the same address lies there, only the rest is asked
 * for, if the file has not changed since (If-Range). A connection that is cut off is taken up again
 * as long as each try brings something; one that stalls is not. A file with another checksum than
 * the one expected is removed; if it was put together of two answers, it is loaded anew once.
 *
 * Worked example: 4 of 10 MB came before Ctrl-C. train.gz.part has them; train.gz.part.from has the
 * address and, say, the ETag "9a1". Asked for bytes=4000000- if it still has that, the server gives
 * the other 6 with status 206, or all 10 with status 200, which start from nothing.
 */
#pragma once

#include "harness/fetch/fetch.h"

struct download {
    const char *address, *path, *sum;
    const char *name; /* for the watch */
    double stall;
    const struct fetch_watch *watch;
    /* What becomes of the part once it is right; then, unless that failed, it is removed. */
    int (*use)(const void *context, const char *part, struct err *err);
    const void *context;
};

/* Errors name first the address, or the file that could not be written. */
int download(const struct download *what, struct err *err);
