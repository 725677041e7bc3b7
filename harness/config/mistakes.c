#include "harness/config/mistakes.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST = 100,
    QUOTED = 60, /* bytes of a value that a message repeats */
};

/* "epochs" for "train.epochs". */
static const char *last_step(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? dot + 1 : path;
}

static bool same_place(struct place a, struct place b)
{
    return a.line == b.line && a.column == b.column && !a.set == !b.set &&
           (!a.set || strcmp(a.set, b.set) == 0);
}

static bool known(const struct mistakes *mistakes, struct place place, const char *text)
{
    for (size_t i = 0; i < mistakes->count; i++)
        if (same_place(mistakes->items[i].place, place) &&
            strcmp(mistakes->items[i].text, text) == 0)
            return true;
    return false;
}

void mistakes_quote(struct str *ret_text, const char *value)
{
    size_t length = strlen(value);
    const bool cut = length > QUOTED;
    if (cut)
        for (length = QUOTED; length && ((unsigned char)value[length] & 0xC0) == 0x80;)
            length--;
    str_add_bytes(ret_text, value, length);
    if (cut)
        str_add(ret_text, "...");
}

void mistakes_add(struct mistakes *mistakes, struct place place, const char *label,
                  const char *format, ...)
{
    char body[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(body, sizeof body, format, args);
    va_end(args);
    struct str text = {0};
    if (label && !(place.set && strcmp(last_step(place.set), label) == 0))
        str_addf(&text, "%s: ", label);
    str_add_shown(&text, body, "");
    if (known(mistakes, place, str_text(&text))) {
        str_release(&text);
        return;
    }
    if (mistakes->count == MOST) {
        mistakes->dropped++;
        str_release(&text);
        return;
    }
    MEM_ROOM(mistakes->items, mistakes->count);
    mistakes->items[mistakes->count] = (struct mistake){place, text.text, mistakes->count};
    mistakes->count++;
}

static int compare(const void *left, const void *right)
{
    const struct mistake *a = left, *b = right;
    if (!a->place.set != !b->place.set)
        return a->place.set ? 1 : -1;
    if (!a->place.set && a->place.line != b->place.line)
        return a->place.line < b->place.line ? -1 : 1;
    if (!a->place.set && a->place.column != b->place.column)
        return a->place.column < b->place.column ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

void place_write(struct place place, struct str *ret_text)
{
    if (place.set) {
        str_add(ret_text, "--set ");
        str_add_shown(ret_text, place.set, "");
    } else if (place.line) {
        str_addf(ret_text, "%d:%d", place.line, place.column);
    }
}

void place_introduce(struct place place, const char *path, struct str *ret_text)
{
    if (!place.set)
        str_addf(ret_text, "%s%s", path, place.line ? ":" : "");
    place_write(place, ret_text);
    str_add(ret_text, ": ");
}

void mistakes_sort(struct mistakes *mistakes)
{
    if (mistakes->count)
        qsort(mistakes->items, mistakes->count, sizeof *mistakes->items, compare);
}

void mistakes_write(struct mistakes *mistakes, const char *path, const char *kind,
                    struct str *ret_text)
{
    mistakes_sort(mistakes);
    for (size_t i = 0; i < mistakes->count; i++) {
        const struct mistake *mistake = &mistakes->items[i];
        place_introduce(mistake->place, path, ret_text);
        str_addf(ret_text, "%s%s\n", kind, mistake->text);
    }
    if (mistakes->dropped)
        str_addf(ret_text, "%s: %s%zu more%s\n", path, kind, mistakes->dropped,
                 *kind ? "" : " mistakes");
}

void mistakes_release(struct mistakes *mistakes)
{
    for (size_t i = 0; i < mistakes->count; i++)
        mem_free(mistakes->items[i].text);
    mem_free(mistakes->items);
    *mistakes = (struct mistakes){0};
}
