/* What is read besides the grid, and --set. */
#include "tests/support/config_help.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define GOOD                                                                                       \
    "name: quick-2\n"                                                                              \
    "hypothesis: >\n"                                                                              \
    "  scores cost more\n"                                                                         \
    "  than they save\n"                                                                           \
    "dataset: synthetic\n"                                                                         \
    "model: mlp\n"                                                                                 \
    "pruner: [full, {name: ucb, c: 2}]\n"                                                          \
    "rate: [0.3, 0.5]\n"                                                                           \
    "seed: 2\n"                                                                                    \
    "train: {epochs: 7, nesterov: true, schedule: one-cycle}\n"                                    \
    "overrides:\n"                                                                                 \
    "  - {when: {pruner: ucb}, train: {epochs: 9, lr: 0.25}}\n"                                    \
    "targets: [0.85, 1]\n"                                                                         \
    "figures: [phases, accuracy-vs-time]\n"                                                        \
    "data_dir: /usr\n"

Test(config, reads_everything)
{
    struct config *config = config_good(GOOD, NULL);
    cr_expect_str_eq(config->path, "e.yaml");
    cr_expect_str_eq(config->text, GOOD);
    cr_expect_str_eq(config->name, "quick-2");
    cr_expect_str_eq(config->hypothesis, "scores cost more than they save\n");
    cr_expect_str_eq(config->data_dir, "/usr");
    cr_assert_eq(config->datasets.count, 1);
    cr_assert_eq(config->models.count, 1);
    cr_assert_eq(config->pruners.count, 2);
    cr_assert_eq(config->rate_count, 2);
    cr_assert_eq(config->seed_count, 2);
    cr_assert_eq(config->target_count, 2);
    cr_assert_eq(config->figure_count, 2);
    cr_expect_eq(config->datasets.items[0].kind, &dataset_find("synthetic")->is);
    cr_expect_eq(config->models.items[0].kind, &model_find("mlp")->is);
    cr_expect_eq(config->pruners.items[1].kind, &pruner_find("ucb")->is);
    cr_expect_eq(config->rates[1], 0.5);
    cr_expect_eq(config->seeds[1], 1);
    cr_expect_eq(config->targets[0], 0.85);
    cr_expect_str_eq(config->figures[1], "accuracy-vs-time");
    cr_assert_eq(config->cell_count, 6);
    cr_expect_eq(config->cells[0].recipe.epochs, 7);
    cr_expect(config->cells[0].recipe.nesterov);
    config_free(config);
}

Test(config, defaults)
{
    struct config *config =
        config_good("name: d\ndataset: synthetic\nmodel: mlp\npruner: full\n", NULL);
    struct recipe defaults = {0};
    option_defaults(recipe_options, &defaults);
    cr_expect_null(config->hypothesis);
    cr_expect_null(config->data_dir);
    cr_expect_eq(config->rate_count, 0);
    cr_expect_eq(config->target_count, 0);
    cr_expect_eq(config->figure_count, 0);
    cr_assert_eq(config->seed_count, 1);
    cr_expect_eq(config->seeds[0], 0);
    cr_assert_eq(config->cell_count, 1);
    cr_expect_eq(config->cells[0].recipe.epochs, defaults.epochs);
    cr_expect_eq(config->cells[0].recipe.lr, defaults.lr);
    config_free(config);
}

Test(config, aliases_are_followed)
{
    struct config *config = config_good("name: a\n"
                                        "dataset: synthetic\n"
                                        "model: [&m {name: mlp, width: 64}, softmax]\n"
                                        "pruner: [full, random]\n"
                                        "rate: &r [0.3, 0.5]\n"
                                        "include: [{model: *m, rate: 0.7}]\n"
                                        "exclude: [{model: softmax, rate: *r}]\n",
                                        NULL);
    char *cells = config_cells(config);
    cr_expect_str_eq(cells, "synthetic mlp(width=64) full seed 0\n"
                            "synthetic mlp(width=64) random rate 0.3 seed 0\n"
                            "synthetic mlp(width=64) random rate 0.5 seed 0\n"
                            "synthetic softmax full seed 0\n"
                            "synthetic mlp(width=64) random rate 0.7 seed 0\n");
    free(cells);
    config_free(config);
}

