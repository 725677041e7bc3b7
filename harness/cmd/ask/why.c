/*
 * winnow why: the story of one cell, in sentences: is it done, to run, failed or stale, and why;
 * each attempt; the end of the log of one that failed; and what to do, as a command.
 *
 * For people: programs ask v_run. The same rules hold: an attempt that was lost with its scheduler
 * counts as no try, and what is "running" in a database that nobody writes was interrupted.
 */
#include "harness/ask/table.h"
#include "harness/cmd/kit/db.h"
#include "harness/cmd/kit/find.h"
#include "harness/cmd/kit/log.h"
#include "results/db.h"
#include "results/lock.h"

#include <stdio.h>
#include <string.h>

enum { INDENT = 2, LOG_LINES = 10, MOST_BESIDE = 3 };

struct values {
    const char *db;
};

static const struct cmd_flag flags[] = {
    CMD_TEXT(struct values, db, 0, "PATH", CMD_DB_HELP),
    CMD_END,
};
static const struct cmd_line line = {
    "why",
    "CELL",
    "Tells the story of one cell: its state and the reason, each attempt, and what to do\n"
    "next. CELL is the beginning of its key, as winnow status shows it.",
    flags,
    1,
    1,
};

struct story {
    const char *db;       /* path, for commands */
    bool at_work;         /* a scheduler is */
    struct str key, file; /* of the cell; of the first experiment that lists it, "" if none does */
    /* Paragraphs, each ended by a line break: of the state, of the attempts, of what to do. */
    struct str state, attempts, advice;
    struct str log; /* as it is printed */
};

/* Ends a sentence that is somebody else's text. */
static void add_told(struct str *ret_text, const char *told)
{
    const size_t length = strlen(told);
    table_add_safe(ret_text, told);
    if (!length || !strchr(".!?", told[length - 1]))
        str_add(ret_text, ".");
}

static void add_seconds(struct str *ret_text, double seconds)
{
    if (seconds < 1)
        str_addf(ret_text, "%.1f ms", 1000 * seconds);
    else if (seconds < 59.5)
        str_addf(ret_text, "%.1f s", seconds);
    else
        str_add_duration(ret_text, seconds);
}

/* ---- The state --------------------------------------------------------------------------------*/

static void take_experiment(struct story *story, const struct db_rows *row)
{
    if (!story->file.length)
        str_add(&story->file, row_text(row, 2));
    str_addf(&story->state, "It is cell %s of %s, from %s.\n", row_text(row, 1), row_text(row, 0),
             row_text(row, 2));
}

static void add_run(struct story *story, const char *flag)
{
    str_addf(&story->advice, "\nwinnow run %s --db %s%s\n", str_text(&story->file), story->db,
             flag);
}

static void take_failed(struct story *story, const char *reason, const char *cause)
{
    const bool diverged = strcmp(cause, "diverged") == 0;
    str_add(&story->state, diverged ? "It diverged: " : "It failed: ");
    add_told(&story->state, *reason ? reason : "the reason is not known");
    str_addf(&story->advice, "All that is left of its log:\nwinnow logs %.10s --db %s\n",
             str_text(&story->key), story->db);
    if (!story->file.length)
        return;
    if (diverged) {
        str_add(&story->advice, "The same cell comes to the same end. Lower train.lr, or set "
                                "another schedule, which makes it another cell, and run that:");
        add_run(story, "");
    } else if (strcmp(cause, "timeout") == 0 || strcmp(cause, "memory") == 0) {
        str_addf(&story->advice,
                 "Its limits.%s is what stopped it. Limits are no part of a cell: raise it in the "
                 "file, and try the cell again:",
                 cause);
        add_run(story, " --retry-failed");
    } else {
        str_add(&story->advice, "Once the reason is gone, try it again:");
        add_run(story, " --retry-failed");
    }
}

static void take_waiting(struct story *story)
{
    if (!story->file.length)
        return;
    str_add(&story->advice, "Run it:");
    add_run(story, "");
}

/* A row: state, the attempt that tells it, its reason, accuracy, epochs completed and planned, its
 * cause. */
