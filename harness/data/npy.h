/*
 * npy: an array as numpy.save() writes it (npy.c).
 */
#pragma once

#include "harness/data/array.h"

/* Whether what was opened is one. */
bool npy_begins(const struct loader_file *file);
/* Reads a file, or a member of an archive, that was opened, and takes its bytes and path over. The
 * caller releases both, also on failure. */
int npy_read(struct loader_file *file, struct array *ret_array, struct err *err);
