/*
 * given: training labels that somebody made elsewhere, in the place of the dataset's own.
 *
 * A file has one for each sample of the training file, in its order: a text with a whole number in
 * each line, or an array of NumPy's, n or n x 1 (CIFAR-10N's noise of people, one's own). It is
 * gzipped or not, and is looked for as a dataset's path is (dataset_find_path).
 */
#pragma once

#include "harness/data/data.h"

/* Of data->train_file_n samples, below data->classes. The caller frees *ret_labels. */
int given_read(const struct dataset *data, const char *name, const char *const *dirs,
               uint16_t **ret_labels, struct err *err);
/* Changes the labels of a split by its origins, and records what differs as flipped. */
void given_apply(const uint16_t *labels, struct split *split);
