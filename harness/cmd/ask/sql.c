/*
 * winnow sql: asks a database, and cannot change it.
 *
 * The query comes from the command line, from --named, or from stdin where that is no terminal;
 * without any, it is the first of the named ones. One statement at a time: its result is one table,
 * one CSV or one JSON document. Beside SQLite's functions there are those of
 * results/functions/functions.h.
 *
 *     winnow sql "SELECT pruner, rate, median(accuracy) FROM v_run GROUP BY 1, 2"
 *     winnow sql --named phases --format csv > phases.csv
 *     winnow sql --timeout 30s < long.sql
 */
#include "base/time.h"
#include "harness/ask/table.h"
#include "harness/cmd/kit/db.h"
#include "results/question.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct values {
    const char *db;
    int format;
    const char *named;
    bool list;
    double timeout; /* s; 0: none */
};

static const struct cmd_flag flags[] = {
    CMD_TEXT(struct values, db, 0, "PATH", CMD_DB_HELP),
    CMD_ENUM(struct values, format, 'f', "FORMAT", "table", table_format_names,
             "of the result; csv and json keep numbers exact"),
    CMD_TEXT(struct values, named, 'n', "NAME", "run one of the queries of --list"),
    CMD_SWITCH(struct values, list, 0, "list the named queries with their SQL"),
    CMD_DURATION(struct values, timeout, 0, "TIME", "none", "none", 1e6,
                 "give up on a query that has not ended by then: 30s, 5m"),
    CMD_END,
};
static const struct cmd_line line = {
    "sql",
    "[QUERY]",
    "Queries a database, read-only. Without QUERY: reads one from stdin, or runs the query "
    "'summary'.\n"
    "The views are v_run, v_epoch, v_summary and others; results/README.md explains them.\n"
    "Besides SQLite's functions there are median(x), quantile(x, q), iqm(x), stddev(x), ci_low(x), "
    "ci_high(x)\n"
    "(ends of the 95 % interval of the mean), kept_bit(bitmap, i), kept_count(bitmap),\n"
    "kept_both(a, b) and the table selection_samples(attempt).",
    flags,
    0,
    1,
};

struct named_query {
    const char *name, *help, *sql;
};

