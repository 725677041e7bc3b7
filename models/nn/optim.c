#include "models/nn/optim.h"

#include "base/err.h"
#include "base/mem.h"
#include "models/nn/num/kernel.h"

#include <math.h>

const char *const optimizer_names[] = {
    [OPTIMIZER_SGD] = "sgd",
    [OPTIMIZER_ADAMW] = "adamw",
    [OPTIMIZER_LARS] = "lars",
    NULL,
};

const char *const schedule_names[] = {
    [SCHEDULE_CONSTANT] = "constant",
    [SCHEDULE_STEP] = "step",
    [SCHEDULE_COSINE] = "cosine",
    [SCHEDULE_ONE_CYCLE] = "one-cycle",
    [SCHEDULE_TRIANGLE] = "triangle",
    [SCHEDULE_MILESTONES] = "milestones",
    NULL,
};

/* one-cycle starts at lr / START and ends at lr / END. */
static const double CYCLE_START = 25, CYCLE_END = 1e4;

/* A share such as 27 / 90 may come out just below 0.3. */
static const double SHARE_TOLERANCE = 1e-9;

/* ---- What it knows ---- */

size_t optimizer_state_count(const struct optimizer_setting *setting, size_t params, size_t buffers)
{
    return (setting->kind == OPTIMIZER_ADAMW ? 2 : 1) * params +
           (setting->lookahead.every ? params + buffers : 0);
}

static bool alike(const struct nn_training *a, const struct nn_training *b)
{
    return a->lr == b->lr && a->decay == b->decay && a->epochs == b->epochs;
}

void optimizer_init(struct optimizer *optimizer, const struct optimizer_setting *setting,
                    const struct nn_net *net)
{
    struct optimizer o = {.setting = *setting, .count = nn_param_count(net)};
    MEM_NEW(o.groups, (size_t)nn_group_count(net));
    for (int i = 0; i < nn_group_count(net); i++) {
        const struct nn_group group = nn_group_at(net, i);
        struct nn_group *last = &o.groups[o.group_count ? o.group_count - 1 : 0];
        if (o.group_count && setting->kind != OPTIMIZER_LARS && alike(&last->how, &group.how))
            last->to = group.to;
        else
            o.groups[o.group_count++] = group;
    }
    MEM_NEW(o.ratios, (size_t)o.group_count);
    o.state_count = optimizer_state_count(setting, o.count, nn_buffer_count(net));
    MEM_NEW(o.state, o.state_count);
    *optimizer = o;
}

void optimizer_release(struct optimizer *optimizer)
{
    MEM_FREE(optimizer->groups, optimizer->ratios, optimizer->state);
    *optimizer = (struct optimizer){0};
}

/* ---- Kernels ---- */

/* w -= lr * (look v + direct d) and g = 0, all [n]: Nesterov's momentum is look = momentum,
   direct = 1. */
NN_CLONES(static, update,
          (float *restrict w, float *restrict v, float *restrict g, size_t n, float lr,
           float momentum, float decay, float look, float direct),
          (w, v, g, n, lr, momentum, decay, look, direct))
{
    for (size_t i = 0; i < n; i++) {
        const float d = g[i] + decay * w[i];
        v[i] = momentum * v[i] + d;
        w[i] -= lr * (look * v[i] + direct * d);
        g[i] = 0;
    }
}

/* w -= fall * w, then w -= lr * m / (sqrt(v) / root + epsilon), and g = 0, all [n]. */
NN_CLONES(static, update_adamw,
          (float *restrict w, float *restrict m, float *restrict v, float *restrict g, size_t n,
           float fall, float lr, float root, const struct optimizer_setting *s),
          (w, m, v, g, n, fall, lr, root, s))
{
    const float one = (float)(1 - s->momentum), beta2 = (float)s->beta2,
                two = (float)(1 - s->beta2), epsilon = (float)s->epsilon;
    for (size_t i = 0; i < n; i++) {
        m[i] += one * (g[i] - m[i]);
        v[i] = beta2 * v[i] + two * (g[i] * g[i]);
        w[i] = w[i] - fall * w[i] - lr * m[i] / (sqrtf(v[i]) / root + epsilon);
        g[i] = 0;
    }
}

NN_CLONES(static, scale, (float *values, size_t n, float factor), (values, n, factor))
{
    for (size_t i = 0; i < n; i++)
        values[i] *= factor;
}

