/*
 * ssp: self-supervised prototypes: the samples farthest from the nearest cluster centre.
 *
 * Paper: Sorscher, Geirhos, Shekhar, Ganguli and Morcos, "Beyond Neural Scaling Laws: Beating Power
 * Law Scaling via Data Pruning", NeurIPS 2022.
 *
 *     prototypes c_1 .. c_k    the centres of k-means on the features phi
 *     distance_i               min over c of  1 - phi_i . c / (||phi_i|| ||c||)
 *     keep: hard               the largest distances (what the paper keeps where data abound)
 *     keep: easy               the smallest
 *
 * Example: phi = (1, 0), prototypes (2, 0) and (0, 1): distances 0 and 1, so the score is 0.
 *
 * Needs features. Cost: a proxy of `at` epochs and one pass; k-means takes at most 500 rounds of
 * N k products.
 *
 * k-means (Lloyd) starts from k-means++ (Arthur and Vassilvitskii, SODA 2007). Our choices: the
 * best of 5 starts, each until no sample changes its centre or for 100 rounds; a centre that loses
 * all its samples stays where it is; a vector of length 0 is at distance 1 from everything; k = 0
 * means as many as there are classes (the paper found the number to matter little).
 *
 * Known deviations: the paper's features come from a self-supervised network (SWaV); ours from the
 * proxy, which has seen the labels.
 */
#include "base/linalg.h"
#include "pruners/math/geometry.h"
#include "pruners/sampler.h"
#include "pruners/select.h"

#include <math.h>
#include <string.h>

enum keep { KEEP_HARD, KEEP_EASY };
static const char *const keep_names[] = {"hard", "easy", NULL};

struct ssp_options {
    int k;
    int keep; /* enum keep */
    int at;
    struct sampler_options choice;
};

static const struct option table[] = {
    OPTION_INT(struct ssp_options, k, "0", 0, 1000, "prototypes; 0: as many as classes"),
    OPTION_ENUM(struct ssp_options, keep, "hard", keep_names,
                "those far from their prototype, or those near it"),
    SELECT_AT(struct ssp_options),
    SAMPLER(struct ssp_options),
    OPTION_END,
};

struct ssp_state {
    struct rng rng;    /* of k-means++; the same for every pass */
    float distances[]; /* [n] */
};

static void init(struct pruner_run *run, struct rng *rng)
{
    struct ssp_state *state = run->state;
    state->rng = *rng;
}

/* ret_centres[k][d]: rows drawn by k-means++. nearest2 [n] is scratch. */
static void draw_centres(const float *x, size_t n, size_t d, size_t k, struct rng *rng,
                         double *nearest2, double *ret_centres)
{
    for (size_t i = 0; i < n; i++)
        nearest2[i] = HUGE_VAL;
    size_t drawn = rng_below(rng, (uint32_t)n);
    for (size_t c = 0; c < k; c++) {
        double sum = 0;
        for (size_t f = 0; f < d; f++)
            ret_centres[c * d + f] = (double)x[drawn * d + f];
        for (size_t i = 0; i < n; i++) {
            nearest2[i] = fmin(nearest2[i], geometry_distance2(x + i * d, x + drawn * d, d));
            sum += nearest2[i];
        }
        double left = rng_uniform(rng) * sum;
        for (drawn = 0; drawn + 1 < n && left >= nearest2[drawn]; drawn++)
            left -= nearest2[drawn];
    }
}

/*
 * One round: ret_nearest[n] = the centre of each row, ties to the lower; returns the sum of the
 * squared distances less sum ||x||^2. In float: a row between two centres may go to either.
 */
static double assign(const float *x, size_t n, size_t d, const double *centres, size_t k,
                     uint32_t *ret_nearest)
{
    enum { TILE = 4096 };
    float *narrow, *norms, *distances;
    double sum = 0;
    MEM_NEW(narrow, mem_size(k, d));
    MEM_NEW(norms, k);
    MEM_NEW(distances, mem_size(TILE, k));
    for (size_t j = 0; j < k * d; j++)
        narrow[j] = (float)centres[j];
    for (size_t c = 0; c < k; c++)
        norms[c] = (float)linalg_ddot(centres + c * d, centres + c * d, d);
    for (size_t first = 0; first < n; first += TILE) {
        const size_t m = n - first < TILE ? n - first : TILE;
        for (size_t i = 0; i < m; i++)
            memcpy(distances + i * k, norms, k * sizeof *norms);
        linalg_gemm(distances, k, x + first * d, d, false, narrow, d, true, m, k, d, -2, 1);
        for (size_t i = 0; i < m; i++) {
            const float *row = distances + i * k;
            size_t best = 0;
            for (size_t c = 1; c < k; c++)
                if (row[c] < row[best])
                    best = c;
            ret_nearest[first + i] = (uint32_t)best;
            sum += (double)row[best];
        }
    }
    MEM_FREE(narrow, norms, distances);
    return sum;
}

