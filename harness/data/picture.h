/*
 * picture: one PNG or JPEG file, decoded.
 *
 * All becomes 8 bits of red, green and blue, as PIL's convert("RGB") makes it: palettes are looked
 * up, grey is repeated, transparency is left out, CMYK is mixed.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct picture {
    size_t h, w;
    bool grey;       /* it is stored without colour */
    uint8_t *pixels; /* [h][w][3]; mem_alloc'ed */
};

enum { PICTURE_CHANNELS = 3 };

/* By its name: .png, .jpg, .jpeg, .JPEG, ... */
bool picture_is_named(const char *name);
/* path: for messages, which name what was expected and found. */
int picture_decode(const char *path, const uint8_t *bytes, size_t size, struct picture *ret_picture,
                   struct err *err);
int picture_read(const char *path, struct picture *ret_picture, struct err *err);
/*
 * Its largest square in the middle, scaled to side x side into ret_pixels[side][side][3]: each new
 * pixel is the mean of the old ones around it, weighed by a triangle that is as wide as two new
 * pixels, or two old ones where these are larger (PIL's BILINEAR).
 */
void picture_scale(const struct picture *picture, size_t side, uint8_t *ret_pixels);