/* Of values [n], summed in double; several sums, so that they fit vectors. */
NN_CLONES(static, sum_squares, (double *ret_sum, const float *values, size_t n),
          (ret_sum, values, n))
{
    enum { LANES = 16 };
    double squares[LANES] = {0}, sum = 0;
    for (size_t i = 0; i + LANES <= n; i += LANES)
        for (size_t l = 0; l < LANES; l++)
            squares[l] += (double)values[i + l] * (double)values[i + l];
    for (size_t i = n / LANES * LANES; i < n; i++)
        squares[0] += (double)values[i] * (double)values[i];
    for (size_t l = 0; l < LANES; l++)
        sum += squares[l];
    *ret_sum = sum;
}

static double length(const float *values, size_t n)
{
    double squares;
    sum_squares(&squares, values, n);
    return sqrt(squares);
}

/* ---- Lookahead ---- */

/* average <- average + share (w - average); w <- average, all [n]. */
NN_CLONES(static, meet, (float *restrict average, float *restrict w, size_t n, float share),
          (average, w, n, share))
{
    for (size_t i = 0; i < n; i++) {
        average[i] += share * (w[i] - average[i]);
        w[i] = average[i];
    }
}

/* A thread's part of n floats, in whole cache lines: no two threads write to one. */
static void part(size_t n, int rank, int threads, size_t *ret_from, size_t *ret_to)
{
    enum { LINE = 16 };
    const size_t lines = (n + LINE - 1) / LINE,
                 each = (lines + (size_t)threads - 1) / (size_t)threads * LINE,
                 from = each * (size_t)rank, to = from + each;
    *ret_from = from < n ? from : n;
    *ret_to = to < n ? to : n;
}

struct mixing {
    float *average; /* [count] parameters, [buffer_count] */
    struct nn_net *net;
    double keep;
};

static void mix_share(void *context, int rank, int threads)
{
    const struct mixing *m = context;
    const size_t params = nn_param_count(m->net), buffers = nn_buffer_count(m->net);
    size_t from, to;
    const unsigned long denormals = nn_denormals_off();
    part(params, rank, threads, &from, &to);
    meet(m->average + from, nn_params(m->net) + from, to - from, (float)(1 - m->keep));
    part(buffers, rank, threads, &from, &to);
    meet(m->average + params + from, nn_buffers(m->net) + from, to - from, (float)(1 - m->keep));
    nn_denormals_restore(denormals);
}

/* The averages and the network become that share of the averages and the rest of the network. */
static void mix(struct optimizer *o, struct nn_net *net, double keep)
{
    if (!o->setting.lookahead.every)
        return;
    struct mixing mixing = {o->state + o->state_count - o->count - nn_buffer_count(net), net, keep};
    nn_parallel(net, mix_share, &mixing);
}

/* ---- A step ---- */

struct step {
    struct optimizer *optimizer;
    struct nn_net *net;
    double lr;
    int epoch;
};

/* The group's own, of which its learning rate is told in lr_of(). */
static double decay_of(const struct step *step, const struct nn_group *group)
{
    return step->optimizer->setting.weight_decay * group->how.decay / group->how.lr;
}

static double lr_of(const struct step *step, const struct nn_group *group)
{
    return step->lr * group->how.lr;
}

static void step_adamw(const struct step *step, const struct nn_group *group, size_t from,
                       size_t to)
{
    const struct optimizer *o = step->optimizer;
    const struct optimizer_setting *s = &o->setting;
    const double t = (double)o->steps + 1, lr = lr_of(step, group);
    update_adamw(nn_params(step->net) + from, o->state + from, o->state + o->count + from,
                 nn_gradients(step->net) + from, to - from, (float)(lr * decay_of(step, group)),
                 (float)(lr / (1 - pow(s->momentum, t))), (float)sqrt(1 - pow(s->beta2, t)), s);
}

/* ratio: of d. */
static void step_sgd(const struct step *step, const struct nn_group *group, size_t from, size_t to,
                     double ratio)
{
    const struct optimizer_setting *s = &step->optimizer->setting;
    const float momentum = (float)s->momentum;
    update(nn_params(step->net) + from, step->optimizer->state + from,
           nn_gradients(step->net) + from, to - from, (float)lr_of(step, group), momentum,
           (float)(ratio * decay_of(step, group)), s->nesterov ? momentum : 1, s->nesterov ? 1 : 0);
}

/* Parameters from..to - 1 of the group. */
static void step_range(const struct step *step, int i, size_t from, size_t to)
{
    const struct optimizer *o = step->optimizer;
    if (o->setting.kind == OPTIMIZER_ADAMW) {
        step_adamw(step, &o->groups[i], from, to);
    } else if (o->setting.kind == OPTIMIZER_LARS) {
        scale(nn_gradients(step->net) + from, to - from, (float)o->ratios[i]);
        step_sgd(step, &o->groups[i], from, to, o->ratios[i]);
    } else {
        step_sgd(step, &o->groups[i], from, to, 1);
    }
}

