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

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Asks; of the experiment, where the query has a parameter. */
static void ask(struct db_rows *ret_rows, const struct report *report, const char *sql)
{
    db_ask(ret_rows, report->db, sql, DB_VALUES(db_text(report->experiment)));
}

/* The first column of the first row as text, "" where there is none. */
static int ask_text(const struct report *report, const char *sql, struct str *ret_text,
                    struct err *err)
{
    return db_get_text(report->db, sql, DB_VALUES(db_text(report->experiment)), ret_text, err);
}

static void add_fact(struct str *out, const char *name, const char *text)
{
    if (!text || !*text)
        return;
    str_addf(out, "<dt>%s</dt><dd>", name);
    html_add(out, text);
    str_add(out, "</dd>\n");
}

struct fact {
    const char *name, *sql;
};

static int add_facts(const struct report *report, const struct fact *facts, size_t count,
                     struct str *out, struct err *err)
{
    int failed = 0;
    for (size_t i = 0; !failed && i < count; i++) {
        struct str text = {0};
        failed = ask_text(report, facts[i].sql, &text, err);
        if (!failed)
            add_fact(out, facts[i].name, str_text(&text));
        str_release(&text);
    }
    return failed;
}

/* ---- What was asked, and what it took ---------------------------------------------------------*/

#define RUNS "FROM v_run WHERE experiment = :experiment"
#define LISTED(what)                                                                               \
    "SELECT group_concat(v, ', ') FROM (SELECT " what " AS v " RUNS " GROUP BY 1 "                 \
    "ORDER BY min(position))"

static const struct fact grid[] = {
    {"Datasets", LISTED("dataset")},
    {"Models", LISTED("model")},
    {"Pruners", LISTED("pruner || iif(options = '', '', '(' || options || ')')")},
    {"Rates", "SELECT group_concat(v, ', ') FROM (SELECT DISTINCT printf('%g', rate) AS v " RUNS
              " AND has_rate(pruner, rate) ORDER BY rate)"},
    {"Seeds",
     "SELECT group_concat(v, ', ') FROM (SELECT DISTINCT seed AS v " RUNS " ORDER BY seed)"},
    {"Epochs", LISTED("epochs")},
    {"Measured",
     "SELECT min(started) || ' to ' || max(started) || ' UTC (starts of the cells)' " RUNS
     " AND attempt IS NOT NULL"},
};

/* "Failed" is what failed or diverged, as everywhere. */
static const char sql_cells[] =
    "SELECT count(*), sum(state = 'done'), sum(state = 'failed'), sum(state = 'diverged'),\n"
    "       sum(state NOT IN ('done', 'failed', 'diverged')), total(charged_s), total(wall_s),\n"
    "       count(DISTINCT environment), total(carried_s)\n" RUNS;
static const char sql_machine[] =
    "SELECT cpu || char(10) || cores || iif(cores = 1, ' core', ' cores') || ', ' ||\n"
    "       threads_used || iif(threads_used = 1, ' thread', ' threads') || ' a cell'\n"
    "FROM v_environment JOIN v_run USING (environment) WHERE experiment = :experiment\n"
    "GROUP BY environment ORDER BY count(*) DESC LIMIT 1";

static void add_tile(struct str *out, const char *name, const char *value, const char *small)
{
    str_addf(out, "<div><dt>%s</dt><dd>", name);
    html_add(out, value);
    if (small && *small) {
        str_add(out, "<small>");
        html_add(out, small);
        str_add(out, "</small>");
    }
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
    static const char *const states[] = {"failed", "diverged", "not run or under way"};
    struct str value = {0}, small = {0};
    str_addf(&value, "%lld of %lld", (long long)row_int(row, 1), (long long)row_int(row, 0));
    for (int i = 0; i < 3; i++)
        if (row_int(row, 2 + i))
            str_addf(&small, "%s%lld %s", small.length ? ", " : "", (long long)row_int(row, 2 + i),
                     states[i]);
    add_tile(out, "Cells done", str_text(&value),
             small.length ? str_text(&small) : "none failed or diverged");
    str_clear(&value);
    str_add_duration(&value, row_real(row, 5));
    add_tile(out, "Charged", str_text(&value), "scoring, selecting, training; sum of the cells");
    str_clear(&value);
    str_add_duration(&value, row_real(row, 6));
    add_tile(out, "Time it took", str_text(&value),
             row_real(row, 8) > 0
                 ? "wall clock, sum of the cells; scores that cells share were made once and "
                   "charged to each"
                 : "wall clock, sum of the cells");
    STR_RELEASE(&value, &small);
}

