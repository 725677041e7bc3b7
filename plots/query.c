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

static size_t find_given(const char *name)
{
    size_t i = 0;
    while (i < GIVEN && strcmp(given[i].name, name) != 0)
        i++;
    return i;
}

/* From the names of the query's columns: $absent and $own of columns.sql. */
static int read_columns(const struct db_rows *query, struct str *ret_absent, struct str *ret_own,
                        struct err *err)
{
    bool found[GIVEN + 1] = {false};
    for (int i = 0; i < row_columns(query); i++) {
        const char *name = row_name(query, i);
        const size_t known = find_given(name);
        found[known] = true;
        if (strcmp(name, "facet") == 0)
            str_add(ret_own, ", dense_rank() OVER (ORDER BY facet_key) AS facet");
        else if (known == GIVEN)
            str_addf(ret_own, ", \"%s\"", name);
    }
    for (size_t i = 0; i < GIVEN; i++) {
        if (!found[i] && !given[i].absent)
            return err_set(err,
                           "its query gives no column '%s'; \"Writing a figure\" in "
                           "plots/README.md says which it must give",
                           given[i].name);
        if (!found[i])
            str_addf(ret_absent, ", %s AS %s", given[i].absent, given[i].name);
    }
    return 0;
}

/* columns.sql, the user's or the program's. */
static int find_template(const struct figure *figure, struct arena *arena, const char **ret_text,
                         struct err *err)
{
    static const char name[] = "columns.sql";
    const char *found, *text;
    for (size_t i = 0; (text = figure_shared_at(i, &found)) && strcmp(found, name) != 0;)
        i++;
    *ret_text = text;
    return scripts_shared(figure, name, arena, ret_text, err);
}

/* rows: of the query alone; they are asked anew with all columns. */
static int ask_all(struct db_rows *rows, const struct figure *figure, struct sqlite3 *db,
                   const char *experiment, struct err *err)
{
    struct str query = {0}, absent = {0}, own = {0}, sql = {0};
    struct arena arena = {0};
    const char *template;
    str_add(&query, figure_sql(figure));
    str_trim(&query, "; \r\n");
    const int failed =
        read_columns(rows, &absent, &own, err) || find_template(figure, &arena, &template, err);
    db_close(rows, NULL);
    if (!failed) {
        const struct str_place places[] = {
            {"$query", str_text(&query)}, {"$absent", str_text(&absent)}, {"$own", str_text(&own)}};
        str_add_filled(&sql, template, places, sizeof places / sizeof *places);
        db_ask(rows, db, str_text(&sql), DB_VALUES(db_text(experiment)));
    }
    STR_RELEASE(&query, &absent, &own, &sql);
    arena_release(&arena);
    return failed ? -1 : 0;
}

int figure_ask(struct db_rows *ret_rows, const struct figure *figure, struct sqlite3 *db,
               const char *experiment, struct err *err)
{
    db_ask(ret_rows, db, figure_sql(figure), DB_VALUES(db_text(experiment)));
    if (ret_rows->failed || strcmp(row_name(ret_rows, 0), "block") == 0)
        return 0;
    return ask_all(ret_rows, figure, db, experiment, err);
}
