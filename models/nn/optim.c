#include "models/nn/optim.h"

#include "base/err.h"
#include "base/mem.h"
#include "models/nn/num/kernel.h"

#include <math.h>

const char *const schedule_names[] = {
    [SCHEDULE_CONSTANT] = "constant", [SCHEDULE_STEP] = "step",
    [SCHEDULE_COSINE] = "cosine",     [SCHEDULE_ONE_CYCLE] = "one-cycle",
    [SCHEDULE_TRIANGLE] = "triangle", NULL,
};

/* one-cycle starts at lr / START and ends at lr / END. */
static const double CYCLE_START = 25, CYCLE_END = 1e4;

/* A share such as 27 / 90 may come out just below 0.3. */
static const double SHARE_TOLERANCE = 1e-9;

/* ---- Stochastic gradient descent ---- */

void sgd_init(struct sgd *sgd, size_t n, double momentum, double weight_decay, bool nesterov)
{
    *sgd = (struct sgd){
        .momentum = momentum,
        .weight_decay = weight_decay,
        .nesterov = nesterov,
        .n = n,
    };
    MEM_NEW(sgd->velocity, n);
}

void sgd_release(struct sgd *sgd)
{
    mem_free(sgd->velocity);
    *sgd = (struct sgd){0};
}

/* w -= lr * (look v + direct d) and g = 0, all [n]: Nesterov's momentum is look = momentum,
   direct = 1. */
NN_CLONES static void update(float *restrict w, float *restrict v, float *restrict g, size_t n,
                             float lr, float momentum, float decay, float look, float direct)
{
    for (size_t i = 0; i < n; i++) {
        const float d = g[i] + decay * w[i];
        v[i] = momentum * v[i] + d;
        w[i] -= lr * (look * v[i] + direct * d);
        g[i] = 0;
    }
}

void sgd_step(struct sgd *sgd, float *params, float *gradients, double lr, size_t from, size_t to)
{
    REQUIRE(from <= to && to <= sgd->n);
    const float momentum = (float)sgd->momentum, decay = (float)sgd->weight_decay;
    const unsigned denormals = nn_denormals_off();
    update(params + from, sgd->velocity + from, gradients + from, to - from, (float)lr, momentum,
           decay, sgd->nesterov ? momentum : 1, sgd->nesterov ? 1 : 0);
    nn_denormals_restore(denormals);
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
    }
    DIE("bug: schedule %d", (int)s->kind);
}
