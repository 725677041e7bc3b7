/*
 * forgetting: the samples that training learns and forgets again most often.
 *
 * Paper: Toneva et al., "An Empirical Study of Example Forgetting during Deep Neural Network
 * Learning", ICLR 2019.
 *
 *     flip        sample i was right when it was last presented and is wrong now
 *     count_i     flips over the epochs of a run
 *                 = the number of those epochs, if i was never right: above any count that is
 *                   possible, for a flip takes two presentations
 *     score_i     mean over runs of count_i
 *
 * A presentation is the sample's turn in a mini-batch of training, augmented, before the step.
 * Example: right at presentations 2, 3 and 5 of 6 (0 1 1 0 1 0): 2 flips.
 *
 * Needs correctness. Cost: `runs` proxy trainings; by default one whole training, so that one
 * use alone can never save time. `epochs` shortens it.
 *
 * Known deviations: none; the authors' program gives samples never learned the same maximum, and
 * adds up runs. Our choice: 1 run.
 *
 * Beside the authors' and data_diet's programs, on the same arrays: the counts are equal (DeepCore
 * counts never learned as 0). What is kept is not, for counts tie and each program sorts ties its
 * own way: 327 of 420, 274 of 300 and 103 of 180 are the same samples. `ties: random` (sampler.h)
 * does not let the file's order decide.
 */
#include "pruners/sampler.h"
#include "pruners/select.h"

struct forgetting_options {
    int runs, epochs;
    struct sampler_options choice;
};

static const struct option table[] = {
    OPTION_INT(struct forgetting_options, runs, "1", 1, 1000,
               "proxy networks averaged over (our choice)"),
    OPTION_INT(struct forgetting_options, epochs, "0", 0, 100000,
               "epochs each proxy trains; 0: as many as the training"),
    SAMPLER(struct forgetting_options),
    OPTION_END,
};

struct sample {
    double count; /* summed over runs; a run counts as never learned until it was right once */
    bool learned; /* in this run */
    bool right;   /* at the last presentation of this run */
};

struct forgetting_state {
    int runs; /* begun */
    struct sample samples[];
};

static void note(const struct pruner_run *run, struct str *ret_note)
{
    if (pruner_watch(run).epochs == 1)
        str_add(ret_note,
                "a proxy of one epoch sees each sample once, so nothing can be forgotten");
}

static void begin_run(struct forgetting_state *state, size_t n, double never_learned)
{
    state->runs++;
    for (size_t i = 0; i < n; i++) {
        state->samples[i].count += never_learned;
        state->samples[i].learned = state->samples[i].right = false;
    }
}

static void observe(struct pruner_run *run, const struct pruner_pass *pass)
{
    struct forgetting_state *state = run->state;
    const double never_learned = pruner_watch(run).epochs;
    if (pass->run == state->runs)
        begin_run(state, pass->n, never_learned);
    for (size_t i = 0; i < pass->n; i++) {
        if (pass->seen && !pass->seen[i])
            continue;
        struct sample *s = &state->samples[i];
        const bool right = pass->correct[i];
        if (right && !s->learned) {
            s->count -= never_learned;
            s->learned = true;
        }
        if (s->right && !right)
            s->count++;
        s->right = right;
    }
}

static void score(struct pruner_run *run, struct rng *rng, float *ret_scores)
{
    (void)rng;
    const struct forgetting_options *o = run->options;
    const struct forgetting_state *state = run->state;
    for (size_t i = 0; i < run->task.n; i++)
        ret_scores[i] = (float)(state->samples[i].count / o->runs);
}

const struct pruner forgetting_pruner = {
    .name = "forgetting",
    .help = "the most flips from right to wrong while training; never learned comes first",
    .cite = "Toneva et al. 2019, ICLR",
    .cost = "`runs` proxies of `epochs` epochs: by default a whole training",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_CORRECT,
    KIND_OPTIONS(struct forgetting_options, table),
    .note = note,
    .shared_state = sizeof(struct forgetting_state),
    .sample_state = sizeof(struct sample),
    .observe = observe,
    .score = score,
};
