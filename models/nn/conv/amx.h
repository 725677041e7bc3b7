/*
 * amx: what the two files of the convolution on matrix registers share: amx.c (the contract, and
 * what a convolution's steps are) and amx_run.c (which copies and multiplies).
 */
#pragma once

#include "models/nn/conv/conv.h"

enum {
    AMX_TILE = 16, /* rows of a tile; float32 of a row */
    AMX_ROW = 32,  /* bfloat16 of a row */
    AMX_STRIDE_MAX = 4,
    AMX_PHASES_MAX = AMX_STRIDE_MAX * AMX_STRIDE_MAX,
};

/* Where the values of pictures lie: shape.h, in blocks of 16 channels, of which the last may have
   fewer. Distances in values. */
struct amx_layout {
    struct nn_shape shape;
    size_t blocks;
    size_t picture, block, pixel;
};

/*
 * A tile of pixels times one of weights. A row of pixels has two halves of 16 channels: two blocks
 * of one tap, or one block of two taps side by side.
 */
struct amx_step {
    size_t at; /* of the tile of positions 0 to 15: index in the copy */
    struct amx_half {
        int tap; /* -1: none, zeros */
        size_t block;
    } half[2];
};

/* The results of a phase. */
struct amx_job {
    int y, x;            /* the phase: its first pixel */
    size_t first, count; /* steps */
};

struct amx {
    enum conv_direction direction;
    struct amx_layout from, to; /* what is copied, and what is made; for weights x and dy */
    int step, spread;           /* strides of what is read, and of what is made: one of them is 1 */
    int rows, columns;          /* results of a phase */
    int seen_rows, seen_columns; /* pixels of a phase that windows reach */
    size_t pitch, picture;       /* positions from line to line, from picture to picture */
    size_t before;               /* positions before the first */
    size_t positions;            /* in all: a chunk's, and its borders */
    size_t chunk;                /* pictures; for weights, pairs of them */
    size_t lanes, blocks;        /* values of a position in the copy; blocks of so many channels */
    bool used[AMX_PHASES_MAX];   /* phases of what is read that some tap sees */
    struct amx_job jobs[AMX_PHASES_MAX];
    size_t job_count, step_count;
    struct amx_step *steps; /* for weights: of each tap and block */
};

/* Floats of scratch memory. */
size_t amx_scratch(const struct amx *s);
void amx_forward(const struct conv_call *call);
void amx_backward_data(const struct conv_call *call);
void amx_backward_weights(const struct conv_call *call);