static int add_tiles(const struct report *report, struct str *out, struct err *err)
{
    struct str machine = {0};
    struct db_rows rows;
    int failed = ask_text(report, sql_machine, &machine, err);
    ask(&rows, report, sql_cells);
    if (!failed && db_next(&rows)) {
        str_add(out, "<dl class=\"tiles\">\n");
        add_counts(&rows, out);
        add_machine(out, str_text(&machine), (int)row_int(&rows, 7));
        str_add(out, "</dl>\n");
    }
    failed = db_close(&rows, failed ? NULL : err) || failed ? -1 : 0;
    str_release(&machine);
    return failed;
}

/* hypothesis: of the experiment's file; nothing where it has none, or cannot be read any more. */
static int read_hypothesis(const struct report *report, struct str *ret_text, struct err *err)
{
    static const char sql[] = "SELECT yaml FROM v_experiment WHERE experiment = :experiment";
    struct str yaml = {0};
    struct mistakes mistakes = {0};
    struct node *root = NULL, *node = NULL;
    struct arena arena;
    arena_init(&arena);
    const int failed = ask_text(report, sql, &yaml, err);
    if (!failed && yaml.length &&
        yaml_read(str_text(&yaml), yaml.length, NULL, &arena, &mistakes, &root) == 0 && root &&
        root->kind == NODE_MAP)
        node = node_find(root, "hypothesis");
    if (node && node->kind == NODE_TEXT)
        str_add(ret_text, node->text);
    mistakes_release(&mistakes);
    arena_release(&arena);
    str_release(&yaml);
    return failed;
}

int report_lead(const struct report *report, struct str *out, struct err *err)
{
    struct str hypothesis = {0};
    const int failed = read_hypothesis(report, &hypothesis, err);
    if (!failed && hypothesis.length) {
        str_add(out, "<p class=\"lead\"><strong>Hypothesis:</strong> ");
        html_add(out, str_text(&hypothesis));
        str_add(out, "</p>\n");
    }
    str_release(&hypothesis);
    return failed;
}

/* What of it is there, where the facts say what was asked for: the table of winnow paper. */
static int add_what_ran(const struct report *report, struct str *out, struct err *err)
{
    static const struct html_column columns[] = {
        {"model", HTML_HEAD, 0},        {"dataset", HTML_TEXT, 0},
        {"cells", HTML_NUMBER, 0},      {"done", HTML_NUMBER, 0},
        {"failed", HTML_NUMBER, 0},     {"arms", HTML_NUMBER, 0},
        {"whole arms", HTML_NUMBER, 0}, {"pruners", HTML_TEXT, 0},
        {"rates", HTML_TEXT, 0},        {"seeds", HTML_TEXT, 0},
        {"conditions", HTML_NUMBER, 0}, {"doubtful", HTML_NUMBER, 0},
        {"charged h", HTML_NUMBER, 3},  {"wall h", HTML_NUMBER, 3},
    };
    size_t rows;
    struct str sql = {0};
    str_add(&sql, "SELECT model, dataset, cells, done, failed, arms, \"whole arms\", pruners,\n"
                  "       rates, seeds, conditions, doubtful, \"charged h\", \"wall h\"\nFROM (\n");
    str_add(&sql, paper_what_ran());
    str_trim(&sql, ";\n ");
    str_add(&sql, ")");
    const int failed = html_query(out, "What ran", columns, COUNT(columns), report->db,
                                  str_text(&sql), report->experiment, &rows, err);
    str_release(&sql);
    return failed;
}

/* What the file asks for and did not get. */
static int add_notes(const struct report *report, struct str *out, struct err *err)
{
    static const struct html_column columns[] = {{"In the file", HTML_HEAD, 0},
                                                 {"Note", HTML_LONG, 0}};
    static const char sql[] = "SELECT place, text FROM v_note WHERE experiment = :experiment\n"
                              "ORDER BY position";
    size_t rows;
    return html_query(out, "Notes on the experiment’s file", columns, COUNT(columns), report->db,
                      sql, report->experiment, &rows, err);
}

int report_summary(const struct report *report, struct str *out, struct err *err)
{
    html_section_open(out, "summary", "Summary");
    int failed = add_tiles(report, out, err);
    str_add(out, "<dl class=\"facts\">\n");
    failed = failed || add_facts(report, grid, COUNT(grid), out, err);
    str_add(out, "</dl>\n");
    failed = failed || add_what_ran(report, out, err);
    str_add(out, "<p class=\"note\">Arms are networks with a pruner, its options and a rate; whole "
                 "arms have every seed done. Hours add up the cells.</p>\n");
    failed = failed || add_notes(report, out, err);
    html_section_close(out);
    return failed ? -1 : 0;
}

