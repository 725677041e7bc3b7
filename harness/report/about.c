/*
 * report_about: what stands around the results: what was asked and what it took, what failed, what
 * the seconds were measured under, on which machines, and where all of it came from.
 */
#include "harness/report/about.h"

#include "base/hash.h"
#include "base/mem.h"
#include "harness/config/yaml.h"
#include "harness/machine/environment.h"
#include "harness/paper/paper.h"
#include "harness/report/html.h"
#include "results/db.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

DB_FILE(harness_report_about);

/* A query of about.sql, whose only parameter is the experiment. */
static void ask(struct db_rows *ret_rows, const struct report *report, const char *name)
{
    db_ask_named(ret_rows, report->db, DB_NAMED(harness_report_about, name),
                 DB_VALUES(db_text(report->experiment)));
}

/* The first column of the first row as text, "" where there is none. */
static int ask_text(const struct report *report, const char *name, struct str *ret_text,
                    struct err *err)
{
    struct db_rows rows;
    ask(&rows, report, name);
    if (db_next(&rows))
        str_add(ret_text, row_raw(&rows, 0));
    return db_close(&rows, err);
}

/* A query's rows as a table; returns how many there are. *failed: it did, or had before. */
static size_t add_table(const struct report *report, const char *name, const char *caption,
                        const char *kinds, struct str *out, int *failed, struct err *err)
{
    struct db_rows rows;
    size_t count = 0;
    if (!*failed) {
        ask(&rows, report, name);
        *failed = html_rows(out, caption, kinds, &rows, &count, err);
    }
    return count;
}

static void add_fact(struct str *out, const char *name, const char *text)
{
    if (!text || !*text)
        return;
    str_addf(out, "<dt>%s</dt><dd>", name);
    html_add(out, text);
    str_add(out, "</dd>\n");
}

/* A list of what a query has, names and texts. */
static int add_facts(const struct report *report, const char *name, struct str *out,
                     struct err *err)
{
    struct db_rows rows;
    for (ask(&rows, report, name); db_next(&rows);)
        add_fact(out, row_text(&rows, 0), row_text(&rows, 1));
    return db_close(&rows, err);
}

/* ---- What was asked, and what it took ---------------------------------------------------------*/

static void add_tile(struct str *out, const char *name, const char *value, const char *small)
{
    str_addf(out, "<div><dt>%s</dt><dd>", name);
    html_add(out, value);
    if (*small)
        html_put(out, "<small>", small, "</small>");
    str_add(out, "</dd></div>\n");
}

static void add_machine(struct str *out, const char *text, int environments)
{
    struct str cpu = {0}, small = {0};
    const size_t length = strcspn(text, "\n");
    str_add_bytes(&cpu, text, length);
    str_add(&small, text[length] ? text + length + 1 : "");
    if (environments > 1)
        str_addf(&small, "; the first of %d environments", environments);
    add_tile(out, "Machine", cpu.length ? str_text(&cpu) : "not known", str_text(&small));
    STR_RELEASE(&cpu, &small);
}

static void add_counts(const struct db_rows *row, struct str *out)
{
    static const char *const states[] = {"failed", "diverged", "not run or under way",
                                         "not needed"};
    struct str value = {0}, small = {0};
    str_addf(&value, "%lld of %lld", (long long)row_int(row, 1), (long long)row_int(row, 0));
    for (int i = 0; i < 4; i++)
        if (row_int(row, 2 + i))
            str_addf(&small, "%s%lld %s", small.length ? ", " : "", (long long)row_int(row, 2 + i),
                     states[i]);
    add_tile(out, "Cells done", str_text(&value),
             small.length ? str_text(&small) : "none failed or diverged");
    str_clear(&value);
    str_add_duration(&value, row_real(row, 6));
    add_tile(out, "Charged", str_text(&value), "scoring, selecting, training; sum of the cells");
    str_clear(&value);
    str_add_duration(&value, row_real(row, 7));
    add_tile(out, "Time it took", str_text(&value),
             row_real(row, 9) > 0
                 ? "wall clock, sum of the cells; scores that cells share were made once and "
                   "charged to each"
                 : "wall clock, sum of the cells");
    STR_RELEASE(&value, &small);
}

