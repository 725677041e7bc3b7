/*
 * batch_norm: Ioffe & Szegedy 2015. Per channel over samples and pixels (m of them, in all threads
 * together):
 *
 *     y = (x - mean) / sqrt(var + epsilon) * scale + shift
 *
 * In training mean and var (divided by m) are the batch's, and the running ones follow:
 * running <- 0.9 running + 0.1 batch (attr.momentum), with var divided by m - 1 there, as in
 * PyTorch; epsilon is 1e-5 (attr.epsilon). With attr.no_scale all scales are 1. In evaluation
 * the running ones are used. With attr.relu, y = max(0, that). Backward, with g = dy, or 0 where
 * relu gave 0, xh = (x - mean) r and r = 1 / sqrt(var + eps):
 *
 *     dshift = sum g      dscale = sum g xh
 *     dx     = scale r (g - dshift / m - xh dscale / m)
 *
 * In frozen training forward is evaluation's; mean and r are constants then, and dx = scale r g.
 *
 * batch_norm_add is the end of a residual block in one op: y = [relu](batch_norm(x0) + x1), and g
 * is x1's gradient too. Its relu cannot be told from x0, so y is kept; batch_norm's can.
 *
 * Each way is two passes over memory (norm.h). One thread alone makes both over 16 channels before
 * it goes on, so that the second finds some of them in the cache; threads that share a batch must
 * meet in between, and do so once for all channels.
 */
#include "base/mem.h"
#include "models/nn/ops/norm.h"

#include <math.h>
#include <string.h>

static const double MOMENTUM = 0.1;

static double momentum_of(const struct nn_call *call)
{
    const double own = call->layer->attr.momentum;
    return own > 0 ? own : MOMENTUM;
}

static float scale_of(const struct nn_call *call, size_t j)
{
    return call->layer->attr.no_scale ? 1 : call->params[0][j];
}

static int buffers(const struct nn_layer *layer, struct nn_block *ret_blocks)
{
    const size_t c = (size_t)layer->in[0].c;
    ret_blocks[0] = (struct nn_block){.count = c, .fill = NN_FILL_ZEROS}; /* running mean */
    ret_blocks[1] = (struct nn_block){.count = c, .fill = NN_FILL_ONES};  /* running variance */
    return 2;
}

/* mean [c], r [c] that forward took */
static size_t saved(const struct nn_layer *layer, int n)
{
    (void)n;
    return mem_size(2, (size_t)layer->in[0].c);
}

/* Two sums of each channel and m, in double, and three factors of each channel. */
static size_t scratch(const struct nn_layer *layer, int n)
{
    (void)n;
    const size_t c = (size_t)layer->in[0].c;
    return mem_size(2, 2 * c + 1) + mem_size(3, c);
}

static double *sums_of(const struct nn_call *call)
{
    return (double *)(void *)call->scratch;
}

static float *factors_of(const struct nn_call *call)
{
    return call->scratch + 2 * (2 * (size_t)call->layer->in[0].c + 1);
}

/* Blocks whose channels are done together. */
static size_t blocks_at_once(const struct nn_call *call, const struct norm_view *view)
{
    const bool apart = nn_lanes(call->layer->in[0]) == NN_LANES && !call->team;
    return apart ? 1 : view->blocks;
}

/* m; sums [2c + 1] become those of all threads. */
static double sum_up(const struct nn_call *call, double *sums)
{
    const struct nn_shape in = call->layer->in[0];
    const size_t c = (size_t)in.c;
    sums[2 * c] = (double)call->n * in.h * in.w;
    nn_team_sum(call->team, call->rank, sums, 2 * c + 1);
    return sums[2 * c];
}

/* mean and r of channel j from the sums of x and x^2; the running statistics move towards them. */
static void take_statistics(const struct nn_call *call, size_t j, double sum, double square,
                            double m)
{
    const double mean = sum / m, var = fmax(square / m - mean * mean, 0);
    call->saved[j] = (float)mean;
    call->saved[(size_t)call->layer->in[0].c + j] =
        (float)norm_inverse_deviation(var, call->layer->attr.epsilon);
    if (call->rank)
        return;
    const double unbiased = m > 1 ? var * m / (m - 1) : var;
    float *running_mean = &call->buffers[0][j], *running_var = &call->buffers[1][j];
    *running_mean += (float)(momentum_of(call) * (mean - (double)*running_mean));
    *running_var += (float)(momentum_of(call) * (unbiased - (double)*running_var));
}

