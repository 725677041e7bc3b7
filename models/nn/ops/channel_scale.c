/*
 * channel_scale: y = x * gate, one factor for each channel of each sample: the "scale" of squeeze
 * and excitation (Hu, Shen & Sun 2018). Backward:
 *
 *     dx = dy * gate      dgate = sum over the pixels of dy * x
 */
#include "models/nn/num/kernel.h"
#include "models/nn/num/lanes.h"
#include "models/nn/op.h"

static int shape(const struct nn_attr *attr, const struct nn_shape *in, struct nn_shape *ret_out,
                 struct err *err)
{
    (void)attr;
    const struct nn_shape x = in[0], gate = in[1];
    if (gate.h != 1 || gate.w != 1 || gate.c != x.c)
        return err_set(err, "a gate of %d x %d x %d for %d channels", gate.h, gate.w, gate.c, x.c);
    *ret_out = x;
    return 0;
}

/* Both kernels go through [planes][pixels][lanes], with a gate [planes][lanes]. */
struct planes {
    size_t planes, pixels, lanes;
    enum nn_type x_type, gate_type, y_type;
};

static struct planes planes_of(const struct nn_call *call)
{
    const struct nn_layer *layer = call->layer;
    const struct nn_shape in = layer->in[0];
    return (struct planes){
        .planes = (size_t)call->n * nn_channel_blocks(in),
        .pixels = (size_t)in.h * (size_t)in.w,
        .lanes = nn_lanes(in),
        .x_type = layer->in_type[0],
        .gate_type = layer->in_type[1],
        .y_type = layer->out_type,
    };
}

NN_INLINE void forward_body(void *y, const void *x, const void *gate, const struct planes *p,
                            size_t lanes, enum nn_type x_type, enum nn_type y_type)
{
    const size_t pixels = p->pixels;
    for (size_t plane = 0; plane < p->planes; plane++)
        for (size_t j = 0; j < lanes; j += NN_LANES) {
            const size_t some = lanes == NN_LANES ? NN_LANES : nn_some(j, lanes);
            const nn_v16 factor = nn_load_some(gate, plane * lanes + j, p->gate_type, some);
            for (size_t i = plane * pixels; i < (plane + 1) * pixels; i++)
                nn_store_some(y, i * lanes + j, y_type,
                              nn_load_some(x, i * lanes + j, x_type, some) * factor, some);
        }
}

NN_CLONES(static, scale, (void *y, const void *x, const void *gate, const struct planes *p),
          (y, x, gate, p))
{
    if (p->lanes != NN_LANES)
        forward_body(y, x, gate, p, p->lanes, p->x_type, p->y_type);
    else if (p->x_type == NN_FLOAT32 && p->y_type == NN_FLOAT32)
        forward_body(y, x, gate, p, NN_LANES, NN_FLOAT32, NN_FLOAT32);
    else if (p->x_type == NN_BFLOAT16 && p->y_type == NN_BFLOAT16)
        forward_body(y, x, gate, p, NN_LANES, NN_BFLOAT16, NN_BFLOAT16);
    else
        forward_body(y, x, gate, p, NN_LANES, p->x_type, p->y_type);
}

/* The arrays of a backward pass; dx, dgate may be NULL. */
struct gradients {
    void *dx, *dgate;
    const void *dy, *x, *gate;
    bool add, add_gate;
};

