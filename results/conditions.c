#include "results/conditions.h"

#include "results/db.h"

DB_FILE(results_conditions);

int conditions_doubts(struct sqlite3 *db, const char *experiment, struct str *ret_lines,
                      struct err *err)
{
    struct str lines = {0};
    struct db_rows rows;
    db_ask(&rows, db, _binary_results_conditions_sql_start, DB_VALUES(db_text(experiment)));
    while (db_next(&rows))
        str_addf(&lines, "%s\n", row_text(&rows, 0));
    const int failed = db_close(&rows, err);
    if (!failed)
        str_add(ret_lines, str_text(&lines));
    str_release(&lines);
    return failed;
}
