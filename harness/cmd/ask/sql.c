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

/* queries.sql: in front of each query "-- NAME: help", behind it ";" and an empty line. */
#define QUERIES _binary_harness_cmd_ask_queries_sql_start
extern const char QUERIES[];

enum { MOST_QUERIES = 32 };

struct named_query {
    const char *name, *sql;
};

/* ret_queries [MOST_QUERIES], with a NULL at the end, in the arena. */
static void read_queries(struct arena *arena, struct named_query *ret_queries)
{
    size_t count = 0;
    for (char *next, *at = arena_strdup(arena, QUERIES); at; at = next) {
        REQUIRE(count + 1 < MOST_QUERIES);
        next = strstr(at, "\n\n-- ");
        if (next) {
            *next = '\0';
            next += strlen("\n\n");
        }
        char *sql = strchr(at, '\n') + 1;
        sql[strcspn(sql, ";")] = '\0';
        at += strlen("-- ");
        at[strcspn(at, ":")] = '\0';
        ret_queries[count++] = (struct named_query){at, sql};
    }
    ret_queries[count] = (struct named_query){NULL, NULL};
}

static const char *query_name(const void *queries, size_t i)
{
    return ((const struct named_query *)queries)[i].name;
}

/* NULL: there is none of that name, and that was said. */
static const char *find_named(const struct named_query *queries, const char *name)
{
    struct err err;
    for (const struct named_query *q = queries; q->name; q++)
        if (strcmp(q->name, name) == 0)
            return q->sql;
    err_set(&err, "no query is named '%.64s'%s; see winnow sql --list", name,
            str_near(str_nearest(name, query_name, queries), "").text);
    cmd_fail(&line, EXIT_USAGE, err.text);
    return NULL;
}

static int list_queries(void)
{
    struct str text = {0};
    str_add(&text, QUERIES);
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

/* query: NULL where it is to be read from stdin, or is the usual one. */
static int ask_limited(const struct values *values, const char *query, const char *usual)
{
    struct store *store;
    struct str text = {0};
    int code = cmd_open_store(&line, values->db, NULL, &store);
    if (code >= 0)
        return code;
    if (!query && !isatty(STDIN_FILENO))
        read_stdin(&text);
    if (!query)
        query = is_blank(str_text(&text)) ? usual : str_text(&text);
    const int64_t deadline = time_now() + (int64_t)(values->timeout * 1e9);
    const bool limited = values->timeout > 0;
    if (limited)
        question_limit(store_sqlite(store), &deadline);
    code = ask(store_sqlite(store), query, (enum table_format)values->format,
               limited ? &deadline : NULL);
    str_release(&text);
    store_close(store);
    return code;
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
    struct named_query queries[MOST_QUERIES];
    struct arena arena = {0};
    read_queries(&arena, queries);
    if (values.named)
        query = find_named(queries, values.named);
    code = values.named && !query ? EXIT_USAGE : ask_limited(&values, query, queries[0].sql);
    arena_release(&arena);
    return code;
}
