/* Budgets: which moment is meant, and what fits. */
#include "harness/run/budget.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* 2026-11-22 21:30 in a place without summer time. */
static const time_t evening = 1795383000;

static void enter(void)
{
    setenv("TZ", "UTC0", 1);
    tzset();
}

TestSuite(budget, .init = enter);

static void expect_until(const char *text, double wanted)
{
    struct err err = {0};
    double seconds = -1;
    cr_assert_eq(budget_until(text, evening, &seconds, &err), 0, "%s: %s", text, err.text);
    cr_expect_float_eq(seconds, wanted, 0.5, "%s: %g s, expected %g", text, seconds, wanted);
}

Test(budget, a_time_is_today_or_tomorrow)
{
    expect_until("22:00", 1800);
    expect_until("07:00", 9.5 * 3600);
    expect_until("7:00", 9.5 * 3600);
    expect_until("21:30", 24 * 3600);
    expect_until("2026-11-23 07:00", 9.5 * 3600);
    expect_until("2026-12-01T00:00", (8 * 24 + 2.5) * 3600);
}

Test(budget, a_night_with_a_change_of_clocks_is_an_hour_longer)
{
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    struct err err;
    double seconds = 0;
    /* 2026-10-24 23:00 CEST; the clocks go back at three. */
    cr_assert_eq(budget_until("07:00", 1792875600, &seconds, &err), 0, "%s", err.text);
    cr_expect_float_eq(seconds, 9.0 * 3600, 0.5, "%g s", seconds);
}

Test(budget, what_is_no_time_is_refused)
{
    static const char *const wrong[] = {
        "",
        "7",
        "24:00",
        "07:60",
        "07:00:00",
        "tomorrow",
        "-1:00",
        "2026-11-22",
        "2026-02-30 07:00",
        "2026-13-01 07:00",
        "2026-11-22 21:30",
        "2025-11-23 07:00",
        " 07:00",
        "07:0",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct err err = {0};
        double seconds;
        cr_expect_eq(budget_until(wrong[i], evening, &seconds, &err), -1, "'%s'", wrong[i]);
        cr_expect_neq(err.text[0], '\0', "'%s'", wrong[i]);
    }
}

enum { CELLS = 4 };

static struct plan_cell cells[CELLS];
static const struct plan plan = {.cells = cells, .count = CELLS};

/* Two cells of a known model, two of another. */
static void make_cells(void)
{
    for (size_t i = 0; i < CELLS; i++)
        cells[i].stored = (struct store_cell){.dataset = "d",
                                              .model_label = i < 2 ? "m" : "other",
                                              .pruner = i % 2 ? "p" : "q",
                                              .options = "",
                                              .epochs = 10};
}

Test(budget, what_was_begun_before_counts)
{
    make_cells();
    struct history_run runs[] = {{{"d", "m", "q", "", 0, 10}, 100, 0}};
    const struct history history = {.runs = runs, .run_count = 1};
    const struct run_options options = {.jobs = 2, .budget = 250, .history = &history};
    struct budget *budget = budget_new(&plan, &options);
    const size_t both[] = {0, 1}, other[] = {2};
    const double some[] = {100, 100}, much[] = {100, 100, 100}, unknown[] = {-1};
    cr_expect_float_eq(budget_left(budget), 250, 5);
    cr_expect_float_eq(budget_seconds(budget, 1), 100, 1e-9, "other pruners tell");
    cr_expect(budget_fits(budget, both, 2, NULL, 0));
    cr_expect(budget_fits(budget, both, 2, some, 2), "two after two");
    cr_expect_not(budget_fits(budget, both, 2, much, 3));
    cr_expect_not(budget_fits(budget, both, 2, unknown, 1));
    cr_expect(budget_fits(budget, other, 1, NULL, 0), "nobody knows");
    cr_expect_not(budget_fits(budget, other, 1, some, 2));
    budget_learn(budget, 3, &(struct record_end){.wall_ns = 300000000000});
    cr_expect_not(budget_fits(budget, other, 1, NULL, 0), "300 s, as is known now");
    budget_free(budget);
}

Test(budget, what_was_measured_counts_before_other_pruners)
{
    make_cells();
    struct history_run runs[] = {{{"d", "m", "q", "", 0, 10}, 100, 0}};
    const struct history history = {.runs = runs, .run_count = 1};
    const struct estimate expected[CELLS] = {{.basis = ESTIMATE_MEASURED, .seconds = 7},
                                             {.basis = ESTIMATE_MEASURED, .seconds = 8}};
    const struct run_options options = {
        .jobs = 1, .budget = 50, .history = &history, .expected = expected};
    struct budget *budget = budget_new(&plan, &options);
    cr_expect_float_eq(budget_seconds(budget, 0), 100, 1e-9);
    cr_expect_float_eq(budget_seconds(budget, 1), 8, 1e-9);
    cr_expect_lt(budget_seconds(budget, 2), 0);
    budget_free(budget);
}

Test(budget, one_that_is_used_up_takes_nothing)
{
    make_cells();
    const struct run_options options = {.jobs = 1, .budget = -1};
    const size_t one[] = {0};
    struct budget *budget = budget_new(&plan, &options);
    cr_expect_not(budget_fits(budget, one, 1, NULL, 0));
    budget_free(budget);
}
