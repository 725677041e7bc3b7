#include "plots/latex.h"

#include <stdbool.h>
#include <string.h>

void latex_add(struct str *ret_text, const char *text, size_t length)
{
    struct str raw = {0}, shown = {0};
    str_add_bytes(&raw, text, length);
    str_add_shown(&shown, str_text(&raw), "");
    /* Behind the \\ of a table's row, LaTeX looks for these, beyond blanks too. */
    const char *first = str_text(&shown) + strspn(str_text(&shown), " ");
    str_add(ret_text, *first && strchr("[*", *first) ? "{}" : "");
    for (const char *p = str_text(&shown); *p; p++)
        if (strchr("&%$#_{}", *p))
            str_addf(ret_text, "\\%c", *p);
        else if (*p == '\\')
            str_add(ret_text, "\\textbackslash{}");
        else if (*p == '~' || *p == '^')
            str_addf(ret_text, "\\%c{}", *p);
        else
            str_addf(ret_text, strchr("<>|", *p) ? "$%c$" : "%c", *p);
    STR_RELEASE(&raw, &shown);
}

/* $-1.5$: what gnuplot makes of the numbers at an axis. */
static bool is_number(const char *label, size_t length)
{
    return length > 2 && label[0] == '$' && label[length - 1] == '$' &&
           strspn(label + 1, "-0123456789.") == length - 2;
}

/* The text between start and the end of a line that closes so; NULL: there is none. */
static const char *part_of(const char *line, const char *start, const char *end, size_t *ret_length)
{
    const char *from = strstr(line, start);
    const size_t whole = strlen(line), tail = strlen(end);
    if (!from || whole < tail || strcmp(line + whole - tail, end) != 0)
        return NULL;
    from += strlen(start);
    if (from > line + whole - tail)
        return NULL;
    *ret_length = (size_t)(line + whole - tail - from);
    return from;
}

static bool is_put(const char *line)
{
    return strncmp(line + strspn(line, " "), "\\put(", 5) == 0;
}

static void add_line(struct str *ret_text, const char *line, const char *directory)
{
    static const char text[] = "\\strut{}", file[] = "bp}]{";
    const char *end = strstr(line, "){\\rotatebox{") ? "}}}%" : "}}%";
    const char *part;
    size_t length;
    if (is_put(line) && (part = part_of(line, text, end, &length)) && !is_number(part, length)) {
        str_add_bytes(ret_text, line, (size_t)(part - line));
        latex_add(ret_text, part, length);
        str_add(ret_text, end);
    } else if (is_put(line) && (part = part_of(line, file, "}}%", &length))) {
        str_add_bytes(ret_text, line, (size_t)(part - line));
        str_addf(ret_text, "%s/%s", directory, part);
    } else {
        str_add(ret_text, line);
    }
}

void latex_add_picture(struct str *ret_text, const char *picture, const char *directory)
{
    struct str line = {0};
    while (str_next(&line, &picture, "\n")) {
        add_line(ret_text, str_text(&line), directory);
        str_add(ret_text, picture[-1] == '\n' ? "\n" : "");
    }
    str_release(&line);
}
