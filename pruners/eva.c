/*
 * eva: the samples whose error varies most, early and again later.
 *
 * Paper: Hong, Zhang, Zhang and Zhou, "Evolution-aware VAriance (EVA) Coreset Selection for Medical
 * Image Classification", ACM Multimedia 2024 (arXiv 2406.05677).
 *
 *     e_i(t)  = || p_i - e_yi ||_2 at epoch t                         (el2n's norm)
 *     v_i     = variance of e_i over a window of epochs, divided by their number - 1
 *     score_i = 1/2 v_i(early) / sum_j v_j(early) + 1/2 v_i(late) / sum_j v_j(late)
 *
 * p is the output when the sample is presented in training. The highest are kept; scores sum to 1.
 * Example, two samples, early variances 1 and 3, late 2 and 2: scores 1/8 + 1/4 and 3/8 + 1/4.
 *
 * Needs probabilities. Cost: one proxy training; by default as long as the training that is
 * accelerated. The proxy follows the whole schedule, so that the late window is late.
 *
 * The windows are those of the authors' program: epochs 1 to 10 and 101 to 110 of 200. For other
 * lengths the late one begins after half of the epochs (our choice); `early`, `late` and `window`
 * move them. A window that would reach past the end is cut there, and begins two epochs before the
 * end at the latest; the proxy trains two epochs at least, for one has no variance (our choices).
 * Where no sample varies in a window, that half is 0.
 *
 * Beside the authors' program, on the same arrays: the same samples at rates .3, .5, .7 and .9.
 */
#include "pruners/math/errors.h"
#include "pruners/sampler.h"
#include "pruners/select.h"

#include <math.h>

struct eva_options {
    int early, late, window, epochs;
    struct sampler_options choice;
};

static const struct option table[] = {
    OPTION_INT(struct eva_options, early, "1", 1, 100000, "first epoch of the early window"),
    OPTION_INT(struct eva_options, late, "0", 0, 100000,
               "first epoch of the late window; 0: after half of the proxy's epochs (our choice)"),
    OPTION_INT(struct eva_options, window, "10", 2, 100000, "epochs of a window"),
    OPTION_INT(struct eva_options, epochs, "0", 0, 100000,
               "epochs the proxy trains, at least 2; 0: as many as the training"),
    SAMPLER(struct eva_options),
    OPTION_END,
};

enum { EARLY, LATE, WINDOWS };

/* The state is struct sample samples[n]: of each window the running mean of e_i and the sum of
 * squared differences from it. */
struct sample {
    struct {
        double count, mean, squares;
    } windows[WINDOWS];
};

static int epochs_of(const struct eva_options *o, const struct pruner_task *task)
{
    const int epochs = select_epochs(o->epochs, task);
    return epochs > 2 ? epochs : 2;
}

static struct pruner_watch watch(const struct pruner_run *run)
{
    return select_training_watch(epochs_of(run->options, &run->task));
}

/* The window's first epoch, from 1, as the options have it. */
static int wanted_first(const struct eva_options *o, int window, int last)
{
    const int half = last / 2 + 1;
    return window == EARLY ? o->early : o->late ? o->late : half;
}

/* Whether the epoch (from 1) is of the window; one of them may be of both. */
static bool is_inside(const struct pruner_run *run, int window, int epoch)
{
    const struct eva_options *o = run->options;
    const int last = epochs_of(o, &run->task), wanted = wanted_first(o, window, last);
    const int first = wanted < last ? wanted : last - 1;
    return epoch >= first && epoch - first < o->window;
}

static void note(const struct pruner_run *run, struct str *ret_note)
{
    static const char *const names[WINDOWS] = {"early", "late"};
    const struct eva_options *o = run->options;
    const int last = epochs_of(o, &run->task);
    for (int w = 0; w < WINDOWS; w++) {
        const int first = wanted_first(o, w, last);
        if (first > last - o->window + 1)
            str_addf(ret_note, "%sthe %s window, epochs %d to %d, is cut short by a proxy of %d",
                     ret_note->length ? "; " : "", names[w], first, first + o->window - 1, last);
    }
}

static void observe(struct pruner_run *run, const struct pruner_pass *pass)
{
    struct sample *samples = run->state;
    const size_t classes = (size_t)run->task.classes;
    for (int w = 0; w < WINDOWS; w++) {
        if (!is_inside(run, w, pass->epoch))
            continue;
        for (size_t i = 0; i < pass->n; i++) {
            if (pass->seen && !pass->seen[i])
                continue;
            const float *p = pass->probabilities + i * classes;
            const double e = sqrt(errors_squares(p, pass->labels[i], classes));
            const double before = e - samples[i].windows[w].mean;
            samples[i].windows[w].count++;
            samples[i].windows[w].mean += before / samples[i].windows[w].count;
            samples[i].windows[w].squares += before * (e - samples[i].windows[w].mean);
        }
    }
}

static double variance(const struct sample *s, int w)
{
    return s->windows[w].count < 2 ? 0 : s->windows[w].squares / (s->windows[w].count - 1);
}

static void score(struct pruner_run *run, struct rng *rng, float *ret_scores)
{
    (void)rng;
    const struct sample *samples = run->state;
    double sums[WINDOWS] = {0};
    for (int w = 0; w < WINDOWS; w++)
        for (size_t i = 0; i < run->task.n; i++)
            sums[w] += variance(&samples[i], w);
    for (size_t i = 0; i < run->task.n; i++) {
        double halves = 0;
        for (int w = 0; w < WINDOWS; w++)
            halves += sums[w] > 0 ? variance(&samples[i], w) / sums[w] / 2 : 0;
        ret_scores[i] = (float)halves;
    }
}

const struct pruner eva_pruner = {
    .name = "eva",
    .help = "the largest variance of the probabilities' distance from the label, in an early and "
            "a late window",
    .cite = "Hong et al. 2024, ACM Multimedia",
    .cost = "a proxy of `epochs` epochs: by default a whole training",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_PROBABILITIES,
    KIND_OPTIONS(struct eva_options, table),
    .note = note,
    .sample_state = sizeof(struct sample),
    .observe = observe,
    .watch = watch,
    .score = score,
};