Test(config, json_is_yaml_too)
{
    config_free(config_good("{\"name\": \"j\", \"dataset\": \"synthetic\", \"model\": \"mlp\",\r\n"
                            " \"pruner\": {\"name\": \"random\"}, \"rate\": [0.5], \"train\": "
                            "{\"schedule\": \"step\", \"epochs\": 3}}\r\n",
                            NULL));
}

Test(config, a_byte_order_mark_moves_no_column)
{
    config_expect("\xef\xbb\xbfname: X\ndataset: synthetic\nmodel: mlp\npruner: full\n", NULL,
                  "e.yaml:1:7: name: expected up to 64 of a-z, 0-9 and -, found 'X'\n");
}

/* ---- --set ---- */

static char *cells_with(const char *yaml, const char *set)
{
    const char *const sets[] = {set, NULL};
    struct config *config = config_good(yaml, sets);
    char *cells = config_cells(config);
    config_free(config);
    return cells;
}

Test(config, set_replaces_a_value_or_a_list)
{
    static const struct {
        const char *set, *cells;
    } cases[] = {
        {"seed=1", "synthetic mlp full seed 0\n"
                   "synthetic mlp random rate 0.5 seed 0\n"},
        {"seed=[3]", "synthetic mlp full seed 3\n"
                     "synthetic mlp random rate 0.5 seed 3\n"},
        {"pruner={name: ucb, c: 2}", "synthetic mlp ucb(c=2) rate 0.5 seed 0\n"
                                     "synthetic mlp ucb(c=2) rate 0.5 seed 1\n"},
        {"pruner=full", "synthetic mlp full seed 0\n"
                        "synthetic mlp full seed 1\n"},
        {"model.width=64", "synthetic mlp(width=64) full seed 0\n"
                           "synthetic mlp(width=64) random rate 0.5 seed 0\n"
                           "synthetic mlp(width=64) full seed 1\n"
                           "synthetic mlp(width=64) random rate 0.5 seed 1\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *cells = cells_with("name: s\ndataset: synthetic\nmodel: mlp\npruner: [full, random]\n"
                                 "rate: 0.5\nseed: 2\n",
                                 cases[i].set);
        cr_expect_str_eq(cells, cases[i].cells, "--set %s gave\n%s", cases[i].set, cells);
        free(cells);
    }
}

Test(config, set_reaches_every_value_of_an_axis)
{
    char *cells = cells_with("name: s\n"
                             "dataset: [synthetic, {name: synthetic, test_limit: 50}]\n"
                             "model: mlp\n"
                             "pruner: full\n",
                             "dataset.train_limit=500");
    cr_expect_str_eq(cells, "synthetic(train_limit=500) mlp full seed 0\n"
                            "synthetic(train_limit=500 test_limit=50) mlp full seed 0\n");
    free(cells);
}

Test(config, set_beats_train_and_overrides)
{
    static const char *const sets[] = {"train.epochs=2", "train.batch=32", "train.batch=64", NULL};
    struct config *config = config_good(GOOD, sets);
    for (size_t i = 0; i < config->cell_count; i++) {
        const struct recipe *recipe = &config->cells[i].recipe;
        cr_expect_eq(recipe->epochs, 2, "cell %zu: %d epochs", i, recipe->epochs);
        cr_expect_eq(recipe->batch, 64, "cell %zu: batch %d", i, recipe->batch);
    }
    cr_expect_eq(config->cells[1].recipe.lr, 0.25);
    config_free(config);
}

