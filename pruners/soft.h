/*
 * soft: what pruners with a soft budget share. Their files say what each is and where it is from;
 * here is the code that more than one of them runs.
 *
 *     scores     s_i, the state: float s[n], from the losses or the batch losses of training
 *     rules      infobatch's and SeTa's, on any such scores, with their options
 *     batches    which samples of a batch the network has not learned yet
 */
#pragma once

#include "pruners/pruner.h"

/* ---- Scores: slots of a pruner that chooses before each epoch from what training computed ---- */

/* s_i = l_i, where training saw i. */
void soft_observe_losses(struct pruner_run *run, const struct pruner_pass *pass);
/* s_i <- .9 s_i + .1 (mean loss of the batch that i was in), where training saw i. */
void soft_observe_batch_losses(struct pruner_run *run, const struct pruner_pass *pass);

/* ---- infobatch's rule: pruners/infobatch.c ---- */

struct soft_infobatch {
    double delta;
    int rate_schedule; /* enum rate_schedule */
    double swing;
};

extern const struct option soft_infobatch_options[];
double soft_infobatch_anneal(const struct pruner_run *run);
void soft_infobatch_choose(struct pruner_run *run, struct rng *rng,
                           struct pruner_selection *ret_selection);

/* ---- SeTa's rule: pruners/seta.c ---- */

struct soft_seta {
    double r;
    int G;
    double w, delta, anneal;
};

extern const struct option soft_seta_options[];
void soft_seta_note(const struct pruner_run *run, struct str *ret_note);
void soft_seta_choose(struct pruner_run *run, struct rng *rng,
                      struct pruner_selection *ret_selection);

/* ---- Batches: pruners/progressive_dropout.c, pruners/smrd.c, pruners/divbs.c ---- */

/* All samples, from the first epoch on; batch() leaves out. */
enum pruner_due soft_batches_due(const struct pruner_run *run, int epoch);

struct soft_dropout {
    double tau, anneal;
    int look; /* enum select_look */
};

extern const struct option soft_dropout_options[];
extern const struct kind_preset soft_dropout_presets[];
/* At least the last epoch runs on all data. */
double soft_dropout_anneal(const struct pruner_run *run);
/*
 * ret_unlearned[rows]: 1 where p_y < tau, with tau = 0 where the label's is not the highest
 * probability (ties: the lower class has it), else 0. Returns how many are 1.
 */
size_t soft_dropout_unlearned(const struct pruner_run *run, const struct pruner_batch *batch,
                              float *ret_unlearned);
