/* Limits and the validation split: balanced, seeded, and truthful about where samples came from. */
#include "harness/data/split.h"
#include "tests/support/made_data.h"

#include <criterion/parameterized.h>

/* ret_counts[classes], from labels. */
static void count_classes(const struct split *split, int classes, size_t *ret_counts)
{
    memset(ret_counts, 0, (size_t)classes * sizeof *ret_counts);
    for (size_t i = 0; i < split->n; i++)
        ret_counts[split->labels[i]]++;
}

static void expect_balanced(const struct split *split, int classes)
{
    size_t counts[DATA_MAX_CLASSES];
    count_classes(split, classes, counts);
    for (int k = 0; k < classes; k++) {
        const size_t share = split->n / (size_t)classes;
        cr_expect(counts[k] == share || counts[k] == share + (split->n % (size_t)classes > 0),
                  "class %d has %zu of %zu", k, counts[k], split->n);
    }
}

/* Each sample of part is whole's sample of its origin, and the origins rise. */
static void expect_part_of(const struct split *part, const struct split *whole, size_t picture)
{
    for (size_t i = 0; i < part->n; i++) {
        const uint32_t origin = part->origin[i];
        cr_assert(i == 0 || origin > part->origin[i - 1], "origins do not rise at %zu", i);
        ASSERT_EQ(part->labels[i], whole->labels[origin]);
        ASSERT_EQ(memcmp(part->pixels + i * picture, whole->pixels + origin * picture, picture), 0);
    }
}

static bool same_samples(const struct split *a, const struct split *b)
{
    return a->n == b->n && memcmp(a->origin, b->origin, a->n * sizeof *a->origin) == 0;
}

static struct dataset *load_synthetic(int train_limit, int test_limit, double fraction,
                                      uint64_t seed)
{
    struct synthetic_options spec = made_spec("synthetic");
    spec.classes = 7;
    spec.samples = 700;
    spec.common.train_limit = train_limit;
    spec.common.test_limit = test_limit;
    spec.common.val_fraction = fraction;
    return made_load("synthetic", &spec.common, seed, "");
}

Test(data, limits_are_balanced_parts_of_the_whole)
{
    static const int limits[] = {1, 6, 7, 50, 100, 140};
    struct dataset *whole = load_synthetic(0, 0, 0, 0);
    ASSERT_EQ(whole->train.n, 700);
    ASSERT_EQ(whole->test.n, 140);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct dataset *part = load_synthetic(5 * limits[i], limits[i], 0, 0);
        ASSERT_EQ(part->train.n, 5 * limits[i]);
        ASSERT_EQ(part->test.n, limits[i]);
        expect_balanced(&part->train, 7);
        expect_balanced(&part->test, 7);
        expect_part_of(&part->train, &whole->train, 64);
        expect_part_of(&part->test, &whole->test, 64);
        dataset_free(part);
    }
    dataset_free(whole);
}

Test(data, limits_are_the_same_for_every_seed)
{
    struct dataset *a = load_synthetic(70, 35, 0, 1), *b = load_synthetic(70, 35, 0, 2);
    cr_expect(same_samples(&a->train, &b->train), "training samples differ");
    cr_expect(same_samples(&a->test, &b->test), "test samples differ");
    /* not simply the first of each class */
    cr_expect(a->train.origin[69] > 350, "the last of 70 kept is sample %u", a->train.origin[69]);
    dataset_free(a);
    dataset_free(b);
}

Test(data, a_larger_limit_holds_a_smaller_one)
{
    struct dataset *small = load_synthetic(65, 0, 0, 0), *large = load_synthetic(200, 0, 0, 0);
    bool held[700] = {false};
    for (size_t i = 0; i < large->train.n; i++)
        held[large->train.origin[i]] = true;
    for (size_t i = 0; i < small->train.n; i++)
        cr_expect(held[small->train.origin[i]], "sample %u is not held", small->train.origin[i]);
    dataset_free(small);
    dataset_free(large);
}

Test(data, hash_and_statistics_are_of_the_whole_file)
{
    struct dataset *whole = load_synthetic(0, 0, 0, 0), *part = load_synthetic(21, 7, 0.3, 5);
    EXPECT_TEXT(part->hash, whole->hash);
    cr_expect(memcmp(part->mean, whole->mean, sizeof part->mean) == 0);
    cr_expect(memcmp(part->stddev, whole->stddev, sizeof part->stddev) == 0);
    dataset_free(whole);
    dataset_free(part);
}

Test(data, a_limit_beyond_what_is_there_is_refused)
{
    static const char *const dirs[] = {NULL};
    struct synthetic_options spec = made_spec("synthetic");
    struct dataset *data = NULL;
    struct err err;
    spec.samples = 100;
    spec.common.train_limit = 100;
    spec.common.test_limit = 20;
    ASSERT_EQ(dataset_load(dataset_find("synthetic"), &spec.common, 0, dirs, &data, &err), 0);
    ASSERT_EQ(data->train.n, 100);
    dataset_free(data);

    spec.common.train_limit = 101;
    ASSERT_EQ(dataset_load(dataset_find("synthetic"), &spec.common, 0, dirs, &data, &err), -1);
    EXPECT_TEXT(err.text, "synthetic: train_limit: expected at most 100, all there are, found 101");
    spec.common.train_limit = 0;
    spec.common.test_limit = 21;
    ASSERT_EQ(dataset_load(dataset_find("synthetic"), &spec.common, 0, dirs, &data, &err), -1);
    EXPECT_TEXT(err.text, "synthetic: test_limit: expected at most 20, all there are, found 21");
}

