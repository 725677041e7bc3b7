/*
 * png: reading the one kind of PNG that is needed here: 8 bits, red, green and blue, not
 * interlaced.
 */
#pragma once

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* On success the caller frees *ret_pixels, [height][width][3]. */
int png_read(const char *path, size_t *ret_width, size_t *ret_height, uint8_t **ret_pixels,
             struct err *err);