static void forward_training(const struct nn_call *call, struct norm_pass pass)
{
    const size_t c = pass.view.c, step = blocks_at_once(call, &pass.view);
    double *sums = sums_of(call);
    float *factor = factors_of(call); /* [c] scale r */
    memset(sums, 0, (2 * c + 1) * sizeof *sums);
    pass.mean = call->saved;
    pass.factor = factor;
    for (size_t from = 0; from < pass.view.blocks; from += step) {
        for (size_t b = from; b < from + step; b++)
            norm_moments(sums, sums + c, &pass, b);
        const double m = sum_up(call, sums);
        if (!(m > 0))
            return;
        for (size_t j = norm_channels(&pass.view, from); j < norm_channels(&pass.view, from + step);
             j++) {
            take_statistics(call, j, sums[j], sums[c + j], m);
            factor[j] = scale_of(call, j) * call->saved[c + j];
        }
        for (size_t b = from; b < from + step; b++)
            norm_forward(&pass, b);
    }
}

static void forward_evaluation(const struct nn_call *call, struct norm_pass pass)
{
    const size_t c = pass.view.c;
    float *factor = factors_of(call); /* [c] */
    for (size_t j = 0; j < c; j++) {
        const float r =
            (float)norm_inverse_deviation((double)call->buffers[1][j], call->layer->attr.epsilon);
        factor[j] = scale_of(call, j) * r;
        if (call->mode->train) { /* frozen */
            call->saved[j] = call->buffers[0][j];
            call->saved[c + j] = r;
        }
    }
    pass.mean = call->buffers[0];
    pass.factor = factor;
    for (size_t b = 0; b < pass.view.blocks; b++)
        norm_forward(&pass, b);
}

static void backward(const struct nn_call *call)
{
    struct norm_pass pass = norm_pass(call);
    const size_t c = pass.view.c, step = blocks_at_once(call, &pass.view);
    const float *r = call->saved + c;
    double *sums = sums_of(call); /* of g [c] and of g (x - mean) [c] */
    float *factor = factors_of(call), *b = factor + c, *d = b + c; /* [c] each */
    memset(sums, 0, (2 * c + 1) * sizeof *sums);
    const bool learns = nn_learns(call->mode);
    float *scales = call->layer->attr.no_scale ? NULL : call->gradients[0],
          *shifts = call->gradients[norm_shift(call->layer)]; /* [c]; NULL: not trained */
    if (call->n == 0) {
        if (pass.dx && learns)
            sum_up(call, sums); /* the other threads wait for it */
        return;
    }
    for (size_t j = 0; j < c; j++)
        factor[j] = scale_of(call, j) * r[j];
    pass.mean = call->saved;
    pass.factor = factor;
    pass.b = b;
    pass.d = d;
    for (size_t from = 0; from < pass.view.blocks; from += step) {
        const size_t first = norm_channels(&pass.view, from),
                     end = norm_channels(&pass.view, from + step);
        for (size_t k = from; k < from + step; k++)
            norm_dots(sums, sums + c, &pass, k);
        for (size_t j = first; scales && j < end; j++)
            scales[j] += (float)(sums[c + j] * (double)r[j]);
        for (size_t j = first; shifts && j < end; j++)
            shifts[j] += (float)sums[j];
        if (!pass.dx)
            continue;
        /* A constant is as a mean over infinitely many. */
        const double m = learns ? sum_up(call, sums) : HUGE_VAL;
        for (size_t j = first; j < end; j++) {
            const double scaled = (double)factor[j] / m, r_j = (double)r[j];
            b[j] = (float)(-scaled * r_j * r_j * sums[c + j]);
            d[j] = (float)(-scaled * sums[j]);
        }
        for (size_t k = from; k < from + step; k++)
            norm_backward(&pass, k);
    }
}

static void forward(const struct nn_call *call)
{
    (nn_learns(call->mode) ? forward_training : forward_evaluation)(call, norm_pass(call));
}

/* ---- The definition, a channel at a time; batch_norm has no x[1] ---- */

/* Where value i of channel j is: i counts samples and their pixels. */
static size_t naive_at(const struct nn_call *call, size_t i, size_t j)
{
    const struct nn_shape in = call->layer->in[0];
    const size_t pixels = (size_t)(in.h * in.w);
    return nn_pixel_at(in, i / pixels, (int)(i % pixels), (int)j);
}

static size_t row_count(const struct nn_call *call)
{
    return (size_t)call->n * (size_t)call->layer->in[0].h * (size_t)call->layer->in[0].w;
}

/* mean and variance of channel j */
static void naive_moments(const struct nn_call *call, size_t j, double *ret_mean, double *ret_var)
{
    const size_t m = row_count(call);
    double mean = 0, var = 0;
    for (size_t i = 0; i < m; i++)
        mean += (double)call->x[0][naive_at(call, i, j)] / (double)m;
    for (size_t i = 0; i < m; i++)
        var += pow((double)call->x[0][naive_at(call, i, j)] - mean, 2) / (double)m;
    *ret_mean = mean;
    *ret_var = var;
}

