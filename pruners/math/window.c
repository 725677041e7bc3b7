#include "pruners/math/window.h"

#include "base/mem.h"

#include <math.h>
#include <stdint.h>

struct row {
    double total;    /* of all values */
    double sum;      /* of what was asked of each full window */
    uint32_t pushed; /* so far; the next goes to values[pushed % length] */
    float values[];
};

static size_t stride(int length)
{
    const size_t bytes = offsetof(struct row, values) + mem_size((size_t)length, sizeof(float)),
                 unit = sizeof(double);
    return (bytes + unit - 1) / unit * unit;
}

void window_note(int length, int epochs, struct str *ret_note)
{
    if (length > epochs)
        str_addf(ret_note, "windows of %d epochs in a proxy of %d: there is one, of all %d", length,
                 epochs, epochs);
}

size_t window_size(size_t n, int length)
{
    return mem_size(n, stride(length));
}

static struct row *row_of(void *windows, int length, size_t i)
{
    return (void *)((unsigned char *)windows + i * stride(length));
}

static const struct row *row_at(const void *windows, int length, size_t i)
{
    return (const void *)((const unsigned char *)windows + i * stride(length));
}

void window_push(void *windows, int length, size_t i, float value)
{
    struct row *row = row_of(windows, length, i);
    row->values[row->pushed % (uint32_t)length] = value;
    row->total += (double)value;
    row->pushed++;
}

bool window_full(const void *windows, int length, size_t i)
{
    return row_at(windows, length, i)->pushed >= (uint32_t)length;
}

struct window_spread window_spread(const void *windows, int length, size_t i)
{
    const struct row *row = row_at(windows, length, i);
    const bool full = row->pushed >= (uint32_t)length;
    struct window_spread spread = {.count = full ? length : (int)row->pushed};
    for (int t = 0; t < spread.count; t++)
        spread.mean += (double)row->values[t] / spread.count;
    for (int t = 0; t < spread.count; t++) {
        const double difference = (double)row->values[t] - spread.mean;
        spread.squares += difference * difference;
    }
    return spread;
}

void window_watch(void *windows, int length, size_t i, float value, window_measure *of)
{
    window_push(windows, length, i, value);
    if (!window_full(windows, length, i))
        return;
    const struct window_spread spread = window_spread(windows, length, i);
    row_of(windows, length, i)->sum += of(&spread);
}

double window_mean(const void *windows, int length, size_t i, window_measure *of)
{
    const struct row *row = row_at(windows, length, i);
    const struct window_spread rest = window_spread(windows, length, i);
    const uint32_t before = (uint32_t)length - 1;
    return row->pushed > before ? row->sum / (double)(row->pushed - before) : of(&rest);
}

double window_mean_but_last(const void *windows, int length, size_t i, window_measure *of)
{
    const struct row *row = row_at(windows, length, i);
    const struct window_spread last = window_spread(windows, length, i);
    return row->pushed > (uint32_t)length
               ? (row->sum - of(&last)) / (double)(row->pushed - (uint32_t)length)
               : window_mean(windows, length, i, of);
}

double window_mean_value(const void *windows, int length, size_t i, double of_none)
{
    const struct row *row = row_at(windows, length, i);
    return row->pushed ? row->total / row->pushed : of_none;
}

double window_deviation(const struct window_spread *spread)
{
    return spread->count < 2 ? 0 : sqrt(spread->squares / (spread->count - 1));
}
