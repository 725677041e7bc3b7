/*
 * What the parts of train share: a cell at work.
 *
 *     train.c          data, networks, epochs, evaluation, the end
 *     train_score.c    looking at samples; a static pruner's proxies, scores and artifact
 *     train_select.c   choosing, and telling what was chosen
 *     train_resume.c   handing the state to the keeper (keeper.h), and going on from a checkpoint
 */
#ifndef WINNOW_TRAIN_PRIVATE_H
#define WINNOW_TRAIN_PRIVATE_H

#include "harness/keep/checkpoint.h"
#include "harness/train/observe.h"
#include "harness/train/train.h"
#include "harness/train/trainer.h"

/* Sizes of the network that a static pruner watches. */
struct proxy_sizes {
    size_t features, param_count, buffer_count;
};

struct session {
    const struct cell *cell;
    const struct train_places *places;
    struct clock *clock;
    const struct train_sink *sink;
    struct record_end *end; /* the accuracies so far are in it */
    struct dataset *data;
    struct pruner_run *pruner;
    struct trainer trainer;              /* the cell's own network */
    struct observer observer;            /* of the training split */
    struct observer validation_observer; /* only with NEEDS_VALIDATION */
    struct proxy_sizes proxy;
    struct pruner_selection selection; /* current; arrays with room for n */
    struct pruner_selection all;       /* every sample, of weight 1 */
    uint8_t *bitmap;                   /* (results/record/bitmap.h) of the current selection */
    int64_t *class_kept;               /* [classes] likewise */
    struct work work;
    int64_t trained; /* samples, proxies not counted */
    bool diverged;   /* why the last step failed: a result, not an error */
    int diverged_epoch, diverged_step;
    int64_t unscored_ns;          /* charged before the pruner began to score */
    char identity[HASH_HEX_SIZE]; /* of the cell, for checkpoints */
    struct checkpoint from;       /* where it goes on; memory NULL: nowhere, or it did already */
    bool unwritten;               /* that a checkpoint could not be written was told */
};

/* train.c */
void session_send(const struct session *s, const struct record *record);
void session_warn(const struct session *s, const char *code, const char *text);
void session_progress(const struct session *s, const char *stage, int epoch, int epochs,
                      double speed);
/* trainer_epoch, with the session's books; images a second go to ret_speed. */
int session_train_epoch(struct session *s, struct trainer *trainer, int epoch, int epochs,
                        const struct pruner_selection *selection, bool watched, double *ret_loss,
                        double *ret_speed, struct err *err);

/* train_score.c */
/* A scoring pass with trainer's network, handed to the pruner. */
int session_observe_forward(struct session *s, struct trainer *trainer, int run, int epoch,
                            struct err *err);
/* Hands over what the last epoch's training computed. */
int session_observe_training(struct session *s, int run, int epoch, struct err *err);
/* Fills s->proxy, once there is s->trainer. */
int session_measure_proxy(struct session *s, struct err *err);
/* Nothing to do, and nothing charged, for a pruner that neither watches nor scores. */
int session_score(struct session *s, struct err *err);

/* train_select.c */
/* Which labels were changed, where the dataset was given noise. */
void session_send_noise(struct session *s);
int session_select(struct session *s, int epoch, struct err *err);

/* train_resume.c: nothing happens in a cell without a keeper. */
/*
 * Reads the checkpoint, if there is one. *ret_resumed: the books are as they were, what was sent is
 * sent again, and s->from says where to go on; the network is to be restored by session_restore.
 * One that will not do is told in a warning. An error is the pruner's file, which cannot be read.
 */
int session_resume(struct session *s, bool *ret_resumed, struct err *err);
/* Whether the cell is to go on from that stage, in that proxy run (0 in others). */
bool session_resumes_at(const struct session *s, enum checkpoint_stage stage, int run);
/* Puts the network where the checkpoint was made; returns the epochs that it has done. */
int session_restore(struct session *s, struct trainer *trainer);
/* The state is what the cell is made of now; trainer NULL: no network is needed to go on. */
void session_keep(struct session *s, enum checkpoint_stage stage, int run, int epoch, int epochs,
                  struct trainer *trainer);

#endif
