#include "plots/query.h"

#include "plots/scripts.h"
#include "results/db.h"

#include <stdbool.h>
#include <string.h>

/* What a figure's query gives besides its own columns: what it must, and after these what it may,
   with what stands for it otherwise. */
static const struct given {
    const char *name, *absent;
} given[] = {
    {"dataset", NULL}, {"model", NULL},   {"pruner", NULL},    {"options", NULL},
    {"rate", NULL},    {"n", NULL},       {"facet", "0"},      {"panel", "0"},
    {"block", "0"},    {"label", "NULL"}, {"variant", "NULL"},
};
enum { GIVEN = sizeof given / sizeof *given };

/* What stands in columns.sql behind dollar signs. */
struct parts {
    struct str query, absent, own;
};

static size_t find_given(const char *name)
{
    size_t i = 0;
    while (i < GIVEN && strcmp(given[i].name, name) != 0)
        i++;
    return i;
}

/* From the names of the query's columns. */
static int read_columns(const struct db_rows *query, struct parts *ret_parts, struct err *err)
{
    bool found[GIVEN + 1] = {false};
    for (int i = 0; i < row_columns(query); i++) {
        const char *name = row_name(query, i);
        const size_t known = find_given(name);
        found[known] = true;
        if (strcmp(name, "facet") == 0)
            str_add(&ret_parts->own, ", dense_rank() OVER (ORDER BY facet_key) AS facet");
        else if (known == GIVEN)
            str_addf(&ret_parts->own, ", \"%s\"", name);
    }
    for (size_t i = 0; i < GIVEN; i++) {
        if (!found[i] && !given[i].absent)
            return err_set(err,
                           "its query gives no column '%s'; \"Writing a figure\" in "
                           "plots/README.md says which it must give",
                           given[i].name);
        if (!found[i])
            str_addf(&ret_parts->absent, ", %s AS %s", given[i].absent, given[i].name);
    }
    return 0;
}

static void fill(const char *text, const struct parts *parts, struct str *ret_sql)
{
    const struct {
        const char *word;
        const struct str *text;
    } words[] = {{"$query", &parts->query}, {"$absent", &parts->absent}, {"$own", &parts->own}};
    while (*text) {
        size_t i = 0;
        while (i < 3 && strncmp(text, words[i].word, strlen(words[i].word)) != 0)
            i++;
        str_add_bytes(ret_sql, i < 3 ? str_text(words[i].text) : text,
                      i < 3 ? words[i].text->length : 1);
        text += i < 3 ? strlen(words[i].word) : 1;
    }
}

/* columns.sql, the user's or the program's. */
static int add_template(const struct figure *figure, struct str *ret_text, struct err *err)
{
    static const char name[] = "columns.sql";
    struct arena arena;
    struct figure_script script;
    const char *found;
    arena_init(&arena);
    for (size_t i = 0; figure_shared_at(i, &found, &script) && strcmp(found, name) != 0;)
        i++;
    const int failed = scripts_shared(figure, name, &arena, &script, err);
    if (!failed)
        str_add_bytes(ret_text, script.start, (size_t)(script.end - script.start));
    arena_release(&arena);
    return failed;
}

/* rows: of the query alone; they are asked anew with all columns. */
static int ask_all(struct db_rows *rows, const struct figure *figure, struct sqlite3 *db,
                   const char *experiment, struct err *err)
{
    const struct figure_script query = figure_sql(figure);
    struct parts parts = {0};
    struct str template = {0}, sql = {0};
    size_t length = (size_t)(query.end - query.start);
    while (length && strchr("; \r\n", query.start[length - 1]))
        length--;
    str_add_bytes(&parts.query, query.start, length);
    const int failed =
        read_columns(rows, &parts, err) || add_template(figure, &template, err) ? -1 : 0;
    db_close(rows, NULL);
    if (!failed) {
        fill(str_text(&template), &parts, &sql);
        db_ask_experiment(rows, db, str_text(&sql), sql.length, experiment);
    }
    str_release(&parts.query);
    str_release(&parts.absent);
    str_release(&parts.own);
    str_release(&template);
    str_release(&sql);
    return failed;
}

int figure_ask(struct db_rows *ret_rows, const struct figure *figure, struct sqlite3 *db,
               const char *experiment, struct err *err)
{
    const struct figure_script query = figure_sql(figure);
    db_ask_experiment(ret_rows, db, query.start, (size_t)(query.end - query.start), experiment);
    if (ret_rows->failed || strcmp(row_name(ret_rows, 0), "block") == 0)
        return 0;
    return ask_all(ret_rows, figure, db, experiment, err);
}
