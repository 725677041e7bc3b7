/*
 * winnow report: an experiment as one HTML page, and prints its path.
 *
 *     winnow report                          results/NAME.html, of the newest database
 *     winnow report -e fashion -o fashion.html --title "Fashion-MNIST, October"
 */
#include "harness/report/report.h"
#include "base/folder.h"
#include "base/save.h"
#include "harness/cmd/kit/db.h"
#include "plots/render.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct values {
    const char *db, *experiment, *output, *title, *claims;
    bool force;
};

static const struct cmd_flag flags[] = {
    CMD_TEXT(struct values, db, 0, "PATH", CMD_DB_HELP),
    CMD_TEXT(struct values, experiment, 'e', "NAME", "the experiment, if the database has several"),
    CMD_TEXT(struct values, output, 'o', "FILE", "the file to write; default: results/NAME.html"),
    CMD_TEXT(struct values, title, 0, "TEXT", "its heading; default: the experiment's name"),
    CMD_TEXT(struct values, claims, 0, "FILE", "add a section of claims, from JSON"),
    CMD_SWITCH(struct values, force, 0, "overwrite a file that is not a report"),
    CMD_END,
};
static const struct cmd_line line = {
    "report",
    "",
    "Writes one self-contained HTML page for a browser, a phone or paper: results with\n"
    "intervals, every figure with its numbers and SQL, failures, the conditions that seconds\n"
    "were measured under, environments, and the provenance of all of it. Prints the path; a\n"
    "device or a pipe (-o /dev/stdout) is written to and not named.",
    flags,
    0,
    0,
};

/* "results/NAME.html", with '-' for what is not good in a file's name. */
static void name_file(const char *experiment, struct str *ret_path)
{
    str_add(ret_path, "results/");
    for (const char *p = experiment; *p; p++) {
        const bool plain =
            isalnum((unsigned char)*p) || *p == '_' || *p == '-' || (*p == '.' && p != experiment);
        str_add_bytes(ret_path, plain ? p : "-", 1);
    }
    str_add(ret_path, ".html");
}

static int write_page(const struct report *report, const char *file)
{
    struct str page = {0}, notes = {0}, path = {0};
    struct err err;
    int done = EXIT_DONE;
    if (report_make(report, &page, &notes, &err))
        done = cmd_fail(&line, EXIT_DATABASE, err.text);
    else if (save_file(file, str_text(&page), &err))
        done = cmd_fail(&line, EXIT_ENVIRONMENT, err.text);
    if (done == EXIT_DONE && save_target(file, NULL) == SAVE_FILE) { /* else it may be stdout */
        str_addf(&path, "%s\n", file);
        done = cmd_print_data(&line, &path);
    }
    for (const char *note = str_text(&notes); *note; note += strcspn(note, "\n") + 1)
        cmd_say("winnow report: %.*s\n", (int)strcspn(note, "\n"), note);
    if (notes.length && done == EXIT_DONE)
        done = EXIT_ENVIRONMENT;
    STR_RELEASE(&page, &notes, &path);
    return done;
}

/* What can be wrong with the command line is found before any figure is drawn. */
static int make(const struct values *values, const char *path, struct store *store,
                const char *experiment)
{
    struct str file = {0}, claims = {0};
    struct err err;
    int done = EXIT_DONE;
    if (values->output)
        str_add(&file, values->output);
    else
        name_file(experiment, &file);
    const bool made = values->output || folder_make("results", &err) == 0;
    if (!made || (!values->force && report_may_replace(str_text(&file), &err)) ||
        (values->claims && report_claims(values->claims, &claims, &err))) {
        done = cmd_fail(&line, EXIT_USAGE, err.text);
    } else {
        const struct report report = {.db = store_sqlite(store),
                                      .path = path,
                                      .experiment = experiment,
                                      .title = values->title,
                                      .claims = values->claims ? str_text(&claims) : NULL};
        done = write_page(&report, str_text(&file));
    }
    STR_RELEASE(&file, &claims);
    return done;
}

int cmd_report(int argc, char **argv)
{
    struct values values;
    struct store *store = NULL;
    struct str path = {0}, experiment = {0};
    struct err err;
    int done = cmd_parse(&line, argc, argv, &values, NULL);
    if (done < 0)
        done = cmd_open_store(&line, values.db, &path, &store);
    if (done < 0) {
        const int failed =
            figure_experiment(store_sqlite(store), values.experiment, &experiment, &err);
        done = failed
                   ? cmd_fail(&line, failed == FIGURE_EMPTY ? EXIT_USAGE : EXIT_DATABASE, err.text)
                   : make(&values, str_text(&path), store, str_text(&experiment));
        store_close(store);
    }
    STR_RELEASE(&path, &experiment);
    return done;
}
