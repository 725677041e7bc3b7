/* Why cells are to run: differences of JSON, and those of what is not in it. */
#include "harness/plan/explain.h"

#include "models/nn/nn.h"
#include "tests/support/config_help.h"

#include <criterion/criterion.h>
#include <string.h>

static void expect_difference(const char *now, const char *before, size_t count, const char *wanted)
{
    struct str text = {0};
    const size_t found = explain_difference(now, before, &text);
    cr_expect_eq(found, count, "%zu fields, expected %zu", found, count);
    cr_expect_eq(explain_difference(now, before, NULL), count);
    cr_expect_str_eq(str_text(&text), wanted, "'%s', expected '%s'", str_text(&text), wanted);
    str_release(&text);
}

/* It is not written at its default, which is what it was, or is again. */
Test(explain, an_option_added_later_has_its_default_where_it_is_not_written)
{
    static const char with[] = "{\"recipe\":{\"lookahead\":5,\"lr\":1.0}}",
                      without[] = "{\"recipe\":{\"lr\":1.0}}";
    expect_difference(without, with, 1, "recipe.lookahead 0, was 5");
    expect_difference(with, without, 1, "recipe.lookahead 5, was 0");
    expect_difference("{\"model\":{\"name\":\"none such\"},\"recipe\":{}}",
                      "{\"model\":{\"name\":\"mlp\"},\"recipe\":{}}", 1,
                      "model.name 'none such', was 'mlp'");
}

Test(explain, fields_that_differ)
{
    expect_difference("{\"recipe\":{\"lr\":0.05}}", "{\"recipe\":{\"lr\":0.1}}", 1,
                      "recipe.lr 0.05, was 0.1");
    expect_difference("{\"a\":1,\"b\":{\"c\":{\"d\":\"x\"}},\"e\":true}",
                      "{\"a\":2,\"b\":{\"c\":{\"d\":\"y\"}},\"e\":true}", 2,
                      "a 1, was 2; b.c.d 'x', was 'y'");
    expect_difference("{\"a\":[1,2]}", "{\"a\":[1]}", 1, "a [1,2], was [1]");
    expect_difference("{\"a\":{\"new\":1}}", "{\"a\":{\"old\":1}}", 2,
                      "a.new 1, was absent; a.old absent, was 1");
    expect_difference("{\"a\":{\"b\":1}}", "{\"a\":\"text\"}", 1, "a {\"b\":1}, was 'text'");
    expect_difference("{\"a\":1}", "{\"a\":1}", 0, "");
    expect_difference("{\"a\":1}", "damaged", 0, "");
}

static const char yaml[] = "name: p\ndataset: {name: synthetic, samples: 100}\nmodel: softmax\n"
                           "pruner: [random, {name: ucb, c: 2}]\nrate: 0.5\ntrain: {lr: 0.05}\n";

static struct config *config, *config_before;
static struct plan *plan, *plan_before;
static struct arena arena;

static void make_plans(void)
{
    static const char *const sets[] = {"train.lr=0.1", NULL};
    struct err err;
    config_before = config_good(yaml, sets);
    config = config_good(yaml, NULL);
    cr_assert_eq(plan_make(config_before, &plan_before, &err), 0, "%s", err.text);
    cr_assert_eq(plan_make(config, &plan, &err), 0, "%s", err.text);
}

static void free_plans(void)
{
    plan_free(plan);
    plan_free(plan_before);
    config_free(config);
    config_free(config_before);
    arena_release(&arena);
}

TestSuite(explain_plan, .init = make_plans, .fini = free_plans);

static struct history_cell known(const struct plan_cell *cell, const char *key, const char *state)
{
    return (struct history_cell){
        .key = key,
        .json = cell->json,
        .dataset = cell->stored.dataset,
        .model = cell->stored.model,
        .pruner = cell->stored.pruner,
        .label = cell->label,
        .rate = cell->stored.rate,
        .seed = cell->stored.seed,
        .state = state,
        .cause = "refused",
        .reason = "failed to be found",
        .listed = true,
    };
}

