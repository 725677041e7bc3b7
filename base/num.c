#include "base/num.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <math.h>
#include <stdlib.h>

struct ranked {
    float value;
    uint32_t index;
};

static int compare_ranked(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    if (a->value != b->value)
        return a->value > b->value ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

void num_order(const float *values, size_t n, uint32_t *ret_order)
{
    struct ranked *ranked;
    REQUIRE(n <= UINT32_MAX);
    MEM_NEW(ranked, n);
    for (size_t i = 0; i < n; i++)
        ranked[i] = (struct ranked){values[i], (uint32_t)i};
    qsort(ranked, n, sizeof *ranked, compare_ranked);
    for (size_t i = 0; i < n; i++)
        ret_order[i] = ranked[i].index;
    mem_free(ranked);
}

double num_sum(const float *values, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)values[i];
    return sum;
}

static int compare_double(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

double num_quantile(double *values, size_t n, double q)
{
    REQUIRE(n > 0 && q >= 0 && q <= 1);
    qsort(values, n, sizeof *values, compare_double);
    const double position = q * (double)(n - 1);
    const size_t below = (size_t)position;
    if (below + 1 >= n)
        return values[n - 1];
    const double part = position - (double)below, low = values[below], high = values[below + 1];
    /* Infinity is a legal value (a target never reached): inf - inf and 0 * inf are not. */
    return part == 0 || low == high ? low : low + part * (high - low);
}

void num_softmax(float *out, const float *logits, size_t rows, size_t cols)
{
    for (size_t r = 0; r < rows; r++) {
        const float *z = logits + r * cols;
        float *p = out + r * cols;
        float highest = z[0];
        for (size_t c = 1; c < cols; c++)
            highest = z[c] > highest ? z[c] : highest;
        float sum = 0;
        for (size_t c = 0; c < cols; c++)
            sum += p[c] = expf(z[c] - highest);
        for (size_t c = 0; c < cols; c++)
            p[c] /= sum;
    }
}

double num_rounded(double value, int decimals)
{
    struct str text = {0};
    double rounded = value; /* infinite, or NaN */
    REQUIRE(decimals >= 0 && decimals <= NUM_DECIMALS);
    str_addf(&text, "%.*f", decimals, value);
    str_parse_double(str_text(&text), &rounded);
    str_release(&text);
    return rounded + 0.0; /* never -0 */
}

size_t num_round_share(double share, size_t n)
{
    const double exact = share * (double)n;
    /* (1 - 0.9) * 5 is 0.4999999999999999 in binary and means a half: forgive the last bits. */
    const double rounded = floor(exact + 0.5 + 1e-12 * (double)n);
    return rounded <= 0 ? 0 : rounded >= (double)n ? n : (size_t)rounded;
}

void num_apportion(const size_t *sizes, size_t count, size_t n, size_t total, size_t *ret_shares)
{
    size_t *rests, left = total;
    MEM_NEW(rests, count);
    for (size_t k = 0; k < count; k++) {
        const size_t exact = mem_size(total, sizes[k]);
        ret_shares[k] = exact / n;
        rests[k] = exact % n;
        left -= ret_shares[k];
    }
    for (; left > 0; left--) { /* fewer than have a remainder: each takes one at most */
        size_t largest = 0;
        for (size_t k = 1; k < count; k++)
            if (rests[k] > rests[largest])
                largest = k;
        ret_shares[largest]++;
        rests[largest] = 0;
    }
    mem_free(rests);
}
