#include "harness/paper/claims.h"
#include "base/anytime.h"
#include "base/num.h"
#include "results/decision.h"

#include <math.h>
#include <string.h>

DB_FILE(harness_paper_outputs);

const char *const paper_verdict_names[] = {"not measured", "undecided", "held", "not held",
                                           "not judged"};

/* ---- Lines ------------------------------------------------------------------------------------*/

static const char *text_of(const struct table *table, size_t row, const char *column)
{
    const struct db_value *cell = paper_cell(table, row, column);
    return cell->type == VALUE_TEXT ? cell->text : "";
}

static bool is_of(const struct table *table, size_t row, const struct paper_line *line)
{
    return strcmp(text_of(table, row, "place"), line->place) == 0 &&
           strcmp(text_of(table, row, "arm"), line->arm) == 0 &&
           strcmp(text_of(table, row, "measure"), line->measure) == 0;
}

static bool is_ratio(const struct paper_line *line)
{
    return strcmp(line->unit, "x") == 0;
}

static enum paper_verdict judge(const struct paper_line *line, struct stats_interval interval)
{
    if (!line->beyond)
        return CLAIM_SHOWN;
    const double bound = is_ratio(line) ? log(line->bound) : line->bound;
    if (interval.low > bound)
        return line->beyond == '>' ? CLAIM_HELD : CLAIM_NOT_HELD;
    if (interval.high < bound)
        return line->beyond == '>' ? CLAIM_NOT_HELD : CLAIM_HELD;
    return CLAIM_UNDECIDED;
}

/* As it is told: no correlation and no share is beyond what there is. */
static struct stats_interval shown(const struct paper_line *line, struct stats_interval interval)
{
    static const struct {
        const char *unit;
        double least, most;
    } bounded[] = {{"correlation", -1, 1}, {"share", 0, 1}};
    if (is_ratio(line))
        return (struct stats_interval){exp(interval.low), exp(interval.high)};
    for (size_t i = 0; i < sizeof bounded / sizeof *bounded && !isnan(interval.low); i++)
        if (strcmp(line->unit, bounded[i].unit) == 0)
            return (struct stats_interval){fmax(interval.low, bounded[i].least),
                                           fmin(interval.high, bounded[i].most)};
    return interval;
}

/* Student's t of a fixed number of seeds; where they were added, one that holds at any time. */
static struct stats_interval interval_of(const struct paper_finding *finding, const double *values,
                                         size_t n, double alpha, double least_sd)
{
    struct anytime_plan plan;
    if (!finding->at_most)
        return stats_t_interval_at(values, n, alpha, least_sd);
    anytime_plan(finding->at_least, finding->at_most, alpha, &plan);
    const struct stats_interval interval = anytime_interval(&plan, values, n, least_sd);
    anytime_plan_release(&plan);
    return interval;
}

/* values: of the line's rows, [n]. */
static void conclude(const struct paper_finding *finding, struct paper_line *line,
                     const double *values)
{
    const double mean = stats_mean(values, line->n);
    const double least_sd = strcmp(line->unit, "points") == 0 ? 100 * finding->step : 0;
    const double strict = STATS_ALPHA / (double)(finding->judged ? finding->judged : 1);
    const struct stats_interval interval =
        interval_of(finding, values, line->n, STATS_ALPHA, least_sd);
    line->verdict = judge(line, interval);
    line->strict = judge(line, interval_of(finding, values, line->n, strict, least_sd));
    line->fixed = shown(line, stats_t_interval_at(values, line->n, STATS_ALPHA, least_sd));
    line->added = finding->at_most > 0;
    line->equal = line->n > 1 && !stats_has_spread(values, line->n);
    line->mean = is_ratio(line) ? exp(mean) : mean;
    line->interval = shown(line, interval);
}

/* Rows without a value were not measured, and are left out. */
static double value_of(const struct table *table, size_t row, const struct paper_line *line)
{
    const double value = paper_number(paper_cell(table, row, "value"));
    return !is_ratio(line) ? value : value > 0 ? log(value) : (double)NAN;
}

static void read_lines(const struct table *table, struct arena *arena,
                       struct paper_finding *finding)
{
    const size_t rows = table_rows(table);
    double *values;
    ARENA_NEW(arena, finding->lines, rows);
    MEM_NEW(values, rows);
    for (size_t i = 0; i < rows; i++) {
        size_t l = 0;
        while (l < finding->count && !is_of(table, i, &finding->lines[l]))
            l++;
        if (l < finding->count || isnan(paper_number(paper_cell(table, i, "value"))))
            continue;
        const char beyond = text_of(table, i, "beyond")[0];
        finding->lines[finding->count++] = (struct paper_line){
            .place = arena_strdup(arena, text_of(table, i, "place")),
            .arm = arena_strdup(arena, text_of(table, i, "arm")),
            .measure = arena_strdup(arena, text_of(table, i, "measure")),
            .unit = arena_strdup(arena, text_of(table, i, "unit")),
            .beyond = beyond,
            .bound = paper_number(paper_cell(table, i, "bound")),
        };
        finding->judged += beyond != 0;
    }
    for (size_t l = 0; l < finding->count; l++) {
        struct paper_line *line = &finding->lines[l];
        for (size_t i = 0; i < rows; i++) {
            const double value = value_of(table, i, line);
            if (!is_of(table, i, line) || isnan(value))
                continue;
            values[line->n++] = value;
            line->doubtful += paper_number(paper_cell(table, i, "doubtful")) > 0;
            line->same += paper_number(paper_cell(table, i, "same")) > 0;
        }
        REQUIRE(line->n); /* the queries divide by seconds, which are above 0 */
        conclude(finding, line, values);
        finding->values += line->beyond ? line->n : 0;
        finding->doubtful += line->beyond ? line->doubtful : 0;
    }
    mem_free(values);
}