/* What is said of plan->cells[0] where the database knows one cell. */
static void expect_why(struct history_cell cell, const char *wanted, size_t stale)
{
    const struct history history = {.cells = &cell, .cell_count = 1};
    struct explainer *explainer = explain_new(plan, &history);
    size_t count = 0;
    while (explain_stale(explainer, count))
        count++;
    cr_expect_eq(count, stale, "%zu stale, expected %zu", count, stale);
    cr_expect_str_eq(explain_cell(explainer, &plan->cells[0], &arena), wanted);
    explain_free(explainer);
}

Test(explain_plan, a_changed_field_is_named)
{
    const struct plan_cell *before = &plan_before->cells[0];
    expect_why(known(before, before->key, "done"), "recipe.lr 0.05, was 0.1", 1);
    expect_why(known(before, before->key, "failed"), "new", 1);
    struct history_cell elsewhere = known(before, before->key, "done");
    elsewhere.listed = false;
    expect_why(elsewhere, "new", 0);
    /* Another pruner is another comparison. */
    expect_why(known(&plan_before->cells[1], plan_before->cells[1].key, "done"), "new", 1);
}

Test(explain_plan, names_and_not_options_make_the_likeness)
{
    struct history_cell other = known(&plan_before->cells[0], plan_before->cells[0].key, "done");
    other.dataset = "synthetic";
    expect_why(other, "recipe.lr 0.05, was 0.1", 1);
    other.dataset = "synthetic-2";
    expect_why(other, "new", 1);
}

Test(explain_plan, what_the_json_does_not_show)
{
    const struct plan_cell *cell = &plan->cells[0];
    char key[HASH_HEX_SIZE];
    cell_key_of(cell->json, cell->data_hash, "", NN_VERSION, key);
    cr_expect_str_eq(key, cell->key);
    cell_key_of(cell->json, cell->data_hash, "", "1", key);
    expect_why(known(cell, key, "done"), "the engine's version has changed: " NN_VERSION ", was 1",
               1);
    cell_key_of(cell->json, "0123", "", NN_VERSION, key);
    expect_why(known(cell, key, "done"), "the data has changed", 1);
}

Test(explain_plan, a_cell_that_the_database_knows)
{
    const struct plan_cell *cell = &plan->cells[0];
    expect_why(known(cell, cell->key, "lost"), "interrupted: failed to be found", 0);
    expect_why(known(cell, cell->key, "running"),
               "under way, or left behind by a scheduler that was killed", 0);
    plan->cells[0].state = CELL_FAILED;
    expect_why(known(cell, cell->key, "failed"), "failed: failed to be found", 0);
    struct history_cell diverged = known(cell, cell->key, "diverged");
    diverged.cause = "diverged";
    diverged.reason = "diverged: the loss is not finite";
    expect_why(diverged, "diverged: the loss is not finite", 0);
    plan->cells[0].state = CELL_DONE;
    expect_why(known(cell, cell->key, "done"), "", 0);
}

Test(explain_plan, the_nearest_is_meant)
{
    static const char *const far[] = {"train.lr=0.2", "train.epochs=3", "train.batch=16", NULL};
    struct config *config_far = config_good(yaml, far);
    struct plan *plan_far;
    struct err err;
    cr_assert_eq(plan_make(config_far, &plan_far, &err), 0, "%s", err.text);
    const struct plan_cell *a = &plan_before->cells[0], *b = &plan_far->cells[0];
    const bool first = strcmp(a->key, b->key) < 0;
    struct history_cell cells[] = {known(first ? a : b, first ? a->key : b->key, "done"),
                                   known(first ? b : a, first ? b->key : a->key, "done")};
    const struct history history = {.cells = cells, .cell_count = 2};
    struct explainer *explainer = explain_new(plan, &history);
    cr_expect_str_eq(explain_cell(explainer, &plan->cells[0], &arena), "recipe.lr 0.05, was 0.1");
    explain_free(explainer);
    plan_free(plan_far);
    config_free(config_far);
}
