/*
 * implicit: what the files of the convolution by implicit matrix products share: implicit.c (the
 * contract, and what a convolution's steps are), implicit_run.c (copies and results), and those
 * that multiply: implicit_dots.c, implicit_tiles.c.
 *
 * A lane is two bfloat16, or a float32. All distances are in lanes unless said otherwise.
 */
#pragma once

#include "models/nn/conv/conv.h"

enum {
    IMPLICIT_LANES = 16, /* of a row; rows of a tile */
    IMPLICIT_TILE = IMPLICIT_LANES * IMPLICIT_LANES,
    IMPLICIT_GROUP_MAX = 56,
    IMPLICIT_STRIDE_MAX = 4,
    IMPLICIT_PHASES_MAX = IMPLICIT_STRIDE_MAX * IMPLICIT_STRIDE_MAX,
};

/* Where the values of pictures lie: shape.h, in blocks of 16 channels, of which the last may have
   fewer. Distances in values. */
struct implicit_layout {
    struct nn_shape shape;
    size_t blocks;
    size_t picture, block, pixel;
};

/*
 * A row of pixels times a tile of weights. A row has two halves of 16 channels: two blocks of one
 * tap, or one block of two taps side by side.
 */
struct implicit_step {
    size_t at; /* of the row for position 0, in the copy */
    struct implicit_half {
        int tap; /* -1: none, zeros */
        size_t block;
    } half[2];
};

/* The results of a phase. */
struct implicit_job {
    int y, x;            /* the phase: its first pixel */
    size_t first, count; /* steps */
};

/* Products over positions: `lines` times `tiles` tiles of 16, which in x are x_line apart. */
struct implicit_sum {
    const float *dy, *x;
    size_t dy_blocks, dy_block, x_blocks, x_block;
    size_t lines, tiles, x_line;
};

/* What multiplies. */
struct implicit_kernel {
    size_t group; /* positions whose results are made at once, */
    size_t rows;  /* or a multiple of so many */
    bool turned;  /* rows of dy are channels, and lanes positions, not the other way */
    /* MAY: once before and after all of a call. */
    void (*begin)(void);
    void (*end)(void);
    /*
     * sums [blocks][group][16] = the rows at `count` steps, of positions `distance` apart, times w
     * [count][blocks][16][16]. rows: so many, at least, of a group. blocks: 1 or 2.
     */
    void (*multiply)(float *sums, size_t rows, const float *x, size_t distance,
                     const struct implicit_step *steps, size_t count, const float *w,
                     size_t blocks);
    /* sums [2][2][16][16] = over 16 positions a tile of dy, times x: one or two blocks of each. */
    void (*accumulate)(float *sums, const struct implicit_sum *sum);
};

struct implicit {
    const struct implicit_kernel *kernel;
    enum conv_direction direction;
    struct implicit_layout from, to; /* what is copied, and what is made; for weights x and dy */
    int step, spread;                /* strides of what is read, and of what is made: one is 1 */
    int rows, columns;               /* results of a phase */
    int seen_rows, seen_columns;     /* pixels of a phase that windows reach */
    size_t pitch, picture;           /* positions of a line, of a picture, with borders */
    size_t side;                     /* pictures side by side at each pixel */
    size_t before;                   /* positions before the first */
    size_t positions;                /* in all: a chunk's, and its borders */
    size_t each;                     /* pictures that share a position: for weights, a lane's */
    size_t chunk;                    /* so many times `each` pictures are copied at once */
    size_t distance, blocks;         /* from position to position; planes of the copy */
    size_t halves;                   /* blocks of 16 channels in one of these */
    bool used[IMPLICIT_PHASES_MAX];  /* phases of what is read that some tap sees */
    struct implicit_job jobs[IMPLICIT_PHASES_MAX];
    size_t job_count, step_count;
    struct implicit_step *steps; /* for weights: of each tap and block */
    struct implicit *few;        /* for fewer pictures than go side by side; or NULL */
};

/* Floats of scratch memory. */
size_t implicit_scratch(const struct implicit *s);
void implicit_forward(const struct conv_call *call);
void implicit_backward_data(const struct conv_call *call);
void implicit_backward_weights(const struct conv_call *call);

/* Those that this build has; each asks the CPU for what it needs. */
extern const struct implicit_kernel implicit_dots, implicit_tiles;
