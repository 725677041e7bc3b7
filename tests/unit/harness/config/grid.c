/* The product and the rules that edit it. */
#include "tests/support/config_help.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "name: grid\ndataset: synthetic\n"

static void expect_cells(const char *yaml, const char *const *sets, const char *expected)
{
    struct config *config = config_good(yaml, sets);
    char *cells = config_cells(config);
    cr_expect_str_eq(cells, expected, "of\n%s-- expected:\n%s-- found:\n%s", yaml, expected, cells);
    free(cells);
    config_free(config);
}

Test(config, product_in_file_order_with_the_seed_slowest)
{
    expect_cells(HEAD "model: [softmax, mlp]\npruner: [ucb, random]\nrate: [0.5, 0.3]\nseed: 2\n",
                 NULL,
                 "synthetic softmax ucb rate 0.5 seed 0\n"
                 "synthetic softmax ucb rate 0.3 seed 0\n"
                 "synthetic softmax random rate 0.5 seed 0\n"
                 "synthetic softmax random rate 0.3 seed 0\n"
                 "synthetic mlp ucb rate 0.5 seed 0\n"
                 "synthetic mlp ucb rate 0.3 seed 0\n"
                 "synthetic mlp random rate 0.5 seed 0\n"
                 "synthetic mlp random rate 0.3 seed 0\n"
                 "synthetic softmax ucb rate 0.5 seed 1\n"
                 "synthetic softmax ucb rate 0.3 seed 1\n"
                 "synthetic softmax random rate 0.5 seed 1\n"
                 "synthetic softmax random rate 0.3 seed 1\n"
                 "synthetic mlp ucb rate 0.5 seed 1\n"
                 "synthetic mlp ucb rate 0.3 seed 1\n"
                 "synthetic mlp random rate 0.5 seed 1\n"
                 "synthetic mlp random rate 0.3 seed 1\n");
}

Test(config, lists_of_options_are_multiplied_out)
{
    expect_cells(
        HEAD "model: [{name: mlp, depth: [2, 1], width: [8, 16]}, softmax]\npruner: full\n", NULL,
        "synthetic mlp(width=8 depth=2) full seed 0\n"
        "synthetic mlp(width=16 depth=2) full seed 0\n"
        "synthetic mlp(width=8) full seed 0\n"
        "synthetic mlp(width=16) full seed 0\n"
        "synthetic softmax full seed 0\n");
    config_expect(HEAD "model: {name: mlp, depth: [2, 2]}\npruner: full\n", NULL,
                  "e.yaml:3:8: model: mlp(depth=2) is listed twice, first at 3:8\n");
}

/* What the cell's own network would do anyway is no second cell. */
Test(config, another_network_may_score)
{
    expect_cells(HEAD "model: [mlp, softmax]\nrate: 0.5\n"
                      "pruner: {name: el2n, prune_with: [same, mlp]}\n",
                 NULL,
                 "synthetic mlp el2n rate 0.5 seed 0\n"
                 "synthetic softmax el2n rate 0.5 seed 0\n"
                 "synthetic softmax el2n(prune_with=mlp) rate 0.5 seed 0\n");
    expect_cells(HEAD "model: softmax\nrate: 0.5\n"
                      "pruner: [{name: el2n, prune_with: {name: mlp, width: 8}}, "
                      "{name: ucb, score_only: true}]\n",
                 NULL,
                 "synthetic softmax el2n(prune_with=mlp(width=8)) rate 0.5 seed 0\n"
                 "synthetic softmax ucb(score_only=true) rate 0.5 seed 0\n");
    /* It drops of its proxy, not of the training. */
    expect_cells(
        HEAD "model: softmax\nrate: 0.5\n"
             "pruner: {name: proxy-filter, prune_with: mlp, score_only: true}\n",
        NULL, "synthetic softmax proxy-filter(prune_with=mlp score_only=true) rate 0.5 seed 0\n");
}

