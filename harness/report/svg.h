/*
 * svg: gnuplot's SVG files as part of a page: the same picture in a third of the bytes.
 *
 *     if (svg_add(text_of_the_file, "f3p", "phases: where did the time go?", &pictures, &page,
 *                 &err)) ...
 *
 * gnuplot writes a whole file whose ids are the same in each, and opens a group with six attributes
 * for every stroke. Here
 *
 *     - what is before <svg> goes, its fixed size (the viewBox stays) and its title;
 *     - ids begin with a prefix of their own;
 *     - attributes that say what holds anyway go, groups without any are opened up, neighbours
 *       alike become one, empty ones go;
 *     - colours are hexadecimal, lines relative, coordinates in tenths of a pixel.
 *
 * Symbols (in <defs>) and texts stay as they are; pictures are left to svg_pictures.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct svg_pictures;

/*
 * label: what the picture is, for those who do not see it. It is shown as wide as there is room and
 * no wider than 1.25 times what it was drawn for. An error: the text is no SVG, or no whole one.
 */
int svg_add(const char *file, const char *prefix, const char *label, struct svg_pictures *pictures,
            struct str *out, struct err *err);
