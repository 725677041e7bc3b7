/*
 * recording: the small trained network of tests/golden/pruners/network.json, made and described by
 * network.py beside it. A rehearsal plays it to a pruner instead of made-up numbers.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recording {
    json_t *json;
    size_t n, validation_n, feature_count;
    int classes, runs, epochs;
    uint16_t *labels, *validation_labels; /* [n], [validation_n] */
};

/* Ends the test where the file cannot be read. */
void recording_load(struct recording *ret_recording);
void recording_release(struct recording *recording);

/*
 * The numbers of one array, row by row, into ret[count]. name as in the file; epoch: completed
 * ones, 0 to epochs for a pass, 1 to epochs for training.
 */
void recording_read(const struct recording *recording, int run, int epoch, bool training,
                    const char *name, size_t count, float *ret);
/* ret[i] = element i of a JSON array of numbers, nested or not; its length must be count. */
void recording_numbers(const json_t *array, size_t count, float *ret);