/* Moves each centre to the mean of its rows. sizes [k] is scratch. */
static void update_centres(const float *x, size_t n, size_t d, const uint32_t *nearest, size_t k,
                           size_t *sizes, double *centres)
{
    memset(sizes, 0, k * sizeof *sizes);
    for (size_t i = 0; i < n; i++) {
        double *centre = centres + nearest[i] * d;
        if (sizes[nearest[i]]++ == 0)
            memset(centre, 0, d * sizeof *centre);
        for (size_t f = 0; f < d; f++)
            centre[f] += (double)x[i * d + f];
    }
    for (size_t c = 0; c < k; c++)
        for (size_t f = 0; f < d && sizes[c] > 0; f++)
            centres[c * d + f] /= (double)sizes[c];
}

/* ret_centres [k][d], 1 <= k <= n. */
static void kmeans(const float *x, size_t n, size_t d, size_t k, struct rng *rng,
                   double *ret_centres)
{
    enum { STARTS = 5, ROUNDS = 100 };
    double *nearest2, *centres, best = HUGE_VAL;
    uint32_t *nearest, *before;
    size_t *sizes;
    MEM_NEW(nearest2, n);
    MEM_NEW(centres, mem_size(k, d));
    MEM_NEW(nearest, n);
    MEM_NEW(before, n);
    MEM_NEW(sizes, k);
    for (int start = 0; start < STARTS; start++) {
        draw_centres(x, n, d, k, rng, nearest2, centres);
        double sum = assign(x, n, d, centres, k, nearest);
        for (int round = 0; round < ROUNDS; round++) {
            memcpy(before, nearest, n * sizeof *before);
            update_centres(x, n, d, nearest, k, sizes, centres);
            sum = assign(x, n, d, centres, k, nearest);
            if (memcmp(before, nearest, n * sizeof *before) == 0)
                break;
        }
        if (sum < best) {
            best = sum;
            memcpy(ret_centres, centres, mem_size(k, d) * sizeof *centres);
        }
    }
    MEM_FREE(nearest2, centres, nearest, before, sizes);
}

/* 1 - the cosine of the angle between them; 1 where one of them is 0. */
static double cosine_distance(const float *x, double length, const double *centre, size_t d)
{
    const double lengths = length * sqrt(linalg_ddot(centre, centre, d));
    return lengths > 0 ? 1 - geometry_dot(x, centre, d) / lengths : 1;
}

static void observe(struct pruner_run *run, const struct pruner_pass *pass)
{
    const struct ssp_options *o = run->options;
    struct ssp_state *state = run->state;
    const size_t d = pass->feature_count, wanted = (size_t)(o->k > 0 ? o->k : run->task.classes);
    const size_t k = wanted < pass->n ? wanted : pass->n;
    struct rng rng = state->rng;
    double *centres, *origin;
    if (pass->training)
        return;
    MEM_NEW(centres, mem_size(k, d));
    MEM_NEW(origin, d);
    kmeans(pass->features, pass->n, d, k, &rng, centres);
    for (size_t i = 0; i < pass->n; i++) {
        const float *x = pass->features + i * d;
        const double length = sqrt(geometry_distance2_to(x, origin, d));
        double nearest = HUGE_VAL;
        for (size_t c = 0; c < k; c++)
            nearest = fmin(nearest, cosine_distance(x, length, centres + c * d, d));
        state->distances[i] = (float)nearest;
    }
    MEM_FREE(centres, origin);
}

static void score(struct pruner_run *run, struct rng *rng, float *ret_scores)
{
    (void)rng;
    const struct ssp_options *o = run->options;
    const struct ssp_state *state = run->state;
    for (size_t i = 0; i < run->task.n; i++)
        ret_scores[i] = o->keep == KEEP_HARD ? state->distances[i] : -state->distances[i];
}

const struct pruner ssp_pruner = {
    .name = "ssp",
    .help = "the farthest in angle from the nearest of k prototypes (k-means on features)",
    .cite = "Sorscher et al. 2022, NeurIPS",
    .cost = "a proxy of `at` epochs, and a forward pass",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_FEATURES,
    .flags = PRUNER_SCORES_PARTS,
    KIND_OPTIONS(struct ssp_options, table),
    .shared_state = sizeof(struct ssp_state),
    .sample_state = sizeof(float),
    .init = init,
    .observe = observe,
    .score = score,
};
