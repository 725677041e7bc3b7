/* Long tails and wrong labels: exactly as many as was asked for, seeded, and in training alone. */
#include "harness/data/alter.h"
#include "harness/data/split.h"
#include "tests/support/made_data.h"

enum { CLASSES = 7, SAMPLES = 700 };

static struct synthetic_options usual_spec(void)
{
    struct synthetic_options spec = made_spec("synthetic");
    spec.classes = CLASSES;
    spec.samples = SAMPLES;
    return spec;
}

static struct dataset *load_tail(double imbalance, double fraction, uint64_t seed)
{
    struct synthetic_options spec = usual_spec();
    spec.common.imbalance = imbalance;
    spec.common.val_fraction = fraction;
    return made_load("synthetic", &spec.common, seed, "");
}

static struct dataset *load_noisy(double noise, enum noise_kind kind, double fraction,
                                  uint64_t seed)
{
    struct synthetic_options spec = usual_spec();
    spec.common.noise = noise;
    spec.common.noise_kind = (int)kind;
    spec.common.val_fraction = fraction;
    return made_load("synthetic", &spec.common, seed, "");
}

/* ret_labels[SAMPLES]: the true ones, by origin. */
static void true_labels(uint16_t *ret_labels)
{
    struct dataset *clean = load_noisy(0, NOISE_SYMMETRIC, 0, 0);
    memcpy(ret_labels, clean->train.labels, SAMPLES * sizeof *ret_labels);
    dataset_free(clean);
}

static void expect_true_labels(const struct split *split, const uint16_t *labels)
{
    for (size_t i = 0; i < split->n; i++)
        cr_assert(split->labels[i] == labels[split->origin[i]], "sample %zu", i);
}

/* A split of labels alone; borrows everything. */
static struct split bare_split(uint16_t *labels, uint32_t *origin, const size_t *sizes, int classes)
{
    struct split split = {.labels = labels, .origin = origin};
    for (int k = 0; k < classes; k++)
        for (size_t j = 0; j < sizes[k]; j++) {
            origin[split.n] = (uint32_t)split.n;
            labels[split.n++] = (uint16_t)k;
        }
    return split;
}

/* ---- Imbalance ---- */

/* By hand: round(n_max imbalance^(-c / (C - 1))), and no more than there are. */
static const struct {
    size_t sizes[4];
    int classes;
    double imbalance;
    size_t expected[4];
} tails[] = {
    {{100, 100, 100}, 3, 100, {100, 10, 1}},
    {{100, 100, 100}, 3, 4, {100, 50, 25}},
    {{100, 100, 100}, 3, 200, {100, 7, 1}}, /* 7.07, 0.5 */
    {{27, 27, 27, 27}, 4, 27, {27, 9, 3, 1}},
    {{40, 100, 100}, 3, 4, {40, 50, 25}}, /* the largest class decides */
    {{100, 0, 100}, 3, 100, {100, 0, 1}}, /* an empty class stays so */
    {{100, 100, 100}, 3, 1, {100, 100, 100}},
};

Test(data, imbalance_is_the_long_tail_of_cui_et_al)
{
    for (size_t t = 0; t < sizeof tails / sizeof *tails; t++) {
        uint16_t labels[400];
        uint32_t origin[400];
        bool kept[400];
        size_t counts[4] = {0};
        struct err err;
        const struct split split = bare_split(labels, origin, tails[t].sizes, tails[t].classes);
        ASSERT_EQ(alter_imbalance(&split, tails[t].classes, tails[t].imbalance, 1, kept, &err), 0);
        for (size_t i = 0; i < split.n; i++)
            counts[labels[i]] += kept[i];
        for (int k = 0; k < tails[t].classes; k++)
            cr_expect(counts[k] == tails[t].expected[k], "tail %zu: class %d has %zu, not %zu", t,
                      k, counts[k], tails[t].expected[k]);
    }
}

