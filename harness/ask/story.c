#include "harness/ask/story.h"

#include "results/db.h"
#include "results/lock.h"
#include "results/record/record.h"

#include <string.h>

DB_FILE(harness_ask_story);

enum { MOST_BESIDE = 3 };

/* While it is told. */
struct teller {
    struct sqlite3 *db;
    const char *key;
    bool at_work;          /* a scheduler is */
    struct str path, file; /* for sh: of the database; of the first experiment that lists the cell,
                              "" if none does */
    struct story told;
};

/* Ends a sentence that is somebody else's text. */
static void add_told(struct str *ret_text, const char *told)
{
    const size_t length = strlen(told);
    str_add(ret_text, told);
    if (!length || !strchr(".!?", told[length - 1]))
        str_add(ret_text, ".");
}

/* A sentence's end: "failed: out of memory." */
static void add_ended(struct str *ret_text, const char *state, const char *cause,
                      const char *reason)
{
    struct str text = {0};
    record_add_ended(&text, state, cause, reason);
    add_told(ret_text, str_text(&text));
    str_release(&text);
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

static void take_experiment(struct teller *t, const struct db_rows *row)
{
    if (!t->file.length)
        str_add_word(&t->file, row_raw(row, 2));
    str_addf(&t->told.state, "It is cell %s of %s, from %s.\n", row_text(row, 1), row_text(row, 0),
             row_text(row, 2));
}

static void add_run(struct teller *t, const char *flag)
{
    str_addf(&t->told.advice, "\nwinnow run %s --db %s%s\n", str_text(&t->file), str_text(&t->path),
             flag);
}

static void take_failed(struct teller *t, const char *reason, const char *cause)
{
    const bool diverged = strcmp(cause, "diverged") == 0;
    str_add(&t->told.state, "It ");
    add_ended(&t->told.state, diverged ? "diverged" : "failed", cause,
              *reason ? reason : "the reason is not known");
    str_addf(&t->told.advice, "All that is left of its log:\nwinnow logs %.10s --db %s\n", t->key,
             str_text(&t->path));
    if (!t->file.length)
        return;
    if (diverged) {
        str_add(&t->told.advice, "The same cell comes to the same end. Lower train.lr, or set "
                                 "another schedule, which makes it another cell, and run that:");
        add_run(t, "");
    } else if (strcmp(cause, "timeout") == 0 || strcmp(cause, "memory") == 0) {
        str_addf(&t->told.advice,
                 "Its limits.%s stopped it. Limits are not part of a cell: raise it in the file, "
                 "and try the cell again:",
                 cause);
        add_run(t, " --retry-failed");
    } else {
        str_add(&t->told.advice, "Once the reason is gone, try it again:");
        add_run(t, " --retry-failed");
    }
}

static void take_waiting(struct teller *t)
{
    if (!t->file.length)
        return;
    str_add(&t->told.advice, "Run it:");
    add_run(t, "");
}

/* A row: state, the attempt that tells it, its reason, accuracy, epochs completed and planned, its
 * cause. */
static void take_state(struct teller *t, const struct db_rows *row)
{
    const char *state = row_text(row, 0), *attempt = row_text(row, 1);
    if (strcmp(state, "done") == 0) {
        str_addf(&t->told.state, "It is done: attempt %s is its result, %s %% on the test set.",
                 attempt, *row_text(row, 3) ? row_text(row, 3) : "?");
    } else if (strcmp(state, "running") == 0 && t->at_work) {
        str_addf(&t->told.state, "It is running: attempt %s has finished %s of %s epochs.", attempt,
                 row_text(row, 4), row_text(row, 5));
    } else if (strcmp(state, "running") == 0) {
        str_addf(&t->told.state,
                 "It is to run: attempt %s was interrupted with its scheduler after %s of %s "
                 "epochs, which does not count as a try.",
                 attempt, row_text(row, 4), row_text(row, 5));
        take_waiting(t);
    } else if (strcmp(state, "lost") == 0 && *row_text(row, 2)) {
        str_addf(&t->told.state,
                 "It is to run: attempt %s was lost, which does not count as a try: ", attempt);
        add_told(&t->told.state, row_text(row, 2));
        take_waiting(t);
    } else if (strcmp(state, "lost") == 0) {
        str_add(&t->told.state,
                "It is to run: it was begun, but its scheduler ended before it did, "
                "which does not count as a try.");
        take_waiting(t);
    } else if (strcmp(state, "not needed") == 0) {
        str_add(&t->told.state, "It is not needed: all questions that ask for it are answered.");
    } else if (strcmp(state, "new") == 0) {
        str_add(&t->told.state, "It is to run: it has not been tried yet.");
        take_waiting(t);
    } else {
        take_failed(t, row_text(row, 2), row_text(row, 6));
    }
    str_add(&t->told.state, "\n");
}

/* A row: the listed cell that is nearest, how many fields differ, which. */
static void take_nearest(struct teller *t, const struct db_rows *row)
{
    str_addf(&t->told.state, "The nearest cell that one lists is %s: ", row_text(row, 0));
    if (row_int(row, 1) == 0)
        str_add(&t->told.state, "its recipe is the same, so the content of the dataset, or the "
                                "engine, has changed since.");
    else
        add_told(&t->told.state, row_text(row, 2));
    str_add(&t->told.state, "\n");
}

/* Rows of a query of story.sql, whose only value is the cell's key. */
static int each(struct teller *t, const char *name,
                void (*take)(struct teller *t, const struct db_rows *row), struct err *err)
{
    struct db_rows rows;
    db_ask_named(&rows, t->db, DB_NAMED(harness_ask_story, name), DB_VALUES(db_text(t->key)));
    while (db_next(&rows))
        take(t, &rows);
    return db_close(&rows, err);
}

static void take_name(struct teller *t, const struct db_rows *row)
{
    str_add(&t->told.name, row_text(row, 0));
}

static int tell_state(struct teller *t, struct err *err)
{
    struct str listed = {0};
    if (each(t, "experiments", take_experiment, err))
        return -1;
    /* What it is comes first. */
    str_add(&listed, str_text(&t->told.state));
    str_clear(&t->told.state);
    int failed = each(t, "state", take_state, err);
    if (!failed && !listed.length) {
        str_add(
            &t->told.state,
            "It is stale: no experiment lists it any more, since a file was changed. Its attempts "
            "stay, but only the views v_epoch, v_selection and v_warning show them.\n");
        failed = each(t, "nearest", take_nearest, err);
    }
    str_add(&t->told.state, str_text(&listed));
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
    struct db_rows rows;
    int beside = 0;
    if (count == 0)
        str_add(ret_text, " No other cell was running when it began.");
    else
        str_addf(ret_text, " %lld other cell%s running when it began.", (long long)count,
                 count == 1 ? " was" : "s were");
    db_ask_named(&rows, db, DB_NAMED(harness_ask_story, "beside"), DB_VALUES(db_int(attempt)));
    for (; db_next(&rows); beside++)
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

static void add_end(const struct db_rows *row, const struct teller *t, struct str *ret_text)
{
    const char *state = row_text(row, 1), *reason = row_text(row, 4);
    if (strcmp(state, "running") == 0) {
        str_add(ret_text, t->at_work ? " and is running." : " and was left running.");
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
    str_add(ret_text, strcmp(state, "lost") == 0 ? ". It was " : ". It ");
    add_ended(ret_text, state, row_text(row, 11), reason);
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
 * times resumed, cause. */
static int take_attempt(struct teller *t, const struct db_rows *row, struct err *err)
{
    struct str *text = &t->told.attempts;
    struct db_rows warnings;
    const int64_t attempt = row_int(row, 0);
    str_addf(text, "Attempt %lld began on %s UTC", (long long)attempt, row_text(row, 2));
    add_end(row, t, text);
    add_resumed(row, text);
    add_scores(row, text);
    if (add_beside(t->db, attempt, row_int(row, 6), text, err))
        return -1;
    db_ask(&warnings, t->db, "SELECT code, text FROM warning WHERE attempt = ? ORDER BY id",
           DB_VALUES(db_int(attempt)));
    while (db_next(&warnings))
        add_warning(text, &warnings);
    str_add(text, "\n");
    str_clear(&t->told.log); /* of the last attempt, or of none */
    str_add(&t->told.log, row_raw(row, 9));
    t->told.last_attempt = attempt;
    return db_close(&warnings, err);
}

static int tell(struct teller *t, struct err *err)
{
    struct db_rows rows;
    int failed = tell_state(t, err);
    db_ask_named(&rows, t->db, DB_NAMED(harness_ask_story, "attempts"), DB_VALUES(db_text(t->key)));
    while (!failed && db_next(&rows))
        failed = take_attempt(t, &rows, err);
    return db_close(&rows, failed ? NULL : err) || failed ? -1 : 0;
}

int story_tell(struct sqlite3 *db, const char *key, const char *path, struct story *ret_story,
               struct err *err)
{
    struct teller t = {.db = db, .key = key, .at_work = lock_is_held(db_path_of(db))};
    str_add_word(&t.path, path);
    const int failed = each(&t, "name", take_name, err) || tell(&t, err);
    STR_RELEASE(&t.path, &t.file);
    if (failed)
        story_release(&t.told);
    else
        *ret_story = t.told;
    return failed ? -1 : 0;
}

void story_release(struct story *story)
{
    STR_RELEASE(&story->name, &story->state, &story->attempts, &story->advice, &story->log);
}
