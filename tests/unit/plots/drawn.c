#include "tests/unit/plots/drawn.h"

#include "base/mem.h"
#include "tests/support/plot_db.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double PIXELS_PER_POINT = 96.0 / 72;
static const double SMALLEST_FONT = 7; /* points, at the picture's own size */
static const double LETTER = 0.56;     /* em: DejaVu Sans's mean, which is wider than most */
static const double TOUCH = 1;         /* pixels by which estimated boxes may overlap */

static const char *const only_svg[] = {"svg", NULL};

static char *draw(const struct figure *figure, struct sqlite3 *db, const char *experiment,
                  const char *width)
{
    struct str tsv = {0}, files = {0};
    struct err err = {0};
    char path[256];
    cr_assert_eq(figure_data(figure, db, experiment, &tsv, &err), 0, "%s", err.text);
    cr_assert_eq(figure_draw(figure, str_text(&tsv), test_dir(), width, only_svg, &files, &err), 0,
                 "%s", err.text);
    snprintf(path, sizeof path, "%s/%s.svg", test_dir(), figure->name);
    char *svg = test_read_file(path);
    cr_assert_not_null(svg, "%s is not there", path);
    str_release(&tsv);
    str_release(&files);
    return svg;
}

/* The number after a key, from p on. */
static double number_after(const char *p, const char *key)
{
    char text[32];
    double value = (double)NAN;
    const char *start = strstr(p, key);
    cr_assert_not_null(start, "no %s in %.200s", key, p);
    start += strlen(key);
    snprintf(text, sizeof text, "%.*s", (int)strspn(start, "0123456789.-"), start);
    cr_assert(str_parse_double(text, &value), "'%s' after %s", text, key);
    return value;
}

/* The box of a text from its place, anchor and rotation; group is the <g> around it. */
static struct box box_of(const char *group, const char *text, double font)
{
    const double x = number_after(group, "translate(");
    const double y = number_after(strchr(group, ','), ",");
    const double length = LETTER * font * (double)strlen(text);
    const char *anchor = strstr(group, "text-anchor=\"") + strlen("text-anchor=\"");
    const double before = *anchor == 's' ? 0 : *anchor == 'm' ? length / 2 : length;
    const char *end = strchr(group, '>');
    const char *rotated = strstr(group, "rotate(");
    const double up = 0.72 * font, down = 0.2 * font; /* of capitals, of descenders */
    if (rotated && rotated < end)
        return (struct box){x - up, y - (length - before), x + down, y + before};
    return (struct box){x - before, y - up, x + length - before, y + down};
}

static struct picture parse(char *svg)
{
    struct picture picture = {.svg = svg,
                              .width = number_after(svg, "width=\""),
                              .height = number_after(svg, "height=\"")};
    MEM_NEW(picture.texts, MAX_TEXTS);
    const char *group = svg;
    for (const char *p = svg; (p = strstr(p, "<text>")); p++) {
        const char *next;
        while ((next = strstr(group + 1, "<g transform=")) && next < p)
            group = next;
        const char *start = p + strlen("<text>");
        if (*start == '<')
            continue; /* a tick without a number */
        cr_assert_lt(picture.count, MAX_TEXTS);
        struct text *text = &picture.texts[picture.count++];
        snprintf(text->text, sizeof text->text, "%.*s", (int)strcspn(start, "<"), start);
        text->font = number_after(group, "font-size=\"");
        text->box = box_of(group, text->text, text->font);
    }
    return picture;
}

struct picture drawn(const struct figure *figure, struct sqlite3 *db, const char *experiment,
                     const char *width)
{
    return parse(draw(figure, db, experiment, width));
}

void drawn_suit(struct sqlite3 *db, const struct figure *figure)
{
    plot_db_exec(db, "SAVEPOINT filled");
    plot_db_suit(db, figure->name);
}

void drawn_unsuit(struct sqlite3 *db)
{
    plot_db_exec(db, "ROLLBACK TO filled; RELEASE filled");
}

struct picture drawn_suited(const struct figure *figure, struct sqlite3 *db, const char *experiment,
                            const char *width)
{
    drawn_suit(db, figure);
    struct picture picture = drawn(figure, db, experiment, width);
    drawn_unsuit(db);
    return picture;
}

void drawn_release(struct picture *picture)
{
    free(picture->svg);
    mem_free(picture->texts);
}

const struct text *drawn_text(const struct picture *picture, const char *wanted)
{
    for (size_t i = 0; i < picture->count; i++)
        if (strcmp(picture->texts[i].text, wanted) == 0)
            return &picture->texts[i];
    return NULL;
}

bool drawn_has(const struct picture *picture, const char *wanted)
{
    return drawn_text(picture, wanted) != NULL;
}

size_t drawn_count(const struct picture *picture, const char *wanted)
{
    size_t count = 0;
    for (size_t i = 0; i < picture->count; i++)
        count += strcmp(picture->texts[i].text, wanted) == 0;
    return count;
}

bool drawn_is_column(const char *width)
{
    return strcmp(width, "column") == 0;
}

void drawn_join(const struct picture *picture, struct str *ret_text)
{
    for (size_t i = 0; i < picture->count; i++)
        str_addf(ret_text, "%s ", picture->texts[i].text);
}

static bool overlap(struct box a, struct box b)
{
    return a.left + TOUCH < b.right && b.left + TOUCH < a.right && a.top + TOUCH < b.bottom &&
           b.top + TOUCH < a.bottom;
}

void drawn_check_layout(const struct picture *picture, const char *what)
{
    cr_expect_gt(picture->count, 5, "%s: %zu texts", what, picture->count);
    for (size_t i = 0; i < picture->count; i++) {
        const struct text *a = &picture->texts[i];
        cr_expect_geq(a->font, SMALLEST_FONT * PIXELS_PER_POINT - 0.01, "%s: '%s' is %g px", what,
                      a->text, a->font);
        cr_expect(a->box.left >= 0 && a->box.top >= 0 && a->box.right <= picture->width &&
                      a->box.bottom <= picture->height,
                  "%s: '%s' is clipped: %g %g %g %g of %g x %g", what, a->text, a->box.left,
                  a->box.top, a->box.right, a->box.bottom, picture->width, picture->height);
        for (size_t j = 0; j < i; j++)
            cr_expect(!overlap(a->box, picture->texts[j].box),
                      "%s: '%s' (%g %g) is on top of '%s' (%g %g)", what, a->text, a->box.left,
                      a->box.top, picture->texts[j].text, picture->texts[j].box.left,
                      picture->texts[j].box.top);
    }
}