static const struct named_query named_queries[] = {
    {"summary", "accuracy and seconds of every pruner and rate, over the seeds",
     "SELECT experiment, dataset, model, pruner, options, rate, runs, failed,\n"
     "       round(100 * accuracy_mean, 2) AS \"accuracy %\",\n"
     "       round(100 * accuracy_sd, 2) AS \"sd\",\n"
     "       round(charged_s_mean, 2) AS charged_s, round(score_s_mean, 2) AS score_s,\n"
     "       round(select_s_mean, 3) AS select_s, round(speedup, 2) AS speedup\n"
     "FROM v_summary\n"
     "ORDER BY experiment, dataset, model, position"},
    {"runs", "every run: accuracy, seconds, state",
     "SELECT experiment, short, dataset, model, pruner, options, rate, seed, state,\n"
     "       round(100 * accuracy, 2) AS \"accuracy %\", round(charged_s, 2) AS charged_s,\n"
     "       round(wall_s, 2) AS wall_s, timing_valid\n"
     "FROM v_run\n"
     "ORDER BY experiment, position"},
    {"curves", "test accuracy against charged seconds, epoch by epoch, over the seeds",
     "SELECT r.experiment, r.dataset, r.model, r.pruner, r.options, r.rate, e.epoch,\n"
     "       count(*) AS runs, median(e.charged_s) AS charged_s,\n"
     "       median(e.test_accuracy) AS accuracy\n"
     "FROM v_run r JOIN v_epoch e USING (attempt)\n"
     "GROUP BY r.experiment, r.dataset, r.model, r.pruner, r.options, r.rate, e.epoch\n"
     "ORDER BY r.experiment, r.dataset, r.model, min(r.position), e.epoch"},
    {"targets", "charged seconds to the experiment's target accuracies; NULL: not reached",
     "SELECT experiment, dataset, model, pruner, options, rate, target, reached, runs,\n"
     "       round(charged_s_median, 2) AS charged_s_median\n"
     "FROM v_target\n"
     "ORDER BY experiment, dataset, model, target, position"},
    {"phases", "where the wall clock went, in mean seconds a run",
     "SELECT experiment, dataset, model, pruner, options, rate, round(avg(load_s), 2) AS load,\n"
     "       round(avg(init_s), 2) AS init, round(avg(score_s), 2) AS score,\n"
     "       round(avg(select_s), 3) AS \"select\", round(avg(train_s), 2) AS train,\n"
     "       round(avg(eval_s), 2) AS eval, round(avg(checkpoint_s), 2) AS checkpoint,\n"
     "       round(avg(other_s), 2) AS other, round(avg(wall_s), 2) AS wall\n"
     "FROM v_run\n"
     "WHERE state = 'done'\n"
     "GROUP BY experiment, dataset, model, pruner, options, rate\n"
     "ORDER BY experiment, dataset, model, min(position)"},
    {"overhead", "what knowing and choosing the samples cost, in percent of the charged time",
     "SELECT experiment, dataset, model, pruner, options, rate,\n"
     "       round(100 * avg(score_share), 1) AS \"score %\",\n"
     "       round(100 * avg(select_share), 2) AS \"select %\"\n"
     "FROM v_overhead\n"
     "GROUP BY experiment, dataset, model, pruner, options, rate\n"
     "ORDER BY experiment, dataset, model, min(position)"},
    {"versus", "better than random at as many samples? Points, with the 95 % interval over n seeds",
     "SELECT experiment, dataset, model, pruner, options, rate,\n"
     "       max(random_n, dynamic_n) AS n,\n"
     "       iif(random_n > 0, printf('%+.2f', 100 * random_difference), NULL)\n"
     "           || iif(random_low IS NOT NULL, printf(' [%+.2f, %+.2f]', 100 * random_low,\n"
     "                                    100 * random_high), '') AS \"to random\",\n"
     "       random_verdict || coalesce(': ' || random_reason, '') AS verdict,\n"
     "       iif(dynamic_n > 0, printf('%+.2f', 100 * dynamic_difference), NULL)\n"
     "           || iif(dynamic_low IS NOT NULL, printf(' [%+.2f, %+.2f]', 100 * dynamic_low,\n"
     "                                    100 * dynamic_high), '') AS \"to random-dynamic\",\n"
     "       dynamic_verdict || coalesce(': ' || dynamic_reason, '') AS \"verdict, dynamic\"\n"
     "FROM v_versus_summary\n"
     "ORDER BY experiment, dataset, model, position"},
    {"same-bits", "arms that are one: the same network, bit for bit, with every seed of both",
     "SELECT experiment, dataset, model, pruner, options, rate, other_pruner, other_options,\n"
     "       other_rate, seeds\n"
     "FROM v_same_bits\n"
     "ORDER BY experiment, position"},
    {"speedup", "time against full data, pair by pair: at the end, and where it is as accurate",
     "SELECT experiment, dataset, model, pruner, options, rate, pairs,\n"
     "       round(speedup_median, 2) AS speedup,\n"
     "       round(100 * difference_mean, 2) AS \"points to full\",\n"
     "       equal_reached AS \"as accurate\", round(equal_speedup_median, 2) AS \"speedup "
     "there\"\n"
     "FROM v_speedup_summary\n"
     "ORDER BY experiment, dataset, model, position"},
    {"amortization", "seconds a training where k trainings share the scores, and the k that pays",
     "SELECT experiment, dataset, model, pruner, options, rate,\n"
     "       round(max(training_s) FILTER (WHERE k = 1), 2) AS \"k = 1\",\n"
     "       round(max(training_s) FILTER (WHERE k = 10), 2) AS \"k = 10\",\n"
     "       round(max(training_s) FILTER (WHERE k = 100), 2) AS \"k = 100\",\n"
     "       round(max(full_total_s) FILTER (WHERE k = 1), 2) AS \"full\", max(pays_at) AS "
     "pays_at\n"
     "FROM v_amortization\n"
     "GROUP BY experiment, dataset, model, pruner, options, rate\n"
     "ORDER BY experiment, dataset, model, min(position)"},
    {"pareto", "the arms that no other beats in both accuracy and charged time",
     "SELECT experiment, dataset, model, pruner, options, rate, runs,\n"
     "       round(charged_s_mean, 2) AS charged_s, round(100 * accuracy_mean, 2) AS \"accuracy "
     "%\"\n"
     "FROM v_pareto\n"
     "ORDER BY experiment, dataset, model, charged_s_mean"},
    {"protocols", "mean seconds of a run by four rules of timing",
     "SELECT experiment, dataset, model, pruner, options, rate,\n"
     "       round(avg(seconds) FILTER (WHERE protocol = 'charged'), 2) AS charged,\n"
     "       round(avg(seconds) FILTER (WHERE protocol = 'wallclock'), 2) AS wallclock,\n"
     "       round(avg(seconds) FILTER (WHERE protocol = 'algoperf'), 2) AS algoperf,\n"
     "       round(avg(seconds) FILTER (WHERE protocol = 'mlperf'), 2) AS mlperf\n"
     "FROM v_protocol\n"
     "GROUP BY experiment, dataset, model, pruner, options, rate\n"
     "ORDER BY experiment, dataset, model, min(position)"},
    {"samples",
     "samples that runs with several subsets kept always and never, beside a random null",
     "SELECT r.experiment, r.dataset, r.model, r.pruner, r.options, r.rate, r.seed, r.selections,\n"
     "       sum(s.kept = s.selections) AS always, round(r.random_always, 1) AS \"random "
     "always\",\n"
     "       sum(s.kept = 0) AS never, round(r.random_never, 1) AS \"random never\"\n"
     "FROM v_selection_random r JOIN selection_samples(r.attempt) s\n"
     "WHERE r.selections > 1\n"
     "GROUP BY r.experiment, r.attempt\n"
     "ORDER BY r.experiment, r.position"},
    {"progress", "how far each experiment is", "SELECT * FROM v_progress ORDER BY experiment"},
    {"failures", "cells that failed, and why",
     "SELECT experiment, short, dataset, model, pruner, options, rate, seed, state, attempts,\n"
     "       reason\n"
     "FROM v_failures\n"
     "ORDER BY experiment, position"},
    {"warnings", "what makes numbers doubtful, and how many attempts it touches",
     "SELECT code, count(DISTINCT attempt) AS attempts, min(text) AS example\n"
     "FROM v_warning\n"
     "GROUP BY code\n"
     "ORDER BY code"},
    {NULL, NULL, NULL},
};

