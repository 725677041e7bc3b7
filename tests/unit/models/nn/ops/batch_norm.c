/*
 * Batch norm where threads share a batch: statistics and gradients are those of the whole batch,
 * also where a thread has no samples; and what statistics far from zero are worth.
 */
#include "base/mem.h"
#include "models/nn/op.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* Sums in another order, of some hundred numbers about 1. */
static const double TOLERANCE = 1e-5;

enum { N = 3, H = 5, W = 7, MAX_C = 48, THREADS = 4, MAX_FLOATS = N * H * W * MAX_C };

/* All that one pass over a batch reads and writes. */
struct batch {
    struct nn_layer layer;
    size_t sample; /* floats */
    float x[MAX_FLOATS], other[MAX_FLOATS], y[MAX_FLOATS], dy[MAX_FLOATS], dx[2][MAX_FLOATS];
    float scale[MAX_C], shift[MAX_C], mean[MAX_C], var[MAX_C];
    float gradients[THREADS][2][MAX_C];
    struct nn_team *team;
};

static void fill(float *values, size_t n, uint32_t stream, double center)
{
    struct rng rng = rng_stream(11, RNG_TEST, 0, stream);
    for (size_t i = 0; i < n; i++)
        values[i] = (float)(center + rng_normal(&rng));
}

static struct batch *new_batch(int c, double center, int threads)
{
    const struct nn_shape shape = {H, W, c};
    struct batch *batch;
    MEM_NEW(batch, 1);
    batch->layer = (struct nn_layer){.attr.relu = true, .in = {shape, shape}, .out = shape};
    batch->sample = nn_floats(shape);
    fill(batch->x, MAX_FLOATS, 0, center);
    fill(batch->other, MAX_FLOATS, 1, 0);
    fill(batch->dy, MAX_FLOATS, 2, 0);
    fill(batch->scale, MAX_C, 3, 1);
    fill(batch->shift, MAX_C, 4, 0);
    batch->team = threads > 1 ? nn_team_new(threads) : NULL;
    return batch;
}

static void free_batch(struct batch *batch)
{
    if (batch->team)
        nn_team_free(batch->team);
    mem_free(batch);
}

/* Forward and backward of this thread's share: one sample each, none for the last of four. */
static void work(void *context, int rank)
{
    struct batch *b = context;
    const struct nn_op *op = &batch_norm_add_op;
    const size_t at = (size_t)rank * b->sample;
    struct nn_call call = {
        .layer = &b->layer,
        .mode = &(struct nn_mode){.train = true},
        .n = !b->team   ? N
             : rank < N ? 1
                        : 0,
        .rank = rank,
        .team = b->team,
        .x = {b->x + (rank < N ? at : 0), b->other + (rank < N ? at : 0)},
        .y = b->y + (rank < N ? at : 0),
        .params = {b->scale, b->shift},
        .buffers = {b->mean, b->var},
        .dy = b->dy + (rank < N ? at : 0),
        .dx = {b->dx[0] + (rank < N ? at : 0), b->dx[1] + (rank < N ? at : 0)},
        .gradients = {b->gradients[rank][0], b->gradients[rank][1]},
    };
    MEM_NEW(call.saved, op->saved(&b->layer, N));
    MEM_NEW(call.scratch, op->scratch(&b->layer, N));
    op->forward(&call);
    op->backward(&call);
    mem_free(call.saved);
    mem_free(call.scratch);
}

static void assert_near(const float *found, const float *expected, size_t n, const char *what,
                        int c)
{
    for (size_t i = 0; i < n; i++)
        cr_assert(fabs((double)found[i] - (double)expected[i]) <=
                      TOLERANCE * fmax(1, fabs((double)expected[i])),
                  "%s of %d channels: [%zu] is %.9g, one thread says %.9g", what, c, i,
                  (double)found[i], (double)expected[i]);
}

Test(batch_norm, threads_share_statistics)
{
    static const int channels[] = {5, 48};
    for (size_t k = 0; k < sizeof channels / sizeof *channels; k++) {
        const int c = channels[k];
        struct batch *alone = new_batch(c, 0, 1), *shared = new_batch(c, 0, THREADS);
        work(alone, 0);
        nn_team_run(shared->team, work, shared);
        const size_t floats = N * alone->sample;
        assert_near(shared->y, alone->y, floats, "output", c);
        assert_near(shared->dx[0], alone->dx[0], floats, "first input gradient", c);
        assert_near(shared->dx[1], alone->dx[1], floats, "second input gradient", c);
        assert_near(shared->mean, alone->mean, (size_t)c, "running mean", c);
        assert_near(shared->var, alone->var, (size_t)c, "running variance", c);
        for (int block = 0; block < 2; block++) {
            float sum[MAX_C] = {0};
            for (int rank = 0; rank < THREADS; rank++)
                for (int j = 0; j < c; j++)
                    sum[j] += shared->gradients[rank][block][j];
            assert_near(sum, alone->gradients[0][block], (size_t)c, "parameter gradient", c);
        }
        free_batch(alone);
        free_batch(shared);
    }
}

/* A mean of 1000 deviations: a sum of squares minus a square of sums would lose the variance. */
Test(batch_norm, moments_far_from_zero)
{
    /* x itself is rounded to 2^-24 of 1000, and the variance is one of about 100 values. */
    static const double FAR = 1000, VARIANCE_TOLERANCE = 1e-4;
    enum { C = 48, ROWS = N * H * W };
    struct batch *batch = new_batch(C, FAR, 1);
    work(batch, 0);
    for (int j = 0; j < C; j++) {
        double mean = 0, var = 0;
        for (int pass = 0; pass < 2; pass++)
            for (size_t i = 0; i < ROWS; i++) {
                const int pixel = (int)i % (H * W);
                const size_t at = i / (H * W) * batch->sample +
                                  nn_at(batch->layer.in[0], pixel / W, pixel % W, j);
                const double x = (double)batch->x[at];
                if (pass == 0)
                    mean += x / ROWS;
                else
                    var += (x - mean) * (x - mean) / (ROWS - 1);
            }
        /* The running ones started from 0 and went a tenth of the way. */
        cr_assert(fabs(10 * (double)batch->mean[j] - mean) <= 1e-6 * FAR,
                  "mean[%d] is %.9g, not %.9g", j, 10 * (double)batch->mean[j], mean);
        cr_assert(fabs(10 * (double)batch->var[j] - var) <= VARIANCE_TOLERANCE * var,
                  "var[%d] is %.9g, not %.9g", j, 10 * (double)batch->var[j], var);
    }
    free_batch(batch);
}
