/*
 * Proxies whose batches a pruner sees before the training has them: they are the same, and the
 * training's steps are those of the batches, on what was kept of each.
 */
#include "base/mem.h"
#include "harness/train/train.h"
#include "tests/support/cell_bench.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* 200 samples are six batches of 32 and a rest of 8. */
enum { EPOCHS = BENCH_EPOCHS, SAMPLES = BENCH_SAMPLES, BATCH = BENCH_BATCH, BATCHES = 7 };

static struct bench filtered(const struct pruner *pruner, double rate)
{
    struct bench b;
    bench_setup(&b, pruner, rate);
    bench_set_model(&b, "convnet");
    b.cell.recipe.augment = AUGMENT_CROP_FLIP;
    return b;
}

/* ---- The same batches ---- */

/* Of the cell that runs: the batch from which each sample was kept, from 1. */
static struct {
    size_t kept_of[EPOCHS][SAMPLES], looked;
    int checked;
} seen;

static bool always(const struct pruner_run *run)
{
    (void)run;
    return true;
}

static void write_down(struct pruner_run *run, const struct pruner_batch *batch, struct rng *rng,
                       float *ret_weights)
{
    pruner_find("proxy-filter")->batch(run, batch, rng, ret_weights);
    const int8_t *masks = (const int8_t *)run->state + sizeof(uint64_t);
    for (size_t row = 0; row < batch->rows; row++)
        if (masks[(size_t)batch->epoch * SAMPLES + batch->index[row]] > 0)
            seen.kept_of[batch->epoch][batch->index[row]] = batch->first / BATCH + 1;
    seen.looked += batch->rows;
}

/* Samples of one step have one mean loss. */
static void check_steps(struct pruner_run *run, const struct pruner_pass *pass)
{
    const size_t *kept_of = seen.kept_of[pass->epoch - 1];
    size_t sizes[BATCHES + 1] = {0};
    cr_assert(pass->training);
    for (size_t i = 0; i < SAMPLES; i++) {
        cr_assert_eq(pass->seen[i] != 0, kept_of[i] > 0, "epoch %d: sample %zu", pass->epoch, i);
        sizes[kept_of[i]]++;
        for (size_t j = 0; j < i; j++)
            if (kept_of[i] && kept_of[j])
                cr_assert_eq(kept_of[i] == kept_of[j],
                             pass->batch_losses[i] == pass->batch_losses[j],
                             "epoch %d: samples %zu and %zu", pass->epoch, i, j);
    }
    for (size_t b = 1; b < BATCHES; b++)
        cr_assert_eq(sizes[b], (size_t)(BATCH / 2), "batch %zu: %zu", b, sizes[b]);
    cr_assert_eq(sizes[BATCHES], 4u);
    seen.checked++;
    (void)run;
}

Test(train_proxies, the_training_meets_the_batches_of_the_proxy)
{
    struct pruner pruner = *pruner_find("proxy-filter");
    pruner.needs = NEEDS_BATCH_LOSSES;
    pruner.watch_training = always;
    pruner.batch = write_down;
    pruner.observe = check_steps;
    struct bench b = filtered(&pruner, 0.5);
    bench_run_well(&b);
    cr_assert_eq(seen.checked, EPOCHS);
    cr_assert_eq(seen.looked, (size_t)(EPOCHS * SAMPLES));
    bench_teardown(&b);
}

Test(train_proxies, one_serves_whatever_network_is_trained)
{
    struct bench small = filtered(pruner_find("proxy-filter"), 0.5);
    struct bench large = filtered(pruner_find("proxy-filter"), 0.5);
    struct str folder = {0};
    str_addf(&folder, "%s/artifacts", test_dir());
    small.cell.scoring.model = large.cell.scoring.model = model_find("softmax");
    small.cell.scoring.model_options = large.cell.scoring.model_options =
        kind_defaults(&small.cell.scoring.model->is, &small.arena);
    large.cell.model = model_find("mlp");
    large.cell.model_options = kind_defaults(&large.cell.model->is, &large.arena);
    small.places.artifacts = large.places.artifacts = str_text(&folder);
    small.places.reuse = large.places.reuse = true;
    bench_run_well(&small);
    bench_run_well(&large);
    cr_assert_eq(small.kept.artifact.reused, 0);
    cr_assert_eq(large.kept.artifact.reused, 1, "one proxy serves both");
    cr_assert_eq(large.kept.artifact.carried_ns, small.end.phase_ns[PHASE_SCORE]);
    str_release(&folder);
    bench_teardown(&small);
    bench_teardown(&large);
}

