/*
 * bench: how fast a network trains on this machine.
 *
 * The step that is measured is a whole one, on made-up pictures of made-up classes: forward, loss,
 * backward, update, with weights that change. What a run adds to it (gathering and augmenting the
 * batch, what a pruner watches) is not in it. One slice of some seconds gives one value; who asks
 * takes slices of several networks in turns and their median, so that a machine that slows down
 * meets all of them:
 *
 *     struct bench bench;
 *     if (bench_open(&bench, &setting, &err)) ...
 *     bench_warm(&bench);
 *     for each round
 *         slices[round] = bench_train(&bench, 1.0);
 *     bench_close(&bench);
 */
#pragma once

#include "models/model.h"
#include "models/nn/optim.h"

#include <stdbool.h>

struct bench_model {
    const struct model *model;
    const void *options; /* NULL where the model has none */
    const char *label;   /* "convnet(depth=2)" */
};

/* By choice_parse(): "convnet", "convnet(depth=2 width=32)". All lives in the arena. */
int bench_model_parse(const char *text, struct arena *arena, struct bench_model *ret_model,
                      struct err *err);
/* The pictures the model's paper is about, or as near as makes no difference: 28 x 28 x 1 or
   32 x 32 x 3. */
struct nn_shape bench_usual_input(const struct model *model);
/* "28x28x1" */
int bench_input_parse(const char *text, struct nn_shape *ret_input, struct err *err);

struct bench_setting {
    struct bench_model model;
    struct nn_shape input;
    struct nn_engine engine;
    int batch, eval_batch;
    int rows; /* of a step, where it is a part of a batch; 0: all */
};

enum bench_phase { BENCH_FORWARD, BENCH_LOSS, BENCH_BACKWARD, BENCH_UPDATE, BENCH_PHASES };
extern const char *const bench_phase_names[]; /* "forward", ..., NULL */

struct bench {
    struct bench_setting setting;
    struct nn_net *net;
    struct optimizer optimizer;
    uint16_t *labels; /* [batch] */
    uint32_t steps;
    double *times; /* [time_room] seconds of a slice's steps */
    size_t time_room;
};

/* Builds and plans the network. An error: the model does not take such pictures. */
int bench_open(struct bench *bench, const struct bench_setting *setting, struct err *err);
void bench_close(struct bench *bench);
/* What the first steps do once: pages, caches, code that is made at run time. */
void bench_warm(struct bench *bench);

struct bench_slice {
    double images_per_s;         /* by the median step: what the machine can do */
    double through_images_per_s; /* by the whole slice, its hiccups included */
    double phase_s[BENCH_PHASES];
    int steps;
};

/* Whole steps, one or more, until the seconds are over. */
struct bench_slice bench_train(struct bench *bench, double seconds);
/* Images that a step computed, those included that only fill up the kernels' sizes (nn_rows). */
double bench_computed(const struct bench *bench);
/* Images/s of forward passes alone, by the median pass. */
double bench_forward(struct bench *bench, double seconds);

/* GFLOP/s of multiply-adds on registers in all of the network's threads together. */
double bench_peak(struct bench *bench, double seconds);
/* GFLOP/s of a matrix product of 1024 x 1024 in each of its threads; the median of some. */
double bench_gemm(struct bench *bench);

/* ---- What else the machine does meanwhile ---- */

struct bench_watch {
    int64_t start;     /* time_now() */
    double busy, used; /* seconds of processors: of all processes, of this and its children */
};

void bench_watch_start(struct bench_watch *watch);
/* The share of all processors' time since then that other processes took; NAN where the system does
   not tell. Children count once they have been waited for. */
double bench_watch_foreign(const struct bench_watch *watch);
