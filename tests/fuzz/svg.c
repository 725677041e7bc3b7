#include "harness/report/svg.h"

#include "harness/report/svg_pictures.h"
#include "harness/report/svg_tree.h"
#include "tests/fuzz/fuzz.h"

/* What is put into a page is whole. */
int fuzz_svg(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    struct str file = {0}, page = {0};
    struct err err;
    struct svg_pictures pictures = {.prefix = "i-", .arena = &arena};
    str_add_bytes(&file, (const char *)bytes, size);
    if (svg_add(str_text(&file), "p-", "a \"b\"", &pictures, &page, &err) == 0)
        REQUIRE(svg_read(str_text(&page), &arena));
    svg_pictures_add(&pictures, &page);
    svg_pictures_release(&pictures);
    STR_RELEASE(&file, &page);
    arena_release(&arena);
    return 0;
}
