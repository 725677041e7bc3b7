/*
 * unpack: the files of an archive (tar, zip; gzipped or not) that a dataset wants.
 */
#pragma once

#include "harness/data/data.h"

/*
 * Writes them into the folder, under the last part of their names. All must be in it, with the
 * checksums that are known; otherwise none is written.
 */
int unpack(const char *archive, const struct origin_file *members, const char *folder,
           struct err *err);
