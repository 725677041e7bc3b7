/*
 * esps: the samples whose predicted probabilities turn most from epoch to epoch, early.
 *
 * Paper: Hu et al., "ESPS", IEEE Access 2026.
 *
 *     score_i = mean over t of  1 - cos( p_i(t), p_i(t+1) )      p = softmax, when training saw i
 *               in the first T epochs of one proxy; the highest are kept
 *     noise:    score_i = -( that + 1 - mean over t of p_y )     the lowest of their sum are kept
 *
 * With T 10 it is the cheapest score by training dynamics: 5 % of a training of 200 epochs.
 * `noise`, for wrong labels, they use with T 30.
 *
 * Worked example: p = (1, 0), (.6, .8), (0, 1) in three epochs, y = 0: cosines .6 and .8, score .3;
 * with `noise` mean p_y is .5333, score -.7667.
 *
 * Needs probabilities. Cost: a proxy of T epochs. State: C floats a sample.
 *
 * Known deviations: in the authors' program (exp/data_subset.py at revision 171b73b) the highest
 * k + (1.8 - kept share) N / 10 are a pool, of which each epoch draws k anew: `preset: authors`,
 * the sampler `pool`; by default the k highest are kept. They train with batches of 32 above rate
 * .7 and of 128 below. A sample that training saw once has score 0.
 */
#include "pruners/sampler.h"
#include "pruners/select.h"

#include <math.h>
#include <string.h>

struct esps_options {
    int T;
    bool noise;
    struct sampler_options choice;
};

static const struct option table[] = {
    OPTION_INT(struct esps_options, T, "10", 2, 100000, "epochs the proxy trains"),
    OPTION_BOOL(struct esps_options, noise, "false",
                "for wrong labels: what turns least, and is sure"),
    SAMPLER(struct esps_options),
    OPTION_END,
};

/* The state: struct sample [n], then float [n][classes], the last probabilities. */
struct sample {
    double turned;  /* sum of 1 - cos */
    double certain; /* sum of p_y */
    uint64_t seen;
};

static size_t state_size(const void *options, const struct pruner_task *task)
{
    (void)options;
    return mem_size(task->n, sizeof(struct sample)) +
           mem_size(mem_size(task->n, (size_t)task->classes), sizeof(float));
}

static struct pruner_watch watch(const struct pruner_run *run)
{
    const struct esps_options *o = run->options;
    return select_training_watch(o->T);
}

/* 1 - cos(a, b) */
static double turn(const float *a, const float *b, size_t d)
{
    double ab = 0, aa = 0, bb = 0;
    for (size_t c = 0; c < d; c++) {
        ab += (double)a[c] * (double)b[c];
        aa += (double)a[c] * (double)a[c];
        bb += (double)b[c] * (double)b[c];
    }
    return 1 - ab / sqrt(aa * bb);
}

static void observe(struct pruner_run *run, const struct pruner_pass *pass)
{
    struct sample *samples = run->state;
    void *after = samples + pass->n;
    const size_t classes = (size_t)run->task.classes;
    for (size_t i = 0; i < pass->n; i++) {
        const float *p = pass->probabilities + i * classes;
        float *last = (float *)after + i * classes;
        if (pass->seen && !pass->seen[i])
            continue;
        samples[i].turned += samples[i].seen ? turn(last, p, classes) : 0;
        samples[i].certain += (double)p[pass->labels[i]];
        samples[i].seen++;
        memcpy(last, p, classes * sizeof *last);
    }
}

static void score(struct pruner_run *run, struct rng *rng, float *ret_scores)
{
    (void)rng;
    const struct esps_options *o = run->options;
    const struct sample *samples = run->state;
    for (size_t i = 0; i < run->task.n; i++) {
        const double seen = (double)samples[i].seen,
                     turned = seen > 1 ? samples[i].turned / (seen - 1) : 0,
                     certain = seen > 0 ? samples[i].certain / seen : 1;
        ret_scores[i] = (float)(o->noise ? -(turned + 1 - certain) : turned);
    }
}

const struct pruner esps_pruner = {
    .name = "esps",
    .help = "the probabilities that turn most from epoch to epoch, early",
    .cite = "Hu et al. 2026, IEEE Access",
    .cost = "a proxy of T epochs",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_PROBABILITIES,
    KIND_OPTIONS(struct esps_options, table),
    .presets =
        KIND_PRESETS({"authors", "sampler=pool", "each epoch draws from a pool of the highest"},
                     {"noise", "noise=true T=30", "for wrong labels"}),
    .state_size = state_size,
    .watch = watch,
    .observe = observe,
    .score = score,
};