/* ---- What failed ------------------------------------------------------------------------------*/

static const char sql_failures[] = "SELECT f.short, f.dataset, f.model,\n"
                                   "       f.pruner || iif(f.options = '', '', '(' || f.options || "
                                   "')'), f.rate, f.seed, f.state,\n"
                                   "       r.diverged_epoch, f.attempts, f.reason\n"
                                   "FROM v_failures f JOIN v_run r USING (experiment, cell)\n"
                                   "WHERE experiment = :experiment ORDER BY f.position";
static const char sql_logs[] =
    "SELECT short || ' (' || state || ')', log FROM v_failures\n"
    "WHERE experiment = :experiment AND log <> '' ORDER BY position LIMIT 50";

static int add_logs(const struct report *report, struct str *out, struct err *err)
{
    struct db_rows rows;
    for (ask(&rows, report, sql_logs); db_next(&rows);) {
        struct str summary = {0};
        str_addf(&summary, "Log of %s", row_text(&rows, 0));
        html_details(out, str_text(&summary), row_text(&rows, 1));
        str_release(&summary);
    }
    return db_close(&rows, err);
}

int report_failures(const struct report *report, struct str *out, struct err *err)
{
    static const struct html_column columns[] = {
        {"Cell", HTML_HEAD, 0},   {"Dataset", HTML_TEXT, 0},    {"Model", HTML_TEXT, 0},
        {"Pruner", HTML_TEXT, 0}, {"Rate", HTML_NUMBER, 2},     {"Seed", HTML_NUMBER, 0},
        {"State", HTML_TEXT, 0},  {"At epoch", HTML_NUMBER, 0}, {"Attempts", HTML_NUMBER, 0},
        {"Reason", HTML_LONG, 0},
    };
    size_t rows = 0;
    html_section_open(out, "failures", "Failures and divergences");
    const int failed = html_query(out, "Cells that failed or diverged", columns, COUNT(columns),
                                  report->db, sql_failures, report->experiment, &rows, err) ||
                       add_logs(report, out, err);
    str_add(out,
            rows ? "<p class=\"note\">No mean above includes them. <code>winnow why CELL</code> "
                   "explains one.</p>\n"
                 : "<p>No cell failed, and none diverged.</p>\n");
    html_section_close(out);
    return failed ? -1 : 0;
}

/* ---- What seconds were measured under ---------------------------------------------------------*/

static const char sql_conditions[] =
    "SELECT condition, dataset, model, count(*), sum(timing_valid = 0), avg(beside_mean),\n"
    "       avg(threads_measured) " RUNS " AND attempt IS NOT NULL\n"
    "GROUP BY 1, 2, 3 ORDER BY 2, 3, count(*) DESC";
static const char sql_reasons[] =
    "SELECT timing_reason, count(*), group_concat(short, ' ') " RUNS " AND timing_valid = 0\n"
    "GROUP BY 1 ORDER BY 2 DESC LIMIT 100";
static const char sql_warnings[] =
    "SELECT w.code, count(*), min(w.text) FROM v_warning w JOIN v_run r USING (attempt)\n"
    "WHERE r.experiment = :experiment GROUP BY 1 ORDER BY 2 DESC";

int report_timing(const struct report *report, struct str *out, struct err *err)
{
    static const struct html_column conditions[] = {
        {"Condition", HTML_HEAD, 0},     {"Dataset", HTML_TEXT, 0},
        {"Model", HTML_TEXT, 0},         {"Runs", HTML_NUMBER, 0},
        {"Doubtful", HTML_NUMBER, 0},    {"Cells beside", HTML_NUMBER, 2},
        {"Threads had", HTML_NUMBER, 2},
    };
    static const struct html_column reasons[] = {
        {"Reason", HTML_HEAD, 0}, {"Runs", HTML_NUMBER, 0}, {"Cells", HTML_LONG, 0}};
    static const struct html_column warnings[] = {
        {"Warning", HTML_HEAD, 0}, {"Runs", HTML_NUMBER, 0}, {"For example", HTML_LONG, 0}};
    const char *name = report->experiment;
    size_t doubtful = 0, warned = 0, any = 0;
    html_section_open(out, "timing", "How the seconds were measured");
    const int failed = html_query(out, "Conditions", conditions, COUNT(conditions), report->db,
                                  sql_conditions, name, &any, err) ||
                       html_query(out, "Why seconds are doubtful", reasons, COUNT(reasons),
                                  report->db, sql_reasons, name, &doubtful, err) ||
                       html_query(out, "Warnings", warnings, COUNT(warnings), report->db,
                                  sql_warnings, name, &warned, err);
    if (!doubtful)
        str_add(out, "<p>Nothing was seen that would make a run’s seconds doubtful.</p>\n");
    if (!warned)
        str_add(out, "<p>No run has a warning.</p>\n");
    html_section_close(out);
    return failed ? -1 : 0;
}

