/*
 * svg_values: what stands in SVG's attributes, in fewer letters: hexadecimal colours, relative
 * lines, tenths of a pixel.
 */
#pragma once

#include "base/mem.h"
#include "base/str.h"

#include <stdbool.h>

/* "rgb( 51,  34, 136)" as "#332288"; anything else as it is. */
const char *svg_short_colour(const char *value, struct arena *arena);

/* "translate(215.61,138.56) scale(2.52)": of the first the tenths. */
const char *svg_short_transform(const char *value, struct arena *arena);

/*
 * A path of absolute M, L and z as one with relative lines, on points that are rounded one by one,
 * so that nothing adds up. first: for points without letters, what the first is ('M'), the others
 * being lines. Moves from which no line goes are left out. false: it has anything else in it.
 */
bool svg_short_path(const char *p, char first, struct str *out);
