#include "harness/decide/choose.h"

#include <math.h>

double choose_decides(double chance, double expected, size_t left)
{
    if (left == 0)
        return 0;
    const double seeds = isnan(expected) ? (double)left : fmax(1, expected);
    return (isnan(chance) ? 1 : chance) / seeds;
}

static bool is_candidate(const struct choose_block *block)
{
    return !block->begun && block->cells > 0;
}

bool choose_is_next(const struct choose_block *blocks, size_t count, size_t i)
{
    if (!is_candidate(&blocks[i]))
        return false;
    for (size_t k = 0; k < count; k++)
        if (is_candidate(&blocks[k]) && blocks[k].place == blocks[i].place &&
            blocks[k].seed < blocks[i].seed)
            return false;
    return true;
}

static double promise_of(const struct choose_block *blocks, size_t count, size_t i)
{
    size_t ahead = 0;
    for (size_t k = 0; k < count; k++)
        ahead += blocks[k].busy && blocks[k].place == blocks[i].place;
    return blocks[i].decides / fmax(1e-9, blocks[i].seconds) / (double)(1 + ahead);
}

size_t choose_block(const struct choose_block *blocks, size_t count)
{
    size_t best = count;
    double most = -1;
    for (size_t i = 0; i < count; i++)
        if (is_candidate(&blocks[i]) && !blocks[i].refused && blocks[i].first)
            return i;
    for (size_t i = 0; i < count; i++) {
        if (blocks[i].refused || !choose_is_next(blocks, count, i))
            continue;
        const double promise = promise_of(blocks, count, i);
        if (promise > most) {
            most = promise;
            best = i;
        }
    }
    return best;
}