NN_INLINE void backward_body(const struct gradients *g, const struct planes *p, size_t lanes,
                             enum nn_type x_type, enum nn_type y_type)
{
    void *dx = g->dx;
    const void *dy = g->dy, *x = g->x;
    const bool add = g->add;
    const size_t pixels = p->pixels;
    for (size_t plane = 0; plane < p->planes; plane++)
        for (size_t j = 0; j < lanes; j += NN_LANES) {
            const size_t some = lanes == NN_LANES ? NN_LANES : nn_some(j, lanes);
            const nn_v16 factor = nn_load_some(g->gate, plane * lanes + j, p->gate_type, some);
            nn_v16 sum = {0};
            for (size_t i = plane * pixels; i < (plane + 1) * pixels; i++) {
                const size_t at = i * lanes + j;
                const nn_v16 gradient = nn_load_some(dy, at, y_type, some);
                sum += gradient * nn_load_some(x, at, x_type, some);
                if (!dx)
                    continue;
                nn_v16 value = gradient * factor;
                if (add)
                    value += nn_load_some(dx, at, x_type, some);
                nn_store_some(dx, at, x_type, value, some);
            }
            if (!g->dgate)
                continue;
            if (g->add_gate)
                sum += nn_load_some(g->dgate, plane * lanes + j, p->gate_type, some);
            nn_store_some(g->dgate, plane * lanes + j, p->gate_type, sum, some);
        }
}

NN_CLONES(static, run_backward, (const struct gradients *g, const struct planes *p), (g, p))
{
    if (p->lanes != NN_LANES)
        backward_body(g, p, p->lanes, p->x_type, p->y_type);
    else if (p->x_type == NN_FLOAT32 && p->y_type == NN_FLOAT32)
        backward_body(g, p, NN_LANES, NN_FLOAT32, NN_FLOAT32);
    else if (p->x_type == NN_BFLOAT16 && p->y_type == NN_BFLOAT16)
        backward_body(g, p, NN_LANES, NN_BFLOAT16, NN_BFLOAT16);
    else
        backward_body(g, p, NN_LANES, p->x_type, p->y_type);
}

static void forward(const struct nn_call *call)
{
    const struct planes planes = planes_of(call);
    scale(call->y, call->x[0], call->x[1], &planes);
}

static void backward(const struct nn_call *call)
{
    const struct planes planes = planes_of(call);
    const struct gradients g = {call->dx[0], call->dx[1],  call->dy,    call->x[0],
                                call->x[1],  call->add[0], call->add[1]};
    if (g.dx || g.dgate)
        run_backward(&g, &planes);
}

/* ---- The definition ---- */

static void forward_naive(const struct nn_call *call)
{
    const struct nn_shape in = call->layer->in[0];
    for (size_t s = 0; s < (size_t)call->n; s++)
        for (int i = 0; i < in.h * in.w; i++)
            for (int j = 0; j < in.c; j++) {
                const size_t at = nn_pixel_at(in, s, i, j);
                call->y[at] = call->x[0][at] * call->x[1][s * (size_t)in.c + (size_t)j];
            }
}

static void backward_naive(const struct nn_call *call)
{
    const struct nn_shape in = call->layer->in[0];
    for (size_t s = 0; s < (size_t)call->n; s++)
        for (int j = 0; j < in.c; j++) {
            const size_t channel = s * (size_t)in.c + (size_t)j;
            double sum = 0;
            for (int i = 0; i < in.h * in.w; i++) {
                const size_t at = nn_pixel_at(in, s, i, j);
                sum += (double)call->dy[at] * (double)call->x[0][at];
                call->dx[0][at] =
                    call->dy[at] * call->x[1][channel] + (call->add[0] ? call->dx[0][at] : 0);
            }
            call->dx[1][channel] = (float)sum + (call->add[1] ? call->dx[1][channel] : 0);
        }
}

static const struct nn_attr cases[] = {{0}};

int nn_channel_scale(struct nn_net *net, int x, int gate)
{
    return nn_add_node(net, &channel_scale_op, &cases[0], x, gate);
}

const struct nn_op channel_scale_op = {
    .name = "channel_scale",
    .inputs = 2,
    .flags =
        NN_READS_INPUT | NN_READS_SECOND | NN_FORWARD_IN_PLACE | NN_BACKWARD_IN_PLACE | NN_TYPED,
    NN_CASES(cases),
    .shape = shape,
    .flops = nn_flops_one,
    NN_PASSES,
};
