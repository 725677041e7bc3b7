/*
 * array: pictures and labels in arrays of up to four dimensions, as IDX and NumPy files have them.
 *
 * Pictures are unsigned bytes: n x height x width (grey), n x height x width x channels, or, where
 * the second dimension alone can be channels, n x channels x height x width. Labels are whole
 * numbers of any size, n or n x 1. They count from 0, or from 1 where none is 0, as EMNIST's
 * letters do; the highest says how many classes there are.
 *
 * Worked example: MedMNIST's train_images of shape (11959, 28, 28, 3) and train_labels of shape
 * (11959, 1) with 0 to 7: 11,959 pictures of 28 x 28 x 3 in 8 classes.
 */
#pragma once

#include "harness/data/loader.h"

enum { ARRAY_DIMS = 4 };

struct array {
    struct str path;          /* where it is, for messages */
    char kind;                /* of an element: 'u' unsigned, 'i' signed, 'f' fraction, 'b' truth */
    size_t item;              /* its bytes */
    bool big_endian, columns; /* columns: the first dimension varies fastest (Fortran) */
    int rank;
    size_t dims[ARRAY_DIMS]; /* [rank] */
    uint8_t *bytes;          /* mem_alloc'ed; elements begin at `start` */
    size_t start;
    size_t label_columns; /* of labels; MAY be more than 1, of which the first is the label */
    bool transposed;      /* of pictures: their columns are stored as rows */
};

/* Bytes of an array. */
#define ARRAY_LARGEST (1LL << 32)

/* Elements; more than ARRAY_LARGEST where their number overflows. */
size_t array_count(const struct array *array);
void array_release(struct array *arrays, size_t count);

struct array_classes {
    int count, lowest;
};

enum array_part { TRAIN_PICTURES, TRAIN_LABELS, TEST_PICTURES, TEST_LABELS, ARRAY_PARTS };

/*
 * Makes a dataset's shape, classes and splits of them; takes over the pictures' memory where they
 * lie as wanted. classes: as known; NULL: as the labels say. Errors name the array, what was
 * expected and what was found.
 */
int array_load(struct array parts[ARRAY_PARTS], const struct array_classes *classes,
               struct dataset *data, struct err *err);
/* One label for each of n pictures, which are called `pictures` in errors. */
int array_labels(const struct array *array, size_t n, const char *pictures,
                 const struct array_classes *classes, uint16_t *ret_labels, struct err *err);
/* -1, with what was expected, with its remedy where that is not apart, and what was found. */
int array_refuse_shape(const struct array *array, const char *expected, struct err *err);
int array_refuse_element(const struct array *array, const char *expected, const char *remedy,
                         struct err *err);
