#include "base/err.h"
#include "plots/render.h"
#include "tests/fuzz/fuzz.h"

#include <sqlite3.h>
#include <string.h>

/* A text in the data of a figure is one field, as gnuplot reads it: nothing in it is a quote, an
 * escape or the end of a line. */
int fuzz_gnuplot(const uint8_t *bytes, size_t size)
{
    static const struct figure figure = {.name = "f",
                                         .sql = "SELECT 0 AS block, :experiment AS a, 1 AS b"};
    struct str text = {0}, tsv = {0};
    struct err err;
    sqlite3 *db;
    str_add_bytes(&text, (const char *)bytes, size);
    REQUIRE(sqlite3_open(":memory:", &db) == SQLITE_OK);
    REQUIRE(figure_data(&figure, db, str_text(&text), &tsv, &err) == 0);
    sqlite3_close(db);
    const char *line = strchr(str_text(&tsv), '\n') + 1, *end = strchr(line, '\n');
    REQUIRE(end && !end[1] && strncmp(line, "0\t", 2) == 0 && strncmp(end - 2, "\t1", 2) == 0);
    for (const char *p = line + 2; p < end - 2; p++)
        REQUIRE(*p != '"' && *p != '\\' && (unsigned char)*p >= ' ');
    REQUIRE(str_is_utf8(str_text(&tsv)));
    STR_RELEASE(&text, &tsv);
    return 0;
}
