/*
 * samplers: the ways of spending a budget on samples by falling score (sampler.h).
 *
 *     top        the highest
 *     bottom     the lowest
 *     window     the highest after the share `skip` of the very highest
 *     strata     coverage (ccs.c): the same without `skip`, then the range of the other scores is
 *                cut into `strata` intervals of equal width that share the budget, the smallest
 *                first, and each is drawn from uniformly
 *     beta       a draw without replacement, with weights score times a Beta density of how easy a
 *                sample is, which moves to easier ones as the rate rises (dual.c)
 *     flexrand   the share `split` of lowest scores is easy, the rest hard. The smaller part gives
 *                half of the budget, or all it has; the other the rest; uniformly in each.
 *                Its authors do that in each class: `quota: size`
 *     softmax    a draw without replacement with probability ~ exp(score / temperature)
 *     mixed      the share `mix` of the budget uniformly from what is not the highest
 *     pool       the highest keep + (1.8 - share kept) * spare * n are a pool, of which each epoch
 *                draws keep anew
 *
 * Example, scores 9 7 5 3 1, two kept: top 9 7; bottom 1 3; window with skip .2: 7 5; flexrand with
 * split .4: one of 3 1, one of 9 7 5; pool with spare .4: two of the highest 2 + 1.4 * .4 * 5 = 5.
 *
 * A draw one after the other with probability proportional to w is a ranking by log w - log(-log
 * u), u uniform (Gumbel, top-k): so beta and softmax are drawn, and why quotas work with them.
 *
 * Our choices: scores below 0 are lifted by the lowest where weights are made of them (beta); where
 * nobody says how easy a sample is, that is its rank from the hardest, in (0, 1); temperatures are
 * in standard deviations of the scores, which have no common scale. What is dropped, skipped or in
 * a pool is rounded to whole samples of the group.
 */
#include "base/num.h"
#include "pruners/sampler.h"
#include "pruners/select.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* For the lists of options. */
struct sampled {
    struct sampler_options choice;
};

/* ---- In a group ---- */

static void pick_bottom(const struct sampling *s, size_t n, size_t keep, struct rng *rng,
                        uint32_t *order)
{
    (void)keep;
    (void)rng;
    uint32_t *falling;
    MEM_NEW(falling, n);
    memcpy(falling, order, n * sizeof *order);
    size_t placed = 0;
    for (size_t end = n, first; end > 0; end = first) { /* runs of equal scores stay as they are */
        for (first = end - 1;
             first > 0 && s->scores[falling[first - 1]] == s->scores[falling[end - 1]];)
            first--;
        memcpy(order + placed, falling + first, (end - first) * sizeof *order);
        placed += end - first;
    }
    mem_free(falling);
}

/* How many of the hardest a group of n can do without. */
static size_t skipped(const struct sampling *s, size_t n, size_t keep)
{
    const size_t wanted = num_round_share(s->options->skip, n), most = n - keep;
    return wanted < most ? wanted : most;
}

static void pick_window(const struct sampling *s, size_t n, size_t keep, struct rng *rng,
                        uint32_t *order)
{
    (void)rng;
    memmove(order, order + skipped(s, n, keep), keep * sizeof *order);
}

/* Samples of one interval: a part of an order by falling score. */
struct stratum {
    size_t first, size;
    size_t budget;
};

/* The smallest first; of one size the easier, which are farther back. */
static int compare_sizes(const void *left, const void *right)
{
    const struct stratum *a = left, *b = right;
    if (a->size != b->size)
        return a->size < b->size ? -1 : 1;
    return a->first > b->first ? -1 : 1;
}

static int compare_places(const void *left, const void *right)
{
    const struct stratum *a = left, *b = right;
    return a->first < b->first ? -1 : 1;
}

/* order[n] is by falling score, n > 0. Returns the number of strata that have samples; ret_strata
 * [min(n, count)] */