/* The values of a preset, whatever stands before it; each value beside it a cell of its own. */
Test(config, a_preset_is_the_values_that_it_stands_for)
{
    expect_cells(HEAD "model: softmax\nrate: 0.5\n"
                      "pruner: {name: moso, params: [full, last], preset: authors}\n",
                 NULL,
                 "synthetic softmax moso(params=full balance=class rule=program) rate 0.5 seed 0\n"
                 "synthetic softmax moso(balance=class rule=program) rate 0.5 seed 0\n");
    expect_cells(HEAD "model: softmax\nrate: 0.5\n"
                      "pruner: {name: ccs, preset: [authors-90, d2-90]}\n",
                 NULL,
                 "synthetic softmax ccs(beta=0.3) rate 0.5 seed 0\n"
                 "synthetic softmax ccs(beta=0.4) rate 0.5 seed 0\n");
    config_expect(HEAD "model: softmax\nrate: 0.5\n"
                       "pruner: [{name: moso, preset: authors},"
                       " {name: moso, rule: program, params: full, balance: class}]\n",
                  NULL,
                  "e.yaml:5:41: pruner: moso(params=full balance=class rule=program) is listed "
                  "twice, first at 5:10\n");
}

Test(config, full_collapses_over_the_rate)
{
    const char *yaml = HEAD "model: softmax\npruner: [full, random]\nrate: [0.3, 0.5]\n";
    struct config *config = config_good(yaml, NULL);
    cr_assert_eq(config->cell_count, 3, "%zu cells", config->cell_count);
    cr_expect_eq(config->cells[0].rate, 0, "rate %g", config->cells[0].rate);
    config_free(config);
    expect_cells(yaml, NULL,
                 "synthetic softmax full seed 0\n"
                 "synthetic softmax random rate 0.3 seed 0\n"
                 "synthetic softmax random rate 0.5 seed 0\n");
}

Test(config, rate_may_be_left_out_where_no_pruner_needs_one)
{
    expect_cells(HEAD "model: softmax\npruner: full\n", NULL, "synthetic softmax full seed 0\n");
}

Test(config, seeds_are_a_count_or_a_list)
{
    expect_cells(HEAD "model: softmax\npruner: full\nseed: 2\n", NULL,
                 "synthetic softmax full seed 0\nsynthetic softmax full seed 1\n");
    expect_cells(HEAD "model: softmax\npruner: full\nseed: [7, 0]\n", NULL,
                 "synthetic softmax full seed 7\nsynthetic softmax full seed 0\n");
    expect_cells(HEAD "model: softmax\npruner: full\nseed: [2]\n", NULL,
                 "synthetic softmax full seed 2\n");
}

Test(config, options_make_values_of_their_own)
{
    expect_cells(HEAD "model: {name: mlp, width: 64}\n"
                      "pruner: [ucb, {name: ucb, c: 2}, {name: ucb, c: 2.5, period: 3}]\n"
                      "rate: 0.50\n",
                 NULL,
                 "synthetic mlp(width=64) ucb rate 0.5 seed 0\n"
                 "synthetic mlp(width=64) ucb(c=2) rate 0.5 seed 0\n"
                 "synthetic mlp(width=64) ucb(c=2.5 period=3) rate 0.5 seed 0\n");
}

Test(config, exclude_takes_cells_out)
{
    expect_cells(HEAD "model: [softmax, mlp]\npruner: [full, random, ucb]\nrate: [0.3, 0.5]\n"
                      "exclude:\n"
                      "  - {model: mlp, pruner: [random, ucb], rate: 0.5}\n"
                      "  - {pruner: full}\n",
                 NULL,
                 "synthetic softmax random rate 0.3 seed 0\n"
                 "synthetic softmax random rate 0.5 seed 0\n"
                 "synthetic softmax ucb rate 0.3 seed 0\n"
                 "synthetic softmax ucb rate 0.5 seed 0\n"
                 "synthetic mlp random rate 0.3 seed 0\n"
                 "synthetic mlp ucb rate 0.3 seed 0\n");
}

