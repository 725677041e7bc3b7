/*
 * embeddings: what a network elsewhere makes of the samples (CLIP, DINO, ...), for pruners that go
 * by features (cell_embeds).
 *
 * The file is an array of NumPy's, n x width, float32 or float64, a row for each sample of the
 * training file in its order. Where a pruner wants nothing else no proxy is trained; what the file
 * cost is in nobody's books.
 */
#pragma once

#include "harness/data/data.h"

/* Of the training split, [data->train.n][*ret_width]; the caller frees it. */
int embeddings_read(const char *path, const struct dataset *data, float **ret_rows,
                    size_t *ret_width, struct err *err);