static size_t cut(const float *scores, const uint32_t *order, size_t n, int count,
                  struct stratum *ret_strata)
{
    const double lowest = (double)scores[order[n - 1]], width = (double)scores[order[0]] - lowest;
    size_t cuts = 0;
    int last = -1;
    for (size_t j = 0; j < n; j++) {
        const double share = width > 0 ? ((double)scores[order[j]] - lowest) / width : 0;
        const int at = share < 1 ? (int)(share * count) : count - 1;
        if (at != last)
            ret_strata[cuts++] = (struct stratum){.first = j};
        ret_strata[cuts - 1].size++;
        last = at;
    }
    return cuts;
}

static void pick_strata(const struct sampling *s, size_t n, size_t keep, struct rng *rng,
                        uint32_t *order)
{
    const size_t dropped = skipped(s, n, keep), most = (size_t)s->options->strata;
    struct stratum *strata;
    MEM_NEW(strata, n - dropped < most ? n - dropped : most);
    const size_t count = cut(s->scores, order + dropped, n - dropped, s->options->strata, strata);
    qsort(strata, count, sizeof *strata, compare_sizes);
    size_t left = keep;
    for (size_t k = 0; k < count; k++) {
        const size_t share = left / (count - k);
        strata[k].budget = strata[k].size < share ? strata[k].size : share;
        left -= strata[k].budget;
    }
    REQUIRE(left == 0);
    qsort(strata, count, sizeof *strata, compare_places);
    size_t kept = 0;
    for (size_t k = 0; k < count; k++) {
        uint32_t *members = order + dropped + strata[k].first;
        draw_front(rng, members, strata[k].size, strata[k].budget);
        for (size_t j = 0; j < strata[k].budget; j++)
            order[kept++] = members[j];
    }
    mem_free(strata);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void pick_flexrand(const struct sampling *s, size_t n, size_t keep, struct rng *rng,
                          uint32_t *order)
{
    const size_t easy = num_round_share(s->options->split, n), hard = n - easy,
                 smaller = least(least(easy, hard), keep / 2),
                 of_hard = easy <= hard ? least(hard, keep - smaller) : smaller,
                 of_easy = least(easy, keep - of_hard);
    draw_front(rng, order, hard, keep - of_easy);
    draw_front(rng, order + hard, easy, of_easy);
    memmove(order + keep - of_easy, order + hard, of_easy * sizeof *order);
}

static void pick_mixed(const struct sampling *s, size_t n, size_t keep, struct rng *rng,
                       uint32_t *order)
{
    const size_t random = num_round_share(s->options->mix, keep), highest = keep - random;
    draw_front(rng, order + highest, n - highest, random);
}

static void pick_pool(const struct sampling *s, size_t n, size_t keep, struct rng *rng,
                      uint32_t *order)
{
    const double share = (double)keep / (double)n, spare = (1.8 - share) * s->options->spare;
    draw_front(rng, order, least(n, keep + num_round_share(spare, n)), keep);
}

/* ---- Of all ---- */

/* What is added to a log weight. */
static double gumbel(struct rng *rng)
{
    const double tiniest = 0x1p-54;
    return -log(-log(fmax(rng_uniform(rng), tiniest)));
}

static void beta_keys(const struct sampling *s, struct rng *rng, float *ret_keys)
{
    enum { HARDEST = 10 };
    const size_t n = s->task->n;
    const double lift = fmin((double)s->scores[s->order[n - 1]], 0), lowest = -700;
    double *ranks, hardest = (double)least(n, HARDEST) / 2 / (double)n;
    const double *ease;
    MEM_NEW(ranks, n);
    for (size_t j = 0; j < n; j++)
        ranks[s->order[j]] = ((double)j + 0.5) / (double)n;
    ease = s->ease ? s->ease->ease : ranks;
    hardest = s->ease ? s->ease->hardest : hardest;
    const double b = 15 * (1 - hardest) * (1 - pow(s->task->rate, s->options->easing)), a = 16 - b;
    for (size_t i = 0; i < n; i++) {
        const double m = ease[i];
        const double weight =
            log((double)s->scores[i] - lift) + (a - 1) * log(m) + (b - 1) * log(1 - m);
        ret_keys[i] = (float)(fmax(weight, lowest) + gumbel(rng));
    }
    mem_free(ranks);
}

static void softmax_keys(const struct sampling *s, struct rng *rng, float *ret_keys)
{
    const size_t n = s->task->n;
    const double mean = num_sum(s->scores, n) / (double)n;
    double squares = 0;
    for (size_t i = 0; i < n; i++)
        squares += ((double)s->scores[i] - mean) * ((double)s->scores[i] - mean);
    const double unit = s->options->temperature * sqrt(squares / (double)n);
    for (size_t i = 0; i < n; i++)
        ret_keys[i] = (float)((unit > 0 ? ((double)s->scores[i] - mean) / unit : 0) + gumbel(rng));
}

/* ---- The shelf ---- */

static const struct sampler top = {
    .name = "top",
    .help = "the highest scores",
    KIND_OPTIONS(struct sampled,
                 ((const struct option[]){SAMPLER_QUOTA(struct sampled),
                                          SAMPLER_TIES(struct sampled), OPTION_END})),
};
static const struct sampler bottom = {
    .name = "bottom", .help = "the lowest scores", .pick = pick_bottom};
static const struct sampler window = {
    .name = "window",
    .help = "the highest scores after the very highest",
    KIND_OPTIONS(struct sampled,
                 ((const struct option[]){SAMPLER_SKIP(struct sampled), OPTION_END})),
    .pick = pick_window,
};
static const struct sampler strata = {
    .name = "strata",
    .help = "alike from all parts of the scores' range, without the very highest",
    .cite = "Zheng et al. 2023, ICLR",
    KIND_OPTIONS(struct sampled,
                 ((const struct option[]){SAMPLER_SKIP(struct sampled),
                                          SAMPLER_STRATA_COUNT(struct sampled), OPTION_END})),
    .pick = pick_strata,
};
static const struct sampler beta = {
    .name = "beta",
    .help = "a draw by score and a density that moves to easier samples as the rate rises",
    .cite = "Cho et al. 2025, ICML",
    KIND_OPTIONS(struct sampled,
                 ((const struct option[]){SAMPLER_EASING(struct sampled), OPTION_END})),
    .keys = beta_keys,
};
static const struct sampler flexrand = {
    .name = "flexrand",
    .help = "at random from the low and from the high scores, half of the budget each",
    .cite = "learning complexity (DLC), ICLR 2025",
    KIND_OPTIONS(struct sampled,
                 ((const struct option[]){SAMPLER_SPLIT(struct sampled), OPTION_END})),
    .pick = pick_flexrand,
};
static const struct sampler softmax = {
    .name = "softmax",
    .help = "a draw with probability ~ exp(score / temperature)",
    KIND_OPTIONS(struct sampled,
                 ((const struct option[]){SAMPLER_TEMPERATURE(struct sampled), OPTION_END})),
    .keys = softmax_keys,
};
static const struct sampler mixed = {
    .name = "mixed",
    .help = "the highest scores, and a share of the budget at random",
    .cite = "arXiv 2302.06960",
    KIND_OPTIONS(struct sampled,
                 ((const struct option[]){SAMPLER_MIX(struct sampled), OPTION_END})),
    .pick = pick_mixed,
};
static const struct sampler pool = {
    .name = "pool",
    .help = "each epoch anew at random from the highest scores, more than the budget",
    .cite = "ESPS, IEEE Access 2026",
    KIND_OPTIONS(struct sampled,
                 ((const struct option[]){SAMPLER_SPARE(struct sampled), OPTION_END})),
    .pick = pick_pool,
};

static const struct kind *const kinds[] = {
    [SAMPLER_TOP] = &top.is,         [SAMPLER_BOTTOM] = &bottom.is,
    [SAMPLER_WINDOW] = &window.is,   [SAMPLER_STRATA] = &strata.is,
    [SAMPLER_BETA] = &beta.is,       [SAMPLER_FLEXRAND] = &flexrand.is,
    [SAMPLER_SOFTMAX] = &softmax.is, [SAMPLER_MIXED] = &mixed.is,
    [SAMPLER_POOL] = &pool.is,
};

const struct shelf sampler_shelf = SHELF("sampler", "samplers", kinds);
