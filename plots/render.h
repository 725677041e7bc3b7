/*
 * render: one figure of one experiment: NAME.sql -> NAME.tsv -> NAME.gp -> gnuplot -> svg, pdf,
 * png, LaTeX, or letters for a terminal.
 *
 * Figures read the views of results/views.sql, with the SQL functions of results/ (and those of
 * harness/ask/cell_functions.h, where samples are to be seen), and nothing else. style.gp is
 * loaded before every figure, so that a pruner has one colour, dash and mark everywhere.
 *
 *     struct str name = {0}, tsv = {0}, files = {0};
 *     if (figure_experiment(db, NULL, &name, &err) ||
 *         figure_data(figure_find("phases"), db, str_text(&name), &tsv, &err) ||
 *         figure_draw(figure_find("phases"), str_text(&tsv), "results/figures", "page",
 *                     figure_formats, &files, &err)) ...
 *
 * To add a figure: NAME.sql, NAME.gp and one line in figures.def; plots/README.md says what the two
 * must give, and what is there for them (columns.sql and the other .gp files).
 *
 * The rows of the query become the TSV: a comment line with the columns' names, then the rows, with
 * two blank lines where the first column, block, changes, so that gnuplot's `index` is the block's
 * number. A block is one series of one panel. NULL is written as NaN. All figures have these
 * columns first:
 *
 *      1 block        from 0
 *      2 experiment
 *      3 unfinished   cells of the experiment without a good attempt
 *      4 doubtful     good runs whose seconds are in doubt (timing_valid = 0)
 *      5 n            seeds behind this row
 *      6 panel        from 1: one for each dataset and model
 *      7 dataset
 *      8 model
 *      9 pruner
 *     10 variant      as v_series has them: from 0, tells a pruner's sets of options apart;
 *     11 label        the pruner, with its options where the experiment has several
 *     12 rate         0 where the pruner has none
 *
 * and then their own, described in NAME.sql. A figure that shows samples has `pixels` last
 * (plots/pictures.h): gnuplot finds in their place the columns height and width, and the pictures
 * one after the other in NAME.rgb, three bytes a pixel. They are part of the data, so that what is
 * drawn follows from it alone; the TSV that is written does without them.
 */
#pragma once

#include "base/err.h"
#include "base/kind.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

struct sqlite3;
struct db_rows;

struct figure {
    KIND;                 /* name: "accuracy-vs-time"; help: the question it answers; no options */
    const char *what;     /* what it draws, as in "no test accuracy in the 27 finished cells" */
    const char *sql, *gp; /* a user's, in the place of the program's own; or NULL */
    const char *scripts;  /* a folder whose scripts go before those that figures share; or NULL */
};

/* figure_shelf (figures.def), figure_at(), figure_find(). */
SHELF_OF(struct figure, figure);
const char *figure_sql(const struct figure *figure);
const char *figure_gp(const struct figure *figure);
/* What figures share, and its file's name: every script of this folder that is not one figure's.
 * NULL at the end. */
const char *figure_shared_at(size_t i, const char **ret_name);

/* "svg", "pdf", "png", "cairolatex", NULL: what figure_draw writes. */
extern const char *const figure_formats[];
/*
 * "page", "column", NULL. A column's figure goes unscaled into one of two columns: 3.5 inches wide
 * or less, panels below each other. These shrink, down to 0.8 inches each, to keep the figure
 * within 9 inches; with more than about six panels, or forty bars, it is taller than a page.
 */
extern const char *const figure_widths[];

/*
 * Which experiment is meant: wanted, where the database has it; without wanted (NULL), the only one
 * there is. Else FIGURE_EMPTY, and an error that lists them.
 */
int figure_experiment(struct sqlite3 *db, const char *wanted, struct str *ret_name,
                      struct err *err);

/* Not -1, which is trouble: all is well and there is nothing to show, or what it is to be made of,
 * beside the database, is not at hand: a function of the SQL said SQLITE_CANTOPEN. */
enum { FIGURE_EMPTY = 1 };
/* Appends the first line of a figure's TSV, without its end. */
void figure_add_head(const struct db_rows *rows, struct str *ret_tsv);
/*
 * What the figure of an experiment shows, as TSV. The same database gives the same bytes. Where
 * there is nothing to show, the error says what is missing, and FIGURE_EMPTY is returned.
 */
int figure_data(const struct figure *figure, struct sqlite3 *db, const char *experiment,
                struct str *ret_tsv, struct err *err);

/*
 * Draws it for a width, one of figure_widths, into directory (created) in each of the formats
 * (NULL-terminated; none: the TSV alone), beside the TSV: NAME.tsv, NAME.svg, NAME.pdf, NAME.png;
 * of cairolatex NAME-latex.tex, which a document \inputs, and the lines NAME-latex.pdf, which it
 * looks for in directory. Files appear whole or not at all. The same TSV and width give the same
 * SVG, byte for byte. ret_files gets one path a line. SIGINT, SIGTERM and SIGHUP wait until nothing
 * is left beside them, here and below.
 */
int figure_draw(const struct figure *figure, const char *tsv, const char *directory,
                const char *width, const char *const *formats, struct str *ret_files,
                struct err *err);

/* Draws it in one of the formats that are text, and appends that. */
int figure_picture(const struct figure *figure, const char *tsv, const char *width,
                   const char *format, struct str *ret_text, struct err *err);

enum { FIGURE_LEAST_COLUMNS = 60 };
/*
 * Draws it in letters, UTF-8, for a terminal of so many columns, FIGURE_LEAST_COLUMNS or more, with
 * its colours or without. A figure that needs more columns is an error that says how many; one of
 * pictures is another, and FIGURE_EMPTY is returned.
 */
int figure_show(const struct figure *figure, const char *tsv, int columns, bool colours,
                struct str *ret_text, struct err *err);
