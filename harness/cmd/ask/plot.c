/*
 * winnow plot: draws figures from a database and prints the paths of the files.
 *
 *     winnow plot                        what the experiment's file lists under figures:, else all
 *     winnow plot phases --format svg -o .
 *     winnow plot --width column         for one column of a paper that has two
 *     winnow plot phases -f terminal     in letters, on stdout
 *     winnow plot --data-only            the numbers alone
 *     winnow plot phases --from phases.tsv     such numbers, without a database
 *     winnow plot phases --eject my      phases.sql, phases.gp, style.gp, ... to be edited in my/
 *     winnow plot phases --scripts my    draws with them
 *
 * A figure that cannot be drawn is told and the others go on. That there is nothing to show is a
 * failure for what was asked for by name or by the experiment's file, and where nothing is drawn.
 */
#include "harness/ask/cell_functions.h"
#include "harness/cmd/kit/db.h"
#include "plots/extract.h"
#include "plots/render.h"
#include "plots/scripts.h"
#include "results/conditions.h"
#include "results/db.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MAX_FIGURES = 64, MAX_FORMATS = 8, MOST_COLUMNS = 500 };

/* The format that goes to stdout and to no file. */
static const char terminal[] = "terminal";

struct values {
    bool all, data_only;
    const char *db, *experiment, *output, *width, *scripts, *eject, *from;
    struct cmd_values format;
};

static const struct cmd_flag flags[] = {
    CMD_SWITCH(struct values, all, 'a', "draw every figure, whatever the experiment lists"),
    CMD_TEXT(struct values, db, 0, "PATH", CMD_DB_HELP),
    CMD_TEXT(struct values, experiment, 'e', "NAME", "the experiment, if the database has several"),
    CMD_TEXT(struct values, output, 'o', "DIR", "the folder to write to; default: results/figures"),
    CMD_TEXT(struct values, width, 'w', "NAME", "page or column (3.5 inches); default: page"),
    CMD_TEXTS(struct values, format, 'f', "LIST",
              "of svg, pdf, png, cairolatex, or terminal; default: svg,pdf,png"),
    CMD_SWITCH(struct values, data_only, 0, "write only the numbers, as TSV"),
    CMD_TEXT(struct values, from, 0, "FILE", "draw the numbers that --data-only wrote"),
    CMD_TEXT(struct values, eject, 0, "DIR", "write the figures' SQL and gnuplot there, to edit"),
    CMD_TEXT(struct values, scripts, 0, "DIR", "draw with the scripts of this folder"),
    CMD_END,
};
static const struct cmd_line line = {
    "plot",
    "[FIGURE...]",
    "Draws figures with gnuplot, each beside the TSV it was drawn from, and prints the\n"
    "paths. Without FIGURE: those that the experiment's file lists, or else all. `winnow\n"
    "list figures` lists them. Figures for a column stack their panels, and with more than\n"
    "six panels or forty bars become taller than a page.",
    flags,
    0,
    MAX_FIGURES,
};

struct wanted {
    bool all; /* nobody asked for one by its name */
    const struct figure *figures[MAX_FIGURES];
    size_t count;
};

static const char *format_at(const void *unused, size_t i)
{
    (void)unused;
    size_t count = 0;
    while (figure_formats[count])
        count++;
    return i < count ? figure_formats[i] : i == count ? terminal : NULL;
}

static const char *width_at(const void *unused, size_t i)
{
    (void)unused;
    return figure_widths[i];
}

/* Returns -1; near: what may be meant, or NULL. */
static int unknown(const char *what, const char *name, const char *near,
                   const char *(*candidate)(const void *context, size_t i), const void *context,
                   struct err *err)
{
    struct str list = {0};
    for (size_t i = 0; candidate(context, i); i++)
        str_addf(&list, "%s%s", i ? ", " : "", candidate(context, i));
    err_set(err, "unknown %s '%.100s'%s; there are: %s", what, name, str_near(near, "").text,
            str_text(&list));
    str_release(&list);
    return -1;
}