Test(config, set_makes_what_is_missing)
{
    static const char *const sets[] = {"train.epochs=2", "name=other", "data_dir=/tmp", NULL};
    struct config *config =
        config_good("name: s\ndataset: synthetic\nmodel: mlp\npruner: full\n", sets);
    cr_expect_eq(config->cells[0].recipe.epochs, 2);
    cr_expect_str_eq(config->name, "other");
    cr_expect_str_eq(config->data_dir, "/tmp");
    config_free(config);
}

Test(config, set_leaves_shared_nodes_alone)
{
    static const char *const sets[] = {"model.width=64", NULL};
    struct config *config = config_good("name: &n mlp\ndataset: synthetic\nmodel: *n\n"
                                        "pruner: full\n",
                                        sets);
    cr_expect_str_eq(config->name, "mlp");
    config_free(config);
}

Test(config, set_of_an_axis_may_leave_rules_idle)
{
    char *cells = cells_with("name: s\ndataset: synthetic\nmodel: [mlp, softmax]\npruner: full\n"
                             "overrides: [{when: {model: mlp}, train: {lr: 1}}]\n"
                             "exclude: [{model: mlp, seed: 0}]\n",
                             "model=softmax");
    cr_expect_str_eq(cells, "synthetic softmax full seed 0\n");
    free(cells);
}

Test(config, set_is_read_as_strictly)
{
    static const struct {
        const char *set, *mistakes;
    } cases[] = {
        {"train.epochs=0",
         "--set train.epochs: expected a whole number from 1 to 100000, found '0'\n"},
        {"train.epochs=", "--set train.epochs: expected a whole number from 1 to 100000, found "
                          "nothing\n"},
        {"train.epochs=\"3\"", "--set train.epochs: expected a whole number from 1 to 100000, "
                               "found the text \"3\"\n"},
        {"train.epohcs=3", "--set train.epohcs: train has no option 'epohcs', did you mean "
                           "'epochs'?\n"},
        {"trian.epochs=3", "--set trian.epochs: unknown key 'trian', did you mean 'train'?\n"},
        {"rate=[0.5, 1.5]", "--set rate: expected a number from 0 to below 1, found '1.5'\n"},
        {"rate=[0.5", "--set rate: not YAML: did not find expected ',' or ']' while parsing a "
                      "flow sequence\n"},
        {"pruner=ubc", "--set pruner: unknown pruner 'ubc', did you mean 'ucb'?\n"},
        {"pruner={name: ucb, runs: 3}", "--set pruner: 'runs' is an option of el2n, not of ucb\n"},
        {"name.first=x", "--set name.first: 'name' has no keys below it\n"},
        {"seed=!!int 3", "--set seed: a tag (!!int): values are read without them, take it away\n"},
        {"seed", "--set seed: expected KEY=VALUE, as in --set train.epochs=3\n"},
        {"=3", "--set : expected KEY=VALUE, as in --set train.epochs=3\n"},
        {"train..epochs=3", "--set train..epochs: expected KEY=VALUE, as in --set "
                            "train.epochs=3\n"},
        {"a.b.c.d.e.f.g.h.i=3", "--set a.b.c.d.e.f.g.h.i: expected KEY=VALUE, as in --set "
                                "train.epochs=3\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const sets[] = {cases[i].set, NULL};
        char *mistakes = config_bad(GOOD, sets);
        cr_expect_str_eq(mistakes, cases[i].mistakes, "--set %s gave\n%s", cases[i].set, mistakes);
        free(mistakes);
    }
}

Test(config, mistakes_of_the_file_come_before_those_of_set)
{
    static const char *const sets[] = {"seed=x", "train.lr=fast", NULL};
    config_expect("name: s\ndataset: synthetic\nmodel: mpl\npruner: full\n", sets,
                  "e.yaml:3:8: unknown model 'mpl', did you mean 'mlp'?\n"
                  "--set seed: expected a count from 1 to 10000, a list of seeds, or {at_least: 3, "
                  "at_most: 20}, found 'x'\n"
                  "--set train.lr: expected a number from 0 to 1000, found 'fast'\n");
}