/* ---- The books ---- */

Test(train_proxies, looks_and_steps_of_the_proxy_are_counted_and_charged)
{
    struct bench b = filtered(pruner_find("proxy-filter"), 0.5);
    bench_run_well(&b);
    /* Of 28 batches every fourth has a step on 16, the rest's on 4: batches 0, 4, 8, ... 24; the
       rests are 6, 13, 20 and 27, of which 20 is one. */
    const int64_t steps = 6 * 16 + 4, looks = EPOCHS * SAMPLES, trained = EPOCHS * SAMPLES / 2;
    cr_expect_eq(b.end.work.samples_forward, looks + steps + trained, "%lld",
                 (long long)b.end.work.samples_forward);
    cr_expect_eq(b.end.work.samples_backward, steps + trained);
    cr_expect_gt(b.end.phase_ns[PHASE_SCORE], 0);
    cr_expect_float_eq(b.end.kept_fraction, 0.5, 1e-12);
    cr_assert_eq(b.kept.selection_count, EPOCHS);
    for (size_t e = 0; e < EPOCHS; e++) {
        cr_expect_eq(b.kept.selection_kept[e], SAMPLES / 2);
        cr_expect_eq(b.kept.epochs[e].kept, SAMPLES / 2);
    }
    cr_expect_geq(b.kept.epochs[0].charged_ns, b.end.phase_ns[PHASE_SCORE] / 2);
    bench_teardown(&b);
}

Test(train_proxies, annealed_epochs_have_no_proxy_and_all_data)
{
    struct bench b = filtered(pruner_find("proxy-filter"), 0.5);
    bench_set_option(&b, "anneal", "0.5");
    bench_set_option(&b, "every", "1000");
    bench_run_well(&b);
    cr_expect_eq(b.end.work.samples_forward - b.end.work.samples_backward, 2 * SAMPLES);
    cr_expect_eq(b.kept.epochs[1].kept, SAMPLES / 2);
    cr_expect_eq(b.kept.epochs[2].kept, SAMPLES);
    bench_teardown(&b);
}

Test(train_proxies, what_fills_no_batch_has_no_step_in_either)
{
    struct bench b = filtered(pruner_find("proxy-filter"), 0.5);
    b.cell.recipe.drop_last = true;
    bench_set_option(&b, "every", "1000");
    bench_run_well(&b);
    cr_expect_eq(b.kept.selection_kept[0], SAMPLES / 2);
    cr_expect_eq(b.kept.epochs[0].kept, 6 * BATCH / 2);
    cr_expect_eq(b.end.work.samples_forward - b.end.work.samples_backward, EPOCHS * 6 * BATCH);
    bench_teardown(&b);
}

/* The choice is recorded and the training takes all: bit for bit that of full. */
Test(train_proxies, a_choice_may_be_told_and_not_applied)
{
    struct bench full = filtered(pruner_find("full"), 0);
    struct bench only = filtered(pruner_find("proxy-filter"), 0.5);
    only.cell.scoring.only = true;
    bench_run_well(&full);
    bench_run_well(&only);
    bench_assert_same_bits(&full.kept, &only.kept);
    cr_expect_eq(only.kept.selection_kept[EPOCHS - 1], SAMPLES / 2);
    bench_teardown(&full);
    bench_teardown(&only);
}

/* ---- Proxies that train on a part ---- */

/* A quarter of the samples: 2 epochs with a step on each, a pass over all, and the training. */
Test(train_proxies, may_train_on_a_part_and_be_charged_for_it_alone)
{
    struct bench b = filtered(pruner_find("extrapolate"), 0.5);
    bench_set_option(&b, "share", "0.25");
    bench_set_option(&b, "score_options", "runs=1 at=2");
    bench_run_well(&b);
    const int64_t steps = 2 * SAMPLES / 4, look = SAMPLES, trained = EPOCHS * SAMPLES / 2;
    cr_expect_eq(b.end.work.samples_forward, steps + look + trained, "%lld",
                 (long long)b.end.work.samples_forward);
    cr_expect_eq(b.end.work.samples_backward, steps + trained);
    bench_teardown(&b);
}

static int parts_seen;

