#include "base/mem.h"
#include "pruners/math/greedy.h"
#include "tests/unit/pruners/last_gradients.h"

#include <criterion/criterion.h>
#include <math.h>

static const double TOLERANCE = 1e-4; /* a sum of weights, which are float */

static void release(struct last_gradients *made, struct pruner_selection *selection)
{
    mem_free(selection->index);
    mem_free(selection->weight);
    last_gradients_release(made);
}

/* Gradients on a line: one feature, equal errors. */
Test(craig, worked_example)
{
    static const float line[] = {0, 1, 2, 3, 10};
    struct last_gradients made;
    struct pruner_selection s;
    last_gradients_init(&made, 5, 2, 1, 0);
    for (size_t i = 0; i < 5; i++) {
        made.labels[i] = 0;
        made.probabilities[2 * i] = made.probabilities[2 * i + 1] = 0.5f;
        made.features[i] = line[i];
    }
    last_gradients_select(&made, NULL, "craig", NULL, 2, &s);
    cr_assert(s.index[0] == 2 && s.index[1] == 4, "%u and %u", s.index[0], s.index[1]);
    cr_assert(s.weight[0] == 1.6f && s.weight[1] == 0.4f, "%g and %g", (double)s.weight[0],
              (double)s.weight[1]);
    release(&made, &s);
}

/* The trap: a medoid that is counted with its cluster and once more by itself. */
Test(craig, a_medoid_is_counted_once_and_weights_sum_to_n)
{
    enum { N = 150 };
    struct last_gradients made;
    last_gradients_init(&made, N, 3, 5, 0);
    for (size_t i = N / 2; i < N; i++) /* so that duplicates of picks are picked, too */
        last_gradients_copy(&made, i, i - N / 2);
    for (size_t keep = 1; keep <= N; keep += 37) {
        const struct pruner_pass pass = last_gradients_pass(&made);
        struct class_gradients g;
        uint32_t picks[N];
        double sizes[N], sum = 0;
        class_gradients_init(&g, snapshot_last_layer(&pass, 3), CLASS_GRADIENTS_ALL);
        greedy_facility_location(&g, GREEDY_DISTANCE, GREEDY_BYTES, greedy_lazy, keep, picks,
                                 sizes);
        for (size_t j = 0; j < keep; j++) {
            sum += sizes[j];
            cr_assert_geq(sizes[j], 1, "pick %zu does not stand for itself", j);
        }
        cr_assert_eq(sum, N, "%zu kept: %g", keep, sum);
        class_gradients_release(&g);
    }
    last_gradients_release(&made);
}

/* gamma_j = weight_j N / keep: whole numbers, that sum to N; the weights' mean is 1. */
Test(craig, weights_are_cluster_sizes_of_mean_1)
{
    enum { N = 90, KEEP = 36 };
    struct last_gradients made;
    struct pruner_selection s;
    double sum = 0;
    last_gradients_init(&made, N, 3, 5, 0);
    last_gradients_select(&made, NULL, "craig", NULL, KEEP, &s);
    for (size_t j = 0; j < KEEP; j++) {
        const double gamma = (double)s.weight[j] * N / KEEP;
        cr_assert_float_eq(gamma, round(gamma), TOLERANCE, "%g", gamma);
        sum += gamma;
    }
    cr_assert_float_eq(sum, N, TOLERANCE, "%g", sum);
    release(&made, &s);
}

Test(craig, duplicates_are_dropped)
{
    enum { DISTINCT = 60, COPIES = 3, N = DISTINCT * COPIES };
    struct last_gradients made;
    struct pruner_selection s;
    int kept[DISTINCT] = {0};
    last_gradients_init(&made, N, 4, 8, 0);
    for (size_t i = DISTINCT; i < N; i++)
        last_gradients_copy(&made, i, i % DISTINCT);
    last_gradients_select(&made, NULL, "craig", NULL, DISTINCT, &s);
    for (size_t j = 0; j < DISTINCT; j++) {
        kept[s.index[j] % DISTINCT]++;
        cr_assert_float_eq((double)s.weight[j], 1, TOLERANCE, "%g", (double)s.weight[j]);
    }
    for (size_t i = 0; i < DISTINCT; i++)
        cr_assert_eq(kept[i], 1, "%d copies of %zu are kept", kept[i], i);
    release(&made, &s);
}

/* What the method is for: the weighted gradient of what is kept is near that of all. */
Test(craig, weighted_gradient_is_nearer_to_that_of_all_than_unweighted)
{
    enum { N = 240, KEEP = 48, FEATURES = 6, CLASSES = 3, LENGTH = CLASSES * (FEATURES + 1) };
    struct last_gradients made;
    struct pruner_selection s;
    struct class_gradients g;
    double all[LENGTH] = {0}, weighted[LENGTH] = {0}, plain[LENGTH] = {0}, off[2] = {0};
    last_gradients_init(&made, N, CLASSES, FEATURES, 0);
    last_gradients_select(&made, NULL, "craig", NULL, KEEP, &s);
    const struct pruner_pass pass = last_gradients_pass(&made);
    class_gradients_init(&g, snapshot_last_layer(&pass, CLASSES), CLASS_GRADIENTS_ALL);
    class_gradients_add(&g, NULL, N, 1.0 / N, all);
    for (size_t j = 0; j < KEEP; j++) {
        class_gradients_add(&g, &s.index[j], 1, (double)s.weight[j] / KEEP, weighted);
        class_gradients_add(&g, &s.index[j], 1, 1.0 / KEEP, plain);
    }
    for (size_t k = 0; k < LENGTH; k++) {
        off[0] += (weighted[k] - all[k]) * (weighted[k] - all[k]);
        off[1] += (plain[k] - all[k]) * (plain[k] - all[k]);
    }
    cr_assert_lt(off[0], off[1] / 2, "weighted %g, plain %g", off[0], off[1]);
    class_gradients_release(&g);
    release(&made, &s);
}
