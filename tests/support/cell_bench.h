/*
 * cell_bench: one cell on made-up data, run in this process, and what it reported.
 *
 *     struct bench b;
 *     bench_setup(&b, pruner_find("ucb"), 0.5);       the synthetic set, softmax, 4 epochs
 *     bench_run_well(&b);
 *     ... b.kept.epochs, b.end ...
 *     bench_teardown(&b);
 */
#pragma once

#include "harness/data/synthetic.h"
#include "harness/train/train.h"

enum {
    BENCH_SAMPLES = 200,
    BENCH_EPOCHS = 4,
    BENCH_BATCH = 32,
    BENCH_MOST_EPOCHS = 64,
    BENCH_MOST_TESTS = 32
};

struct kept {
    struct record_epoch epochs[BENCH_MOST_EPOCHS];
    size_t epoch_count, selection_count;
    int64_t selection_kept[BENCH_MOST_EPOCHS];
    int selection_epoch[BENCH_MOST_EPOCHS];
    /* A selection whose bitmap, kept and class counts disagree; a test whose classes give another
       accuracy, or another number of samples than the data has. */
    bool bad_counts;
    size_t warning_count;
    char implementations[256];
    int64_t test_n;
    struct record_test tests[BENCH_MOST_TESTS]; /* without their classes */
    size_t test_count;
    struct record_artifact artifact;
    char artifact_key[HASH_HEX_SIZE];
    int artifact_count;
};

struct bench {
    struct arena arena;
    struct cell cell;               /* may be changed before it runs */
    struct synthetic_options *data; /* of the cell; likewise */
    struct train_places places;     /* data and machine are filled in */
    struct kept kept;
    struct record_end end;
    struct err err;
};

void bench_setup(struct bench *b, const struct pruner *pruner, double rate);
/* With the model's default options. */
void bench_set_model(struct bench *b, const char *name);
/* Of the pruner. */
void bench_set_option(struct bench *b, const char *name, const char *value);
/* As train_cell. */
int bench_run(struct bench *b);
/* Done, without a warning. */
void bench_run_well(struct bench *b);
void bench_teardown(struct bench *b);

/* Losses and accuracies of all epochs. */
void bench_assert_same_bits(const struct kept *a, const struct kept *b);
