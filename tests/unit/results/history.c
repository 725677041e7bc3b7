/* What a database tells of what is to come, on the made one. */
#include "results/history.h"

#include "tests/support/made_db.h"

#include <criterion/criterion.h>
#include <string.h>

static struct history *read_made(const char *experiment)
{
    struct history *history = NULL;
    struct err err;
    struct store *store = must_open(made_path("made.db"), STORE_READ);
    cr_assert_eq(history_read(store, experiment, &history, &err), 0, "%s", err.text);
    store_close(store);
    return history;
}

static size_t count_listed(const struct history *history)
{
    size_t count = 0;
    for (size_t i = 0; i < history->cell_count; i++)
        count += history->cells[i].listed;
    return count;
}

Test(history, good_attempts_and_all_cells)
{
    made_db(made_path("made.db"));
    struct history *history = read_made("made");
    cr_assert_eq(history->run_count, 4, "%zu runs", history->run_count);
    const struct history_run *third = &history->runs[2];
    cr_expect_str_eq(third->shape.pruner, "el2n");
    cr_expect_str_eq(third->shape.options, "runs=3");
    cr_expect_eq(third->shape.rate, 0.5);
    cr_expect_eq(third->shape.epochs, 2);
    cr_expect_float_eq(third->wall_s, 11, 1e-9);
    cr_expect_eq(third->peak_memory_bytes, 1 << 20);
    cr_expect_geq(history->run_bytes, 4096);

    static const char *const states[MADE_CELLS] = {"done",   "done",    "done", "done", "diverged",
                                                   "failed", "running", "new",  "lost"};
    cr_assert_eq(history->cell_count, MADE_CELLS);
    for (size_t i = 0; i < MADE_CELLS; i++) {
        const struct history_cell *cell = history_find(history, made_key(i + 1));
        cr_assert_not_null(cell, "cell %zu", i + 1);
        cr_expect_str_eq(cell->key, made_key(i + 1));
        cr_expect_str_eq(cell->state, states[i], "cell %zu: %s", i + 1, cell->state);
    }
    const struct history_cell *failed = history_find(history, made_key(6));
    cr_expect_str_eq(failed->reason, "killed by signal 9");
    cr_expect_str_eq(failed->label, "synthetic mlp ucb");
    cr_expect_null(history_find(history, "f"));
    history_free(history);
}

Test(history, which_cells_an_experiment_lists)
{
    made_db(made_path("made.db"));
    static const struct {
        const char *experiment;
        size_t listed;
    } cases[] = {{"made", MADE_CELLS}, {"other", 1}, {"none", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct history *history = read_made(cases[i].experiment);
        cr_expect_eq(count_listed(history), cases[i].listed, "%s: %zu", cases[i].experiment,
                     count_listed(history));
        history_free(history);
    }
}

Test(history, of_no_database_it_is_empty)
{
    struct history *history = history_none();
    cr_expect_eq(history->run_count + history->cell_count, 0);
    cr_expect_null(history_find(history, made_key(1)));
    history_free(history);
    history_free(NULL);
}

Test(history, an_empty_database_tells_nothing)
{
    store_close(must_open(made_path("made.db"), STORE_WRITE));
    struct history *history = read_made("made");
    cr_expect_eq(history->run_count, 0);
    cr_expect_eq(history->run_bytes, 0);
    history_free(history);
}
