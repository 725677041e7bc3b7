/* proxy-filter: which samples of a proxy's batch are its mask, and which take a step. */
#include "base/num.h"
#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <string.h>

enum { MOST = 64 };

static struct rehearsal begin(const char *options, size_t n, double rate, int epochs)
{
    const struct rehearsal_plan plan = {.pruner = pruner_find("proxy-filter"),
                                        .options = options,
                                        .n = n,
                                        .classes = 2,
                                        .rate = rate,
                                        .epochs = epochs};
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    return r;
}

/* A batch of the proxy; ret_weights [rows]. */
static void look(struct rehearsal *r, int epoch, size_t first, size_t rows, const uint32_t *index,
                 const float *losses, float *ret_weights)
{
    static const uint16_t labels[MOST];
    static const float probabilities[2 * MOST];
    const struct pruner_batch batch = {.epoch = epoch,
                                       .first = first,
                                       .rows = rows,
                                       .index = index,
                                       .labels = labels,
                                       .losses = losses,
                                       .probabilities = probabilities};
    struct err err;
    cr_assert_eq(pruner_drop(r->run, &batch, 0, ret_weights, &err), 0, "%s", err.text);
}

static void expect_kept(struct rehearsal *r, int epoch, size_t count, const uint32_t *expected)
{
    struct err err;
    cr_assert_eq(pruner_select(r->run, epoch, &r->selection, &err), 0, "%s", err.text);
    cr_assert_eq(r->selection.count, count, "epoch %d: %zu", epoch, r->selection.count);
    cr_assert(r->selection.spread, "a step for each batch");
    for (size_t j = 0; j < count; j++)
        cr_assert_eq(r->selection.index[j], expected[j], "epoch %d: %u", epoch,
                     r->selection.index[j]);
}

/*
 * 7 samples in batches of 4 and 3, half of them kept: 4 of 7, which are 2 of the first four and 2
 * of the other three. Samples 2 and 5 tie, and 2 comes first in its batch; in epoch 1 it does not.
 */
Test(proxy_filter, worked_example)
{
    struct rehearsal r = begin("every=2", 7, 0.5, 2);
    float w[4];
    cr_assert_eq(r.run->task.keep, 4);

    look(&r, 0, 0, 4, (const uint32_t[]){6, 2, 5, 0}, (const float[]){2, .7f, .7f, .1f}, w);
    cr_assert(w[0] == 1 && w[1] == 1 && w[2] == 0 && w[3] == 0, "a step on the highest");
    look(&r, 0, 4, 3, (const uint32_t[]){4, 1, 3}, (const float[]){.5f, 3, .6f}, w);
    cr_assert(w[0] == 0 && w[1] == 0 && w[2] == 0, "every other batch has no step");

    look(&r, 1, 0, 4, (const uint32_t[]){0, 5, 2, 1}, (const float[]){.1f, .7f, .7f, 2}, w);
    cr_assert(w[0] == 0 && w[1] == 1 && w[2] == 0 && w[3] == 1, "the third batch of them all");
    look(&r, 1, 4, 3, (const uint32_t[]){3, 4, 6}, (const float[]){1, 2, 3}, w);
    cr_assert(w[0] == 0 && w[1] == 0 && w[2] == 0);

    expect_kept(&r, 0, 4, (const uint32_t[]){1, 2, 3, 6});
    expect_kept(&r, 1, 4, (const uint32_t[]){1, 4, 5, 6});
    rehearsal_end(&r);
}

/* With drop_last the last samples are in no batch: what is left of the budget is theirs. */
Test(proxy_filter, samples_in_no_batch_fill_the_budget)
{
    struct rehearsal r = begin(NULL, 7, 0.5, 1);
    float w[4];
    look(&r, 0, 0, 4, (const uint32_t[]){6, 2, 5, 0}, (const float[]){2, .7f, .6f, .1f}, w);
    expect_kept(&r, 0, 4, (const uint32_t[]){1, 2, 3, 6});
    rehearsal_end(&r);
}

/* round((1 - rate) n) in all; in a batch its share, but for less than a sample. */
Test(proxy_filter, the_budget_is_exact_in_all_batches_together)
{
    static const size_t sizes[] = {1, 7, 32, 50, 61}, batches[] = {1, 3, 8, 64};
    static const double rates[] = {0, 0.1, 0.3, 0.5, 0.77};
    uint32_t index[MOST];
    float losses[MOST], weights[MOST];
    for (uint32_t i = 0; i < MOST; i++) {
        index[i] = i;
        losses[i] = (float)((i * 37) % MOST);
    }
    for (size_t s = 0; s < 5; s++)
        for (size_t b = 0; b < 4; b++)
            for (size_t k = 0; k < 5; k++) {
                const size_t n = sizes[s], keep = num_round_share(1 - rates[k], n);
                if (keep == 0)
                    continue;
                struct rehearsal r = begin("every=1", n, rates[k], 1);
                size_t kept = 0;
                for (size_t first = 0, rows; first < n; first += rows) {
                    rows = n - first < batches[b] ? n - first : batches[b];
                    look(&r, 0, first, rows, index + first, losses + first, weights);
                    size_t here = 0;
                    for (size_t row = 0; row < rows; row++)
                        here += weights[row] == 1;
                    const double share = (double)(rows * keep) / (double)n;
                    cr_assert((double)here > share - 1 && (double)here < share + 1,
                              "%zu of %zu, share %g", here, rows, share);
                    kept += here;
                }
                cr_assert_eq(kept, keep, "n %zu, B %zu, rate %g: %zu", n, batches[b], rates[k],
                             kept);
                rehearsal_end(&r);
            }
}

/* Where (1 - rate) B is whole it is the count of every batch. */
Test(proxy_filter, a_whole_share_is_the_same_in_every_batch)
{
    for (size_t first = 0; first < 50000; first += 1024)
        cr_assert_eq(pruner_spread(25000, 50000, first + 1024) - pruner_spread(25000, 50000, first),
                     512u);
    cr_assert_eq(pruner_spread(UINT32_MAX, UINT32_MAX, UINT32_MAX), (size_t)UINT32_MAX);
}

Test(proxy_filter, the_proxy_trains_for_the_epochs_that_prune)
{
    struct rehearsal r = begin("anneal=0.25 every=2", 20, 0.6, 8);
    const struct pruner_watch watch = pruner_watch(r.run);
    cr_expect_eq(watch.runs, 1);
    cr_expect_eq(watch.epochs, 6);
    cr_expect_eq(watch.pass_every, -1);
    cr_expect(watch.same_order && !watch.training);
    cr_expect_float_eq(watch.step_share, 0.2, 1e-12);
    cr_expect(pruner_drops_of_proxies(r.run->pruner) && !pruner_drops(r.run, 0));
    struct err err;
    cr_assert_eq(pruner_select(r.run, 5, &r.selection, &err), 0, "%s", err.text);
    cr_expect(r.selection.spread && r.selection.count == 8);
    cr_assert_eq(pruner_select(r.run, 6, &r.selection, &err), 0, "%s", err.text);
    cr_expect(!r.selection.spread && r.selection.count == 20);
    rehearsal_end(&r);
    struct rehearsal all = begin("anneal=1", 20, 0.6, 8);
    cr_expect_eq(pruner_watch(all.run).runs, 0, "nothing is pruned");
    rehearsal_end(&all);
}
