#include "harness/cmd/kit/log.h"

#include <string.h>

/* Where the last `most` lines begin. */
static const char *last_lines(const char *log, size_t most)
{
    const char *at = log + strlen(log);
    if (at > log && at[-1] == '\n')
        at--;
    for (size_t lines = 0; at > log; at--)
        if (at[-1] == '\n' && ++lines == most)
            break;
    return at;
}

void cmd_add_log(struct str *ret_text, const char *log, size_t most)
{
    struct str one = {0};
    for (const char *at = most ? last_lines(log, most) : log; str_next(&one, &at, "\n");) {
        str_add(ret_text, "  ");
        str_add_shown(ret_text, str_text(&one), "");
        str_add(ret_text, "\n");
    }
    str_release(&one);
}
