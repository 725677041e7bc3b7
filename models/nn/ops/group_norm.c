/*
 * group_norm: Wu & He 2018. Like batch_norm, but over the pixels and the channels of one group of
 * one sample, the same in training and evaluation. Scale and shift stay per channel. groups = c is
 * instance norm (Ulyanov et al. 2016), groups = 1 layer norm over the whole picture.
 *
 * A group's sums are those of its channels put together (norm.h). Backward, with xh = (x - mean) r,
 * over the m values of a group:
 *
 *     dx = r (g - sum g / m - xh sum(g xh) / m)        where g = scale dy
 *
 * With attr.relu, y = max(0, that), and dy counts only where y > 0.
 */
#include "base/mem.h"
#include "models/nn/ops/norm.h"

#include <math.h>
#include <string.h>

static int shape(const struct nn_attr *attr, const struct nn_shape *in, struct nn_shape *ret_out,
                 struct err *err)
{
    if (attr->groups < 1 || in->c % attr->groups)
        return err_set(err, "%d channels do not split into %d groups", in->c, attr->groups);
    *ret_out = *in;
    return 0;
}

/* mean [n][c], r [n][c]: each channel has its group's */
static size_t saved(const struct nn_layer *layer, int n)
{
    return mem_size(mem_size(2, (size_t)n), (size_t)layer->in[0].c);
}

/* Two sums of each channel, in double; factor, b, d of each; in evaluation what is saved else. */
static size_t scratch(const struct nn_layer *layer, int n)
{
    return saved(layer, n) + mem_size(7, (size_t)layer->in[0].c);
}

static double *sums_of(const struct nn_call *call)
{
    return (double *)(void *)call->scratch; /* [2][c] */
}

static float *factors_of(const struct nn_call *call)
{
    return call->scratch + 4 * (size_t)call->layer->in[0].c; /* [3][c] */
}

/* mean [c], r [c] from the channels' sums of x [c] and x^2 [c], each over `rows` pixels */
static void join_groups(float *mean, float *r, const double *sum, const double *square, size_t rows,
                        size_t c, size_t groups)
{
    const size_t size = c / groups;
    const double m = (double)(rows * size);
    for (size_t from = 0; from < c; from += size) {
        double all = 0, squares = 0;
        for (size_t j = from; j < from + size; j++) {
            all += sum[j];
            squares += square[j];
        }
        const double group_mean = all / m, var = fmax(squares / m - group_mean * group_mean, 0);
        for (size_t j = from; j < from + size; j++) {
            mean[j] = (float)group_mean;
            r[j] = (float)norm_inverse_deviation(var, 0);
        }
    }
}

static void forward(const struct nn_call *call)
{
    const struct nn_shape in = call->layer->in[0];
    const size_t n = (size_t)call->n, c = (size_t)in.c, rows = (size_t)(in.h * in.w);
    double *sums = sums_of(call);
    float *factor = factors_of(call);                                /* [c] scale r */
    float *means = call->mode->train ? call->saved : factor + 3 * c; /* [n][c] */
    float *rs = means + n * c;                                       /* [n][c] */
    struct norm_pass pass = norm_pass(call);
    pass.factor = factor;
    for (size_t i = 0; i < n; i++) {
        pass.view = norm_view(in, i, 1);
        pass.mean = means + i * c;
        memset(sums, 0, 2 * c * sizeof *sums);
        for (size_t b = 0; b < pass.view.blocks; b++)
            norm_moments(sums, sums + c, &pass, b);
        join_groups(means + i * c, rs + i * c, sums, sums + c, rows, c,
                    (size_t)call->layer->attr.groups);
        for (size_t j = 0; j < c; j++)
            factor[j] = call->params[0][j] * rs[i * c + j];
        for (size_t b = 0; b < pass.view.blocks; b++)
            norm_forward(&pass, b);
    }
}

/* b [c], d [c] of norm_backward from the channels' sums of dy [c] and of dy (x - mean) [c] */
static void gradient_factors(float *b, float *d, const double *sum, const double *dot,
                             const float *scale, const float *r, size_t rows, size_t c,
                             size_t groups)
{
    const size_t size = c / groups;
    for (size_t from = 0; from < c; from += size) {
        const double group_r = (double)r[from], m = (double)(rows * size);
        double all = 0, dots = 0;
        for (size_t j = from; j < from + size; j++) {
            all += (double)scale[j] * sum[j];
            dots += (double)scale[j] * dot[j] * group_r;
        }
        for (size_t j = from; j < from + size; j++) {
            b[j] = (float)(-group_r * group_r * dots / m);
            d[j] = (float)(-group_r * all / m);
        }
    }
}