/* ---- The claim --------------------------------------------------------------------------------*/

static bool every_line(const struct paper_finding *finding, enum paper_verdict wanted, bool strict)
{
    for (size_t i = 0; i < finding->count; i++) {
        const struct paper_line *line = &finding->lines[i];
        if (line->beyond && (strict ? line->strict : line->verdict) != wanted)
            return false;
    }
    return true;
}

static bool some_line(const struct paper_finding *finding, enum paper_verdict wanted)
{
    for (size_t i = 0; i < finding->count; i++)
        if (finding->lines[i].beyond && finding->lines[i].strict == wanted)
            return true;
    return false;
}

/* An arm of a place: are its judged lines all held (wanted HELD), or is one against the claim? */
static bool arm_is(const struct paper_finding *finding, const struct paper_line *of,
                   enum paper_verdict wanted)
{
    bool all = true, any = false;
    for (size_t i = 0; i < finding->count; i++) {
        const struct paper_line *line = &finding->lines[i];
        if (!line->beyond || strcmp(line->place, of->place) != 0 || strcmp(line->arm, of->arm) != 0)
            continue;
        all = all && line->strict == wanted;
        any = any || line->strict == wanted;
    }
    return wanted == CLAIM_HELD ? all : any;
}

static enum paper_verdict any_arm(const struct paper_finding *finding)
{
    bool everywhere = true;
    for (size_t i = 0; i < finding->count; i++) {
        bool found = false, hopeless = true;
        if (!finding->lines[i].beyond)
            continue;
        for (size_t k = 0; k < finding->count; k++) {
            const struct paper_line *line = &finding->lines[k];
            if (!line->beyond || strcmp(line->place, finding->lines[i].place) != 0)
                continue;
            found = found || arm_is(finding, line, CLAIM_HELD);
            hopeless = hopeless && arm_is(finding, line, CLAIM_NOT_HELD);
        }
        if (hopeless)
            return CLAIM_NOT_HELD;
        everywhere = everywhere && found;
    }
    return everywhere ? CLAIM_HELD : CLAIM_UNDECIDED;
}

static enum paper_verdict verdict_of(const struct paper_finding *finding)
{
    if (finding->claim->quantifier == PAPER_ANY)
        return any_arm(finding);
    if (every_line(finding, CLAIM_HELD, false))
        return CLAIM_HELD;
    return some_line(finding, CLAIM_NOT_HELD) ? CLAIM_NOT_HELD : CLAIM_UNDECIDED;
}

/* ---- The database -----------------------------------------------------------------------------*/

static int count_cells(struct sqlite3 *db, struct paper_finding *finding, struct err *err)
{
    struct db_rows rows;
    db_ask_named(&rows, db, DB_NAMED(harness_paper_outputs, "cells"),
                 DB_VALUES(db_text(finding->experiment)));
    while (db_next(&rows)) { /* pruner, cells, done, diverged, samples of the test set */
        finding->cells += row_int(&rows, 1);
        finding->done += row_int(&rows, 2);
        finding->diverged += row_int(&rows, 3);
        finding->step = fmax(finding->step, stats_step(row_real(&rows, 4)));
        if (str_lists(finding->claim->pruners, ",", row_text(&rows, 0)))
            finding->diverged_here += row_int(&rows, 3);
    }
    return db_close(&rows, err) ? err_prefix(err, "database: ") : 0;
}

/* ret_missing: which of the columns that the claim needs v_run lacks; "": none. */
static int missing_columns(struct sqlite3 *db, const struct paper_claim *claim,
                           struct str *ret_missing, struct err *err)
{
    struct str name = {0};
    int failed = 0;
    for (const char *at = claim->columns; !failed && str_next(&name, &at, ",");) {
        const struct bound column = db_text(str_text(&name));
        int64_t found = 0;
        failed = db_get_int(db, "SELECT count(*) FROM pragma_table_info('v_run') WHERE name = ?",
                            &column, 1, &found, err);
        if (!failed && !found)
            str_addf(ret_missing, "%s%s", ret_missing->length ? ", " : "", str_text(&name));
    }
    str_release(&name);
    return failed ? err_prefix(err, "database: ") : 0;
}

