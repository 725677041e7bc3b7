/*
 * session: a cell at work: what is known of it, what goes to its sink, and an epoch of a network.
 *
 * train.c goes through a cell; score.c, choose.c and resume.c are parts of it. They know each other
 * by this struct alone, in that order: a part calls those that stand below.
 *
 *     train.c     data, networks, epochs, evaluation, the end
 *     score.h     looking at samples; a pruner's proxies, scores and artifact
 *     choose.h    choosing, and telling what was chosen
 *     resume.h    handing the state to the keeper (keeper.h), and going on from a checkpoint
 *     session.h
 */
#pragma once

#include "harness/keep/checkpoint.h"
#include "harness/train/observe.h"
#include "harness/train/train.h"
#include "harness/train/trainer.h"

/* Sizes of the network that a pruner watches. */
struct proxy_sizes {
    size_t features, param_count, buffer_count;
};

struct session {
    const struct cell *cell;
    const struct train_places *places;
    struct clock *clock;
    const struct train_sink *sink;
    struct record_end *end; /* accuracies so far; that it diverged: a result, not an error */
    struct dataset *data;
    struct pruner_run *pruner;
    struct trainer trainer;              /* the cell's own network */
    struct observer observer;            /* of the training split */
    struct observer validation_observer; /* only with NEEDS_VALIDATION */
    struct proxy_sizes proxy;
    float
        *embeddings; /* [n][proxy.features] until the observer has them; NULL: a network is asked */
    struct pruner_selection selection; /* current; arrays with room for n */
    struct pruner_selection all;       /* every sample, of weight 1 */
    uint8_t *bitmap;                   /* (results/record/bitmap.h) of the training file */
    int64_t *class_kept;               /* [classes] likewise */
    struct work work;
    int64_t trained;              /* samples, proxies not counted */
    int64_t unscored_ns;          /* charged before the pruner began to score */
    char identity[HASH_HEX_SIZE]; /* of the cell, for checkpoints */
    struct checkpoint from;       /* where it goes on; memory NULL: nowhere, or it did already */
    bool unwritten;               /* that a checkpoint could not be written was told */
};

/* To the sink, and to the keeper, which sends it again where the cell goes on. */
void session_send(const struct session *s, const struct record *record);
void session_warn(const struct session *s, const char *code, const char *text);
void session_progress(const struct session *s, const char *stage, int epoch, int epochs,
                      double speed);

/* Selections and observers, once there are data and the pruner. */
void session_allocate(struct session *s);
/* All but cell, places, clock, sink and end; where it came to nothing, what there is of it. */
void session_release(struct session *s);

/* trainer_epoch, with the session's books; images a second go to ret_speed. */
int session_train_epoch(struct session *s, struct trainer *trainer, int epoch, int epochs,
                        const struct pruner_selection *selection, bool watched, double *ret_loss,
                        double *ret_speed, struct err *err);