Test(data, imbalance_is_of_the_seed_and_a_stronger_one_keeps_part_of_a_weaker_ones)
{
    struct dataset *weak = load_tail(5, 0, 1), *strong = load_tail(50, 0, 1),
                   *again = load_tail(50, 0, 1), *other = load_tail(50, 0, 2);
    const size_t bytes = strong->train.n * sizeof *strong->train.origin;
    bool held[SAMPLES] = {false};
    ASSERT_EQ(strong->train.n, again->train.n);
    ASSERT_EQ(strong->train.n, other->train.n);
    cr_expect(memcmp(strong->train.origin, again->train.origin, bytes) == 0);
    cr_expect(memcmp(strong->train.origin, other->train.origin, bytes) != 0);
    for (size_t i = 0; i < weak->train.n; i++)
        held[weak->train.origin[i]] = true;
    for (size_t i = 0; i < strong->train.n; i++)
        cr_expect(held[strong->train.origin[i]], "sample %u", strong->train.origin[i]);
    cr_expect(weak->train.n > strong->train.n);
    dataset_free(weak);
    dataset_free(strong);
    dataset_free(again);
    dataset_free(other);
}

Test(data, imbalance_comes_before_the_validation_split_and_leaves_the_test_alone)
{
    struct dataset *whole = load_tail(1, 0, 1), *tail = load_tail(10, 0.2, 1);
    size_t train[CLASSES], validation[CLASSES];
    ASSERT_EQ(tail->train_file_n, SAMPLES);
    EXPECT_TEXT(tail->hash, whole->hash);
    ASSERT_EQ(tail->test.n, whole->test.n);
    cr_expect(memcmp(tail->test.labels, whole->test.labels,
                     whole->test.n * sizeof *whole->test.labels) == 0);
    split_sizes(&tail->train, CLASSES, train);
    split_sizes(&tail->validation, CLASSES, validation);
    for (int k = 0; k < CLASSES; k++) {
        const double all = 100 * pow(10, -k / (CLASSES - 1.0));
        EXPECT_EQ(train[k] + validation[k], floor(all + 0.5));
        EXPECT_NEAR(validation[k], 0.2 * all, 1);
    }
    expect_true_labels(&tail->train, whole->train.labels);
    dataset_free(whole);
    dataset_free(tail);
}

Test(data, imbalance_that_empties_a_class_is_refused_with_the_highest_that_works)
{
    static const char *const dirs[] = {NULL};
    struct synthetic_options spec = usual_spec();
    struct dataset *data = NULL;
    struct err err;
    spec.common.imbalance = 1000;
    ASSERT_EQ(dataset_load(dataset_find("synthetic"), &spec.common, 0, dirs, &data, &err), -1);
    EXPECT_TEXT(err.text, "synthetic: imbalance: 1000 leaves class 5 without samples; the highest "
                          "that works is 200");
    spec.common.imbalance = 200.5;
    ASSERT_EQ(dataset_load(dataset_find("synthetic"), &spec.common, 0, dirs, &data, &err), -1);
    spec.common.imbalance = 200;
    ASSERT_EQ(dataset_load(dataset_find("synthetic"), &spec.common, 0, dirs, &data, &err), 0);
    dataset_free(data);
}

Test(data, one_class_has_neither_tail_nor_wrong_labels)
{
    uint16_t labels[5];
    uint32_t origin[5];
    bool kept[5];
    struct err err;
    struct split split = bare_split(labels, origin, (const size_t[]){5}, 1);
    ASSERT_EQ(alter_imbalance(&split, 1, 2, 1, kept, &err), -1);
    EXPECT_TEXT(err.text, "imbalance: a single class has no tail");
    ASSERT_EQ(alter_labels(&split, 1, 0.5, NOISE_PAIR, 1, &err), -1);
    EXPECT_TEXT(err.text, "noise: with one class no label can be wrong");
    ASSERT_EQ(alter_labels(&split, 1, 0, NOISE_PAIR, 1, &err), 0);
    cr_expect_null(split.flipped);
}

/* ---- Noise ---- */

