#include "base/err.h"
#include "harness/ask/table.h"
#include "plots/cells.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void require_harmless(const char *shown)
{
    for (const char *p = shown; *p; p += str_utf8_length(p)) {
        const unsigned char c = (unsigned char)*p, next = (unsigned char)p[1];
        REQUIRE(str_utf8_length(p) && (c >= ' ' || c == '\n') && c != 0x7F);
        REQUIRE(c != 0xC2 || next >= 0xA0);
    }
}

/* Of what controls there are in ASCII, nothing but one of 256 colours, and back. */
static void require_colours(const char *shown)
{
    for (const char *p = shown; *p; p++) {
        const size_t digits = strncmp(p, "\033[38;5;", 7) == 0 ? strspn(p + 7, "0123456789") : 0;
        REQUIRE(*p != '\033' || strncmp(p, "\033[0m", 4) == 0 ||
                (digits >= 1 && digits <= 3 && p[7 + digits] == 'm'));
        REQUIRE((unsigned char)*p >= ' ' || *p == '\n' || *p == '\033');
    }
}

/* A text in messages and in tables for people; and as what gnuplot has drawn. */
int fuzz_terminal(const uint8_t *bytes, size_t size)
{
    struct table table = {.columns = 1};
    struct str text = {0}, shown = {0};
    struct err err;
    str_add_bytes(&text, (const char *)bytes, size);
    for (int i = 0; i < 2; i++)
        table_add(&table, table_text(str_text(&text)));
    table_format(&table, TABLE_ALIGNED, &shown);
    table_format(&table, TABLE_MARKDOWN, &shown);
    require_harmless(str_text(&shown));
    err_set(&err, "%s", str_text(&text));
    err_prefix(&err, "%s", str_text(&text));
    require_harmless(err.text);
    str_clear(&shown);
    cells_add(&shown, str_text(&text));
    require_colours(str_text(&shown));
    STR_RELEASE(&text, &shown);
    table_release(&table);
    return 0;
}