static void take_state(struct story *story, const struct db_rows *row)
{
    const char *state = row_text(row, 0), *attempt = row_text(row, 1);
    if (strcmp(state, "done") == 0) {
        str_addf(&story->state, "It is done: attempt %s is its result, %s %% on the test set.",
                 attempt, *row_text(row, 3) ? row_text(row, 3) : "?");
    } else if (strcmp(state, "running") == 0 && story->at_work) {
        str_addf(&story->state, "It is running: attempt %s has finished %s of %s epochs.", attempt,
                 row_text(row, 4), row_text(row, 5));
    } else if (strcmp(state, "running") == 0) {
        str_addf(&story->state,
                 "It is to run: attempt %s was interrupted with its scheduler after %s of %s "
                 "epochs, which does not count as a try.",
                 attempt, row_text(row, 4), row_text(row, 5));
        take_waiting(story);
    } else if (strcmp(state, "lost") == 0 && *row_text(row, 2)) {
        str_addf(&story->state,
                 "It is to run: attempt %s was lost, which does not count as a try: ", attempt);
        add_told(&story->state, row_text(row, 2));
        take_waiting(story);
    } else if (strcmp(state, "lost") == 0) {
        str_add(&story->state, "It is to run: it was begun, but its scheduler ended before it did, "
                               "which does not count as a try.");
        take_waiting(story);
    } else if (strcmp(state, "new") == 0) {
        str_add(&story->state, "It is to run: it has not been tried yet.");
        take_waiting(story);
    } else {
        take_failed(story, row_text(row, 2), row_text(row, 6));
    }
    str_add(&story->state, "\n");
}

/* A row: the listed cell that is nearest, how many fields differ, which. */
static void take_nearest(struct story *story, const struct db_rows *row)
{
    str_addf(&story->state, "The nearest cell that one lists is %s: ", row_text(row, 0));
    if (row_int(row, 1) == 0)
        str_add(&story->state, "its recipe is the same, so the content of the dataset, or the "
                               "engine, has changed since.");
    else
        add_told(&story->state, row_text(row, 2));
    str_add(&story->state, "\n");
}

static int tell_state(struct sqlite3 *db, struct story *story, struct err *err)
{
    static const char experiments[] =
        "SELECT x.name, p.position, x.file FROM experiment_cell p "
        "JOIN experiment x ON x.id = p.experiment WHERE p.cell = ? ORDER BY x.id";
    static const char state[] =
        "WITH told AS (SELECT coalesce("
        "max(id) FILTER (WHERE state = 'done' AND timing_reason IS NULL), "
        "max(id) FILTER (WHERE state = 'done'), "
        "max(id) FILTER (WHERE state <> 'lost'), max(id)) AS id FROM attempt WHERE cell = ?1) "
        "SELECT coalesce(a.state, 'new'), a.id, a.reason, fixed(100 * a.test_accuracy, 2), "
        "coalesce((SELECT max(epoch) FROM epoch WHERE attempt = a.id), 0), c.epochs, a.cause "
        "FROM cell c, told LEFT JOIN attempt a ON a.id = told.id WHERE c.key = ?1";
    /* Fields of the canonical JSON by their paths. */
    static const char nearest[] =
        "WITH mine AS (SELECT * FROM cell WHERE key = ?1), "
        "other AS (SELECT DISTINCT c.key, c.json FROM cell c, mine m "
        "WHERE c.key IN (SELECT cell FROM experiment_cell) AND c.model = m.model "
        "AND c.pruner = m.pruner AND c.seed = m.seed), "
        "differ AS (SELECT o.key AS key, substr(t.fullkey, 3) || ' is ' || t.atom || ' here and ' "
        "|| coalesce(u.atom, 'not set') || ' there' AS text "
        "FROM mine m, other o, json_tree(m.json) t "
        "LEFT JOIN json_tree(o.json) u ON u.fullkey = t.fullkey "
        "WHERE t.atom IS NOT NULL AND t.atom IS NOT u.atom) "
        "SELECT substr(o.key, 1, 10), count(d.text), group_concat(d.text, ', ') "
        "FROM other o LEFT JOIN differ d ON d.key = o.key "
        "GROUP BY o.key ORDER BY 2, o.key LIMIT 1";
    const char *key = str_text(&story->key);
    struct str listed = {0};
    struct db_rows rows;
    for (db_ask(&rows, db, experiments, DB_VALUES(db_text(key))); db_next(&rows);)
        take_experiment(story, &rows);
    if (db_close(&rows, err))
        return -1;
    /* What it is comes first. */
    str_add(&listed, str_text(&story->state));
    str_clear(&story->state);
    for (db_ask(&rows, db, state, DB_VALUES(db_text(key))); db_next(&rows);)
        take_state(story, &rows);
    int failed = db_close(&rows, err);
    if (!failed && !listed.length) {
        str_add(
            &story->state,
            "It is stale: no experiment lists it any more, since a file was changed. Its attempts "
            "stay, but only the views v_epoch, v_selection and v_warning show them.\n");
        for (db_ask(&rows, db, nearest, DB_VALUES(db_text(key))); db_next(&rows);)
            take_nearest(story, &rows);
        failed = db_close(&rows, err);
    }
    str_add(&story->state, str_text(&listed));
    str_release(&listed);
    return failed;
}

