#include "results/conditions.h"

#include "results/db.h"

enum { MOST_NAMED = 3 }; /* conditions in a line */

/* What a reason has in it (harness/machine/disturbance.c), and what that means. */
static const struct {
    const char *part, *meaning;
} kinds[] = {
    {"threads:", "had less than their threads"},
    {"slower", "on a machine whose speed changed"},
    {"hypervisor", "lost time to the hypervisor"},
    {"throttled", "throttled"},
    {"paused", "paused"},
};
enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

/* Of a set that is empty, sum() is NULL and 0 here. */
static void add_doubtful(const struct db_rows *row, struct str *ret_lines)
{
    const long long runs = row_int(row, 0), doubtful = row_int(row, 1), other = row_int(row, 2);
    const char *between = ": ";
    if (!doubtful)
        return;
    str_addf(ret_lines, "%lld of %lld run%s %s doubtful seconds", doubtful, runs, STR_PLURAL(runs),
             doubtful == 1 ? "has" : "have");
    for (int i = 0; i < KIND_COUNT; i++) {
        const long long count = row_int(row, 3 + i);
        if (!count)
            continue;
        str_addf(ret_lines, "%s%lld %s", between, count, kinds[i].meaning);
        between = ", ";
    }
    if (other)
        str_addf(ret_lines, "%s%lld with a clock that does not add up", between, other);
    str_add(ret_lines, "\n");
}

static void add_mixed(const struct db_rows *row, struct str *ret_lines)
{
    const long long place = row_int(row, 0), conditions = row_int(row, 1), runs = row_int(row, 4);
    if (place == 1)
        str_addf(ret_lines, "%s, %s: seconds of %lld conditions:", row_text(row, 2),
                 row_text(row, 3), conditions);
    if (place <= MOST_NAMED)
        str_addf(ret_lines, "%s %lld run%s with %s", place > 1 ? ";" : "", runs, STR_PLURAL(runs),
                 row_text(row, 5));
    if (place == conditions)
        str_addf(ret_lines, "%s\n", conditions > MOST_NAMED ? "; and others" : "");
}

static int each_row(struct sqlite3 *db, const struct str *sql, const char *experiment,
                    void (*add)(const struct db_rows *row, struct str *ret_lines),
                    struct str *ret_lines, struct err *err)
{
    struct db_rows rows;
    db_ask(&rows, db, str_text(sql), DB_VALUES(db_text(experiment)));
    while (db_next(&rows))
        add(&rows, ret_lines);
    return db_close(&rows, err);
}

int conditions_doubts(struct sqlite3 *db, const char *experiment, const char *where,
                      struct str *ret_lines, struct err *err)
{
    struct str runs = {0}, doubtful = {0}, mixed = {0}, lines = {0};
    str_addf(&runs,
             "WITH run AS (SELECT * FROM v_run WHERE experiment = ?1 AND attempt IS NOT NULL "
             "AND (%s)) ",
             where ? where : "1");
    str_addf(&doubtful, "%s SELECT count(*), sum(timing_valid = 0), sum(timing_valid = 0",
             str_text(&runs));
    for (int i = 0; i < KIND_COUNT; i++)
        str_addf(&doubtful, " AND timing_reason NOT LIKE '%%%s%%'", kinds[i].part);
    str_add(&doubtful, ")");
    for (int i = 0; i < KIND_COUNT; i++)
        str_addf(&doubtful, ", sum(timing_reason LIKE '%%%s%%')", kinds[i].part);
    str_add(&doubtful, " FROM run");
    str_addf(&mixed,
             "%s, timed AS (SELECT dataset, model, condition, count(*) AS runs FROM run "
             "GROUP BY dataset, model, condition) SELECT row_number() OVER (PARTITION BY dataset, "
             "model ORDER BY runs DESC, condition) AS place, count(*) OVER (PARTITION BY dataset, "
             "model) AS conditions, dataset, model, runs, condition FROM timed "
             "ORDER BY dataset, model, place",
             str_text(&runs));
    /* A set with one condition has no line: the outer query drops it. */
    struct str several = {0};
    str_addf(&several, "SELECT * FROM (%s) WHERE conditions > 1", str_text(&mixed));
    const int failed = each_row(db, &doubtful, experiment, add_doubtful, &lines, err) ||
                       each_row(db, &several, experiment, add_mixed, &lines, err);
    if (!failed)
        str_add(ret_lines, str_text(&lines));
    STR_RELEASE(&runs, &doubtful, &mixed, &several, &lines);
    return failed ? -1 : 0;
}
