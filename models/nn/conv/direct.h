/*
 * direct: the two inner loops of the direct convolution (direct.c). Private to models/nn/conv.
 */
#pragma once

#include "models/nn/num/shape.h"
#include "models/nn/num/type.h"

#include <stdbool.h>

/* Side by side. With short registers one and many columns are better than two and few. */
#ifdef __aarch64__
enum { DIRECT_VECTORS_MAX = 1 };
#else
enum { DIRECT_VECTORS_MAX = 4 };
#endif

/*
 * y[row][column][vectors][16] = or += sum of window(row, column) * w[window][vectors][16] + bias,
 * for a picture. A window is blocks x lines x run floats of x, a run being contiguous. Distances
 * are in floats (of y: in values).
 */
struct direct_sums {
    int rows, columns;
    int vectors; /* 1, 2 or 4: DIRECT_VECTORS_MAX at most */
    int blocks, lines, run;
    size_t x_block, x_line;           /* within a window */
    size_t x_row, x_column;           /* from window to window */
    size_t y_row, y_column, y_vector; /* from output to output */
    enum nn_type y_type;
    bool add; /* y += */
};

/*
 * bias: [vectors][16]. Rows and columns are stored in ascending order, and with add read and stored
 * one after the other: outputs may overlap (y_column < 16).
 */
void direct_sums(const struct direct_sums *s, void *y, const float *x, const float *w,
                 const float *bias);

/*
 * dw[line][run][16] += sum over pictures, rows and columns of window(row, column) * dy[16]; a
 * window is lines x run floats of x.
 */
struct direct_products {
    int pictures, rows, columns;
    int lines, run;
    size_t x_line;
    size_t x_picture, x_row, x_column;
    size_t dy_picture, dy_column; /* [picture][row][column], vectors may overlap */
};

void direct_products(const struct direct_products *p, float *dw, const float *x, const float *dy);
