/*
 * conv: the contract of an implementation of the convolution. Private to models/nn.
 *
 * An implementation is one file and one line in convs.def. For each direction of each convolution
 * those that accept (shape, precision, this CPU) are put in order, the fastest by its own account
 * first, and the first that can be opened is taken, once, when the network is planned (conv2d.c).
 * The order follows from shape, precision and CPU alone and not from a trial run, so that a cell
 * computes the same bits every time. The naive one accepts everything and is always last.
 *
 * Arrays lie as shape.h says. All implementations compute the same sums, in an order of their own:
 * they agree to rounding, and each gives the same bits for the same call. Where precision is
 * bfloat16, both operands of every product of the definition are rounded to bfloat16 first
 * (weights, and x or dy where it is float32), and sums are float32.
 */
#pragma once

#include "models/nn/num/shape.h"
#include "models/nn/num/type.h"

#include <stdbool.h>

enum conv_direction { CONV_FORWARD, CONV_BACKWARD_DATA, CONV_BACKWARD_WEIGHTS, CONV_DIRECTIONS };

static const double CONV_UNMEASURED = 0.1;

/* What is to be computed. */
struct conv {
    int n; /* images, at most: arrays have room for so many */
    struct nn_shape in, out;
    int kernel, stride, pad;     /* square kernel, zero padding */
    enum nn_type x_type, y_type; /* of x and dx; of y and dy */
    enum nn_type precision;      /* of the products' operands */
};

/* One pass over images 0..n-1. Only what the direction needs is there. x, y, dy, dx and scratch are
   64-byte aligned; parameters and their gradients start anywhere. */
struct conv_call {
    const struct conv *conv;
    const void *state; /* as open() made it */
    int n;             /* 0 <= n <= conv->n */
    /*
     * Images n..rows() - 1 of x, y, dx and dy may be read and overwritten: an implementation that
     * fills up to a size of its kernels (oneDNN) may set those of its inputs to 0.
     */
    void *x;           /* [n][in], x_type */
    void *y;           /* [n][out], y_type: = x * w + bias */
    void *dy;          /* [n][out], y_type */
    void *dx;          /* [n][in], x_type: = or += dy * w, transposed */
    bool add;          /* dx += */
    const float *w;    /* [out.c][kernel][kernel][in.c] */
    const float *bias; /* [out.c] or NULL */
    float *dw;         /* like w: += sum of dy * x */
    float *scratch;    /* [scratch()], undefined before */
};

struct conv_impl {
    const char *name; /* as `engine: {conv: NAME}` and the attempt's record write it */
    /* MAY, default: everything. Whether run[direction] can do it here: shape, types, CPU. */
    bool (*accepts)(const struct conv *conv, enum conv_direction direction);
    /*
     * MUST. Nominal operations a second to expect (conv_flops), as a share of what a core can do in
     * float32 multiply-adds: from measurements, rounded; only their order counts. Asked of what was
     * accepted. On a kind of CPU where nobody measured, CONV_UNMEASURED: im2col, which stands on
     * BLAS, goes first.
     */
    double (*speed)(const struct conv *conv, enum conv_direction direction);
    /*
     * MAY. Makes what run needs again and again (read-only then, or behind a lock: several threads
     * use it at once), freed by close. NULL: could not be made, the next in order is asked.
     */
    void *(*open)(const struct conv *conv, enum conv_direction direction);
    void (*close)(void *state);
    /* MAY, default: 0. Floats of scratch memory for conv->n images. */
    size_t (*scratch)(const struct conv *conv, enum conv_direction direction, const void *state);
    /*
     * MAY, default: n. Images that run computes where it is asked for n <= conv->n, those that fill
     * up its kernels included: not many more, as they are paid for.
     */
    int (*rows)(const struct conv *conv, const void *state, int n);
    /* MUST, for the directions that it accepts. */
    void (*run[CONV_DIRECTIONS])(const struct conv_call *call);
    /* MAY, default: NULL, it is there. Why this build has it in name only, with no functions. */
    const char *missing;
    /* MAY, default: name. More exactly what runs, for records ("onednn jit_wino_4x3"). */
    const char *(*detail)(const struct conv *conv, enum conv_direction direction,
                          const void *state);
};

/* The registry (convs.def), in its order; NULL at the end. */
const struct conv_impl *conv_impl_at(size_t i);
const struct conv_impl *conv_impl_find(const char *name);
/* Whether it is there, and accepts. */
bool conv_accepts(const struct conv_impl *impl, const struct conv *conv,
                  enum conv_direction direction);

/* One implementation, ready for one convolution. */
struct conv_choice {
    const struct conv_impl *impl;
    void *state;
};

/* `forced` (NULL: none) if it accepts, else the fastest. */
struct conv_choice conv_choose(const struct conv *conv, enum conv_direction direction,
                               const struct conv_impl *forced);
void conv_choice_release(struct conv_choice *choice);
size_t conv_scratch(const struct conv *conv, enum conv_direction direction,
                    const struct conv_choice *choice);
int conv_rows(const struct conv *conv, const struct conv_choice *choice, int n);
const char *conv_detail(const struct conv *conv, enum conv_direction direction,
                        const struct conv_choice *choice);

/* Nominal floating-point operations of one direction for one image. */
double conv_flops(const struct conv *conv);
