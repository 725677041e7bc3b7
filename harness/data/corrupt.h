/*
 * corrupt: pictures as bad cameras and bad light would have them, to ask what a network makes of
 * these that has seen clean ones alone.
 *
 *     struct corrupter corrupter;
 *     corrupter_init(&corrupter, h, w, c);
 *     corrupter_apply(&corrupter, CORRUPTION_BLUR, 3, origin, picture, out);
 *     corrupter_blur(&corrupter, CORRUPT_MOST_BLUR, picture, out);
 *     corrupter_release(&corrupter);
 *
 * Of values x from 0 to 1, at severities 1 to 5. Their steps are those of Hendrycks & Dietterich
 * (ICLR 2019) for pictures of 32 x 32. Results are rounded to bytes, halves up, and stay between 0
 * and 255.
 *
 *     noise       x + s n, n standard normal, of each value by itself    s .04 .06 .08 .09 .10
 *     blur        Gaussian, of s pixels, or s / 32 of the picture's      s .4  .6  .7  .8  1
 *                 shorter side where that is more; beyond an edge it is as the edge
 *     contrast    m + s (x - m), m the mean of the picture's channel     s .75 .5  .4  .3  .15
 *     brightness  x + s                                                  s .05 .1  .15 .2  .3
 *
 * They are like some of CIFAR-10-C's, not the same: it has 19 kinds, blurs as a lens out of focus
 * does, and brightens the value of HSV alone. Accuracies on the two are not to be compared.
 *
 * Noise is named by the sample's position in its file (RNG_CORRUPT) and by no seed: every cell sees
 * the same pictures, and a stronger noise is a weaker one made stronger.
 *
 * Training pictures that are made worse (alter.h) have the same noise and the same blur, of another
 * strength and, the noise, of another random stream.
 *
 * Worked example: a grey picture of 2 x 1 with the bytes 51 and 153, m = 102: contrast of severity
 * 3 makes 102 - .4 * 51 = 81.6 and 122.4 of them, the bytes 82 and 122.
 */
#pragma once

#include "base/rng.h"

#include <stddef.h>
#include <stdint.h>

enum corruption {
    CORRUPTION_NOISE,
    CORRUPTION_BLUR,
    CORRUPTION_CONTRAST,
    CORRUPTION_BRIGHTNESS,
    CORRUPTIONS
};
extern const char *const corruption_names[]; /* "noise", ..., NULL */

enum {
    CORRUPT_SEVERITIES = 5,
    /* So many equally likely values stand for the normal distribution. */
    CORRUPT_NORMALS_LOG2 = 11,
    CORRUPT_NORMALS = 1 << CORRUPT_NORMALS_LOG2,
};

#define CORRUPT_MOST_BLUR 1.5 /* that corrupter_blur makes */

struct corrupter {
    int h, w, c;
    float normals[CORRUPT_NORMALS];
    float *weights; /* of the blur, [2 radius + 1] */
    float *blurred; /* [h][w][c], along the columns */
};

void corrupter_init(struct corrupter *corrupter, int h, int w, int c);
void corrupter_release(struct corrupter *corrupter);
/* The formulas above, of any s. */
void corrupter_noise(const struct corrupter *corrupter, double s, struct rng *rng,
                     const uint8_t *restrict picture, uint8_t *restrict out);
void corrupter_blur(struct corrupter *corrupter, double s, const uint8_t *restrict picture,
                    uint8_t *restrict out);
/* out[h][w][c] of picture[h][w][c], sample `origin` of its file; severity from 1. */
void corrupter_apply(struct corrupter *corrupter, enum corruption kind, int severity,
                     uint32_t origin, const uint8_t *restrict picture, uint8_t *restrict out);
