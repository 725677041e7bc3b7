/* winnow plan as its users meet it: before a grid, after it, and after its file has changed. */
#include "tests/support/cli_output.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const char tiny[] = "name: tiny\n"
                           "dataset: {name: synthetic, samples: 400, classes: 4}\n"
                           "model: {name: mlp, width: 16}\n"
                           "pruner: [full, random, {name: el2n, runs: 2, at: 1}]\n"
                           "rate: [0.3, 0.7]\n"
                           "seed: 1\n"
                           "train: {epochs: 2, batch: 32, lr: 0.1}\n";
enum { TINY_CELLS = 5 };

static void run_tiny(void)
{
    char path[256];
    snprintf(path, sizeof path, "%s/tiny.yaml", test_dir());
    test_write_file(path, tiny);
    RUN("cd %s && winnow run tiny.yaml --db a.db -j 1", test_dir());
    expect(0, "", "5 cells done");
}

TestSuite(cli_plan, .init = run_tiny, .fini = cli_release);

#define PLAN(flags) RUN("cd %s && winnow plan tiny.yaml --db a.db %s", test_dir(), flags)

Test(cli_plan, done_and_nothing_is_left)
{
    PLAN("--why");
    expect(0, "tiny: 5 cells, 5 done, 0 to run, 0 to retry (a.db)\n", "");
    cr_expect_null(strstr(output.out, "about"), "%s", output.out);
    cr_expect_null(strstr(output.out, "stale"), "%s", output.out);
}

Test(cli_plan, why_names_the_field)
{
    PLAN("--why -j 2 --set train.lr=0.05");
    expect(0, "full seed 0, about ", "");
    expect(0, "\n        recipe.lr 0.05, was 0.1\n", "");
    expect(0, "\n        the file no longer lists it; it is done, and stays in the database\n", "");
    expect(0, "\ndisk: about ", "");
    expect(0, "\nmemory: up to ", "");
    expect(0, " a worker, 2 at once", "");
    expect(0, "tiny: 5 cells, 0 done, 5 to run, 0 to retry, 5 stale (a.db); about ", "");
    expect(0, " with -j 2\n", "");
    PLAN("--set train.lr=0.05");
    cr_expect_null(strstr(output.out, "recipe.lr"), "%s", output.out);
    /* A new rate is new, though its time can be told. */
    PLAN("--why --set pruner=random --set rate=[0.3,0.5]");
    expect(0, "random rate 0.5 seed 0, about ", "");
    expect(0, "\n        new\n", "");
    /* Of another model nothing is known. */
    PLAN("--why --set model=softmax --no-measure");
    expect(0, "; no finished cell shows how long that takes\n", "");
    PLAN("--set 'model=[softmax,{name: mlp, width: 16}]' --set seed=2 --no-measure");
    expect(0, "; at least ", "");
    expect(0, ", not known of 10\n", "");
    /* But a few batches tell of it. */
    PLAN("--json --set model=softmax");
    expect(0, "\"eta_from\": \"measured\"", "");
    expect(0, "\"eta_unknown\": 0", "");
}

Test(cli_plan, what_was_listed_before_the_last_run_is_stale)
{
    RUN("cd %s && winnow run tiny.yaml --db a.db --set pruner=full", test_dir());
    expect(0, "", "nothing to run");
    PLAN("--set pruner=full");
    expect(0, ", 4 stale", "");
    /* Where there is another experiment, cells that none lists may be its. */
    RUN("cd %s && winnow run tiny.yaml --db a.db --set name=other --set pruner=full", test_dir());
    PLAN("--set pruner=full");
    cr_expect_null(strstr(output.out, "stale"), "%s", output.out);
}

Test(cli_plan, retry_with_its_reason)
{
    RUN("cd %s && winnow run tiny.yaml --db a.db --set pruner=random --set rate=0.3 "
        "--set train.lr=1000 --set train.momentum=1 --set train.epochs=30",
        test_dir());
    expect(1, "", "diverged");
    PLAN("--why --set pruner=random --set rate=0.3 --set train.lr=1000 --set train.momentum=1 "
         "--set train.epochs=30");
    expect(0, "retry   ", "");
    expect(0, "\n        diverged: the loss is not finite in epoch ", "");
    expect(0, "0 to run, 1 to retry", "");
}

