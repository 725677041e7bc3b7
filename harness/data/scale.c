/*
 * scale: pictures made smaller or larger, along one side and then along the other.
 *
 * Weights are whole multiples of 2^-22, and what comes between is rounded to bytes, as PIL does it:
 * the same bytes come out on every machine.
 *
 * Worked example: 4 pixels become 2. The first new one has its centre at 1, between the first two
 * old ones; a triangle from -1 to 3 weighs the centres at 0.5, 1.5 and 2.5 by 0.75, 0.75 and 0.25,
 * divided by their sum 1.75.
 */
#include "harness/data/picture.h"

#include "base/mem.h"

#include <math.h>

enum { BITS = 22 };

/* New pixel i is the sum of count[i] old ones from first[i] on, with weights[i * room]. */
struct weights {
    size_t *first, *count;
    int32_t *weights;
    size_t room;
};

/* n new pixels from the old ones in from..from+length, of all that there are. */
static struct weights weigh(size_t n, size_t from, size_t length, size_t all)
{
    const double scale = (double)length / (double)n, half = scale > 1 ? scale : 1;
    struct weights w = {.room = (size_t)ceil(half) * 2 + 1};
    double *shares;
    MEM_NEW(w.first, n);
    MEM_NEW(w.count, n);
    MEM_NEW(w.weights, mem_size(n, w.room));
    MEM_NEW(shares, w.room);
    for (size_t i = 0; i < n; i++) {
        const double centre = (double)from + ((double)i + 0.5) * scale;
        const double start = centre - half + 0.5, stop = centre + half + 0.5;
        const size_t first = start > 0 ? (size_t)start : 0;
        const size_t last = (size_t)stop < all ? (size_t)stop : all;
        double sum = 0;
        for (size_t j = first; j < last; j++) {
            const double distance = fabs(((double)j - centre + 0.5) / half);
            shares[j - first] = distance < 1 ? 1 - distance : 0;
            sum += shares[j - first];
        }
        for (size_t j = 0; j < last - first; j++)
            w.weights[i * w.room + j] = (int32_t)(0.5 + shares[j] / sum * (1 << BITS));
        w.first[i] = first;
        w.count[i] = last - first;
    }
    mem_free(shares);
    return w;
}

/* Pixels along a line that lie `step` bytes apart become n that lie `ret_step` apart. */
static void scale_line(const struct weights *w, size_t n, const uint8_t *line, size_t step,
                       uint8_t *ret_line, size_t ret_step)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < PICTURE_CHANNELS; k++) {
            int64_t sum = 1 << (BITS - 1);
            for (size_t j = 0; j < w->count[i]; j++)
                sum += (int64_t)w->weights[i * w->room + j] * line[(w->first[i] + j) * step + k];
            sum >>= BITS;
            ret_line[i * ret_step + k] = (uint8_t)(sum > 255 ? 255 : sum);
        }
}

static void release(struct weights *w)
{
    MEM_FREE(w->first, w->count, w->weights);
}

void picture_scale(const struct picture *picture, size_t side, uint8_t *ret_pixels)
{
    const size_t h = picture->h, w = picture->w, square = h < w ? h : w;
    const size_t row = w * PICTURE_CHANNELS, ret_row = side * PICTURE_CHANNELS;
    struct weights across = weigh(side, (w - square) / 2, square, w);
    struct weights down = weigh(side, (h - square) / 2, square, h);
    uint8_t *narrow; /* [h][side][3] */
    MEM_NEW(narrow, mem_size(h, ret_row));
    for (size_t y = 0; y < h; y++)
        scale_line(&across, side, picture->pixels + y * row, PICTURE_CHANNELS, narrow + y * ret_row,
                   PICTURE_CHANNELS);
    for (size_t x = 0; x < ret_row; x += PICTURE_CHANNELS)
        scale_line(&down, side, narrow + x, ret_row, ret_pixels + x, ret_row);
    mem_free(narrow);
    release(&across);
    release(&down);
}