/* Each thread takes whole groups. */
static void find_ratios(void *context, int rank, int threads)
{
    const struct step *step = context;
    const struct optimizer *o = step->optimizer;
    for (int i = rank; i < o->group_count; i += threads) {
        const struct nn_group *group = &o->groups[i];
        const size_t n = group->to - group->from;
        if (step->epoch >= group->how.epochs)
            continue;
        const double w = length(nn_params(step->net) + group->from, n),
                     g = length(nn_gradients(step->net) + group->from, n);
        o->ratios[i] = w > 0 && g > 0 ? o->setting.trust * w / (g + decay_of(step, group) * w) : 1;
    }
}

static void step_share(void *context, int rank, int threads)
{
    const struct step *step = context;
    const struct optimizer *o = step->optimizer;
    size_t first, end;
    part(o->count, rank, threads, &first, &end);
    const unsigned long denormals = nn_denormals_off();
    for (int i = 0; i < o->group_count; i++) {
        const struct nn_group *group = &o->groups[i];
        const size_t from = group->from > first ? group->from : first,
                     to = group->to < end ? group->to : end;
        if (from < to && step->epoch < group->how.epochs)
            step_range(step, i, from, to);
    }
    nn_denormals_restore(denormals);
}

void optimizer_step(struct optimizer *optimizer, struct nn_net *net, double lr, int epoch)
{
    REQUIRE(optimizer->count == nn_param_count(net));
    struct step step = {optimizer, net, lr, epoch};
    if (optimizer->setting.kind == OPTIMIZER_LARS)
        nn_parallel(net, find_ratios, &step);
    nn_parallel(net, step_share, &step);
    optimizer->steps++;
}

void optimizer_begin(struct optimizer *optimizer, struct nn_net *net)
{
    if (optimizer->steps == 0)
        mix(optimizer, net, 0);
}

void optimizer_look_ahead(struct optimizer *optimizer, struct nn_net *net, double share)
{
    const struct lookahead *l = &optimizer->setting.lookahead;
    if (l->every && optimizer->steps % l->every == 0)
        mix(optimizer, net, l->decay * pow(share, l->power));
}

void optimizer_settle(struct optimizer *optimizer, struct nn_net *net)
{
    if (optimizer->steps > 0)
        mix(optimizer, net, 1);
}

/* ---- Schedules ---- */

/* From `from` to `to` along half a cosine wave, share in [0, 1]. */
static double anneal(double from, double to, double share)
{
    const double pi = 3.14159265358979323846;
    return to + (from - to) * (1 + cos(pi * share)) / 2;
}

static double linear(double from, double to, double share)
{
    return from + (to - from) * share;
}

/* To the peak and away from it, each along a line of its own. */
static double rise_and_fall(double start, double peak, double end, double rise, double share,
                            double (*line)(double from, double to, double share))
{
    if (share < rise)
        return line(start, peak, share / rise);
    return rise < 1 ? line(peak, end, (share - rise) / (1 - rise)) : peak;
}

static int milestones_passed(const struct schedule *s, double share)
{
    int passed = 0;
    while (passed < s->milestone_count &&
           s->milestones[passed] / s->milestones_of <= share + SHARE_TOLERANCE)
        passed++;
    return passed;
}

bool schedule_rises(enum schedule_kind kind)
{
    return kind == SCHEDULE_ONE_CYCLE || kind == SCHEDULE_TRIANGLE;
}

double schedule_lr(const struct schedule *s, double epoch, double epochs)
{
    const double warmup = schedule_rises(s->kind) ? 0 : s->warmup;
    if (epoch < warmup)
        return s->lr * epoch / warmup;
    const double left = epochs - warmup, share = left > 0 ? fmin((epoch - warmup) / left, 1) : 1;
    switch (s->kind) {
    case SCHEDULE_CONSTANT:
        return s->lr;
    case SCHEDULE_STEP:
        return s->lr * pow(s->step_factor, floor(share / s->step_every + SHARE_TOLERANCE));
    case SCHEDULE_COSINE:
        return anneal(s->lr, 0, share);
    case SCHEDULE_ONE_CYCLE:
        return rise_and_fall(s->lr / CYCLE_START, s->lr, s->lr / CYCLE_END, s->cycle_rise, share,
                             anneal);
    case SCHEDULE_TRIANGLE:
        return rise_and_fall(s->lr * s->triangle_start, s->lr, s->lr * s->triangle_end,
                             s->triangle_rise, share, linear);
    case SCHEDULE_MILESTONES:
        return s->lr * pow(s->step_factor, milestones_passed(s, epoch / epochs));
    }
    DIE("bug: schedule %d", (int)s->kind);
}
