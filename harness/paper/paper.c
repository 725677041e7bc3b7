#include "harness/paper/paper.h"

#include <math.h>
#include <string.h>

/* ---- The registry -----------------------------------------------------------------------------*/

#define SQL(stem) _binary_harness_paper_##stem##_sql_start

#define TABLE(paper, part, name, stem, title) extern const char SQL(stem)[];
#define CLAIM(paper, part, id, stem, quantifier, columns, pruners, statement, rule)                \
    extern const char SQL(stem)[];
#include "harness/paper/paper.def"

static const struct paper_part parts[] = {
#define EXPERIMENT(paper, part) {paper, part},
#include "harness/paper/paper.def"
};

static const struct paper_table tables[] = {
#define TABLE(paper, part, name, stem, title) {paper, part, name, title, SQL(stem)},
#include "harness/paper/paper.def"
};

static const struct paper_claim claims[] = {
#define CLAIM(paper, part, id, stem, quantifier, columns, pruners, statement, rule)                \
    {paper, part, id, SQL(stem), quantifier, columns, pruners, statement, rule},
#include "harness/paper/paper.def"
};

const struct paper_table *paper_table_at(size_t i)
{
    return i < sizeof tables / sizeof *tables ? &tables[i] : NULL;
}

const struct paper_claim *paper_claim_at(size_t i)
{
    return i < sizeof claims / sizeof *claims ? &claims[i] : NULL;
}

const char *paper_what_ran(void)
{
    return SQL(what_ran);
}

const char *const paper_sizes[] = {"full", "night", "smoke", NULL};

void paper_experiment(const char *paper, const char *part, const char *size, struct str *ret_name)
{
    const bool whole = strcmp(size, paper_sizes[0]) == 0;
    str_addf(ret_name, "paper-%s%s%s%s", paper, part, whole ? "" : "-", whole ? "" : size);
}

const struct paper_part *paper_next(const char *paper, const char *size, size_t *i,
                                    struct str *ret_name)
{
    while (*i < sizeof parts / sizeof *parts) {
        const struct paper_part *part = &parts[(*i)++];
        if (strcmp(part->paper, paper) == 0) {
            str_clear(ret_name);
            paper_experiment(paper, part->part, size, ret_name);
            return part;
        }
    }
    return NULL;
}

/* ---- Asking -----------------------------------------------------------------------------------*/

int paper_ask(struct sqlite3 *db, const char *sql, const char *experiment, struct table *ret_table,
              struct err *err)
{
    struct db_rows rows;
    db_ask(&rows, db, sql, DB_VALUES(db_text(experiment)));
    table_read(ret_table, &rows);
    return db_close(&rows, err) ? err_prefix(err, "database: ") : 0;
}

const struct db_value *paper_cell(const struct table *table, size_t row, const char *column)
{
    for (size_t i = 0; i < table->columns; i++)
        if (strcmp(table->cells[i].text, column) == 0)
            return &table->cells[(row + 1) * table->columns + i];
    DIE("bug: no column '%s'", column);
}

double paper_number(const struct db_value *cell)
{
    switch (cell->type) {
    case VALUE_INTEGER:
        return (double)cell->integer;
    case VALUE_REAL:
        return cell->real;
    default:
        return (double)NAN;
    }
}