Test(config, exclude_of_a_rate_leaves_full_alone)
{
    expect_cells(HEAD "model: softmax\npruner: [full, random]\nrate: [0, 0.5]\n"
                      "exclude: [{rate: 0}]\n",
                 NULL, "synthetic softmax full seed 0\nsynthetic softmax random rate 0.5 seed 0\n");
}

Test(config, exclude_by_seed_means_that_seed)
{
    expect_cells(HEAD "model: [softmax, mlp]\npruner: full\nseed: 2\n"
                      "exclude: [{model: mlp, seed: 1}]\n",
                 NULL,
                 "synthetic softmax full seed 0\n"
                 "synthetic mlp full seed 0\n"
                 "synthetic softmax full seed 1\n");
}

Test(config, include_adds_cells_and_takes_the_axes_it_leaves_out)
{
    expect_cells(HEAD "model: softmax\npruner: [full, random]\nrate: 0.5\nseed: 2\n"
                      "include:\n"
                      "  - {model: mlp, pruner: random, rate: [0.7, 0.5], seed: 1}\n"
                      "  - {pruner: full, seed: 9}\n",
                 NULL,
                 "synthetic softmax full seed 0\n"
                 "synthetic softmax random rate 0.5 seed 0\n"
                 "synthetic softmax full seed 1\n"
                 "synthetic softmax random rate 0.5 seed 1\n"
                 "synthetic mlp random rate 0.7 seed 1\n"
                 "synthetic mlp random rate 0.5 seed 1\n"
                 "synthetic softmax full seed 9\n");
}

Test(config, include_and_grid_share_cells)
{
    expect_cells(HEAD "model: softmax\npruner: [full, random]\nrate: [0.3, 0.5]\n"
                      "exclude: [{pruner: random, rate: 0.3}]\n"
                      "include:\n"
                      "  - {rate: [0.5, 0.7]}\n"
                      "  - {pruner: [random, full], rate: 0.3}\n",
                 NULL,
                 "synthetic softmax full seed 0\n"
                 "synthetic softmax random rate 0.5 seed 0\n"
                 "synthetic softmax random rate 0.7 seed 0\n"
                 "synthetic softmax random rate 0.3 seed 0\n");
}

Test(config, include_knows_the_values_of_the_axes_by_name)
{
    expect_cells("name: grid\ndataset: {name: synthetic, train_limit: 100}\nmodel: softmax\n"
                 "pruner: [{name: ucb, c: 2}, {name: ucb, c: 3}]\nrate: 0.5\n"
                 "include:\n"
                 "  - {dataset: synthetic, pruner: ucb, rate: 0.7}\n"
                 "  - {dataset: {name: synthetic}, pruner: {name: ucb}}\n",
                 NULL,
                 "synthetic(train_limit=100) softmax ucb(c=2) rate 0.5 seed 0\n"
                 "synthetic(train_limit=100) softmax ucb(c=3) rate 0.5 seed 0\n"
                 "synthetic(train_limit=100) softmax ucb(c=2) rate 0.7 seed 0\n"
                 "synthetic(train_limit=100) softmax ucb(c=3) rate 0.7 seed 0\n"
                 "synthetic softmax ucb rate 0.5 seed 0\n");
}

