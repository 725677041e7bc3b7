#include "base/err.h"
#include "harness/ask/table.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

enum { COLUMNS = 2, MOST = 64 };

/* RFC 4180: the field at *p, whose end is "," or a line's; *p is then behind that. */
static void read_field(const char **p, char end, struct str *ret_field)
{
    const char *at = *p;
    str_clear(ret_field);
    if (*at == '"') {
        for (at++; *at != '"' || at[1] == '"'; at++) {
            REQUIRE(*at);
            at += *at == '"';
            str_add_bytes(ret_field, at, 1);
        }
        at++;
    } else {
        const size_t length = strcspn(at, ",\"\r\n");
        str_add_bytes(ret_field, at, length);
        at += length;
    }
    REQUIRE(*at == end);
    *p = at + 1;
}

/* A text, taken apart at each byte 1, as a table of two columns: what is read of the CSV is what
 * was put in, made UTF-8. */
int fuzz_csv(const uint8_t *bytes, size_t size)
{
    struct table table = {.columns = COLUMNS};
    struct str text = {0}, field = {0}, csv = {0};
    struct arena arena = {0};
    const char *fields[MOST];
    size_t count = 0;
    str_add_bytes(&text, (const char *)bytes, size);
    for (const char *at = str_text(&text); count < MOST && str_next(&field, &at, "\x01");)
        fields[count++] = arena_strdup(&arena, str_text(&field));
    count -= count % COLUMNS;
    for (size_t i = 0; i < count; i++)
        table_add(&table, table_text(fields[i]));
    if (count)
        table_format(&table, TABLE_CSV, &csv);
    const char *p = str_text(&csv);
    for (size_t i = 0; i < count; i++) {
        read_field(&p, (i + 1) % COLUMNS ? ',' : '\n', &field);
        REQUIRE(strcmp(str_text(&field), str_utf8(fields[i], &arena)) == 0);
    }
    REQUIRE(!*p);
    STR_RELEASE(&text, &field, &csv);
    table_release(&table);
    arena_release(&arena);
    return 0;
}