static int add_tiles(const struct report *report, struct str *out, struct err *err)
{
    struct str machine = {0};
    struct db_rows rows;
    int failed = ask_text(report, "machine", &machine, err);
    ask(&rows, report, "cells");
    if (!failed && db_next(&rows)) {
        str_add(out, "<dl class=\"tiles\">\n");
        add_counts(&rows, out);
        add_machine(out, str_text(&machine), (int)row_int(&rows, 8));
        str_add(out, "</dl>\n");
    }
    failed = db_close(&rows, failed ? NULL : err) || failed ? -1 : 0;
    str_release(&machine);
    return failed;
}

int report_lead(const struct report *report, struct str *out, struct err *err)
{
    struct str yaml = {0};
    struct arena arena = {0};
    const int failed = ask_text(report, "yaml", &yaml, err);
    const char *hypothesis = yaml_find_text(str_text(&yaml), "hypothesis", &arena);
    if (hypothesis && *hypothesis)
        html_put(out, "<p class=\"lead\"><strong>Hypothesis:</strong> ", hypothesis, "</p>\n");
    str_release(&yaml);
    arena_release(&arena);
    return failed;
}

/* What of it is there, where the facts say what was asked for: the table of winnow paper. */
static int add_what_ran(const struct report *report, struct str *out, struct err *err)
{
    struct str sql = {0}, frame = {0}, all = {0};
    struct db_rows rows;
    size_t count;
    str_add(&all, paper_what_ran());
    str_trim(&all, ";\n ");
    db_add_named(&frame, DB_NAMED(harness_report_about, "what ran"));
    str_add_filled(&sql, str_text(&frame),
                   &(struct str_place){.mark = "$what_ran", .text = str_text(&all)}, 1);
    db_ask(&rows, report->db, str_text(&sql), DB_VALUES(db_text(report->experiment)));
    STR_RELEASE(&sql, &frame, &all);
    return html_rows(out, "What ran", "ht00000ttt0033", &rows, &count, err);
}

int report_summary(const struct report *report, struct str *out, struct err *err)
{
    html_section_open(out, "summary", "Summary");
    int failed = add_tiles(report, out, err);
    str_add(out, "<dl class=\"facts\">\n");
    failed = failed || add_facts(report, "grid", out, err);
    str_add(out, "</dl>\n");
    failed = failed || add_what_ran(report, out, err);
    str_add(out, "<p class=\"note\">Arms are networks with a pruner, its options and a rate; whole "
                 "arms have every seed done. Hours add up the cells.</p>\n");
    /* What the file asks for and did not get. */
    add_table(report, "notes", "Notes on the experiment’s file", "hl", out, &failed, err);
    html_section_close(out);
    return failed ? -1 : 0;
}

/* ---- What failed ------------------------------------------------------------------------------*/

static int add_logs(const struct report *report, struct str *out, struct err *err)
{
    struct db_rows rows;
    for (ask(&rows, report, "logs"); db_next(&rows);) {
        struct str summary = {0};
        str_addf(&summary, "Log of %s", row_text(&rows, 0));
        html_details(out, str_text(&summary), row_raw(&rows, 1));
        str_release(&summary);
    }
    return db_close(&rows, err);
}

int report_failures(const struct report *report, struct str *out, struct err *err)
{
    int failed = 0;
    html_section_open(out, "failures", "Failures and divergences");
    const size_t rows = add_table(report, "failures", "Cells that failed or diverged", "httt20t00l",
                                  out, &failed, err);
    failed = failed || add_logs(report, out, err);
    str_add(out,
            rows ? "<p class=\"note\">No mean above includes them. <code>winnow why CELL</code> "
                   "explains one.</p>\n"
                 : "<p>No cell failed, and none diverged.</p>\n");
    html_section_close(out);
    return failed ? -1 : 0;
}