/* What training computed is of those that train_on() names, the same in each epoch. */
static void check_part(struct pruner_run *run, const struct pruner_pass *pass)
{
    const struct pruner *pruner = pruner_find("extrapolate");
    struct pruner_selection part = {0};
    MEM_NEW(part.index, pass->n);
    MEM_NEW(part.weight, pass->n);
    pruner_train_on(run, &part);
    cr_assert_eq(part.count, (size_t)(SAMPLES / 4));
    size_t next = 0;
    for (size_t i = 0; i < pass->n && pass->training; i++) {
        const bool in = next < part.count && part.index[next] == i;
        cr_assert_eq(pass->seen[i] != 0, in, "epoch %d: sample %zu", pass->epoch, i);
        next += in;
    }
    parts_seen += pass->training;
    MEM_FREE(part.index, part.weight);
    pruner->observe(run, pass);
}

Test(train_proxies, training_shows_the_part)
{
    struct pruner pruner = *pruner_find("extrapolate");
    pruner.observe = check_part;
    struct bench b = filtered(&pruner, 0.5);
    bench_set_option(&b, "share", "0.25");
    bench_set_option(&b, "score", "forgetting");
    bench_run_well(&b);
    cr_assert_eq(parts_seen, EPOCHS);
    bench_teardown(&b);
}

/* ---- What cells share ---- */

static struct bench at_rate(double rate, const char *folder)
{
    struct bench b = filtered(pruner_find("proxy-filter"), rate);
    b.places.artifacts = folder;
    b.places.reuse = true;
    bench_run_well(&b);
    cr_assert_eq(b.kept.artifact_count, 1);
    return b;
}

/* The proxy steps on what the rate keeps. */
Test(train_proxies, a_dynamic_pruners_proxy_serves_one_rate)
{
    struct str folder = {0};
    str_addf(&folder, "%s/artifacts", test_dir());
    struct bench first = at_rate(0.3, str_text(&folder));
    struct bench same = at_rate(0.3, str_text(&folder));
    struct bench other = at_rate(0.6, str_text(&folder));
    struct bench alone = at_rate(0.6, NULL);
    cr_expect_eq(same.kept.artifact.reused, 1);
    cr_expect_eq(other.kept.artifact.reused, 0);
    cr_expect_str_neq(other.kept.artifact_key, first.kept.artifact_key);
    bench_assert_same_bits(&first.kept, &same.kept);
    bench_assert_same_bits(&other.kept, &alone.kept);
    cr_expect_eq(same.end.work.samples_forward, first.end.work.samples_forward);
    str_release(&folder);
    bench_teardown(&first);
    bench_teardown(&same);
    bench_teardown(&other);
    bench_teardown(&alone);
}

/* ---- The control ---- */

static int sizes[BATCHES];
static size_t steps;

/* How many samples each step had. */
static void count_steps(struct pruner_run *run, const struct pruner_pass *pass)
{
    steps = 0;
    memset(sizes, 0, sizeof sizes);
    for (size_t i = 0; i < run->task.n; i++) {
        size_t first = 0;
        while (pass->seen[i] &&
               (!pass->seen[first] || pass->batch_losses[first] != pass->batch_losses[i]))
            first++;
        if (!pass->seen[i] || first < i)
            continue;
        cr_assert_lt(steps, (size_t)BATCHES);
        for (size_t j = i; j < run->task.n; j++)
            sizes[steps] += pass->seen[j] && pass->batch_losses[j] == pass->batch_losses[i];
        steps++;
    }
}

static int how_many(int size)
{
    int count = 0;
    for (size_t s = 0; s < steps; s++)
        count += sizes[s] == size;
    return count;
}

/* 100 of 200 samples: three steps on 32 and one on 4, or six on 16 and one on 4. */
Test(train_proxies, random_dynamic_may_have_a_quota_in_each_batch)
{
    struct pruner pruner = *pruner_find("random-dynamic");
    pruner.needs = NEEDS_BATCH_LOSSES;
    pruner.watch_training = always;
    pruner.observe = count_steps;
    struct bench epoch = filtered(&pruner, 0.5), batch = filtered(&pruner, 0.5);
    bench_run_well(&epoch);
    cr_expect(steps == 4 && how_many(32) == 3 && how_many(4) == 1, "%zu steps", steps);
    bench_set_option(&batch, "quota", "batch");
    bench_run_well(&batch);
    cr_expect(steps == 7 && how_many(16) == 6 && how_many(4) == 1, "%zu steps", steps);
    cr_expect_eq(batch.end.work.samples_backward, epoch.end.work.samples_backward);
    cr_expect_neq(batch.kept.epochs[0].train_loss, epoch.kept.epochs[0].train_loss);
    bench_teardown(&epoch);
    bench_teardown(&batch);
}