Test(data, noise_flips_exactly_its_share_in_each_class_and_says_which)
{
    static const double shares[] = {0.001, 0.0715, 0.2, 0.5, 1};
    static const size_t counts[] = {1, 50, 140, 350, 700};
    uint16_t labels[SAMPLES];
    true_labels(labels);
    for (size_t s = 0; s < sizeof shares / sizeof *shares; s++)
        for (int kind = NOISE_SYMMETRIC; kind <= NOISE_PAIR; kind++) {
            struct dataset *data = load_noisy(shares[s], (enum noise_kind)kind, 0, 3);
            size_t flipped = 0, of_class[CLASSES] = {0};
            ASSERT_EQ(data->train.n, SAMPLES);
            cr_assert_not_null(data->train.flipped);
            for (size_t i = 0; i < SAMPLES; i++) {
                cr_assert(data->train.labels[i] < CLASSES);
                EXPECT_EQ(data->train.flipped[i], data->train.labels[i] != labels[i]);
                flipped += data->train.flipped[i];
                of_class[labels[i]] += data->train.flipped[i];
            }
            EXPECT_EQ(flipped, counts[s]);
            EXPECT_EQ(data->train.flipped_count, counts[s]);
            for (int k = 0; k < CLASSES; k++)
                cr_expect(of_class[k] >= flipped / CLASSES &&
                              of_class[k] <= (flipped + CLASSES - 1) / CLASSES,
                          "class %d: %zu of %zu", k, of_class[k], flipped);
            dataset_free(data);
        }
}

Test(data, pair_noise_gives_the_next_class)
{
    uint16_t labels[SAMPLES];
    true_labels(labels);
    struct dataset *data = load_noisy(0.4, NOISE_PAIR, 0, 3);
    for (size_t i = 0; i < SAMPLES; i++)
        EXPECT_EQ(data->train.labels[i],
                  data->train.flipped[i] ? (labels[i] + 1) % CLASSES : labels[i]);
    dataset_free(data);
}

/* 700 wrong labels on 6 others a class: each of the 6 steps 117 times, give or take 4 deviations.
 */
Test(data, symmetric_noise_gives_each_other_class_alike)
{
    size_t steps[CLASSES] = {0};
    uint16_t labels[SAMPLES];
    true_labels(labels);
    struct dataset *data = load_noisy(1, NOISE_SYMMETRIC, 0, 3);
    for (size_t i = 0; i < SAMPLES; i++)
        steps[(data->train.labels[i] + CLASSES - labels[i]) % CLASSES]++;
    EXPECT_EQ(steps[0], 0);
    for (int k = 1; k < CLASSES; k++)
        EXPECT_NEAR(steps[k], SAMPLES / 6.0, 4 * sqrt(SAMPLES * 5 / 36.0));
    dataset_free(data);
}

Test(data, noise_is_of_the_seed_and_more_of_it_flips_all_that_less_flips)
{
    struct dataset *less = load_noisy(0.1, NOISE_SYMMETRIC, 0, 3),
                   *more = load_noisy(0.4, NOISE_SYMMETRIC, 0, 3),
                   *again = load_noisy(0.4, NOISE_SYMMETRIC, 0, 3),
                   *other = load_noisy(0.4, NOISE_SYMMETRIC, 0, 4);
    cr_expect(memcmp(more->train.labels, again->train.labels,
                     SAMPLES * sizeof *again->train.labels) == 0);
    cr_expect(memcmp(more->train.flipped, other->train.flipped, SAMPLES) != 0);
    for (size_t i = 0; i < SAMPLES; i++)
        if (less->train.flipped[i])
            cr_expect(more->train.flipped[i] && more->train.labels[i] == less->train.labels[i],
                      "sample %zu", i);
    dataset_free(less);
    dataset_free(more);
    dataset_free(again);
    dataset_free(other);
}

Test(data, noise_leaves_validation_test_and_hash_alone)
{
    uint16_t labels[SAMPLES];
    true_labels(labels);
    struct dataset *clean = load_noisy(0, NOISE_SYMMETRIC, 0.3, 3),
                   *data = load_noisy(0.5, NOISE_SYMMETRIC, 0.3, 3);
    cr_expect_null(clean->train.flipped);
    EXPECT_EQ(clean->train.flipped_count, 0);
    EXPECT_TEXT(data->hash, clean->hash);
    ASSERT_EQ(data->train.n, 490);
    EXPECT_EQ(data->train.flipped_count, 245);
    cr_expect_null(data->validation.flipped);
    cr_expect_null(data->test.flipped);
    expect_true_labels(&data->validation, labels);
    cr_expect(memcmp(data->test.labels, clean->test.labels,
                     clean->test.n * sizeof *clean->test.labels) == 0);
    cr_expect(memcmp(data->train.origin, clean->train.origin, 490 * sizeof(uint32_t)) == 0);
    dataset_free(clean);
    dataset_free(data);
}