/* ---- What seconds were measured under ---------------------------------------------------------*/

int report_timing(const struct report *report, struct str *out, struct err *err)
{
    int failed = 0;
    html_section_open(out, "timing", "How the seconds were measured");
    add_table(report, "conditions", "Conditions", "htt0022", out, &failed, err);
    const size_t doubtful =
        add_table(report, "reasons", "Why seconds are doubtful", "h0l", out, &failed, err);
    const size_t warned = add_table(report, "warnings", "Warnings", "h0l", out, &failed, err);
    if (!doubtful)
        str_add(out, "<p>Nothing was seen that would make a run’s seconds doubtful.</p>\n");
    if (!warned)
        str_add(out, "<p>No run has a warning.</p>\n");
    html_section_close(out);
    return failed ? -1 : 0;
}

/* ---- Where it came from -----------------------------------------------------------------------*/

int report_environments(const struct report *report, struct str *out, struct err *err)
{
    struct db_rows rows;
    html_section_open(out, "environments", "Environments");
    for (ask(&rows, report, "environments"); db_next(&rows);) {
        const int64_t runs = row_int(&rows, 1);
        str_addf(out, "<h3>Environment %lld: %lld run%s</h3>\n<dl class=\"facts\">\n",
                 (long long)row_int(&rows, 0), (long long)runs, STR_PLURAL(runs));
        for (int i = 2; i < row_columns(&rows); i++)
            add_fact(out, row_name(&rows, i), row_text(&rows, i));
        str_add(out, "</dl>\n");
    }
    html_section_close(out);
    return db_close(&rows, err);
}

static int add_database(const struct report *report, struct str *out, struct err *err)
{
    char hex[HASH_HEX_SIZE];
    struct str wal = {0};
    struct stat about;
    if (hash_file(report->path, hex, err))
        return -1;
    str_addf(&wal, "%s-wal", report->path);
    const bool busy = stat(str_text(&wal), &about) == 0 && about.st_size > 0;
    add_fact(out, "Database", report->path);
    str_addf(out, "<dt>Its SHA-256</dt><dd><code class=\"hash\">%s</code>%s</dd>\n", hex,
             busy ? ", without what its -wal file holds" : "");
    str_release(&wal);
    return 0;
}

/* This program, and now. */
static void add_maker(struct str *out)
{
    struct record_environment environment;
    struct arena arena = {0};
    struct str text = {0};
    struct tm broken_down;
    char when[32] = "";
    const time_t now = time(NULL);
    environment_record(1, &arena, &environment);
    if (gmtime_r(&now, &broken_down))
        strftime(when, sizeof when, "%Y-%m-%d %H:%M UTC", &broken_down);
    str_addf(&text, "winnow %s (%s), %s", environment_version(), environment.revision, when);
    add_fact(out, "Page made by", str_text(&text));
    str_release(&text);
    arena_release(&arena);
}

int report_provenance(const struct report *report, struct str *out, struct err *err)
{
    struct str yaml = {0};
    html_section_open(out, "provenance", "Provenance");
    str_add(out, "<dl class=\"facts\">\n");
    int failed = add_database(report, out, err) || add_facts(report, "origin", out, err) ||
                 ask_text(report, "yaml", &yaml, err);
    if (!failed) {
        add_maker(out);
        str_add(out, "</dl>\n");
        html_put(out, "<h3>The experiment’s file</h3>\n<pre tabindex=\"0\">", str_text(&yaml),
                 "</pre>\n");
        str_add(out, "<p class=\"note\">The SQL of each figure is beneath it.</p>\n");
        html_section_close(out);
    }
    str_release(&yaml);
    return failed ? -1 : 0;
}
