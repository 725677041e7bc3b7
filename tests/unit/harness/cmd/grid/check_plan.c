/* winnow check and winnow plan, as people meet them. */
#include "harness/cmd/kit/cmd.h"

#include "tests/support/config_help.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_WORDS = 8 };

struct output {
    int status;
    char *out, *err;
};

/* Runs a command, a NULL-terminated list of words, with its output caught in files. */
static struct output run(int (*command)(int, char **), const char *const *words)
{
    char *argv[MOST_WORDS + 1] = {0};
    int argc = 0;
    for (; words[argc]; argc++) {
        cr_assert_lt(argc, MOST_WORDS);
        argv[argc] = strdup(words[argc]);
    }
    cr_assert_not_null(freopen("out", "w", stdout));
    cr_assert_not_null(freopen("err", "w", stderr));
    struct output output = {.status = command(argc, argv)};
    fflush(stdout);
    fflush(stderr);
    output.out = test_read_file("out");
    output.err = test_read_file("err");
    for (int i = 0; i < argc; i++)
        free(argv[i]);
    return output;
}

static void release(struct output *output)
{
    free(output->out);
    free(output->err);
}

static void write_good(void)
{
    static const char yaml[] = "name: cmd\ndataset: {name: synthetic, samples: 100}\n"
                               "model: [softmax, mlp]\npruner: [full, random, ucb]\n"
                               "rate: [0.3, 0.5]\nseed: 2\n";
    config_write(yaml, sizeof yaml - 1);
}

Test(commands, check_says_how_many_cells)
{
    static const struct {
        const char *set, *expected;
    } cases[] = {
        {"seed=2", "e.yaml: 20 cells (1 dataset x 2 models x (2 pruners x 2 rates + 1 pruner "
                   "without rate) x 2 seeds)\n"},
        {"pruner=full", "e.yaml: 4 cells (1 dataset x 2 models x 1 pruner x 2 seeds)\n"},
        {"pruner=random", "e.yaml: 8 cells (1 dataset x 2 models x 1 pruner x 2 rates x 2 "
                          "seeds)\n"},
        {"exclude=[{model: mlp}]",
         "e.yaml: 10 cells (1 dataset x 2 models x (2 pruners x 2 rates + 1 pruner without rate) "
         "x 2 seeds, with exclude and include)\n"},
    };
    write_good();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const words[] = {"check", "e.yaml", "--set", cases[i].set, NULL};
        struct output output = run(cmd_check, words);
        cr_expect_eq(output.status, EXIT_DONE, "%d: %s", output.status, output.err);
        cr_expect_str_eq(output.out, cases[i].expected, "found %s", output.out);
        cr_expect_str_eq(output.err, "");
        release(&output);
    }
}

Test(commands, mistakes_go_to_stderr_and_end_with_2)
{
    static int (*const commands[])(int, char **) = {cmd_check, cmd_plan};
    write_good();
    for (size_t i = 0; i < 2; i++) {
        const char *const words[] = {"x", "e.yaml", "--set", "rate=1.2", "--set", "seed=a", NULL};
        struct output output = run(commands[i], words);
        cr_expect_eq(output.status, EXIT_USAGE, "%d", output.status);
        cr_expect_str_eq(output.out, "", "stdout: %s", output.out);
        cr_expect_str_eq(output.err,
                         "--set rate: expected a number from 0 to below 1, found '1.2'\n"
                         "--set seed: expected a count from 1 to 10000, a list of seeds, or "
                         "{at_least: 3, at_most: 20}, found 'a'\n",
                         "stderr: %s", output.err);
        release(&output);
    }
}

Test(commands, plan_lists_the_cells)
{
    const char *const words[] = {"plan",  "e.yaml", "--set", "model=softmax",
                                 "--set", "seed=1", NULL};
    static const char *const labels[] = {
        "synthetic(samples=100) softmax full seed 0",
        "synthetic(samples=100) softmax random rate 0.3 seed 0",
        "synthetic(samples=100) softmax random rate 0.5 seed 0",
        "synthetic(samples=100) softmax ucb rate 0.3 seed 0",
        "synthetic(samples=100) softmax ucb rate 0.5 seed 0",
    };
    write_good();
    struct output output = run(cmd_plan, words);
    cr_expect_eq(output.status, EXIT_DONE, "%d: %s", output.status, output.err);
    const char *line = output.out;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        const size_t length = strcspn(line, "\n");
        cr_assert_gt(length, 20);
        cr_expect(strncmp(line, "to run  ", 8) == 0, "%s", line);
        cr_expect_eq(strspn(line + 8, "0123456789abcdef"), 10, "%s", line);
        cr_expect(length == 20 + strlen(labels[i]) &&
                      strncmp(line + 20, labels[i], strlen(labels[i])) == 0,
                  "%s", line);
        line += length + 1;
    }
    cr_expect_str_eq(line, "\ncmd: 5 cells, 0 done, 5 to run, 0 to retry (results/cmd.db does not "
                           "exist yet); no finished cell shows how long that takes\n");
    release(&output);
}

Test(commands, plan_as_json)
{
    const char *const words[] = {"plan", "e.yaml", "--json", "--db", "no/such.db", NULL};
    write_good();
    struct output output = run(cmd_plan, words);
    cr_assert_eq(output.status, EXIT_DONE, "%d: %s", output.status, output.err);
    json_t *root = json_loads(output.out, 0, NULL);
    const json_t *cells = json_object_get(root, "cells");
    cr_expect_str_eq(json_string_value(json_object_get(root, "experiment")), "cmd");
    cr_expect_str_eq(json_string_value(json_object_get(root, "database")), "no/such.db");
    cr_expect(json_is_false(json_object_get(root, "database_exists")));
    cr_expect_eq(json_integer_value(json_object_get(root, "to_run")), 20);
    cr_assert_eq(json_array_size(cells), 20);
    const json_t *last = json_array_get(cells, 19);
    cr_expect_str_eq(json_string_value(json_object_get(last, "pruner")), "ucb");
    cr_expect_str_eq(json_string_value(json_object_get(last, "state")), "to run");
    cr_expect_eq(json_integer_value(json_object_get(last, "seed")), 1);
    cr_expect_eq(json_real_value(json_object_get(last, "rate")), 0.5);
    cr_expect_eq(strlen(json_string_value(json_object_get(last, "key"))), 64);
    json_decref(root);
    release(&output);
}

Test(commands, plan_refuses_what_is_no_database)
{
    const char *const words[] = {"plan", "e.yaml", "--db", "e.yaml", NULL};
    write_good();
    struct output output = run(cmd_plan, words);
    cr_expect_eq(output.status, EXIT_DATABASE, "%d", output.status);
    cr_expect(strncmp(output.err, "winnow plan: ", 13) == 0, "%s", output.err);
    release(&output);
}