static json_t *read_json(void)
{
    json_error_t error;
    json_t *json = json_loads(output.out, 0, &error);
    cr_assert_not_null(json, "%s at line %d", error.text, error.line);
    return json;
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

Test(cli_plan, json)
{
    PLAN("--json -j 2 --set train.epochs=4 --set pruner=full");
    expect(0, "", "");
    json_t *json = read_json();
    const json_t *cells = json_object_get(json, "cells");
    const json_t *totals = json_object_get(json, "totals");
    cr_expect_str_eq(text_of(json, "experiment"), "tiny");
    cr_assert_eq(json_array_size(cells), 1 + TINY_CELLS);
    const json_t *cell = json_array_get(cells, 0), *stale = json_array_get(cells, 1);
    cr_expect_str_eq(text_of(cell, "state"), "to run");
    cr_expect_str_eq(text_of(cell, "why"), "recipe.epochs 4, was 2");
    cr_expect_gt(json_real_value(json_object_get(cell, "eta_s")), 0);
    cr_expect_str_eq(text_of(cell, "eta_from"), "same");
    cr_expect_str_eq(text_of(stale, "state"), "stale");
    cr_expect(json_is_null(json_object_get(stale, "eta_s")));
    cr_expect_eq(strlen(text_of(stale, "key")), 64);
    cr_expect_eq(json_integer_value(json_object_get(totals, "to_run")), 1);
    cr_expect_eq(json_integer_value(json_object_get(totals, "stale")), TINY_CELLS);
    cr_expect_eq(json_integer_value(json_object_get(totals, "jobs")), 2);
    static const char *const measured[] = {"eta_s",           "disk_bytes",
                                           "free_disk_bytes", "worker_memory_bytes",
                                           "memory_bytes",    "free_memory_bytes"};
    for (size_t i = 0; i < sizeof measured / sizeof *measured; i++)
        cr_expect_gt(json_number_value(json_object_get(totals, measured[i])), 0, "%s", measured[i]);
    json_decref(json);

    RUN("cd %s && winnow plan tiny.yaml --db none/none.db --json --no-measure", test_dir());
    expect(0, "", "");
    json = read_json();
    totals = json_object_get(json, "totals");
    cr_expect(json_is_null(json_object_get(totals, "eta_s")));
    cr_expect(json_is_null(json_object_get(totals, "disk_bytes")));
    cr_expect_eq(json_integer_value(json_object_get(totals, "eta_unknown")), TINY_CELLS);
    json_decref(json);
}

Test(cli_plan, run_refuses_what_cannot_fit)
{
    RUN("sqlite3 %s/a.db \"INSERT INTO attempt (cell, environment, state, beside, started_at, "
        "ended_at, wall_ns, peak_memory_bytes) SELECT cell, environment, 'done', 0, 1, 2, "
        "1000000000, 1 << 50 FROM attempt\"",
        test_dir());
    expect(0, "", "");
    RUN("cd %s && winnow run tiny.yaml --db a.db -j 2 --set seed=2", test_dir());
    expect(4, "", "winnow run: memory: 2 workers of up to 1024.0 TiB need 2048.0 TiB, ");
    expect(4, "", "run fewer at once with -j, or start anyway with --force");
    RUN("sqlite3 %s/a.db 'SELECT count(*) FROM v_run'", test_dir());
    expect(0, "5\n", "");
    RUN("cd %s && winnow run tiny.yaml --db a.db -j 2 --set seed=2 --force", test_dir());
    expect(0, "", "warning: memory: 2 workers");
    expect(0, "", "5 cells done");
    /* Where nothing is to run, nothing is refused. */
    RUN("cd %s && winnow run tiny.yaml --db a.db", test_dir());
    expect(0, "", "nothing to run");
}
