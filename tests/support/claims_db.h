/*
 * claims_db: a small database of made results, and what the claims of harness/paper/ make of them.
 *
 *     claims_open("claims.db");
 *     claims_add_seeds((struct claims_run){.pruner = "full", .percent = 90, .train_s = 10}, 0);
 *     ...
 *     const struct paper_finding a1 = claims_find("A1");
 *     claims_expect(&a1, CLAIM_HELD);
 *     claims_close();
 *
 * Of three seeds with the values m - d, m, m + d the mean is m, the standard deviation d, and
 * t(0.975, 2) = 4.302653 makes the half width of the interval 4.302653 d / sqrt(3), which is
 * claims_half d.
 */
#pragma once

#include "harness/paper/claims.h"
#include "results/store.h"

enum { CLAIMS_EPOCHS = 2, CLAIMS_TRAIN_N = 1000 };

static const double claims_half = 2.484138;

/* Of a run that is done. Zeros: nothing of the kind. */
struct claims_run {
    const char *model, *pruner, *options;
    double rate;
    int seed;
    double percent;                    /* accuracy, at the last epoch */
    double score_s, select_s, train_s; /* charged */
    double early_percent, early_s;     /* at the first of two epochs: accuracy, charged */
    double gap;                        /* test loss - training loss, of 1; 0: none measured */
    double objective;                  /* of its solver */
    double flops;                      /* 0: not recorded */
    uint16_t chosen[CLAIMS_EPOCHS];    /* bit i: sample i of 10 is in the subset */
    double pace; /* of claims_add_seeds: seeds take 1 / pace, 1, pace times as long; 0: as long */
    int64_t test_n; /* samples of its test set; 0: not recorded */
    bool doubtful, diverged;
};

extern struct store *claims_store;
extern struct claims_run claims_runs[]; /* those added, in order; to be changed before they are
                                           recorded */

void claims_open(const char *name);
void claims_close(void);
/* Remembers a run of the experiment "made"; dataset d, network mlp where none is given. */
void claims_add(struct claims_run run);
/* Three seeds, whose accuracies are percent - spread, percent, percent + spread. With a pace, the
 * ratio m of their seconds to those of others has an interval that goes from m pace^-claims_half to
 * m pace^claims_half. */
void claims_add_seeds(struct claims_run run, double spread);
/* Writes them down. */
void claims_record(void);
/* Writes them down, and what becomes of a claim; valid until claims_close. */
struct paper_finding claims_find(const char *id);

void claims_expect(const struct paper_finding *finding, enum paper_verdict expected);
/* The line of an arm and a measure, which must be there. */
const struct paper_line *claims_line_of(const struct paper_finding *finding, const char *arm,
                                        const char *measure);
/* The interval is [low, high]; one seed has none, nor have several where low is NAN. */
void claims_expect_line(const struct paper_finding *finding, const char *arm, const char *measure,
                        size_t n, double mean, double low, double high, enum paper_verdict verdict);
