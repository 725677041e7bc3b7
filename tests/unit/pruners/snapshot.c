/*
 * snapshot: what is taken comes back, and nothing else.
 */
#include "pruners/snapshot.h"
#include "base/mem.h"

#include <criterion/criterion.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

/* Sizes that are no multiples of a double's, so that parts must be padded. */
enum { N = 3, VALIDATION = 5, CLASSES = 3, WIDTH = 5 };

static const uint16_t labels[N] = {2, 0, 1}, validation_labels[VALIDATION] = {0, 1, 2, 1, 0};

static const struct pruner_task task = {.n = N,
                                        .classes = CLASSES,
                                        .labels = labels,
                                        .validation_n = VALIDATION,
                                        .feature_count = WIDTH};

static const unsigned single_needs[] = {
    NEEDS_LOSSES,     NEEDS_PROBABILITIES, NEEDS_CORRECT,   NEEDS_LOGITS,       NEEDS_FEATURES,
    NEEDS_VALIDATION, NEEDS_CLASSIFIER,    NEEDS_GRADIENTS, NEEDS_BATCH_LOSSES,
};
enum { NEEDS = sizeof single_needs / sizeof *single_needs };

/* Room for the arrays of a pass of VALIDATION samples or fewer. */
struct numbers {
    float losses[VALIDATION], batch_losses[VALIDATION], norms[VALIDATION], dots[VALIDATION];
    float probabilities[VALIDATION * CLASSES], logits[VALIDATION * CLASSES];
    float features[VALIDATION * WIDTH], classifier[CLASSES * (WIDTH + 1)];
    uint8_t correct[VALIDATION];
};

/* Every value another one; from: the first. */
static void count_up(struct numbers *ret_numbers, float from)
{
    float *const values = (float *)(void *)ret_numbers;
    for (size_t i = 0; i < offsetof(struct numbers, correct) / sizeof *values; i++)
        values[i] = from + (float)i;
    for (size_t i = 0; i < VALIDATION; i++)
        ret_numbers->correct[i] = (uint8_t)(from / 1000 + (float)i);
}

/* All arrays, whatever is needed: a snapshot must leave out what it was not asked for. */
static struct pruner_pass whole_pass(const struct numbers *numbers, size_t n)
{
    return (struct pruner_pass){
        .run = 7,
        .epoch = 9,
        .n = n,
        .labels = n == N ? labels : validation_labels,
        .losses = numbers->losses,
        .batch_losses = numbers->batch_losses,
        .probabilities = numbers->probabilities,
        .correct = numbers->correct,
        .logits = numbers->logits,
        .features = numbers->features,
        .feature_count = WIDTH,
        .classifier = numbers->classifier,
        .gradient_norms = numbers->norms,
        .gradient_dots = numbers->dots,
    };
}

static void expect_bytes(bool needed, const void *found, const void *expected, size_t bytes,
                         const char *name, unsigned needs)
{
    if (!needed) {
        cr_expect_null(found, "%s is lent with needs %#x", name, needs);
        return;
    }
    cr_assert_not_null(found, "%s is not lent with needs %#x", name, needs);
    cr_expect_eq((uintptr_t)found % alignof(float), 0, "%s is not aligned", name);
    cr_expect_arr_eq(found, expected, bytes, "%s differs with needs %#x", name, needs);
}

static void expect_pass(const struct pruner_pass *pass, const struct numbers *numbers, size_t n,
                        unsigned needs)
{
    const size_t row = n * sizeof(float);
    cr_expect_eq(pass->n, n);
    cr_expect_eq(pass->feature_count, (size_t)WIDTH);
    cr_expect_null(pass->seen);
    expect_bytes(needs & NEEDS_LOSSES, pass->losses, numbers->losses, row, "losses", needs);
    expect_bytes(needs & NEEDS_BATCH_LOSSES, pass->batch_losses, numbers->batch_losses, row,
                 "batch_losses", needs);
    expect_bytes(needs & NEEDS_PROBABILITIES, pass->probabilities, numbers->probabilities,
                 row * CLASSES, "probabilities", needs);
    expect_bytes(needs & NEEDS_CORRECT, pass->correct, numbers->correct, n, "correct", needs);
    expect_bytes(needs & NEEDS_LOGITS, pass->logits, numbers->logits, row * CLASSES, "logits",
                 needs);
    expect_bytes(needs & NEEDS_FEATURES, pass->features, numbers->features, row * WIDTH, "features",
                 needs);
    expect_bytes(needs & NEEDS_CLASSIFIER, pass->classifier, numbers->classifier,
                 sizeof numbers->classifier, "classifier", needs);
    expect_bytes(needs & NEEDS_GRADIENTS, pass->gradient_norms, numbers->norms, row,
                 "gradient_norms", needs);
    expect_bytes(needs & NEEDS_GRADIENTS, pass->gradient_dots, numbers->dots, row, "gradient_dots",
                 needs);
}

