/*
 * whiten: initial weights of a first convolution that decorrelate the pixels of its window. Private
 * to models.
 *
 * With v_i and e_i the eigenvectors and eigenvalues, the largest first, of the mean of p p^T over
 * the windows p of all pictures (not centred), the filters are
 *
 *     v_i / sqrt(e_i + 5e-4), then the same with the other sign
 *
 * so that each gives numbers whose mean square is 1, or nearly where e_i is small (Jordan 2024,
 * arXiv 2404.00498, after Page 2019). An eigenvector's sign is free: the largest of its entries is
 * positive here, the first where several are.
 */
#pragma once

#include "models/nn/nn.h"

#include <stddef.h>

/* Filters of a window of kernel x kernel pixels. */
int whiten_filters(struct nn_shape picture, int kernel);
/* weights [whiten_filters][kernel][kernel][c], as nn_conv2d has them; pictures [n][h][w][c]. */
void whiten(float *weights, const float *pictures, size_t n, struct nn_shape picture, int kernel);