Test(data, validation_is_a_balanced_disjoint_part_of_train)
{
    struct dataset *whole = load_synthetic(0, 0, 0, 0), *data = load_synthetic(0, 0, 0.15, 3);
    ASSERT_EQ(data->validation.n, 105);
    ASSERT_EQ(data->train.n, 595);
    expect_balanced(&data->validation, 7);
    expect_balanced(&data->train, 7);
    expect_part_of(&data->validation, &whole->train, 64);
    expect_part_of(&data->train, &whole->train, 64);
    cr_expect(same_samples(&data->test, &whole->test), "the test set is none of its business");
    int seen[700] = {0};
    for (size_t i = 0; i < data->train.n; i++)
        seen[data->train.origin[i]]++;
    for (size_t i = 0; i < data->validation.n; i++)
        seen[data->validation.origin[i]]++;
    for (int i = 0; i < 700; i++)
        cr_expect(seen[i] == 1, "sample %d is in %d splits", i, seen[i]);
    dataset_free(whole);
    dataset_free(data);
}

Test(data, validation_is_of_the_seed_and_of_the_limited_set)
{
    struct dataset *a = load_synthetic(140, 0, 0.1, 3), *again = load_synthetic(140, 0, 0.1, 3);
    struct dataset *other = load_synthetic(140, 0, 0.1, 4);
    ASSERT_EQ(a->validation.n, 14);
    ASSERT_EQ(a->train.n, 126);
    cr_expect(same_samples(&a->validation, &again->validation));
    cr_expect(!same_samples(&a->validation, &other->validation));
    dataset_free(a);
    dataset_free(again);
    dataset_free(other);
}

Test(data, a_validation_split_of_nothing_or_all_is_refused)
{
    static const char *const dirs[] = {NULL};
    struct synthetic_options spec = made_spec("synthetic");
    struct dataset *data = NULL;
    struct err err;
    spec.samples = 10;
    spec.common.val_fraction = 0.04;
    ASSERT_EQ(dataset_load(dataset_find("synthetic"), &spec.common, 0, dirs, &data, &err), -1);
    EXPECT_TEXT(err.text, "synthetic: val_fraction: 0.04 of 10 training samples leaves the "
                          "validation split empty");
    spec.common.train_limit = 1;
    spec.common.val_fraction = 0.9;
    ASSERT_EQ(dataset_load(dataset_find("synthetic"), &spec.common, 0, dirs, &data, &err), -1);
    EXPECT_TEXT(err.text,
                "synthetic: val_fraction: 0.9 of 1 training samples leaves none to train on");
}

/* ---- Uneven classes ---- */

enum { MOST_CLASSES = 4 };

struct draw {
    size_t sizes[MOST_CLASSES]; /* samples of each class */
    size_t count, expected[MOST_CLASSES];
};

/* By hand: count * size / n, rounded down, then +1 for the largest remainders. */
static const struct draw draws[] = {
    {{70, 20, 10, 0}, 10, {7, 2, 1, 0}}, {{5, 3, 2, 0}, 3, {1, 1, 1, 0}}, /* 1.5, 0.9, 0.6 */
    {{6, 3, 1, 0}, 4, {3, 1, 0, 0}}, /* 2.4, 1.2, 0.4: a tie, the lower class first */
    {{10, 10, 10, 10}, 6, {2, 2, 1, 1}}, {{0, 0, 9, 0}, 5, {0, 0, 5, 0}},
    {{4, 1, 3, 2}, 10, {4, 1, 3, 2}},    {{4, 1, 3, 2}, 0, {0, 0, 0, 0}},
};

ParameterizedTestParameters(data, draws_keep_the_proportions_of_the_classes)
{
    static size_t indices[sizeof draws / sizeof *draws];
    for (size_t i = 0; i < sizeof indices / sizeof *indices; i++)
        indices[i] = i;
    return cr_make_param_array(size_t, indices, sizeof indices / sizeof *indices);
}

ParameterizedTest(size_t *i, data, draws_keep_the_proportions_of_the_classes)
{
    const struct draw *draw = &draws[*i];
    uint16_t labels[128];
    bool drawn[128];
    struct split split = {.labels = labels};
    for (size_t k = 0; k < MOST_CLASSES; k++)
        for (size_t j = 0; j < draw->sizes[k]; j++)
            labels[split.n++] = (uint16_t)k;
    struct rng rng = rng_stream(1, RNG_TEST, 0, 0);
    split_draw(&split, MOST_CLASSES, draw->count, &rng, drawn);
    size_t counts[MOST_CLASSES] = {0};
    for (size_t j = 0; j < split.n; j++)
        counts[labels[j]] += drawn[j];
    for (size_t k = 0; k < MOST_CLASSES; k++)
        EXPECT_EQ(counts[k], draw->expected[k]);
}
