/*
 * class_gradients: the last-layer gradients of one class's samples, in their two factors.
 *
 *     g_i = d_i (x) f_i      d_i = p_i - e_yi [classes],  f_i = [phi_i ; 1] [feature_count + 1]
 *     <g_i, g_j> = (d_i . d_j) (f_i . f_j)
 *     <g_i, V>   = d_i^T V f_i                 for a matrix V [classes][feature_count + 1]
 *
 * No g is ever written down: with 512 features and 10 classes it would be ten times f.
 */
#pragma once

#include "pruners/math/errors.h"

enum {
    CLASS_GRADIENTS_ALL = -1,   /* in place of a label: the samples of every class */
    CLASS_GRADIENTS_BLOCK = 64, /* samples that are worked on together */
};

/* Row i is the i-th of the class's samples, by rising index. */
struct class_gradients {
    int label; /* or CLASS_GRADIENTS_ALL */
    size_t n, classes;
    size_t width;      /* feature_count + 1 */
    uint32_t *members; /* [n] its index in the split */
    float *errors;     /* [n][classes] d */
    float *features;   /* [n][width] f */
    double *norms;     /* [n] ||g|| */
    double *scratch;   /* [CLASS_GRADIENTS_BLOCK][classes + width] */
};

/* Copies those of the label; n may come out as 0. */
void class_gradients_init(struct class_gradients *ret_gradients, struct last_layer samples,
                          int label);
void class_gradients_release(struct class_gradients *gradients);

/* Makes every g of length 1, so that products are cosines. One that is 0 stays 0. */
void class_gradients_normalise(struct class_gradients *gradients);

/* ret_dots[count]: <g_i, V> of the rows which[count] (NULL: the first `count`); summed in double.
 */
void class_gradients_dot(struct class_gradients *gradients, const double *v, const uint32_t *which,
                         size_t count, double *ret_dots);
/* V += scale * the sum of the g of which[count] (NULL: the first `count`); summed in double. */
void class_gradients_add(struct class_gradients *gradients, const uint32_t *which, size_t count,
                         double scale, double *v);
/* ret_products[count][ld]: <g_i, g_j> of the rows i = which[count] with j = from..n-1; those
   columns are written and no others. */
void class_gradients_products(const struct class_gradients *gradients, const uint32_t *which,
                              size_t count, size_t from, float *ret_products, size_t ld);
