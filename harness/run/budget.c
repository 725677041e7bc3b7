#include "harness/run/budget.h"

#include "base/time.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_NAMED = 12 };

struct budget {
    const struct plan *plan;
    const struct run_options *options;
    double end;               /* of CLOCK_BOOTTIME, seconds */
    struct history_run *runs; /* [count] */
    size_t count;
};

static double boot_seconds(void)
{
    return (double)time_boot() * 1e-9;
}

static void add_run(struct budget *budget, const struct history_run *run)
{
    MEM_ROOM(budget->runs, budget->count);
    budget->runs[budget->count++] = *run;
}

struct budget *budget_new(const struct plan *plan, const struct run_options *options)
{
    struct budget *budget;
    MEM_NEW(budget, 1);
    *budget = (struct budget){
        .plan = plan,
        .options = options,
        .end = options->budget != 0 ? boot_seconds() + options->budget : (double)INFINITY,
    };
    for (size_t i = 0; options->history && i < options->history->run_count; i++)
        add_run(budget, &options->history->runs[i]);
    return budget;
}

void budget_free(struct budget *budget)
{
    if (!budget)
        return;
    MEM_FREE(budget->runs, budget);
}

double budget_left(const struct budget *budget)
{
    return budget->end - boot_seconds();
}

double budget_seconds(const struct budget *budget, size_t cell)
{
    const struct history_shape shape = estimate_shape_of(&budget->plan->cells[cell].stored);
    const struct estimate found = estimate_cell(budget->runs, budget->count, &shape);
    const struct estimate *expected =
        budget->options->expected ? &budget->options->expected[cell] : NULL;
    if (found.basis == ESTIMATE_SAME || found.basis == ESTIMATE_RATE)
        return found.seconds;
    if (expected && expected->basis != ESTIMATE_UNKNOWN)
        return expected->seconds;
    return found.basis == ESTIMATE_UNKNOWN ? -1 : found.seconds;
}

void budget_learn(struct budget *budget, size_t cell, const struct record_end *end)
{
    add_run(budget, &(struct history_run){
                        .shape = estimate_shape_of(&budget->plan->cells[cell].stored),
                        .wall_s = (double)end->wall_ns * 1e-9,
                        .peak_memory_bytes = end->peak_memory_bytes,
                    });
}

bool budget_fits(const struct budget *budget, const size_t *cells, size_t count,
                 const double *committed, size_t committed_count)
{
    const double left = budget_left(budget);
    double *seconds;
    bool known = true, fits = false;
    if (left <= 0)
        return false;
    MEM_NEW(seconds, committed_count + count);
    for (size_t i = 0; i < committed_count; i++) {
        seconds[i] = committed[i];
        known = known && committed[i] >= 0;
    }
    for (size_t i = 0; i < count; i++) {
        seconds[committed_count + i] = budget_seconds(budget, cells[i]);
        known = known && seconds[committed_count + i] >= 0;
    }
    if (known)
        fits = estimate_span(seconds, committed_count + count, budget->options->jobs) <= left;
    else
        fits = committed_count == 0;
    mem_free(seconds);
    return fits;
}

bool budget_opens(const struct budget *budget, const struct queue *queue, const size_t *cells,
                  size_t cell_count, const double *flight, size_t flight_count)
{
    double *committed;
    size_t count = 0;
    MEM_NEW(committed, budget->plan->count + flight_count);
    for (; count < flight_count; count++)
        committed[count] = flight[count];
    for (size_t b = 0; b < queue_block_count(queue); b++) {
        const struct queue_block other = queue_block(queue, b);
        for (size_t i = 0; queue_is_open(queue, b) && i < other.count; i++)
            if (queue_waits(queue, other.cells[i]))
                committed[count++] = budget_seconds(budget, other.cells[i]);
    }
    const bool fits = budget_fits(budget, cells, cell_count, committed, count);
    mem_free(committed);
    return fits;
}

void budget_name_rest(const struct budget *budget, const struct queue *queue,
                      const struct tally *tally, const bool *needed, struct str *ret_text)
{
    size_t named = 0, more = 0;
    for (size_t b = 0; b < queue_block_count(queue); b++) {
        const struct queue_block block = queue_block(queue, b);
        const struct store_cell *stored = &budget->plan->cells[block.cells[0]].stored;
        double seconds = 0; /* NAN: not known */
        size_t left = 0;
        for (size_t i = 0; i < block.count; i++) {
            const size_t cell = block.cells[i];
            if ((needed && !needed[cell]) || tally_knows(tally, cell))
                continue;
            const double expected = budget_seconds(budget, cell);
            seconds += expected >= 0 ? expected : (double)NAN;
            left++;
        }
        if (left == 0)
            continue;
        if (named == MOST_NAMED) {
            more++;
            continue;
        }
        named++;
        str_addf(ret_text,
                 "%s: %s %s seed %lld: ", queue_is_open(queue, b) ? "incomplete" : "not started",
                 stored->dataset, stored->model_label, (long long)stored->seed);
        str_addf(ret_text, "%zu of %zu cells left", left, block.count + block.done);
        if (!isnan(seconds)) {
            str_add(ret_text, ", about ");
            str_add_duration(ret_text, seconds);
            str_add(ret_text, " of one worker");
        }
        str_add(ret_text, "\n");
    }
    if (more)
        str_addf(ret_text, "and %zu more block%s\n", more, STR_PLURAL(more));
}

/* ---- The command line -------------------------------------------------------------------------*/

static bool digits_only(const char *text, const char *pattern)
{
    for (; *pattern; text++, pattern++)
        if (*pattern == '0' ? *text < '0' || *text > '9' : *text != *pattern)
            return false;
    return !*text;
}

int budget_until(const char *text, time_t now, double *ret_seconds, struct err *err)
{
    struct tm when, found;
    const bool spaced = digits_only(text, "0000-00-00 00:00");
    const bool dated = spaced || digits_only(text, "0000-00-00T00:00");
    const char *format = spaced ? "%Y-%m-%d %H:%M" : dated ? "%Y-%m-%dT%H:%M" : "%H:%M";
    if (!dated && !digits_only(text, "00:00") && !digits_only(text, "0:00"))
        return err_set(err, "07:00 or 2026-11-23 07:00, not '%.64s'", text);
    localtime_r(&now, &when);
    when.tm_sec = 0;
    when.tm_isdst = -1; /* mktime knows the calendar, and days of 23 hours */
    const char *end = strptime(text, format, &when);
    found = when;
    time_t until = mktime(&found);
    if (!end || *end || found.tm_mon != when.tm_mon || found.tm_mday != when.tm_mday)
        return err_set(err, "there is no such time: '%.64s'", text);
    if (dated && until <= now)
        return err_set(err, "'%.64s' is in the past", text);
    if (until <= now) {
        when.tm_mday++;
        until = mktime(&when);
    }
    *ret_seconds = difftime(until, now);
    return 0;
}