/* ---- Attempts ---------------------------------------------------------------------------------*/

/* A row: code, text. */
static void add_warning(struct str *text, const struct db_rows *row)
{
    static const struct {
        const char *code, *words;
    } known[] = {
        {"LEDGER_GAP", "Its seconds are in doubt"},
        {"CROWDED", "Its threads had to wait for each other, so its seconds mean little"},
        {"BLAS_CORE", "Its BLAS needed help to find the right kernels"},
        {"ARTIFACT", "The file of its scores was of no use"},
    };
    const char *code = row_text(row, 0), *words = "Its numbers are in doubt";
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(code, known[i].code) == 0)
            words = known[i].words;
    str_addf(text, " %s (%s): ", words, code);
    add_told(text, row_text(row, 1));
}

static int add_beside(struct sqlite3 *db, int64_t attempt, int64_t count, struct str *ret_text,
                      struct err *err)
{
    /* What is running ends later than anything; of what was lost, nobody knows when it ended. */
    static const char sql[] =
        "WITH ran AS (SELECT id, cell, started_at, "
        "iif(state = 'running', 9223372036854775807, ended_at) AS ended FROM attempt) "
        "SELECT substr(o.cell, 1, 10), " CMD_TRAINING " "
        "FROM ran m JOIN ran o ON o.id <> m.id AND o.started_at < m.ended "
        "AND o.ended > m.started_at JOIN " CMD_CELLS " c ON c.key = o.cell "
        "WHERE m.id = ? ORDER BY o.id";
    struct db_rows rows;
    int beside = 0;
    if (count == 0)
        str_add(ret_text, " No other cell was running when it began.");
    else
        str_addf(ret_text, " %lld other cell%s running when it began.", (long long)count,
                 count == 1 ? " was" : "s were");
    for (db_ask(&rows, db, sql, DB_VALUES(db_int(attempt))); db_next(&rows); beside++)
        if (beside < MOST_BESIDE)
            str_addf(ret_text, "%s%s (%s)",
                     beside ? ", " : " Beside it ran, for a while at least: ", row_text(&rows, 0),
                     row_text(&rows, 1));
    if (beside > MOST_BESIDE)
        str_addf(ret_text, " and %d more", beside - MOST_BESIDE);
    if (beside)
        str_add(ret_text, ".");
    return db_close(&rows, err);
}

static void add_end(const struct db_rows *row, const struct story *story, struct str *ret_text)
{
    const char *state = row_text(row, 1), *reason = row_text(row, 4);
    if (strcmp(state, "running") == 0) {
        str_add(ret_text, story->at_work ? " and is running." : " and was left running.");
        return;
    }
    if (!row_is_null(row, 3)) {
        str_add(ret_text, " and took ");
        add_seconds(ret_text, row_real(row, 3));
    }
    if (strcmp(state, "done") == 0) {
        str_addf(ret_text, ". It is done: %s %% on the test set.", row_text(row, 5));
        return;
    }
    str_addf(ret_text, ". It %s%s", strcmp(state, "lost") == 0 ? "was " : "", state);
    str_add(ret_text, *reason ? ": " : "");
    add_told(ret_text, reason);
}

/* How it began, where that was not at the beginning. */
static void add_resumed(const struct db_rows *row, struct str *ret_text)
{
    const int times = (int)row_int(row, 10);
    if (times == 1)
        str_add(ret_text, " It continued from the checkpoint of an earlier attempt.");
    else if (times > 1)
        str_addf(ret_text, " It continued from checkpoints, %d times since the cell began.", times);
}

/* What its scores cost, where it has any. */
static void add_scores(const struct db_rows *row, struct str *ret_text)
{
    if (row_is_null(row, 7))
        return;
    str_add(ret_text, row_int(row, 7) ? " Its scores were made by an earlier cell"
                                      : " It made its scores itself");
    if (row_real(row, 8) > 0) {
        str_add(ret_text, ", and it is charged with the ");
        add_seconds(ret_text, row_real(row, 8));
        str_add(ret_text, " that they took");
    }
    str_add(ret_text, ".");
}

/* A row: id, state, beginning, seconds, reason, accuracy, beside, reused, carried seconds, log,
 * times resumed. */