static void forward_naive(const struct nn_call *call)
{
    const size_t m = row_count(call);
    const double momentum = momentum_of(call);
    for (size_t j = 0; j < (size_t)call->layer->in[0].c && m > 0; j++) {
        double mean = (double)call->buffers[0][j], var = (double)call->buffers[1][j];
        if (nn_learns(call->mode)) {
            naive_moments(call, j, &mean, &var);
            const double unbiased = m > 1 ? var * (double)m / (double)(m - 1) : var;
            call->buffers[0][j] =
                (float)((1 - momentum) * (double)call->buffers[0][j] + momentum * mean);
            call->buffers[1][j] =
                (float)((1 - momentum) * (double)call->buffers[1][j] + momentum * unbiased);
        }
        for (size_t i = 0; i < m; i++) {
            const size_t at = naive_at(call, i, j);
            double y = ((double)call->x[0][at] - mean) *
                           norm_inverse_deviation(var, call->layer->attr.epsilon) *
                           (double)scale_of(call, j) +
                       (double)call->params[norm_shift(call->layer)][j] +
                       (call->x[1] ? (double)call->x[1][at] : 0);
            if (call->layer->attr.relu)
                y = fmax(y, 0);
            call->y[at] = (float)y;
        }
    }
}

static void backward_naive(const struct nn_call *call)
{
    const size_t m = row_count(call);
    for (size_t j = 0; j < (size_t)call->layer->in[0].c && m > 0; j++) {
        double mean = (double)call->buffers[0][j], var = (double)call->buffers[1][j];
        double sum = 0, dot = 0;
        const double count = nn_learns(call->mode) ? (double)m : HUGE_VAL;
        if (nn_learns(call->mode))
            naive_moments(call, j, &mean, &var);
        const double r = norm_inverse_deviation(var, call->layer->attr.epsilon);
        for (size_t i = 0; i < m; i++) {
            const size_t at = naive_at(call, i, j);
            const bool passes = !call->layer->attr.relu || call->y[at] > 0;
            const double g = passes ? (double)call->dy[at] : 0;
            sum += g;
            dot += g * ((double)call->x[0][at] - mean) * r;
        }
        if (!call->layer->attr.no_scale)
            call->gradients[0][j] += (float)dot;
        call->gradients[norm_shift(call->layer)][j] += (float)sum;
        for (size_t i = 0; i < m; i++) {
            const size_t at = naive_at(call, i, j);
            const bool passes = !call->layer->attr.relu || call->y[at] > 0;
            const double g = passes ? (double)call->dy[at] : 0,
                         xh = ((double)call->x[0][at] - mean) * r,
                         dx = (double)scale_of(call, j) * r * (g - sum / count - xh * dot / count);
            call->dx[0][at] = (float)dx + (call->add[0] ? call->dx[0][at] : 0);
            if (call->dx[1])
                call->dx[1][at] = (float)g + (call->add[1] ? call->dx[1][at] : 0);
        }
    }
}

static const struct nn_attr cases[] = {
    {.relu = false},
    {.relu = true},
    {.no_scale = true, .momentum = 0.4, .epsilon = 1e-12},
    {.relu = true, .no_scale = true, .epsilon = 0.1},
};

int nn_batch_norm(struct nn_net *net, int x)
{
    return nn_add_node(net, &batch_norm_op, &cases[0], x, x);
}

int nn_batch_norm_with(struct nn_net *net, int x, struct nn_batch_norm options)
{
    REQUIRE(options.momentum >= 0 && options.momentum <= 1 && options.epsilon >= 0);
    const struct nn_attr attr = {
        .no_scale = options.no_scale, .momentum = options.momentum, .epsilon = options.epsilon};
    return nn_add_node(net, &batch_norm_op, &attr, x, x);
}

#define SHARED .params = norm_params, .buffers = buffers, .saved = saved, .scratch = scratch

const struct nn_op batch_norm_op = {
    .name = "batch_norm",
    .inputs = 1,
    .flags = NN_READS_INPUT | NN_FORWARD_IN_PLACE | NN_BACKWARD_IN_PLACE | NN_TYPED,
    .shape = nn_shape_same,
    SHARED,
    .flops = norm_flops,
    NN_CASES(cases),
    NN_PASSES,
};

const struct nn_op batch_norm_add_op = {
    .name = "batch_norm_add",
    .inputs = 2,
    .flags =
        NN_READS_INPUT | NN_READS_OUTPUT | NN_FORWARD_IN_PLACE | NN_BACKWARD_IN_PLACE | NN_TYPED,
    .shape = nn_shape_equal,
    SHARED,
    .flops = norm_flops,
    NN_CASES(cases),
    NN_PASSES,
};
