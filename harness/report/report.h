/*
 * report: an experiment as one HTML page that needs nothing else: tables, figures with their data,
 * failures, what seconds were measured under, where all of it came from.
 *
 *     const struct report report = {
 *         .db = db, .path = "results/fashion.db", .experiment = "fashion"};
 *     struct str page = {0}, notes = {0};
 *     if (report_make(&report, &page, &notes, &err) ||
 *         report_may_replace("fashion.html", &err) ||
 *         save_file("fashion.html", str_text(&page), &err)) ...
 *
 * The page is plots/report.html with its places, {{name}}, filled once: what is put there is not
 * looked through again. Texts of the database are escaped (html.h), pictures come from gnuplot, and
 * the page's policy lets no script run but its own, and nothing be loaded.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>

struct sqlite3;

struct report {
    struct sqlite3 *db;     /* one state of it: within a transaction */
    const char *path;       /* the database's file */
    const char *experiment; /* its name, which the database has */
    const char *title;      /* NULL: of the experiment's name */
    const char *claims;     /* a section made by report_claims; NULL: none */
};

/* ret_notes: what is missing from the page, a line each: figures that could not be drawn. */
int report_make(const struct report *report, struct str *ret_page, struct str *ret_notes,
                struct err *err);
/* 0 where there is no file at path, or a report; else -1 and the reason. */
int report_may_replace(const char *path, struct err *err);

/* ---- The page's parts, each appended as sections ----------------------------------------------*/

int report_results(const struct report *report, struct str *out, struct err *err);
int report_figures(const struct report *report, struct str *out, struct str *notes,
                   struct err *err);
/*
 * A JSON list of objects, or an object with such a list as "claims". Keys become columns in the
 * order of the first object; texts, numbers and booleans are shown as they are, lists joined with
 * commas. A "verdict" of "held" is green, "not held" red.
 */
int report_claims(const char *path, struct str *ret_section, struct err *err);
