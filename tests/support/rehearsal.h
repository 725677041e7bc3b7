/*
 * rehearsal: a made-up training that plays the harness for one pruner.
 *
 * There is no network. The logits of sample i after epoch e of run r are drawn from a stream named
 * by (r, e, i), the label's rising with e, and everything else follows from them: the same pruner
 * gets the same numbers in every rehearsal, whatever its seed and rate.
 *
 *     struct rehearsal r;
 *     const struct rehearsal_plan plan = {.pruner = pruner_find("ucb"), .options = "c=2 period=3",
 *                                         .n = 40, .classes = 4, .rate = 0.5, .epochs = 6};
 *     rehearsal_begin(&plan, &r, &err);
 *     rehearsal_score(&r, &err);
 *     for (int epoch = 0; epoch < pruner_epochs(r.run); epoch++)
 *         rehearsal_epoch(&r, epoch, &err);              r.selection is what it trained on
 *     rehearsal_end(&r);
 *
 * With a recording (tests/support/recording.h), the numbers are those of a network that was really
 * trained.
 */
#pragma once

#include "pruners/pruner.h"

struct recording;

struct rehearsal_plan {
    const struct pruner *pruner;
    const char *options; /* "alpha=0.5 period=2"; NULL: the defaults */
    /* NULL: made up. Else its n, classes and labels hold, not those below. */
    const struct recording *recording;
    size_t n;
    int classes;
    const uint16_t *labels; /* [n] borrowed for the call; NULL: i % classes */
    double rate;
    int epochs;
    uint64_t seed;
};

struct rehearsal {
    struct pruner_run *run;
    struct pruner_selection selection; /* in force */
    void *options;
    struct rehearsal_arrays *arrays;
};

/* Fails as pruner_begin does; options that cannot be read end the test. */
int rehearsal_begin(const struct rehearsal_plan *plan, struct rehearsal *ret_rehearsal,
                    struct err *err);
void rehearsal_end(struct rehearsal *rehearsal);

/* Trains the proxies that are wanted, then scores. */
int rehearsal_score(struct rehearsal *rehearsal, struct err *err);
/* What is due before the epoch, then the epoch. */
int rehearsal_epoch(struct rehearsal *rehearsal, int epoch, struct err *err);
/* [n] 1: the last epoch trained on it, and no batch left it out. */
const uint8_t *rehearsal_trained(const struct rehearsal *rehearsal);
/* All of it, to the last epoch. */
int rehearsal_run(struct rehearsal *rehearsal, struct err *err);

/*
 * The arrays of one pass, as the pruner declared them (the others NULL), to be changed at will and
 * valid until the next call. seen [n] is borrowed; NULL: all.
 */
struct pruner_pass rehearsal_pass(struct rehearsal *rehearsal, int run, int epoch, bool training,
                                  const uint8_t *seen);
/* The writable array behind one of them. */
float *rehearsal_array(struct rehearsal *rehearsal, enum pruner_needs need);