static int want(struct wanted *wanted, const char *name, struct err *err)
{
    const struct figure *figure = figure_find(name);
    if (!figure)
        return unknown("figure", name, shelf_near(&figure_shelf, name), shelf_name_at,
                       &figure_shelf, err);
    for (size_t i = 0; i < wanted->count; i++)
        if (wanted->figures[i] == figure)
            return 0;
    REQUIRE(wanted->count < MAX_FIGURES);
    wanted->figures[wanted->count++] = figure;
    return 0;
}

static void want_all(struct wanted *wanted)
{
    wanted->all = true;
    REQUIRE(!figure_at(MAX_FIGURES));
    for (size_t i = 0; figure_at(i); i++)
        wanted->figures[wanted->count++] = figure_at(i);
}

/* What the experiment's file lists. */
static int want_listed(struct wanted *wanted, struct sqlite3 *db, const char *experiment,
                       struct err *err)
{
    static const char sql[] =
        "SELECT coalesce(j.value, '') FROM v_experiment x, json_each(x.figures) j\n"
        "WHERE x.experiment = ? ORDER BY j.key";
    struct db_rows rows;
    int failed = 0;
    db_ask(&rows, db, sql, DB_VALUES(db_text(experiment)));
    while (!failed && db_next(&rows))
        failed = want(wanted, row_text(&rows, 0), err);
    return db_close(&rows, failed ? NULL : err) || failed ? -1 : 0;
}

/* "svg,png": ret_listed[i] of figure_formats[i]. */
static int add_formats(const char *list, bool *ret_listed, struct err *err)
{
    for (const char *p = list;;) {
        char name[32];
        const size_t length = strcspn(p, ",");
        size_t i = 0;
        snprintf(name, sizeof name, "%.*s", (int)length, p);
        while (figure_formats[i] && strcmp(figure_formats[i], name) != 0)
            i++;
        if (strcmp(name, terminal) == 0)
            return err_set(err, "--format terminal goes to stdout: give it alone");
        if (!figure_formats[i])
            return unknown("format", name, NULL, format_at, NULL, err);
        ret_listed[i] = true;
        if (!p[length])
            return 0;
        p += length + 1;
    }
}

/* Pointers into figure_formats, in its order, NULL at the end. */
static int parse_formats(const struct cmd_values *given, const char *ret_formats[MAX_FORMATS],
                         struct err *err)
{
    bool listed[MAX_FORMATS] = {false};
    size_t count = 0;
    if (!given->count && add_formats("svg,pdf,png", listed, err))
        return -1;
    for (size_t i = 0; i < given->count; i++)
        if (add_formats(given->items[i], listed, err))
            return -1;
    for (size_t i = 0; figure_formats[i]; i++)
        if (listed[i])
            ret_formats[count++] = figure_formats[i];
    ret_formats[count] = NULL;
    return 0;
}

/* name NULL: the first of figure_widths. */
static int parse_width(const char *name, const char **ret_width, struct err *err)
{
    size_t i = 0;
    while (name && figure_widths[i] && strcmp(figure_widths[i], name) != 0)
        i++;
    if (!figure_widths[i])
        return unknown("width", name, NULL, width_at, NULL, err);
    *ret_width = figure_widths[i];
    return 0;
}

/* A column that ends in _s, among the names in the TSV's first line. */
static bool has_seconds(const char *tsv)
{
    const size_t names = strcspn(tsv, "\n");
    for (size_t i = 2; i <= names; i++)
        if ((tsv[i] == '\t' || i == names) && tsv[i - 2] == '_' && tsv[i - 1] == 's')
            return true;
    return false;
}

/* Before the reader takes unlike seconds for like ones. */
static void warn_of_seconds(struct sqlite3 *db, const char *experiment)
{
    struct str lines = {0};
    struct err err;
    if (conditions_doubts(db, experiment, &lines, &err))
        cmd_fail(&line, EXIT_DATABASE, err.text);
    for (const char *text = str_text(&lines); *text; text += strcspn(text, "\n") + 1)
        cmd_say("warning: %.*s\n", (int)strcspn(text, "\n"), text);
    str_release(&lines);
}

