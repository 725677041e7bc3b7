/* Plans: keys from the content of the data, states from the store. */
#include "harness/plan/plan.h"

#include "tests/support/config_help.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct plan *plan_good(const struct config *config)
{
    struct plan *plan = NULL;
    struct err err;
    cr_assert_eq(plan_make(config, &plan, &err), 0, "%s", err.text);
    return plan;
}

Test(plan, cells_in_order_with_their_keys)
{
    struct config *config =
        config_good("name: p\ndataset: {name: synthetic, samples: 100}\n"
                    "model: {name: mlp, width: 64}\npruner: [full, {name: ucb, c: 2}]\nrate: 0.5\n"
                    "seed: 2\ntrain: {epochs: 4}\n",
                    NULL);
    struct plan *plan = plan_good(config);
    cr_assert_eq(plan->count, 4, "%zu cells", plan->count);
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_cell *cell = &plan->cells[i];
        cr_expect_eq(cell->state, CELL_NEW);
        cr_expect_eq(strlen(cell->key), 64);
        cr_expect_str_eq(cell->stored.key, cell->key);
        cr_expect_str_eq(cell->stored.json, cell->json);
        for (size_t j = 0; j < i; j++)
            cr_expect_str_neq(cell->key, plan->cells[j].key, "cells %zu and %zu", i, j);
    }
    const struct plan_cell *last = &plan->cells[3];
    cr_expect_str_eq(last->label, "synthetic(samples=100) mlp(width=64) ucb(c=2) rate 0.5 seed 1");
    cr_expect_str_eq(last->stored.dataset, "synthetic(samples=100)");
    cr_expect_str_eq(last->stored.model, "mlp");
    cr_expect_str_eq(last->stored.model_label, "mlp(width=64)");
    cr_expect_str_eq(last->stored.pruner, "ucb");
    cr_expect_str_eq(last->stored.options, "c=2");
    cr_expect_eq(last->stored.rate, 0.5);
    cr_expect_eq(last->stored.seed, 1);
    cr_expect_eq(last->stored.epochs, 4);
    cr_expect_str_eq(plan->cells[0].stored.options, "");
    plan_free(plan);
    config_free(config);
}

Test(plan, the_content_of_the_data_is_in_the_key)
{
    /* One cell whose dataset is made of other samples, one that only looks at fewer of them. */
    struct config *config =
        config_good("name: p\nmodel: softmax\npruner: full\n"
                    "dataset:\n"
                    "  - {name: synthetic, samples: 100}\n"
                    "  - {name: synthetic, samples: 100, train_limit: 50, val_fraction: 0.2}\n"
                    "  - {name: synthetic, samples: 200}\n",
                    NULL);
    struct plan *plan = plan_good(config);
    char key[HASH_HEX_SIZE];
    struct dataset *data;
    struct err err;
    struct arena arena = {0};
    for (size_t i = 0; i < plan->count; i++) {
        const struct cell *cell = &plan->cells[i].cell;
        cr_assert_eq(dataset_load(cell->dataset, cell->data, (uint64_t)cell->seed,
                                  dataset_dirs(NULL, &arena), &data, &err),
                     0, "%s", err.text);
        cell_key(plan->cells[i].json, data->hash, "", key);
        cr_expect_str_eq(plan->cells[i].key, key, "cell %zu", i);
        dataset_free(data);
    }
    arena_release(&arena);
    plan_free(plan);
    config_free(config);
}

Test(plan, missing_data_is_an_error)
{
    struct config *config = config_good(
        "name: p\ndataset: [synthetic, cifar10]\nmodel: softmax\npruner: full\ndata_dir: .\n",
        NULL);
    /* Only folders without data are looked at. */
    cr_assert_eq(setenv("WINNOW_DATA", ".", 1), 0);
    struct plan *plan = NULL;
    struct err err = {0};
    cr_expect_eq(plan_make(config, &plan, &err), -1);
    cr_expect_null(plan);
    cr_expect(strstr(err.text, "cifar10: "), "%s", err.text);
    cr_expect(strstr(err.text, "without it: --set 'dataset=[synthetic]'"), "%s", err.text);
    config_free(config);
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

Test(plan, ten_thousand_cells_are_planned_at_once)
{
    static const double MOST_SECONDS = TEST_INSTRUMENTED ? 20 : 2;
    const double start = cpu_seconds();
    struct config *config =
        config_good("name: p\ndataset: {name: synthetic, samples: 100}\nmodel: [mlp, softmax]\n"
                    "pruner: [random, ucb]\nrate: [0.1, 0.3, 0.5, 0.7, 0.9]\nseed: 500\n"
                    "overrides: [{when: {model: mlp}, train: {lr: 0.1, epochs: 5}}]\n",
                    NULL);
    struct plan *plan = plan_good(config);
    const double seconds = cpu_seconds() - start;
    cr_expect_eq(plan->count, 10000, "%zu cells", plan->count);
    cr_expect_lt(seconds, MOST_SECONDS, "%g s, at most %g", seconds, MOST_SECONDS);
    plan_free(plan);
    config_free(config);
}

/* One attempt at a cell, ended as said. */
static void attempt(struct store *store, const char *key, enum attempt_state state)
{
    const struct record_environment environment = {.host = "h",
                                                   .cpu = "c",
                                                   .os = "o",
                                                   .governor = "g",
                                                   .cores = 1,
                                                   .memory_bytes = 1,
                                                   .blas = "b",
                                                   .blas_core = "b",
                                                   .blas_core_found = "b",
                                                   .compiler = "c",
                                                   .flags = "f",
                                                   .revision = "r",
                                                   .threads_asked = 1,
                                                   .threads_used = 1};
    const struct record_end end = {
        .state = state,
        .reason = state == ATTEMPT_DONE ? NULL : "killed",
        .test_accuracy = 0.5,
        .train_n = 10,
        .kept_fraction = 1,
    };
    struct err err;
    int64_t number;
    cr_assert_eq(store_attempt_begin(store, key, &environment, 0, &number, &err), 0, "%s",
                 err.text);
    cr_assert_eq(store_put(store, number, &(struct record){.kind = RECORD_END, .end = end}, &err),
                 0, "%s", err.text);
}

Test(plan, states_are_those_of_the_store)
{
    struct config *config = config_good("name: p\ndataset: {name: synthetic, samples: 100}\n"
                                        "model: softmax\npruner: random\nrate: [0.3, 0.5, 0.7]\n",
                                        NULL);
    struct plan *plan = plan_good(config);
    struct store_cell cells[3];
    for (size_t i = 0; i < 3; i++)
        cells[i] = plan->cells[i].stored;
    const struct store_experiment experiment = {
        .name = "p", .file = "e.yaml", .yaml = config->text, .figures = "[]"};
    struct store *store;
    struct err err;
    cr_assert_eq(store_open("p.db", STORE_WRITE, &store, &err), 0, "%s", err.text);
    cr_assert_eq(store_experiment(store, &experiment, cells, 3, &err), 0, "%s", err.text);
    attempt(store, plan->cells[0].key, ATTEMPT_FAILED);
    attempt(store, plan->cells[2].key, ATTEMPT_DONE);
    cr_assert_eq(plan_states(plan, store, &err), 0, "%s", err.text);
    cr_expect_eq(plan->cells[0].state, CELL_FAILED);
    cr_expect_eq(plan->cells[1].state, CELL_NEW);
    cr_expect_eq(plan->cells[2].state, CELL_DONE);
    store_close(store);
    plan_free(plan);
    config_free(config);
}
