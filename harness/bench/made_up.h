/*
 * bench_made_up: the numbers of a training that never was, for pruners to be measured on.
 *
 *     struct made_up m;
 *     made_up_init(&m, needs, 50000, 512, 10);
 *     struct pruner_pass pass = made_up_pass(&m, run, epoch, training);     valid until the next
 *     made_up_release(&m);
 *
 * Features lie around centres of their classes, each sample at a distance of its own (so that some
 * are hard), 5 % of the labels are wrong, and no two samples are alike. For each epoch there is a
 * last layer: the centres, more of them with each epoch, and noise. Logits are its products with
 * the features, and everything else follows from them. Features are the same in all runs and
 * epochs; where the pruner wants none, there are fewer of them. Gradients in all parameters are
 * those of the last layer, their products with the mean made up.
 *
 * The same numbers every time. A pass costs little beside what pruners do: one matrix product.
 */
#pragma once

#include "pruners/pruner.h"

enum { MADE_UP_BATCH = 128 }; /* samples that share a batch loss */

struct made_up_split {
    size_t n;
    uint16_t *labels;                      /* [n] */
    uint8_t *correct;                      /* [n] */
    float *features;                       /* [n][width] */
    float *logits, *probabilities;         /* [n][classes] */
    float *losses;                         /* [n] */
    float *batch_losses;                   /* [n] or NULL: not needed */
    float *gradient_norms, *gradient_dots; /* [n] or NULL */
};

struct made_up {
    unsigned needs; /* enum pruner_needs */
    size_t classes, width;
    float *centres;                         /* [classes][width] */
    float *classifier;                      /* [classes][width + 1] of the last pass */
    struct made_up_split train, validation; /* n = 0: none */
    struct pruner_pass validation_pass;
    size_t bytes; /* of all these arrays */
};

/* The validation split, where it is needed, has a tenth of n. classes <= DATA_MAX_CLASSES. */
void made_up_init(struct made_up *ret_made_up, unsigned needs, size_t n, size_t feature_count,
                  int classes);
void made_up_release(struct made_up *made_up);

/* What the pruner needs of the network after so many epochs of a run; seen: all. */
struct pruner_pass made_up_pass(struct made_up *made_up, int run, int epoch, bool training);