/* Where to, and as what. */
struct target {
    const char *directory, *width, *formats[MAX_FORMATS];
    bool show; /* on stdout, in letters */
};

/* Below a line that says which it is. */
static int show(const struct figure *figure, const char *tsv, struct str *ret_text, struct err *err)
{
    const struct cmd_terminal place = cmd_terminal_of(STDOUT_FILENO);
    const int columns = place.columns < FIGURE_LEAST_COLUMNS ? FIGURE_LEAST_COLUMNS
                        : place.columns > MOST_COLUMNS       ? MOST_COLUMNS
                                                             : place.columns;
    struct str picture = {0};
    const int failed = figure_show(figure, tsv, columns, place.colours, &picture, err);
    if (!failed)
        str_addf(ret_text, "%s: %s\n\n%s\n", figure->name, figure->help, str_text(&picture));
    str_release(&picture);
    return failed;
}

/* Prints the picture or its files. EXIT_DATABASE: there is nothing to show in this way. */
static int draw_one(const struct figure *figure, const char *tsv, const struct target *target)
{
    struct str out = {0};
    struct err err;
    const int failed = target->show ? show(figure, tsv, &out, &err)
                                    : figure_draw(figure, tsv, target->directory, target->width,
                                                  target->formats, &out, &err);
    int code = EXIT_DONE;
    if (failed)
        code = cmd_fail(&line, failed == FIGURE_EMPTY ? EXIT_DATABASE : EXIT_ENVIRONMENT, err.text);
    else if (target->show) /* with colours */
        code = fputs(str_text(&out), stdout) == EOF ? EXIT_ENVIRONMENT : cmd_flush(&line);
    else if (cmd_print_data(&line, &out))
        code = EXIT_ENVIRONMENT;
    str_release(&out);
    return code;
}

/* The exit code is that of the last failure. */
static int draw(const struct wanted *wanted, struct sqlite3 *db, const char *experiment,
                const struct target *target)
{
    int code = EXIT_DONE, empty = EXIT_DONE;
    size_t empties = 0;
    bool seconds = false;
    struct err err;
    for (size_t i = 0; i < wanted->count; i++) {
        struct str tsv = {0};
        const int failed = figure_data(wanted->figures[i], db, experiment, &tsv, &err);
        const int told = failed ? cmd_fail(&line, EXIT_DATABASE, err.text)
                                : draw_one(wanted->figures[i], str_text(&tsv), target);
        if (failed == FIGURE_EMPTY || (!failed && told == EXIT_DATABASE)) {
            empty = told;
            empties++;
        } else if (told != EXIT_DONE)
            code = told;
        seconds = seconds || (told == EXIT_DONE && has_seconds(str_text(&tsv)));
        str_release(&tsv);
    }
    if (seconds)
        warn_of_seconds(db, experiment);
    return code == EXIT_DONE && (!wanted->all || empties == wanted->count) ? empty : code;
}

/* Which experiment, which figures; -1: go on. */
static int choose(const struct values *values, struct sqlite3 *db, struct wanted *wanted,
                  struct str *ret_experiment)
{
    struct err err;
    const int failed = figure_experiment(db, values->experiment, ret_experiment, &err);
    if (failed)
        return cmd_fail(&line, failed == FIGURE_EMPTY ? EXIT_USAGE : EXIT_DATABASE, err.text);
    if (!values->all && wanted->count == 0 &&
        want_listed(wanted, db, str_text(ret_experiment), &err))
        return cmd_fail(&line, EXIT_DATABASE, err.text);
    if (wanted->count == 0)
        want_all(wanted);
    return -1;
}

/* Writes the scripts of all that is wanted; no database is needed. */
static int eject(struct wanted *wanted, const char *directory)
{
    struct str files = {0};
    struct err err;
    int failed = 0;
    if (wanted->count == 0)
        want_all(wanted);
    for (size_t i = 0; i < wanted->count && !failed; i++) {
        str_clear(&files);
        failed = scripts_write(wanted->figures[i], directory, &files, &err)
                     ? cmd_fail(&line, EXIT_ENVIRONMENT, err.text)
                     : cmd_print_data(&line, &files);
    }
    str_release(&files);
    return failed;
}

