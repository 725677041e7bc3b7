#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"

#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <signal.h>

Test(json, text_is_made_safe_and_a_path_keeps_its_bytes)
{
    static const char *const paths[] = {"/data", "/\xC3\xA9", "/x\xff/\x01\xC3"};
    struct arena arena = {0};
    for (size_t i = 0; i < 3; i++) {
        json_t *value = json_path(paths[i]);
        struct str text = {0};
        json_add_dump(&text, value, JSON_ENCODE_ANY);
        json_t *back = json_loads(str_text(&text), JSON_DECODE_ANY, NULL);
        cr_expect_str_eq(json_path_of(back, &arena), paths[i]);
        cr_expect_eq(json_is_string(value), i < 2, "%s", str_text(&text));
        json_decref(back);
        json_decref(value);
        str_release(&text);
    }
    json_t *text = json_text(paths[2]), *none = json_path(NULL);
    cr_expect_str_eq(json_string_value(text), "/x\xEF\xBF\xBD/\x01\xEF\xBF\xBD");
    cr_expect(json_is_null(none) && !json_path_of(none, &arena));
    json_decref(text);
    json_decref(none);
    arena_release(&arena);
}

Test(json, lack_of_memory_ends_the_process, .signal = TEST_SANITIZED ? 0 : SIGABRT)
{
    SKIP_SANITIZED("sanitizers end the process in their own way");
    json_begin();
    json_decref(json_stringn_nocheck("", (size_t)1 << 46)); /* jansson itself would give NULL */
}