static int measure(struct sqlite3 *db, struct arena *arena, struct paper_finding *finding,
                   struct err *err)
{
    struct table table = {0};
    const int failed = paper_ask(db, finding->claim->sql, finding->experiment, &table, err);
    if (!failed)
        read_lines(&table, arena, finding);
    table_release(&table);
    if (failed)
        return err_prefix(err, "claim %s: ", finding->claim->id);
    if (!finding->judged) {
        finding->why = "none of the runs that it compares is done";
        return 0;
    }
    finding->verdict = verdict_of(finding);
    if (finding->verdict == CLAIM_HELD && finding->diverged_here) {
        finding->verdict = CLAIM_UNDECIDED;
        finding->why =
            arena_printf(arena,
                         "all lines hold, but %lld run%s of what it compares "
                         "diverged",
                         (long long)finding->diverged_here, STR_PLURAL(finding->diverged_here));
    }
    return 0;
}

int paper_find(struct sqlite3 *db, const struct paper_claim *claim, const char *experiment,
               struct arena *arena, struct paper_finding *ret_finding, struct err *err)
{
    struct paper_finding finding = {.claim = claim, .experiment = arena_strdup(arena, experiment)};
    struct str missing = {0};
    int failed = count_cells(db, &finding, err) || missing_columns(db, claim, &missing, err) ||
                 store_seed_limits(db, experiment, &finding.at_least, &finding.at_most, err);
    if (finding.at_least < ANYTIME_LEAST || finding.at_least > finding.at_most ||
        finding.at_most > ANYTIME_MOST)
        finding.at_least = finding.at_most = 0;
    if (!failed && !finding.cells)
        finding.why = "the experiment is not in the database";
    else if (!failed && missing.length)
        finding.why = arena_printf(arena, "v_run of this database has no %s", str_text(&missing));
    else if (!failed)
        failed = measure(db, arena, &finding, err);
    str_release(&missing);
    if (failed)
        return -1;
    *ret_finding = finding;
    return 0;
}

/* ---- Telling ----------------------------------------------------------------------------------*/

/* How far on the right side, in the spread of its interval. */
static double margin_of(const struct paper_line *line)
{
    const double distance =
        is_ratio(line) ? log(line->mean / line->bound) : line->mean - line->bound;
    return line->beyond == '<' ? -distance : distance;
}

static int order_of(enum paper_verdict verdict)
{
    return verdict == CLAIM_NOT_HELD ? 0 : verdict == CLAIM_UNDECIDED ? 1 : 2;
}

const struct paper_line *paper_weakest(const struct paper_finding *finding)
{
    const struct paper_line *weakest = NULL;
    for (size_t i = 0; i < finding->count; i++) {
        const struct paper_line *line = &finding->lines[i];
        if (!line->beyond)
            continue;
        const int order = weakest ? order_of(line->verdict) - order_of(weakest->verdict) : -1;
        if (order < 0 || (order == 0 && margin_of(line) < margin_of(weakest)))
            weakest = line;
    }
    return weakest;
}

void paper_add_reserve(const struct paper_finding *finding, struct str *ret_text)
{
    if (finding->done < finding->cells)
        str_addf(ret_text, "%lld of %lld cells", (long long)finding->done,
                 (long long)finding->cells);
    if (finding->doubtful)
        str_addf(ret_text, "%s%zu of %zu values with doubtful seconds",
                 finding->done < finding->cells ? ", " : "", finding->doubtful, finding->values);
}

static void add_interval(struct stats_interval interval, int digits, bool points,
                         struct str *ret_text)
{
    const double low = num_rounded(interval.low, digits), high = num_rounded(interval.high, digits);
    str_addf(ret_text, points ? " [%+.*f, %+.*f]" : " [%.*f, %.*f]", digits, low, digits, high);
}

void paper_add_value(const struct paper_line *line, struct str *ret_text)
{
    const bool points = strcmp(line->unit, "points") == 0;
    const int digits = points ? 2 : 3;
    const double mean = num_rounded(line->mean, digits);
    str_addf(ret_text, points ? "%+.*f" : "%.*f", digits, mean);
    str_addf(ret_text, "%s%s", is_ratio(line) ? "" : " ", line->unit);
    if (!isnan(line->interval.low))
        add_interval(line->interval, digits, points, ret_text);
    if (line->added && !isnan(line->fixed.low)) {
        str_add(ret_text, isnan(line->interval.low) ? "" : " at any time, as if fixed");
        add_interval(line->fixed, digits, points, ret_text);
    }
    str_addf(ret_text, ", n = %zu", line->n);
    if (line->same == line->n)
        str_add(ret_text, ", the same bits with every seed: not two arms");
    else if (line->equal && line->beyond)
        str_add(ret_text, ", the same with every seed: its spread is not known");
    if (line->doubtful)
        str_addf(ret_text, " (%zu with doubtful seconds)", line->doubtful);
}