/* ---- Where it came from -----------------------------------------------------------------------*/

static const char sql_environments[] =
    "SELECT environment, count(*), cpu, cores, round(memory_bytes / 1073741824.0, 1) || ' GiB',\n"
    "       threads_used || ' of ' || threads_asked || ' asked', os, governor, blas, blas_core,\n"
    "       blas_core_found, compiler, flags, revision, host\n"
    "FROM v_environment JOIN v_run USING (environment)\n"
    "WHERE experiment = :experiment GROUP BY environment ORDER BY environment";

int report_environments(const struct report *report, struct str *out, struct err *err)
{
    static const char *const names[] = {
        "Processor",
        "Cores",
        "Memory",
        "Threads of a cell",
        "System",
        "Governor",
        "BLAS",
        "BLAS kernels",
        "Kernels it had chosen",
        "Compiler",
        "Flags",
        "winnow revision",
        "Host",
    };
    struct db_rows rows;
    html_section_open(out, "environments", "Environments");
    for (ask(&rows, report, sql_environments); db_next(&rows);) {
        const int64_t runs = row_int(&rows, 1);
        str_addf(out, "<h3>Environment %lld: %lld run%s</h3>\n<dl class=\"facts\">\n",
                 (long long)row_int(&rows, 0), (long long)runs, STR_PLURAL(runs));
        for (size_t i = 0; i < COUNT(names); i++)
            add_fact(out, names[i], row_text(&rows, (int)i + 2));
        str_add(out, "</dl>\n");
    }
    html_section_close(out);
    return db_close(&rows, err);
}

static const struct fact origin[] = {
    {"Schema version", "PRAGMA user_version"},
    {"Experiment file", "SELECT file FROM v_experiment WHERE experiment = :experiment"},
    {"Data read", LISTED("dataset || iif(data_folder = '', ': made', ' from ' || data_folder) || "
                         "', content ' || substr(data_hash, 1, 10)")},
    {"Last run", "SELECT recorded || ' UTC' FROM v_experiment WHERE experiment = :experiment"},
    {"Runs made by", "SELECT 'winnow ' || group_concat(revision, ', ') FROM (SELECT DISTINCT "
                     "revision FROM v_environment JOIN v_run USING (environment) WHERE experiment "
                     "= :experiment ORDER BY revision)"},
};

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
    struct arena arena;
    struct str text = {0};
    struct tm broken_down;
    char when[32] = "";
    const time_t now = time(NULL);
    arena_init(&arena);
    environment_record(1, &arena, &environment);
    if (gmtime_r(&now, &broken_down))
        strftime(when, sizeof when, "%Y-%m-%d %H:%M UTC", &broken_down);
    str_addf(&text, "winnow %s, %s", environment.revision, when);
    add_fact(out, "Page made by", str_text(&text));
    str_release(&text);
    arena_release(&arena);
}

int report_provenance(const struct report *report, struct str *out, struct err *err)
{
    struct str yaml = {0};
    html_section_open(out, "provenance", "Provenance");
    str_add(out, "<dl class=\"facts\">\n");
    int failed = add_database(report, out, err) ||
                 add_facts(report, origin, COUNT(origin), out, err) ||
                 ask_text(report, "SELECT yaml FROM v_experiment WHERE experiment = :experiment",
                          &yaml, err);
    if (!failed) {
        add_maker(out);
        str_add(out, "</dl>\n");
        str_add(out, "<h3>The experiment’s file</h3>\n<pre tabindex=\"0\">");
        html_add(out, str_text(&yaml));
        str_add(out, "</pre>\n");
        str_add(out, "<p class=\"note\">The SQL of each figure is beneath it.</p>\n");
        html_section_close(out);
    }
    str_release(&yaml);
    return failed ? -1 : 0;
}