static int take_attempt(struct sqlite3 *db, struct story *story, const struct db_rows *row,
                        struct err *err)
{
    struct str *text = &story->attempts;
    struct db_rows warnings;
    const int64_t attempt = row_int(row, 0);
    str_addf(text, "Attempt %lld began on %s UTC", (long long)attempt, row_text(row, 2));
    add_end(row, story, text);
    add_resumed(row, text);
    add_scores(row, text);
    if (add_beside(db, attempt, row_int(row, 6), text, err))
        return -1;
    db_ask(&warnings, db, "SELECT code, text FROM warning WHERE attempt = ? ORDER BY id",
           DB_VALUES(db_int(attempt)));
    while (db_next(&warnings))
        add_warning(text, &warnings);
    str_add(text, "\n");
    str_clear(&story->log); /* of the last attempt, or of none */
    if (*row_text(row, 9)) {
        str_addf(&story->log, "The end of the log of attempt %lld:\n", (long long)attempt);
        cmd_add_log(&story->log, row_text(row, 9), LOG_LINES);
    }
    return db_close(&warnings, err);
}

static int tell(struct sqlite3 *db, struct story *story, struct err *err)
{
    static const char attempts[] =
        "SELECT id, state, strftime('%Y-%m-%d %H:%M:%S', started_at / 1000000000, 'unixepoch'), "
        "iif(wall_ns > 0, wall_ns, ended_at - started_at) / 1e9, reason, "
        "fixed(100 * test_accuracy, 2), beside, reused, carried_ns / 1e9, log, resumed "
        "FROM attempt WHERE cell = ? ORDER BY id";
    struct db_rows rows;
    int failed = tell_state(db, story, err);
    db_ask(&rows, db, attempts, DB_VALUES(db_text(str_text(&story->key))));
    while (!failed && db_next(&rows))
        failed = take_attempt(db, story, &rows, err);
    return db_close(&rows, failed ? NULL : err) || failed ? -1 : 0;
}

/* ---- Printing ---------------------------------------------------------------------------------*/

/* Each line of text, wrapped; but a command stays in one piece, to be copied. */
static void print_paragraphs(const struct str *text, const char *title)
{
    struct str one = {0};
    if (text->length && *title)
        printf("\n%s\n", title);
    for (const char *at = str_text(text); *at;) {
        const size_t length = strcspn(at, "\n");
        str_clear(&one);
        str_add_bytes(&one, at, length);
        if (strncmp(str_text(&one), "winnow ", 7) == 0)
            printf("%*s%s\n", 2 * INDENT, "", str_text(&one));
        else
            cmd_print_wrapped(str_text(&one), INDENT, 0);
        at += length + (at[length] == '\n');
    }
    str_release(&one);
}

static int tell_and_print(struct sqlite3 *db, struct story *story)
{
    struct err err;
    struct str name = {0}, head = {0};
    int code = EXIT_DATABASE;
    if (db_get_text(db, "SELECT " CMD_TRAINING " FROM " CMD_CELLS " WHERE key = ?",
                    DB_VALUES(db_text(str_text(&story->key))), &name, &err) ||
        tell(db, story, &err)) {
        cmd_fail(&line, code, err.text);
    } else {
        table_add_safe(&head, str_text(&name));
        printf("cell %.10s: %s\n", str_text(&story->key), str_text(&head));
        print_paragraphs(&story->state, "");
        print_paragraphs(&story->attempts, "What happened");
        if (story->log.length)
            printf("\n%s", str_text(&story->log));
        print_paragraphs(&story->advice, "What to do");
        code = cmd_flush(&line);
    }
    str_release(&name);
    str_release(&head);
    return code;
}

int cmd_why(int argc, char **argv)
{
    struct values values;
    const char *cell;
    struct store *store;
    struct str db = {0};
    struct story story = {0};
    int code = cmd_parse(&line, argc, argv, &values, &cell);
    if (code < 0)
        code = cmd_choose_db(&line, values.db, &db);
    if (code < 0)
        code = cmd_open_store(&line, str_text(&db), &store);
    if (code < 0) {
        struct sqlite3 *sqlite = store_sqlite(store);
        story.db = str_text(&db);
        story.at_work = lock_is_held(db_path_of(sqlite));
        code = cmd_find_cell(&line, sqlite, cell, &story.key);
        if (code < 0)
            code = tell_and_print(sqlite, &story);
        store_close(store);
    }
    str_release(&story.key);
    str_release(&story.file);
    str_release(&story.state);
    str_release(&story.attempts);
    str_release(&story.advice);
    str_release(&story.log);
    str_release(&db);
    return code;
}
