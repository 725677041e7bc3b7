/*
 * cells: what gnuplot's dumb terminal has drawn, for a user's terminal or a file.
 */
#pragma once

#include "base/str.h"

/*
 * Adds picture without its form feed, the blanks at the lines' ends and the empty lines around it.
 * Of its 24-bit colours (`ansirgb`) it makes those of the 256 that every terminal has, and of black
 * and white, one of which would not be seen, the terminal's own.
 */
void cells_add(struct str *ret_text, const char *picture);