/* Puts the user's scripts in the place of the program's; figures: room for all that is wanted. */
static int use_scripts(struct wanted *wanted, const char *directory, struct arena *arena,
                       struct figure *figures, struct err *err)
{
    for (size_t i = 0; i < wanted->count; i++) {
        if (scripts_use(wanted->figures[i], directory, arena, &figures[i], err))
            return -1;
        wanted->figures[i] = &figures[i];
    }
    return 0;
}

/* Of one figure, from a file. */
static int draw_extract(const struct values *values, struct wanted *wanted,
                        const struct target *target)
{
    struct store *store = NULL;
    struct figure mine;
    struct arena arena = {0};
    struct str tsv = {0};
    struct err err;
    int code = EXIT_DONE;
    if ((values->scripts && use_scripts(wanted, values->scripts, &arena, &mine, &err)) ||
        store_open_empty(&store, &err) || cell_functions_register(store_sqlite(store), &err) ||
        extract_read(wanted->figures[0], store_sqlite(store), values->from, &tsv, &err))
        code = cmd_fail(&line, EXIT_USAGE, err.text);
    else
        code = draw_one(wanted->figures[0], str_text(&tsv), target);
    str_release(&tsv);
    arena_release(&arena);
    store_close(store);
    return code;
}

/* What the flags say that does not need the database; -1: go on. */
static int check(const struct values *values, const struct wanted *wanted,
                 struct target *ret_target)
{
    struct err err;
    ret_target->directory = values->output ? values->output : "results/figures";
    ret_target->show = values->format.count == 1 && strcmp(values->format.items[0], terminal) == 0;
    if (values->all && wanted->count)
        return cmd_fail(&line, EXIT_USAGE, "give figures or --all, not both");
    if (values->data_only && (values->format.count || values->width))
        return cmd_fail(&line, EXIT_USAGE, "--data-only draws nothing: no --format or --width");
    if (ret_target->show && (values->output || values->width))
        return cmd_fail(
            &line, EXIT_USAGE,
            "--format terminal writes no file, and is as wide as the terminal: no -o or --width");
    if (values->from && (wanted->count != 1 || values->db || values->experiment ||
                         values->data_only || values->eject))
        return cmd_fail(&line, EXIT_USAGE,
                        "--from draws one FIGURE, which must be given, from a file: no --all, "
                        "--db, --experiment, --data-only or --eject");
    if (parse_width(values->width, &ret_target->width, &err) ||
        (!ret_target->show && parse_formats(&values->format, ret_target->formats, &err)))
        return cmd_fail(&line, EXIT_USAGE, err.text);
    if (values->data_only)
        ret_target->formats[0] = NULL;
    return -1;
}

int cmd_plot(int argc, char **argv)
{
    struct values values;
    struct target target = {0};
    const char *names[MAX_FIGURES];
    struct wanted wanted = {.count = 0};
    struct store *store = NULL;
    struct err err;
    int done = cmd_parse(&line, argc, argv, &values, names);
    if (done >= 0)
        return done;
    for (int i = 0; i < MAX_FIGURES && names[i]; i++)
        if (want(&wanted, names[i], &err))
            return cmd_fail(&line, EXIT_USAGE, err.text);
    done = check(&values, &wanted, &target);
    if (done >= 0)
        return done;
    if (values.eject)
        return eject(&wanted, values.eject);
    if (values.from)
        return draw_extract(&values, &wanted, &target);
    done = cmd_open_store(&line, values.db, NULL, &store);
    if (done >= 0)
        return done;
    struct str experiment = {0};
    struct figure mine[MAX_FIGURES];
    struct arena arena = {0};
    done = choose(&values, store_sqlite(store), &wanted, &experiment);
    if (done < 0 && values.scripts && use_scripts(&wanted, values.scripts, &arena, mine, &err))
        done = cmd_fail(&line, EXIT_USAGE, err.text);
    if (done < 0)
        done = draw(&wanted, store_sqlite(store), str_text(&experiment), &target);
    str_release(&experiment);
    arena_release(&arena);
    store_close(store);
    return done;
}
