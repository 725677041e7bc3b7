#include "pruners/math/greedy.h"

#include "base/mem.h"
#include "tests/unit/pruners/last_gradients.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const double TOLERANCE = 1e-5; /* products are float */

/* Sizes that are no multiples of the block (64) and of the tile (1,024). */
enum { N = 203, LARGE = 1101, FEATURES = 6, CLASSES = 3 };

static struct class_gradients gradients_of(const struct last_gradients *made)
{
    const struct pruner_pass pass = last_gradients_pass(made);
    struct class_gradients g;
    class_gradients_init(&g, snapshot_last_layer(&pass, made->classes), CLASS_GRADIENTS_ALL);
    return g;
}

/* (p_i - e_yi) (x) [phi_i ; 1], written out. */
static double entry(const struct last_gradients *m, size_t i, size_t c, size_t k)
{
    const double error = (double)m->probabilities[i * (size_t)m->classes + c] - (c == m->labels[i]);
    return error * (k < m->feature_count ? (double)m->features[i * m->feature_count + k] : 1);
}

static double product(const struct last_gradients *m, size_t i, size_t j)
{
    double sum = 0;
    for (size_t c = 0; c < (size_t)m->classes; c++)
        for (size_t k = 0; k <= m->feature_count; k++)
            sum += entry(m, i, c, k) * entry(m, j, c, k);
    return sum;
}

Test(greedy, products_over_tiles_are_those_of_whole_gradients)
{
    struct last_gradients made;
    last_gradients_init(&made, LARGE, CLASSES, FEATURES, 0);
    struct class_gradients g = gradients_of(&made);
    const uint32_t which[] = {1100, 0, 1024};
    float *products;
    MEM_NEW(products, 3 * LARGE);
    class_gradients_products(&g, which, 3, 5, products, LARGE);
    for (size_t b = 0; b < 3; b++) {
        cr_assert_eq(products[b * LARGE + 4], 0, "column 4 is written");
        for (size_t j = 5; j < LARGE; j++)
            cr_assert_float_eq((double)products[b * LARGE + j], product(&made, which[b], j),
                               TOLERANCE, "%u and %zu: %g, not %g", which[b], j,
                               (double)products[b * LARGE + j], product(&made, which[b], j));
    }
    mem_free(products);
    class_gradients_release(&g);
    last_gradients_release(&made);
}

Test(greedy, a_sum_and_its_products_are_those_of_whole_gradients)
{
    struct last_gradients made;
    last_gradients_init(&made, N, CLASSES, FEATURES, 0);
    struct class_gradients g = gradients_of(&made);
    double v[CLASSES * (FEATURES + 1)] = {0}, dots[N];
    class_gradients_add(&g, NULL, N, 0.5, v);
    class_gradients_dot(&g, v, NULL, N, dots);
    for (size_t i = 0; i < N; i++) {
        double expected = 0;
        for (size_t j = 0; j < N; j++)
            expected += 0.5 * product(&made, i, j);
        cr_assert_float_eq(dots[i], expected, TOLERANCE, "%zu: %g, not %g", i, dots[i], expected);
    }
    class_gradients_release(&g);
    last_gradients_release(&made);
}

enum what { COSINE, DISTANCE, CUT, CUT_3 };

static void pick(const struct last_gradients *made, enum what what, size_t bytes,
                 greedy_method *method, size_t keep, uint32_t *ret_picks, double *ret_sizes)
{
    struct class_gradients g = gradients_of(made);
    if (what == CUT || what == CUT_3)
        greedy_graph_cut(&g, what == CUT ? 1 : 3, method, keep, ret_picks);
    else
        greedy_facility_location(&g, what == COSINE ? GREEDY_COSINE : GREEDY_DISTANCE, bytes,
                                 method, keep, ret_picks, ret_sizes);
    class_gradients_release(&g);
}

static void expect_same(const uint32_t *a, const uint32_t *b, size_t n, const char *what, int which)
{
    for (size_t j = 0; j < n; j++)
        cr_assert_eq(a[j], b[j], "%s %d: pick %zu is %u, not %u", what, which, j, a[j], b[j]);
}

/* Every seventh sample is a copy, so that there are ties. */
static void make_with_copies(struct last_gradients *ret_made, size_t n)
{
    last_gradients_init(ret_made, n, CLASSES, FEATURES, 0);
    for (size_t i = 7; i < n; i += 7)
        last_gradients_copy(ret_made, i, i - 3);
}

/* From the definition: looks at all candidates each time. */
static void plainly(const struct greedy_problem *problem, size_t keep, uint32_t *ret_picks)
{
    bool picked[N] = {false};
    double gains[N];
    for (size_t picks = 0; picks < keep; picks++) {
        size_t best = N;
        for (uint32_t i = 0; i < problem->n; i++) {
            problem->gains(problem->data, &i, 1, &gains[i]);
            if (!picked[i] && (best == N || gains[i] > gains[best]))
                best = i;
        }
        picked[best] = true;
        ret_picks[picks] = (uint32_t)best;
        problem->pick(problem->data, (uint32_t)best);
    }
}