static void backward(const struct nn_call *call)
{
    const struct nn_shape in = call->layer->in[0];
    const size_t n = (size_t)call->n, c = (size_t)in.c, rows = (size_t)(in.h * in.w);
    double *sums = sums_of(call);
    float *factor = factors_of(call), *b = factor + c, *d = b + c; /* [c] each */
    struct norm_pass pass = norm_pass(call);
    pass.y = NULL;
    pass.factor = factor;
    pass.b = b;
    pass.d = d;
    for (size_t i = 0; i < n; i++) {
        const float *r = call->saved + (n + i) * c;
        pass.view = norm_view(in, i, 1);
        pass.mean = call->saved + i * c;
        for (size_t j = 0; j < c; j++)
            factor[j] = call->params[0][j] * r[j];
        memset(sums, 0, 2 * c * sizeof *sums);
        for (size_t k = 0; k < pass.view.blocks; k++)
            norm_dots(sums, sums + c, &pass, k);
        for (size_t j = 0; call->gradients[0] && j < c; j++)
            call->gradients[0][j] += (float)(sums[c + j] * (double)r[j]);
        for (size_t j = 0; call->gradients[1] && j < c; j++)
            call->gradients[1][j] += (float)sums[j];
        if (!pass.dx)
            continue;
        gradient_factors(b, d, sums, sums + c, call->params[0], r, rows, c,
                         (size_t)call->layer->attr.groups);
        for (size_t k = 0; k < pass.view.blocks; k++)
            norm_backward(&pass, k);
    }
}

/* ---- The definition, a group at a time ---- */

struct group {
    size_t first, end; /* channels */
    double mean, r, m;
};

/* Where pixel i of channel j is in the given sample. */
static size_t naive_at(const struct nn_call *call, size_t sample, size_t i, size_t j)
{
    return nn_pixel_at(call->layer->in[0], sample, (int)i, (int)j);
}

static size_t pixels_of(const struct nn_call *call)
{
    return (size_t)(call->layer->in[0].h * call->layer->in[0].w);
}

static struct group naive_group(const struct nn_call *call, size_t sample, size_t index)
{
    const size_t pixels = pixels_of(call),
                 size = (size_t)(call->layer->in[0].c / call->layer->attr.groups);
    struct group g = {
        .first = index * size, .end = (index + 1) * size, .m = (double)(pixels * size)};
    double var = 0;
    for (size_t j = g.first; j < g.end; j++)
        for (size_t i = 0; i < pixels; i++)
            g.mean += (double)call->x[0][naive_at(call, sample, i, j)] / g.m;
    for (size_t j = g.first; j < g.end; j++)
        for (size_t i = 0; i < pixels; i++)
            var += pow((double)call->x[0][naive_at(call, sample, i, j)] - g.mean, 2) / g.m;
    g.r = norm_inverse_deviation(var, 0);
    return g;
}

static void forward_naive(const struct nn_call *call)
{
    for (size_t s = 0; s < (size_t)call->n; s++)
        for (size_t k = 0; k < (size_t)call->layer->attr.groups; k++) {
            const struct group g = naive_group(call, s, k);
            for (size_t j = g.first; j < g.end; j++)
                for (size_t i = 0; i < pixels_of(call); i++) {
                    const size_t at = naive_at(call, s, i, j);
                    const double y =
                        ((double)call->x[0][at] - g.mean) * g.r * (double)call->params[0][j] +
                        (double)call->params[1][j];
                    call->y[at] = (float)(call->layer->attr.relu ? fmax(y, 0) : y);
                }
        }
}

static double naive_dy(const struct nn_call *call, size_t at)
{
    return call->layer->attr.relu && !(call->y[at] > 0) ? 0 : (double)call->dy[at];
}

static void backward_naive(const struct nn_call *call)
{
    for (size_t s = 0; s < (size_t)call->n; s++)
        for (size_t k = 0; k < (size_t)call->layer->attr.groups; k++) {
            const struct group g = naive_group(call, s, k);
            double sum = 0, dot = 0;
            for (size_t j = g.first; j < g.end; j++)
                for (size_t i = 0; i < pixels_of(call); i++) {
                    const size_t at = naive_at(call, s, i, j);
                    const double xh = ((double)call->x[0][at] - g.mean) * g.r,
                                 dy = naive_dy(call, at), scaled = dy * (double)call->params[0][j];
                    call->gradients[0][j] += (float)(dy * xh);
                    call->gradients[1][j] += (float)dy;
                    sum += scaled;
                    dot += scaled * xh;
                }
            for (size_t j = g.first; j < g.end; j++)
                for (size_t i = 0; i < pixels_of(call); i++) {
                    const size_t at = naive_at(call, s, i, j);
                    const double xh = ((double)call->x[0][at] - g.mean) * g.r,
                                 scaled = naive_dy(call, at) * (double)call->params[0][j],
                                 dx = g.r * (scaled - sum / g.m - xh * dot / g.m);
                    call->dx[0][at] = (float)dx + (call->add[0] ? call->dx[0][at] : 0);
                }
        }
}

/* Layer norm, three groups, groups that share a block, instance norm of 3 channels, of 17. */
static const struct nn_attr cases[] = {
    {.groups = 1}, {.groups = 3}, {.groups = 4, .relu = true}, {.groups = 17}};

int nn_group_norm(struct nn_net *net, int x, int groups)
{
    return nn_add_node(net, &group_norm_op, &(struct nn_attr){.groups = groups}, x, x);
}

const struct nn_op group_norm_op = {
    .name = "group_norm",
    .inputs = 1,
    .flags = NN_READS_INPUT | NN_FORWARD_IN_PLACE | NN_BACKWARD_IN_PLACE | NN_TYPED,
    NN_CASES(cases),
    .shape = shape,
    .params = norm_params,
    .saved = saved,
    .scratch = scratch,
    .flops = norm_flops,
    NN_PASSES,
};
