/*
 * winnow db check: is a database whole, and what it names beside itself?
 *
 * A line a finding on stdout, then one with the counts. "damaged": the file does not say what was
 * written into it, or an artifact does not. "note": worth knowing, and no damage: artifacts that
 * are gone (the next cell that wants them computes them again), attempts that a killed scheduler
 * left behind. The file is only read, at one state, also while a grid runs.
 *
 *     damaged: attempt 7 (cell 4000000000): the bitmap of its selection from epoch 0 does not ...
 *     results/fashion.db: 18 cells, 26 attempts, 40 selections, 3 artifacts: 1 damaged, 0 notes
 */
#include "harness/ask/table.h"
#include "harness/cmd/ask/database.h"
#include "harness/cmd/kit/db.h"
#include "results/inspect.h"
#include "results/record/artifact.h"

static const struct cmd_line line = {
    "db check",
    "",
    "Checks that a database is intact: SQLite's own checks, bitmaps, accuracies, clocks,\n"
    "attempts left running, and the artifacts that attempts name. Exit code 5 if anything is\n"
    "damaged.",
    cmd_db_flags,
    0,
    0,
};

struct check {
    struct str text;   /* the report */
    struct str folder; /* of the artifacts */
    int64_t damages, notes, artifacts;
};

static void take_finding(void *context, bool damage, const char *text)
{
    struct check *check = context;
    str_add(&check->text, damage ? "damaged: " : "note: ");
    str_add_shown(&check->text, text, "");
    str_add(&check->text, "\n");
    check->damages += damage;
    check->notes += !damage;
}

static void take_artifact(void *context, const char *key, int64_t attempts)
{
    struct check *check = context;
    struct artifact artifact;
    struct err err;
    struct str text = {0};
    check->artifacts++;
    switch (artifact_load(str_text(&check->folder), key, NULL, &artifact, &err)) {
    case ARTIFACT_LOADED:
        artifact_release(&artifact);
        break;
    case ARTIFACT_ABSENT:
        str_addf(&text, "artifact %.10s is not in %s any more; ", key, str_text(&check->folder));
        str_add_count(&text, attempts, "attempt");
        str_addf(&text, " name%s it, and the next cell that wants it computes it again",
                 attempts == 1 ? "s" : "");
        take_finding(check, false, str_text(&text));
        break;
    case ARTIFACT_DAMAGED:
        str_addf(&text, "artifact %s: delete it, and the next cell that wants it computes it again",
                 err.text);
        take_finding(check, true, str_text(&text));
        break;
    }
    str_release(&text);
}

static void add_totals(struct check *check, const char *db, const struct inspect_counts *counts)
{
    str_addf(&check->text, "%s: ", db);
    str_add_count(&check->text, counts->cells, "cell");
    str_add(&check->text, ", ");
    str_add_count(&check->text, counts->attempts, "attempt");
    str_add(&check->text, ", ");
    str_add_count(&check->text, counts->selections, "selection");
    str_add(&check->text, ", ");
    str_add_count(&check->text, check->artifacts, "artifact");
    str_addf(&check->text, ": %lld damaged, ", (long long)check->damages);
    str_add_count(&check->text, check->notes, "note");
    str_add(&check->text, "\n");
}

static int check_all(struct store *store, const char *db)
{
    struct check check = {0};
    struct inspect_counts counts;
    struct err err;
    artifact_folder(db, &check.folder);
    inspect_database(store, &(struct inspect_watcher){take_finding, &check}, &counts);
    if (inspect_artifacts(store, &(struct inspect_keys){take_artifact, &check}, &err)) {
        err_prefix(&err, "artifacts cannot be read: ");
        take_finding(&check, true, err.text);
    }
    add_totals(&check, db, &counts);
    const int code = cmd_print(&line, &check.text);
    const bool damaged = check.damages > 0;
    STR_RELEASE(&check.text, &check.folder);
    return code == EXIT_DONE && damaged ? EXIT_DATABASE : code;
}

int cmd_database_check(int argc, char **argv)
{
    struct cmd_db_values values;
    struct store *store;
    struct str db = {0};
    int code = cmd_parse(&line, argc, argv, &values, NULL);
    if (code < 0)
        code = cmd_open_store(&line, values.db, &db, &store);
    if (code < 0) {
        code = check_all(store, str_text(&db));
        store_close(store);
    }
    str_release(&db);
    return code;
}
