#include "results/record/wire.h"

#include "tests/fuzz/fuzz.h"

#include <string.h>

/* What was understood is written, read and written again as the same. */
int fuzz_wire(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    struct str line = {0}, again = {0};
    struct record record;
    struct err err;
    str_add_bytes(&line, (const char *)bytes, size);
    if (wire_decode(str_text(&line), &arena, &record, &err) == 0) {
        str_clear(&line);
        wire_encode(&record, &line);
        REQUIRE(wire_decode(str_text(&line), &arena, &record, &err) == 0);
        wire_encode(&record, &again);
        REQUIRE(strcmp(str_text(&line), str_text(&again)) == 0);
    }
    STR_RELEASE(&line, &again);
    arena_release(&arena);
    return 0;
}
