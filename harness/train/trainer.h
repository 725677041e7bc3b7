/*
 * trainer: a network, its data and its recipe; trains epochs and measures accuracy. The cell's own
 * network and the proxies of pruners are trained by the same code.
 *
 * Common random numbers: everything drawn here is named by (seed, purpose, epoch, sample), so cells
 * that differ in their pruner alone start from the same weights, crop a picture the same way, and
 * meet the samples that they share in the same order: an epoch walks one permutation of all N and
 * skips what was not selected. What is dropped from a batch leaves the others where they are; and
 * where the selection is spread, its steps are those of the whole permutation, each on a share.
 */
#pragma once

#include "harness/cell/engine.h"
#include "harness/cell/recipe.h"
#include "harness/data/corrupt.h"
#include "harness/data/data.h"
#include "harness/train/observe.h"
#include "harness/train/quality.h"
#include "models/model.h"
#include "models/nn/optim.h"
#include "results/record/record.h"

/* Samples a forward-only pass takes at once: rows of a pass do not depend on what is beside them.
 */
enum { TRAINER_EVAL_BATCH = 512 };

struct trainer {
    const struct dataset *data;
    const struct recipe *recipe;
    uint64_t seed;
    int64_t steps; /* after which it ends; 0: as many as its epochs have */
    struct schedule schedule;
    struct nn_net *net;
    struct optimizer optimizer;
    uint32_t *order;            /* [n] this epoch's permutation */
    uint32_t *place;            /* [n] 1 + position in the selection, 0: not selected */
    uint32_t *batch_index;      /* [batch] */
    uint16_t *batch_labels;     /* [batch] */
    float *batch_weights;       /* [batch] */
    float *batch_losses;        /* [batch] */
    float *batch_factors;       /* [batch] of the weights; only with a trainer_drop */
    float *batch_probabilities; /* [batch][classes]; likewise, and sums of views' logits */
    float *batch_features;      /* [batch][feature_count]; likewise */
    /* Borrowed; for the second network that trainer_pass makes where gradients are wanted: one
       sample a thread. */
    const struct model *model;
    const void *model_options;
    const struct engine *engine;
    struct nn_net *single; /* NULL: not wanted yet */
    /* Where the loss was not finite, from 1: the epoch and which of its batches. 0: nowhere. */
    int diverged_epoch, diverged_step;
};

/*
 * Who decides, before each step, which samples of its batch are back-propagated. Between the two
 * calls the trainer looks at the batch: a forward-only pass, augmented as the step will be, in
 * evaluation mode (nothing of the network changes) or in training mode (running statistics take the
 * batch's in, once more than the step's do). `context` goes to both.
 */
struct trainer_drop {
    void *context;
    bool in_training;
    /* The batch is about to be looked at. */
    void (*look)(void *context);
    /* ret_weights [rows]: factors of the loss weights, 0 leaves a sample out. An error ends the
     * epoch. step counts its batches from 0. */
    int (*decide)(void *context, const struct pruner_batch *batch, size_t step, float *ret_weights,
                  struct err *err);
};

/* How a recipe steps. */
struct optimizer_setting trainer_steps(const struct recipe *recipe);
/* Error: the model's options do not fit the data. model, its options, data, recipe and engine are
 * borrowed. */
int trainer_init(struct trainer *trainer, const struct model *model, const void *model_options,
                 const struct dataset *data, const struct recipe *recipe,
                 const struct engine *engine, uint64_t seed, struct err *err);
/* Also of a zeroed trainer. */
void trainer_release(struct trainer *trainer);

/*
 * Trains epoch number `epoch` (from 0) of a schedule over `epochs`, after the last of which
 * lookahead leaves its average, on the selection, or on what
 * drop leaves of it (NULL: all). What the steps' forward passes computed goes to observer (NULL:
 * nobody wants it), the work to *work (added). Gives the mean of what was minimised, NAN where no
 * sample was left in the whole epoch. Error: the loss, or what the last step left of the weights,
 * is not finite, with the batch where that began, also in diverged_epoch and diverged_step; or what
 * drop says.
 *
 * With drop_last the rest that fills no batch has no step, unless it is all of the selection. With
 * the loss summed, the mean that is given is still one a sample.
 *
 * Samples that are dropped cost the look alone: the others are gathered again and the step is on
 * them only, its loss divided by their number. A batch of which nothing is left has no step, and
 * the schedule goes on as if it had.
 */
int trainer_epoch(struct trainer *trainer, int epoch, int epochs,
                  const struct pruner_selection *selection, const struct trainer_drop *drop,
                  struct observer *observer, struct work *work, double *ret_loss, struct err *err);
/* Learning rate when `epoch` epochs of `epochs` are done, or the steps that were made. */
double trainer_lr(const struct trainer *trainer, double epoch, int epochs);
/* Whether no step is left once `epoch` of them are done. */
bool trainer_is_done(const struct trainer *trainer, int epoch, int epochs);

/* A forward pass over index[0..n-1] of the split (NULL: all n), no augmentation, in batches of
 * TRAINER_EVAL_BATCH, into the observer; not for gradients. */
void trainer_look(struct trainer *trainer, const struct split *split, const uint32_t *index,
                  size_t n, struct observer *observer, struct work *work);

/*
 * A forward pass over a split, no augmentation, in batches of TRAINER_EVAL_BATCH (the last one
 * padded) into observer, which is cleared before. Where the observer wants gradients, there are two
 * more looks at the samples, forward and backward, with frozen statistics: the mean gradient, in
 * batches as in training; then each sample's own, one sample a thread. The network's gradients stay
 * 0.
 */
void trainer_pass(struct trainer *trainer, const struct split *split, struct observer *observer,
                  struct work *work);
/* By forward passes without augmentation. */
struct quality trainer_evaluate(struct trainer *trainer, const struct split *split);
/* Of the test split, and its tta_accuracy where the recipe has test-time augmentation. ret_sums:
 * what it is made of. */
struct quality trainer_test(struct trainer *trainer, struct quality_sums *ret_sums);
/* Likewise of its pictures corrupted, and without tta_accuracy; corrupter is of their shape. */
struct quality trainer_test_corrupted(struct trainer *trainer, struct corrupter *corrupter,
                                      enum corruption kind, int severity,
                                      struct quality_sums *ret_sums);
/* How often trainer_test looks at each sample. */
size_t trainer_test_views(const struct recipe *recipe);
