/*
 * A figure as it is drawn: its texts with their places, read from the SVG. A text's width is
 * estimated.
 */
#pragma once

#include "base/str.h"
#include "plots/render.h"

#include <stdbool.h>
#include <stddef.h>

struct sqlite3;

static const double COLUMN = 3.5; /* inches: one of a paper's two columns */

enum { MAX_TEXTS = 4096, TEXT_SIZE = 128 };

struct box {
    double left, top, right, bottom;
};

struct text {
    char text[TEXT_SIZE]; /* as it stands in the XML */
    double font;          /* pixels */
    struct box box;
};

struct picture {
    char *svg;
    double width, height;
    struct text *texts;
    size_t count;
};

struct picture drawn(const struct figure *figure, struct sqlite3 *db, const char *experiment,
                     const char *width);

/* With what is there only for this figure (plot_db_suit), and gone again afterwards. */
struct picture drawn_suited(const struct figure *figure, struct sqlite3 *db, const char *experiment,
                            const char *width);

void drawn_release(struct picture *picture);

/* The same, in two steps. */
void drawn_suit(struct sqlite3 *db, const struct figure *figure);
void drawn_unsuit(struct sqlite3 *db);

/* NULL: it is not there. */
const struct text *drawn_text(const struct picture *picture, const char *wanted);

bool drawn_has(const struct picture *picture, const char *wanted);

size_t drawn_count(const struct picture *picture, const char *wanted);

/* All texts in the order in which they are drawn. */
void drawn_join(const struct picture *picture, struct str *ret_text);

bool drawn_is_column(const char *width);

/* Expects that no text is too small, clipped or on top of another. what: named where one is. */
void drawn_check_layout(const struct picture *picture, const char *what);