Test(greedy, lazy_is_plain)
{
    struct last_gradients made;
    uint32_t plain[N], lazy[N];
    make_with_copies(&made, N);
    for (int what = COSINE; what <= CUT_3; what++) {
        pick(&made, (enum what)what, GREEDY_BYTES, plainly, N, plain, NULL);
        pick(&made, (enum what)what, GREEDY_BYTES, greedy_lazy, N, lazy, NULL);
        expect_same(lazy, plain, N, "lazy", what);
    }
    last_gradients_release(&made);
}

/* With room for lists, with room for few, and with room for none. */
Test(greedy, without_a_matrix_the_picks_are_the_same)
{
    enum { KEEP = 700 };
    static const size_t bytes[] = {4 * LARGE * (size_t)LARGE - 1, 100000, 0};
    struct last_gradients made;
    uint32_t whole[KEEP], tiled[KEEP];
    double sizes[KEEP], other_sizes[KEEP];
    make_with_copies(&made, LARGE);
    for (int what = COSINE; what <= DISTANCE; what++) {
        pick(&made, (enum what)what, GREEDY_BYTES, greedy_lazy, KEEP, whole, sizes);
        for (size_t b = 0; b < sizeof bytes / sizeof *bytes; b++) {
            pick(&made, (enum what)what, bytes[b], greedy_lazy, KEEP, tiled, other_sizes);
            expect_same(tiled, whole, KEEP, "without a matrix", what);
            cr_assert(!memcmp(sizes, other_sizes, sizeof sizes), "sizes differ: %d", what);
        }
    }
    last_gradients_release(&made);
}

Test(greedy, ties_break_by_index)
{
    struct last_gradients made;
    uint32_t picks[N];
    last_gradients_init(&made, N, CLASSES, FEATURES, 0);
    for (size_t i = 1; i < N; i++)
        last_gradients_copy(&made, i, 0);
    for (int what = COSINE; what <= CUT_3; what++) {
        pick(&made, (enum what)what, GREEDY_BYTES, greedy_lazy, N, picks, NULL);
        for (size_t j = 0; j < N; j++)
            cr_assert_eq(picks[j], j, "%d: pick %zu is %u", what, j, picks[j]);
    }
    last_gradients_release(&made);
}

/* Unit gradients at angles: one feature, tan of the angle less 45 degrees, and equal errors. */
static void make_angles(struct last_gradients *ret_made, const double *degrees, size_t n)
{
    last_gradients_init(ret_made, n, 2, 1, 0);
    for (size_t i = 0; i < n; i++) {
        ret_made->labels[i] = 0;
        ret_made->probabilities[2 * i] = ret_made->probabilities[2 * i + 1] = 0.5f;
        ret_made->features[i] = (float)tan((degrees[i] - 45) * acos(-1) / 180);
    }
}

Test(greedy, worked_examples)
{
    static const double degrees[] = {0, 10, 20, 90};
    static const uint32_t facility[] = {2, 3}, cut[] = {2, 1, 3};
    struct last_gradients made;
    uint32_t picks[3];
    make_angles(&made, degrees, 4);
    pick(&made, COSINE, GREEDY_BYTES, greedy_lazy, 2, picks, NULL);
    expect_same(picks, facility, 2, "facility-location", 0);
    pick(&made, CUT, GREEDY_BYTES, greedy_lazy, 3, picks, NULL);
    expect_same(picks, cut, 3, "graph-cut", 0);
    last_gradients_release(&made);
}

/* F by its definition, of a set. */
static double facility_value(const struct last_gradients *m, const uint32_t *set, size_t count)
{
    double value = 0;
    for (size_t i = 0; i < m->n; i++) {
        double best = 0;
        for (size_t j = 0; j < count; j++)
            best = fmax(best, 0.5 + 0.5 * product(m, i, set[j]) /
                                        sqrt(product(m, i, i) * product(m, set[j], set[j])));
        value += best;
    }
    return value;
}

/* The bound of every greedy maximum is 1 - 1/e of the best; here it should be far above random. */
Test(greedy, facility_location_covers_more_than_any_random_set)
{
    enum { KEEP = 8 };
    struct last_gradients made;
    uint32_t picks[KEEP], pool[N];
    struct rng rng = rng_stream(1, RNG_TEST, 0, 1);
    last_gradients_init(&made, N, CLASSES, FEATURES, 0);
    pick(&made, COSINE, GREEDY_BYTES, greedy_lazy, KEEP, picks, NULL);
    const double greedy = facility_value(&made, picks, KEEP);
    for (int trial = 0; trial < 20; trial++) {
        for (uint32_t i = 0; i < N; i++)
            pool[i] = i;
        rng_shuffle(&rng, pool, N);
        const double random = facility_value(&made, pool, KEEP);
        cr_assert_gt(greedy, random, "greedy %g, random %g", greedy, random);
    }
    last_gradients_release(&made);
}
