/*
 * latex: text that LaTeX shall set as it stands.
 *
 *     latex_add(&text, "c_1 = 30 %", 10)       c\_1 = 30 \%
 */
#pragma once

#include "base/str.h"

#include <stddef.h>

/* Of text, UTF-8, `length` bytes; control characters become blanks. */
void latex_add(struct str *ret_text, const char *text, size_t length);

/*
 * What gnuplot's cairolatex terminal has written, with the labels escaped, which it hands on as
 * they
 * are. Its own numbers, $-1.5$, stay mathematics. The lines are looked for in directory, as this
 * process
 * would: \graphicspath{{../}} helps a document elsewhere.
 */
void latex_add_picture(struct str *ret_text, const char *picture, const char *directory);
