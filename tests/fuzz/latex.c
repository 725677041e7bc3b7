#include "plots/latex.h"

#include "base/err.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

/* Behind what stands for a special character, "\%" say. 0: it is none of these. */
static size_t escape_at(const char *p)
{
    static const char *const known[] = {
        "\\&",   "\\%",   "\\$", "\\#", "\\_", "\\{", "\\}", "\\textbackslash{}",
        "\\~{}", "\\^{}", "$<$", "$>$", "$|$"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strncmp(p, known[i], strlen(known[i])) == 0)
            return strlen(known[i]);
    return 0;
}

/* No special character is left as it is, nor any that TeX does not read, nor what a command before
 * the text would take for its argument. */
int fuzz_latex(const uint8_t *bytes, size_t size)
{
    struct str text = {0}, tex = {0};
    str_add_bytes(&text, (const char *)bytes, size);
    latex_add(&tex, str_text(&text), strlen(str_text(&text)));
    REQUIRE(str_is_utf8(str_text(&tex)));
    const char *p = str_text(&tex), *first = p + strspn(p, " ");
    REQUIRE(*first != '[' && *first != '*');
    if (strncmp(first, "{}", 2) == 0)
        p = first + 2;
    while (*p) {
        const size_t escape = escape_at(p);
        REQUIRE(escape ||
                (!strchr("&%$#_{}\\~^<>|", *p) && (unsigned char)*p >= ' ' && *p != 0x7F));
        p += escape ? escape : str_utf8_length(p);
    }
    str_clear(&tex);
    latex_add_picture(&tex, str_text(&text), "d");
    STR_RELEASE(&text, &tex);
    return 0;
}
