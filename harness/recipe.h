/*
 * recipe: how a cell's network is trained: the `train:` mapping of an experiment, part of the key.
 */
#ifndef WINNOW_RECIPE_H
#define WINNOW_RECIPE_H

#include "harness/base/option.h"

#include <stdbool.h>

struct recipe {
    int epochs;
    int batch;
    double lr; /* peak */
    double momentum, weight_decay;
    bool nesterov;
    int schedule; /* enum schedule_kind */
    double warmup;
    double step_every, step_factor, cycle_rise;
    double label_smoothing;
    int augment; /* enum augment_kind */
    int crop_pad;
    int precision;  /* enum nn_type */
    int eval_every; /* epochs between evaluations; the last epoch is always evaluated */
};

extern const struct option recipe_options[];
extern const char *const precision_names[]; /* "fp32", "bf16", NULL */

#endif
