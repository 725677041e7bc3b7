#include "harness/report/html.h"

#include "tests/fuzz/fuzz.h"

#include <string.h>

/* Nothing of a text is HTML, between tags or between quotes, and a browser shows what it was. */
int fuzz_html(const uint8_t *bytes, size_t size)
{
    static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    static const char meant[] = "&<>\"'";
    struct str text = {0}, page = {0}, shown = {0}, again = {0};
    str_add_bytes(&text, (const char *)bytes, size);
    html_add(&page, str_text(&text));
    REQUIRE(str_is_utf8(str_text(&page)));
    for (const char *p = str_text(&page); *p;) {
        size_t entity = 0;
        while (*p == '&' && entity < 5 && strncmp(p, entities[entity], strlen(entities[entity])))
            entity++;
        REQUIRE(entity < 5 && !strchr("<>\"'", *p) && ((unsigned char)*p >= ' ' || *p == '\n'));
        str_add_bytes(&shown, *p == '&' ? &meant[entity] : p, 1);
        p += *p == '&' ? strlen(entities[entity]) : 1;
    }
    html_add(&again, str_text(&shown));
    REQUIRE(strcmp(str_text(&again), str_text(&page)) == 0);
    STR_RELEASE(&text, &page, &shown, &again);
    return 0;
}