static const char *query_name(const void *table, size_t i)
{
    return ((const struct named_query *)table)[i].name;
}

static const char *find_named(const char *name)
{
    for (const struct named_query *q = named_queries; q->name; q++)
        if (strcmp(q->name, name) == 0)
            return q->sql;
    return NULL;
}

static int unknown_name(const char *name)
{
    struct err err;
    err_set(&err, "no query is named '%.64s'%s; see winnow sql --list", name,
            str_near(str_nearest(name, query_name, named_queries), "").text);
    return cmd_fail(&line, EXIT_USAGE, err.text);
}

static int list_queries(void)
{
    struct str text = {0};
    for (const struct named_query *q = named_queries; q->name; q++)
        str_addf(&text, "%s-- %s: %s\n%s;\n", q == named_queries ? "" : "\n", q->name, q->help,
                 q->sql);
    const int code = cmd_print(&line, &text);
    str_release(&text);
    return code;
}

static void read_stdin(struct str *ret_text)
{
    char part[4096];
    size_t count;
    while ((count = fread(part, 1, sizeof part, stdin)) > 0)
        str_add_bytes(ret_text, part, count);
}

static bool is_blank(const char *text)
{
    return !text[strspn(text, " \t\r\n;")];
}

static int ask(struct sqlite3 *db, const char *sql, enum table_format format,
               const int64_t *deadline)
{
    struct db_rows rows;
    struct err err;
    int failed = question_ask(db, sql, &rows, &err);
    if (!failed) {
        table_write(stdout, &rows, format);
        failed = db_close(&rows, &err);
    }
    if (!failed)
        return cmd_flush(&line);
    if (deadline && time_now() >= *deadline)
        return cmd_fail(&line, EXIT_USAGE, "the query has not ended within --timeout");
    return cmd_fail(&line, question_blames_file(db) ? EXIT_DATABASE : EXIT_USAGE, err.text);
}

int cmd_sql(int argc, char **argv)
{
    struct values values;
    const char *query;
    int code = cmd_parse(&line, argc, argv, &values, &query);
    if (code >= 0)
        return code;
    if (values.list)
        return list_queries();
    if (query && values.named)
        return cmd_fail(&line, EXIT_USAGE, "a query and --named: which one?");
    if (values.named && !find_named(values.named))
        return unknown_name(values.named);
    struct store *store;
    code = cmd_open_store(&line, values.db, &store);
    if (code >= 0)
        return code;
    struct str text = {0};
    if (values.named)
        query = find_named(values.named);
    if (!query && !isatty(STDIN_FILENO))
        read_stdin(&text);
    if (!query)
        query = is_blank(str_text(&text)) ? named_queries[0].sql : str_text(&text);
    const int64_t deadline = time_now() + (int64_t)(values.timeout * 1e9);
    const bool limited = values.timeout > 0;
    if (limited)
        question_limit(store_sqlite(store), &deadline);
    code = ask(store_sqlite(store), query, (enum table_format)values.format,
               limited ? &deadline : NULL);
    str_release(&text);
    store_close(store);
    return code;
}
