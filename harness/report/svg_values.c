#include "harness/report/svg_values.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

const char *svg_short_colour(const char *value, struct arena *arena)
{
    unsigned long parts[3];
    const char *p = value + strlen("rgb(");
    if (!starts(value, "rgb("))
        return value;
    for (int i = 0; i < 3; i++) {
        char *end;
        p += strspn(p, " ,");
        parts[i] = strtoul(p, &end, 10);
        if (end == p || parts[i] > 255)
            return value;
        p = end;
    }
    return strcmp(p, ")") == 0
               ? arena_printf(arena, "#%02lx%02lx%02lx", parts[0], parts[1], parts[2])
               : value;
}

/* A number of tenths; after another number it wants something between, unless it has a sign. */
static void add_tenths(struct str *out, long tenths, bool first)
{
    const long rest = labs(tenths) % 10;
    if (!first && tenths >= 0)
        str_add(out, " ");
    str_addf(out, "%s%ld", tenths < 0 ? "-" : "", labs(tenths) / 10);
    if (rest)
        str_addf(out, ".%ld", rest);
}

/* A decimal number, rounded; false: there is none, or one that no picture has. */
static bool read_tenths(const char **at, long *ret_tenths)
{
    const char *p = *at;
    const bool negative = *p == '-';
    long tenths = 0;
    p += negative || *p == '+';
    if (!isdigit((unsigned char)*p))
        return false;
    for (; isdigit((unsigned char)*p); p++)
        if ((tenths = 10 * tenths + (*p - '0')) > 1000000)
            return false;
    tenths *= 10;
    if (*p == '.' && isdigit((unsigned char)p[1])) {
        tenths += p[1] - '0' + (p[2] >= '5' && p[2] <= '9');
        for (p++; isdigit((unsigned char)*p);)
            p++;
    }
    *ret_tenths = negative ? -tenths : tenths;
    *at = p;
    return *p != 'e' && *p != 'E';
}

/* "x,y" and what follows it; false: there is none. */
static bool read_point(const char **at, long ret_tenths[2])
{
    const char *p = *at;
    for (int i = 0; i < 2; i++) {
        p += strspn(p, " \t\n,");
        if (!read_tenths(&p, &ret_tenths[i]))
            return false;
    }
    *at = p;
    return true;
}

static void add_line(struct str *out, const long from[2], const long to[2])
{
    const long right = to[0] - from[0], down = to[1] - from[1];
    if (down == 0 || right == 0) {
        str_add(out, down == 0 ? "h" : "v");
        add_tenths(out, down == 0 ? right : down, true);
    } else {
        str_add(out, "l");
        add_tenths(out, right, true);
        add_tenths(out, down, false);
    }
}

bool svg_short_path(const char *p, char first, struct str *out)
{
    long at[2] = {0, 0}, start[2] = {0, 0}, to[2];
    char command = first;
    bool moved = false;
    while (*(p += strspn(p, " \t\n"))) {
        if (isalpha((unsigned char)*p))
            command = *p++;
        if (command == 'z' || command == 'Z') {
            str_add(out, moved ? "" : "z");
            memcpy(at, start, sizeof at);
            command = '\0'; /* what follows says itself what it is */
            continue;
        }
        if ((command != 'M' && command != 'L') || !read_point(&p, to))
            return false;
        if (command == 'L' && moved) {
            str_add(out, "M");
            add_tenths(out, at[0], true);
            add_tenths(out, at[1], false);
        }
        if (command == 'L')
            add_line(out, at, to);
        moved = command == 'M';
        if (moved)
            memcpy(start, to, sizeof start);
        memcpy(at, to, sizeof at);
        command = 'L';
    }
    return true;
}

const char *svg_short_transform(const char *value, struct arena *arena)
{
    struct str out = {0};
    long to[2];
    const char *p = value + strlen("translate(");
    if (!starts(value, "translate(") || !read_point(&p, to) || *p != ')')
        return value;
    str_add(&out, "translate(");
    add_tenths(&out, to[0], true);
    add_tenths(&out, to[1], false);
    str_add(&out, ")");
    for (p++; *p; p++)
        if (*p != ' ' || p[-1] != ')')
            str_add_bytes(&out, p, 1);
    return str_keep(&out, arena);
}
