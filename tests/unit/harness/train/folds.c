/* unseen: networks that each do not know a fold of the samples, and what a pruner is shown by them.
 */
#include "pruners/select.h"
#include "tests/support/cell_bench.h"

#include <criterion/criterion.h>
#include <string.h>

enum { FOLDS = 3, RUNS = 2, MOST_NETWORKS = FOLDS * RUNS, SAMPLES = BENCH_SAMPLES };

/* Of the cell that runs: what each network was trained on, and what a pruner came to. */
static struct {
    bool known[MOST_NETWORKS][SAMPLES];
    float scores[SAMPLES];
    int networks, looks;
} seen;

static struct pruner_watch watch(const struct pruner_run *run)
{
    (void)run;
    return (struct pruner_watch){.runs = RUNS, .epochs = 1};
}

static struct pruner_watch watch_one(const struct pruner_run *run)
{
    (void)run;
    return (struct pruner_watch){.runs = 1, .epochs = 2};
}

/* An epoch, the only one, of the next network begins with its first batch. */
static void write_down(struct pruner_run *run, const struct pruner_batch *batch, struct rng *rng,
                       float *ret_weights)
{
    (void)run, (void)rng, (void)ret_weights;
    seen.networks += batch->first == 0;
    cr_assert_leq(seen.networks, MOST_NETWORKS);
    for (size_t row = 0; row < batch->rows; row++)
        seen.known[seen.networks - 1][batch->index[row]] = true;
}

/* Of the samples of a fold: its number. */
static void number(const struct pruner_run *run, const struct pruner_pass *pass, double *ret_values)
{
    cr_assert_eq(pass->n, run->task.n);
    for (size_t i = 0; i < pass->n; i++) {
        cr_assert_eq(pass->labels[i], run->task.labels[i]);
        ret_values[i] = seen.looks % FOLDS;
    }
    seen.looks++;
}

static void losses(const struct pruner_run *run, const struct pruner_pass *pass, double *ret_values)
{
    (void)run;
    for (size_t i = 0; i < pass->n; i++)
        ret_values[i] = (double)pass->losses[i];
    seen.looks++;
}

static void keep(struct pruner_run *run, struct rng *rng, struct pruner_selection *ret_selection)
{
    memcpy(seen.scores, run->scores, sizeof seen.scores);
    select_uniform(run, rng, ret_selection);
}

static void run(const struct pruner *pruner)
{
    struct bench b;
    bench_setup(&b, pruner, 0.5);
    bench_set_model(&b, "mlp");
    b.cell.scoring.folds = FOLDS;
    memset(&seen, 0, sizeof seen);
    bench_run_well(&b);
    bench_teardown(&b);
}

/* Goes by a network's own features, and so by each fold alone. */
static struct pruner apart(void)
{
    return (struct pruner){
        .name = "spy",
        .kind = PRUNER_STATIC,
        .needs = NEEDS_LOSSES | NEEDS_FEATURES,
        .flags = PRUNER_SCORES_PARTS,
        .watch = watch,
        .choose = keep,
    };
}

Test(train_folds, no_network_that_is_asked_of_a_sample_was_trained_on_it)
{
    struct pruner pruner = apart();
    pruner.look = number;
    pruner.batch = write_down;
    run(&pruner);
    cr_assert_eq(seen.networks, MOST_NETWORKS);
    cr_assert_eq(seen.looks, MOST_NETWORKS);
    for (int network = 0; network < MOST_NETWORKS; network++)
        for (size_t i = 0; i < SAMPLES; i++)
            cr_assert_neq(seen.known[network][i], seen.scores[i] == (float)(network % FOLDS),
                          "network %d, sample %zu of fold %g", network, i, (double)seen.scores[i]);
}

/* What is a sample's own is the same number by either way. */
Test(train_folds, each_sample_has_the_numbers_of_its_own_network)
{
    struct pruner pruner = apart();
    float expected[SAMPLES];
    pruner.look = losses;
    pruner.watch = watch_one;
    run(&pruner);
    cr_assert_eq(seen.looks, FOLDS);
    memcpy(expected, seen.scores, sizeof expected);
    pruner.needs = NEEDS_LOSSES;
    run(&pruner);
    cr_assert_eq(seen.looks, 1, "all folds in one pass");
    for (size_t i = 0; i < SAMPLES; i++)
        cr_assert_eq(seen.scores[i], expected[i], "sample %zu: %g, apart %g", i,
                     (double)seen.scores[i], (double)expected[i]);
}