Test(config, overrides_lie_over_train_and_the_later_one_wins)
{
    struct config *config = config_good(
        HEAD "model: [softmax, mlp]\npruner: [full, random]\nrate: 0.5\n"
             "train: {epochs: 7, lr: 0.5, schedule: step}\n"
             "overrides:\n"
             "  - {when: {model: mlp}, train: {lr: 0.1, epochs: 3}}\n"
             "  - {when: {pruner: random, rate: [0.1, 0.5], seed: 0}, train: {lr: 2}}\n",
        NULL);
    static const struct {
        double lr;
        int epochs;
    } expected[] = {{0.5, 7}, {2, 7}, {0.1, 3}, {2, 3}};
    cr_assert_eq(config->cell_count, 4, "%zu cells", config->cell_count);
    for (size_t i = 0; i < 4; i++) {
        const struct recipe *recipe = &config->cells[i].recipe;
        cr_expect_eq(recipe->lr, expected[i].lr, "cell %zu: lr %g, not %g", i, recipe->lr,
                     expected[i].lr);
        cr_expect_eq(recipe->epochs, expected[i].epochs, "cell %zu: %d epochs, not %d", i,
                     recipe->epochs, expected[i].epochs);
        cr_expect_eq(recipe->schedule, config->cells[0].recipe.schedule);
    }
    config_free(config);
}

Test(config, a_recipe_is_checked_as_the_cell_gets_it)
{
    /* Only mlp, with its 3 epochs, is too short for the warm-up. */
    const char *yaml = HEAD "model: [softmax, mlp]\npruner: full\n"
                            "train: {warmup: 5}\n"
                            "overrides:\n"
                            "  - {when: {model: mlp}, train: {epochs: 3}}\n";
    config_expect(yaml, NULL,
                  "e.yaml:5:17: warmup: 5 epochs, but the training has only 3 (7:42)\n");
    static const char *const sets[] = {"model=softmax", NULL};
    config_free(config_good(yaml, sets));
    config_expect(HEAD "model: softmax\npruner: full\ntrain: {warmup: 500}\n", NULL,
                  "e.yaml:5:17: warmup: 500 epochs, but the training has only 15 (the default)\n");
}

Test(config, mistakes_in_train_do_not_hide_idle_rules)
{
    config_expect(HEAD "model: softmax\npruner: full\ntrain: {epochs: 0}\n"
                       "exclude: [{model: mlp}]\n",
                  NULL,
                  "e.yaml:5:17: epochs: expected a whole number from 1 to 100000, found '0'\n"
                  "e.yaml:6:11: exclude: fits no cell of the grid\n");
}

/* What the paper says, in its own units: of 1024 samples and what momentum makes of them. */
Test(config, airbench_is_the_published_recipe)
{
    struct config *config = config_good("name: p\ndataset: cifar10\nmodel: airbench\n"
                                        "pruner: full\ntrain: {preset: airbench}\n",
                                        NULL);
    const struct recipe *recipe = &config->cells[0].recipe;
    const double samples = 1024 * (1 + 1 / (1 - recipe->momentum));
    cr_expect_float_eq(recipe->momentum, 0.85, 1e-15);
    cr_expect_float_eq(recipe->lr * samples, 11.5, 1e-9);
    cr_expect_float_eq(recipe->lr * recipe->weight_decay * samples, 0.0153 * 1024, 1e-9);
    cr_expect_float_eq(recipe->lookahead_decay, pow(0.95, 5), 1e-12);
    config_free(config);
}

/* A preset is the values it stands for, wherever it is written; what stands beside it wins. */
Test(config, a_preset_is_its_values)
{
    struct config *preset = config_good("name: p\ndataset: {name: synthetic, size: 16}\n"
                                        "model: softmax\npruner: full\n"
                                        "train: {lr: 0.2, preset: paper, epochs: 3}\n",
                                        NULL);
    struct config *spelled = config_good("name: p\ndataset: {name: synthetic, size: 16}\n"
                                         "model: softmax\npruner: full\n"
                                         "train: {lr: 0.2, epochs: 3, batch: 256, "
                                         "augment: crop-flip}\n",
                                         NULL);
    struct arena arena = {0};
    cr_expect_str_eq(cell_to_json(&preset->cells[0], &arena),
                     cell_to_json(&spelled->cells[0], &arena));
    arena_release(&arena);
    config_free(preset);
    config_free(spelled);
}
