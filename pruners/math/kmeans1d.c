#include "pruners/math/kmeans1d.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"

#include <math.h>

/* The different values by rising value, as sums over all before number t; values are taken from
   their mean, which keeps the differences of the sums exact where it matters. */
struct line {
    size_t m;
    double *count, *sum, *square; /* [m + 1] */
    const double *before;         /* [m] best cost of 0..j in one group less */
    double *best;                 /* [m] of 0..j */
    uint32_t *from;               /* [m] first member of the last group of 0..j */
};

/* Sum of squared distances of members from..to to their mean. */
static double cost(const struct line *line, size_t from, size_t to)
{
    const double count = line->count[to + 1] - line->count[from],
                 sum = line->sum[to + 1] - line->sum[from],
                 square = line->square[to + 1] - line->square[from];
    return fmax(square - sum * sum / count, 0);
}

/* best and from of members low..high, whose last group begins in first..last. */
static void solve(const struct line *line, size_t low, size_t high, size_t first, size_t last)
{
    const size_t middle = low + (high - low) / 2, end = last < middle ? last : middle;
    line->best[middle] = (double)INFINITY;
    for (size_t i = first; i <= end; i++) {
        const double total = line->before[i - 1] + cost(line, i, middle);
        if (total < line->best[middle]) {
            line->best[middle] = total;
            line->from[middle] = (uint32_t)i;
        }
    }
    if (middle > low)
        solve(line, low, middle - 1, first, line->from[middle]);
    if (middle < high)
        solve(line, middle + 1, high, line->from[middle], last);
}

/* Fills line from values in `order` (falling); ret_member[i]: the member that values[i] became. */
static void make_line(const float *values, const uint32_t *order, size_t n, struct line *line,
                      uint32_t *ret_member)
{
    const double mean = num_sum(values, n) / (double)n;
    MEM_NEW(line->count, n + 1);
    MEM_NEW(line->sum, n + 1);
    MEM_NEW(line->square, n + 1);
    line->m = 0;
    for (size_t j = n; j-- > 0;) {
        const float value = values[order[j]];
        const double x = (double)value - mean;
        if (j + 1 == n || value != values[order[j + 1]]) {
            line->m++;
            line->count[line->m] = line->count[line->m - 1];
            line->sum[line->m] = line->sum[line->m - 1];
            line->square[line->m] = line->square[line->m - 1];
        }
        line->count[line->m] += 1;
        line->sum[line->m] += x;
        line->square[line->m] += x * x;
        ret_member[order[j]] = (uint32_t)(line->m - 1);
    }
}

/* ret_of[m]: each member's group, of `groups` <= m. */
static void group_members(struct line *line, size_t groups, uint32_t *ret_of)
{
    const size_t m = line->m;
    uint32_t *from;       /* [groups][m] */
    double *before, *now; /* [m] */
    MEM_NEW(from, mem_size(groups, m));
    MEM_NEW(before, m);
    MEM_NEW(now, m);
    for (size_t j = 0; j < m; j++)
        before[j] = cost(line, 0, j);
    for (size_t k = 1; k < groups; k++) {
        line->before = before;
        line->best = now;
        line->from = from + k * m;
        solve(line, k, m - 1, k, m - 1);
        double *swap = before;
        before = now;
        now = swap;
    }
    size_t end = m;
    for (size_t k = groups; k-- > 0;) {
        const size_t begin = k > 0 ? from[k * m + end - 1] : 0;
        for (size_t j = begin; j < end; j++)
            ret_of[j] = (uint32_t)k;
        end = begin;
    }
    MEM_FREE(from, before, now);
}

size_t kmeans1d(const float *values, size_t n, size_t groups, uint32_t *ret_group)
{
    REQUIRE(n > 0 && groups > 0);
    struct line line;
    uint32_t *order, *of;
    MEM_NEW(order, n);
    num_order(values, n, order);
    make_line(values, order, n, &line, ret_group);
    mem_free(order);
    if (groups > line.m)
        groups = line.m;
    MEM_NEW(of, line.m);
    group_members(&line, groups, of);
    for (size_t i = 0; i < n; i++)
        ret_group[i] = of[ret_group[i]];
    MEM_FREE(of, line.count, line.sum, line.square);
    return groups;
}