/* Takes the needs and gives them back, from a copy elsewhere: a checkpoint moves the state. */
static void round_trip(unsigned needs)
{
    enum { GUARD = 64, MARK = 0xa5 };
    struct numbers train, of_validation;
    count_up(&train, 1000);
    count_up(&of_validation, 5000);
    struct pruner_pass taken = whole_pass(&train, N),
                       validation_taken = whole_pass(&of_validation, VALIDATION), validation;
    taken.validation = needs & NEEDS_VALIDATION ? &validation_taken : NULL;

    const size_t size = snapshot_size(&task, needs);
    unsigned char *first, *copy;
    MEM_NEW(first, size + GUARD);
    MEM_NEW(copy, size);
    memset(first, MARK, size + GUARD);
    snapshot_take(first, &task, needs, &taken);
    for (size_t i = size; i < size + GUARD; i++)
        cr_expect_eq(first[i], MARK, "needs %#x: byte %zu past the end", needs, i - size);
    memcpy(copy, first, size);
    mem_free(first);
    memset(&validation, 0, sizeof validation);
    struct numbers expected, expected_validation;
    count_up(&expected, 1000);
    count_up(&expected_validation, 5000);
    /* What was taken from is gone. */
    memset(&train, 0, sizeof train);
    memset(&of_validation, 0, sizeof of_validation);

    const struct pruner_pass lent = snapshot_pass(copy, &task, needs, &validation);
    cr_expect_eq(lent.labels, labels, "labels are the task's");
    expect_pass(&lent, &expected, N, needs);
    if (needs & NEEDS_VALIDATION) {
        cr_assert_eq(lent.validation, &validation);
        cr_expect_arr_eq(validation.labels, validation_labels, VALIDATION);
        expect_pass(&validation, &expected_validation, VALIDATION,
                    needs & ~(unsigned)NEEDS_CLASSIFIER);
    } else {
        cr_expect_null(lent.validation);
    }
    mem_free(copy);
}

Test(snapshot, every_combination_of_needs_comes_back)
{
    for (unsigned chosen = 0; chosen < 1U << NEEDS; chosen++) {
        unsigned needs = 0;
        for (size_t i = 0; i < NEEDS; i++)
            needs |= chosen >> i & 1 ? single_needs[i] : 0;
        round_trip(needs);
    }
}

/* The list above, and so the test, must grow with the contract. */
Test(snapshot, the_combinations_are_all)
{
    unsigned all = 0;
    for (size_t i = 0; i < NEEDS; i++)
        all |= single_needs[i];
    cr_expect_eq(all, 2U * NEEDS_BATCH_LOSSES - 1, "%#x", all);
}

Test(snapshot, sizes_by_hand)
{
    static const struct {
        unsigned needs;
        size_t bytes;
    } cases[] = {
        {0, 0},
        {NEEDS_LOSSES, 16},     /* 3 floats, padded to doubles */
        {NEEDS_CORRECT, 8},     /* 3 bytes */
        {NEEDS_LOGITS, 40},     /* 3 x 3 floats */
        {NEEDS_CLASSIFIER, 72}, /* 3 x 6 floats */
        {NEEDS_GRADIENTS, 32},  /* two arrays of 3 */
        {NEEDS_LAST_GRADIENTS, 40 + 64},
        {NEEDS_LOSSES | NEEDS_VALIDATION, 16 + 16 + 24}, /* labels of 16 bits */
        {NEEDS_CLASSIFIER | NEEDS_VALIDATION, 72 + 16},  /* the classifier once */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect_eq(snapshot_size(&task, cases[i].needs), cases[i].bytes,
                     "needs %#x: %zu bytes, expected %zu", cases[i].needs,
                     snapshot_size(&task, cases[i].needs), cases[i].bytes);
}

Test(snapshot, sizes_leave_what_follows_aligned)
{
    for (unsigned needs = 0; needs < 2U * NEEDS_BATCH_LOSSES; needs++)
        cr_expect_eq(snapshot_size(&task, needs) % alignof(double), 0, "needs %#x", needs);
}

/* A second look replaces the first, as in a pruner that observes again. */
Test(snapshot, the_last_one_counts)
{
    struct numbers old, new;
    count_up(&old, 1000);
    count_up(&new, 9000);
    const struct pruner_pass first = whole_pass(&old, N), second = whole_pass(&new, N);
    double room[64];
    cr_assert_leq(snapshot_size(&task, NEEDS_LAST_GRADIENTS), sizeof room);
    snapshot_take(room, &task, NEEDS_LAST_GRADIENTS, &first);
    snapshot_take(room, &task, NEEDS_LAST_GRADIENTS, &second);
    const struct pruner_pass lent = snapshot_pass(room, &task, NEEDS_LAST_GRADIENTS, NULL);
    expect_pass(&lent, &new, N, NEEDS_LAST_GRADIENTS);
}

/* "Rows that were not seen are copied too": positions stay those of the split. */
Test(snapshot, unseen_rows_keep_their_places)
{
    static const uint8_t seen[N] = {1, 0, 1};
    struct numbers numbers;
    count_up(&numbers, 1000);
    struct pruner_pass pass = whole_pass(&numbers, N);
    pass.seen = seen;
    double room[8];
    cr_assert_leq(snapshot_size(&task, NEEDS_LOSSES), sizeof room);
    snapshot_take(room, &task, NEEDS_LOSSES, &pass);
    const struct pruner_pass lent = snapshot_pass(room, &task, NEEDS_LOSSES, NULL);
    expect_pass(&lent, &numbers, N, NEEDS_LOSSES);
}
