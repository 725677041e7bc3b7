/*
 * idx: pictures and labels in IDX files (idx.c), for each dataset that comes so.
 */
#pragma once

#include "harness/data/array.h"

enum { IDX_KNOWN = 10 };

/* Pictures of 28 x 28, one channel. */
struct idx_set {
    /* First, so that idx_load() finds the rest by it. files: pictures and labels for training, then
     * for testing. */
    struct loader_layout layout;
    const char *name;
    const char *const *class_names; /* [classes] */
    int classes;
    int lowest;      /* label in the files; 0 in memory */
    bool transposed; /* in the files: a column after the other */
    bool known;      /* how the published training labels begin: */
    uint16_t first_labels[IDX_KNOWN];
};

/* The `load` of a dataset_type whose layout is the head of a struct idx_set. */
int idx_load(const void *options, const char *folder, struct dataset *data, struct err *err);

/* One file, whatever the size and type of its elements. The caller releases it, also on failure. */
int idx_read(const char *folder, const char *name, struct array *ret_array, struct err *err);
