/* Scripts of winnow emit, and frozen plans. */
#include "harness/cluster/emit.h"

#include "tests/support/config_help.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct config *config;
static struct plan *plan;
static struct frozen_plan *frozen;
static struct str text;

/* 10 cells in 4 elements. */
static void freeze(void)
{
    struct err err;
    config = config_good("name: p\ndataset: {name: synthetic, samples: 100}\nmodel: mlp\n"
                         "pruner: random\nrate: [0.1, 0.3, 0.5, 0.7, 0.9]\nseed: 2\n"
                         "train: {epochs: 4}\ntargets: [0.5]\nlimits: {timeout: 2h}\n",
                         NULL);
    cr_assert_eq(plan_make(config, &plan, &err), 0, "%s", err.text);
    frozen_plan_text(config, plan, "/data", 4, &text);
    cr_assert_eq(frozen_plan_parse(str_text(&text), "p", &frozen, &err), 0, "%s", err.text);
}

static void thaw(void)
{
    frozen_plan_free(frozen);
    plan_free(plan);
    config_free(config);
    str_release(&text);
}

TestSuite(emit, .init = freeze, .fini = thaw);

static void expect_in(const char *wanted)
{
    cr_expect(strstr(str_text(&text), wanted), "'%s' is not in:\n%s", wanted, str_text(&text));
}

Test(emit, a_frozen_plan_is_the_plan)
{
    struct plan *element;
    struct err err;
    size_t first, end, next = 0;
    cr_assert_eq(frozen->plan->count, 10);
    cr_expect_str_eq(frozen->name, "p");
    cr_expect_str_eq(frozen->yaml, config->text);
    cr_expect_str_eq(frozen->data_dir, "/data");
    cr_expect_eq(frozen->targets[0], 0.5);
    for (size_t i = 0; i < 10; i++) {
        cr_expect_str_eq(frozen->plan->cells[i].key, plan->cells[i].key);
        cr_expect_str_eq(frozen->plan->cells[i].json, plan->cells[i].json);
        cr_expect_str_eq(frozen->plan->cells[i].label, plan->cells[i].label);
        cr_expect_str_eq(frozen->plan->cells[i].stored.key, plan->cells[i].key);
        cr_expect_eq(frozen->plan->cells[i].limits.timeout, 7200);
    }
    for (size_t i = 0; i < 4; i++) {
        frozen_plan_range(frozen, i, &first, &end);
        cr_expect_eq(first, next, "element %zu begins at %zu", i, first);
        cr_expect_leq(end - first, 3);
        next = end;
    }
    cr_expect_eq(next, 10);
    cr_assert_eq(frozen_plan_element(frozen, 1, NULL, &element, &err), 0, "%s", err.text);
    cr_expect_eq(element->count, 3);
    cr_expect_str_eq(element->cells[0].key, plan->cells[2].key);
    plan_free(element);
}

static void expect_refused(const char *changed, const char *why)
{
    struct frozen_plan *none;
    struct err err = {0};
    cr_expect_eq(frozen_plan_parse(changed, "plan.jsonl", &none, &err), -1);
    cr_expect(strstr(err.text, why) && strstr(err.text, "plan.jsonl"), "%s", err.text);
}

Test(emit, a_frozen_plan_that_was_changed_is_refused)
{
    char *whole = strdup(str_text(&text));
    expect_refused("", "no plan of winnow's");
    expect_refused("{}\n", "line 1 is no plan's");
    whole[strlen(whole) / 2] = '\0';
    expect_refused(whole, "changed or is damaged");
    free(whole);
    whole = strdup(str_text(&text));
    memcpy(strstr(whole, "\"epochs\":4"), "\"epochs\":5", 10);
    expect_refused(whole, "changed or is damaged");
    free(whole);
}

Test(emit, times_and_ranges)
{
    static const struct {
        double seconds;
        const char *wanted;
    } times[] = {{60, "0-00:01:00"},
                 {61, "0-00:02:00"},
                 {4 * 3600, "0-04:00:00"},
                 {30 * 3600, "1-06:00:00"}};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        str_clear(&text);
        emit_time(&text, times[i].seconds);
        cr_expect_str_eq(str_text(&text), times[i].wanted);
    }
    bool wanted[10] = {true, true, true, true, false, true, false, true, true, true};
    str_clear(&text);
    emit_ranges(&text, wanted, 10);
    cr_expect_str_eq(str_text(&text), "0-3,5,7-9");
    cr_expect(emit_exclude("1\n2\n[7-8,40%2]", wanted, 10));
    str_clear(&text);
    emit_ranges(&text, wanted, 10);
    cr_expect_str_eq(str_text(&text), "0,3,5,9");
    cr_expect(emit_exclude("", wanted, 10));
    cr_expect_not(emit_exclude("N/A", wanted, 10));
}

Test(emit, chunks_below_the_largest_array)
{
    struct emit emit = {.frozen = frozen,
                        .folder = "/it's",
                        .db = "/x.db",
                        .winnow = "/w",
                        .cwd = "/",
                        .partition = "long",
                        .cpus = 2,
                        .time = 5400,
                        .grace = 90,
                        .max_array = 3};
    cr_expect_eq(emit_chunks(&emit), 2);
    str_clear(&text);
    emit_script(&emit, EMIT_CELLS, 1, &text);
    expect_in("\n#SBATCH --array=0-2\n");
    expect_in("\n#SBATCH --time=0-01:30:00\n");
    expect_in("\n#SBATCH --signal=B:USR1@90\n");
    expect_in("\n#SBATCH --partition=long\n");
    expect_in("\nexec \"$winnow\" cell");
    expect_in("--element $((0 + SLURM_ARRAY_TASK_ID)) --requeue");
    str_clear(&text);
    emit_script(&emit, EMIT_CELLS, 2, &text);
    expect_in("\n#SBATCH --array=0-0\n");
    expect_in("--element $((3 + SLURM_ARRAY_TASK_ID)) --requeue");
    expect_in("\ndir='/it'\\''s'\n");
    str_clear(&text);
    emit_script(&emit, EMIT_SUBMIT, 1, &text);
    expect_in("\nsubmit 1 0 3 \"$@\"\nsubmit 2 3 1 \"$@\"\n");
    emit.max_array = 4;
    cr_expect_eq(emit_chunks(&emit), 1);
}
