/*
 * recipe: how a cell's network is trained: the `train:` mapping of an experiment, part of the key.
 */
#pragma once

#include "base/kind.h"

#include <stdbool.h>

enum loss_kind { LOSS_MEAN, LOSS_SUM };
/* Views of a test picture, of whose logits the mean is taken. */
enum tta_kind { TTA_NONE, TTA_MIRROR, TTA_MIRROR_SHIFT, TTA_KINDS };

struct recipe {
    int epochs; /* its default where there are steps */
    int steps;  /* 0: as many as the epochs have */
    int batch;
    double lr;     /* peak */
    int optimizer; /* enum optimizer_kind */
    double adam_beta2, adam_epsilon, lars_trust;
    double momentum, weight_decay;
    bool nesterov;
    int lookahead; /* steps, 0: none */
    double lookahead_decay, lookahead_power;
    int schedule; /* enum schedule_kind */
    double warmup;
    double step_every, step_factor, cycle_rise;
    struct option_numbers milestones; /* epochs, or steps */
    double triangle_start, triangle_end, triangle_rise;
    double label_smoothing;
    int augment; /* enum augment_kind */
    int crop_pad;
    int crop_border; /* enum border_kind */
    int flip;        /* enum flip_kind */
    bool drop_last;
    int loss;      /* enum loss_kind */
    int precision; /* enum nn_type */
    int tta;       /* enum tta_kind */
    bool corrupted_test;
    int eval_every; /* epochs or steps between evaluations; the last epoch is always evaluated */
};

/*
 * A published recipe: `train: {preset: NAME, epochs: 20}` sets its values, then those that stand
 * beside it. Cells hold values, not presets: the same values are the same cells.
 */
struct recipe_preset {
    KIND; /* no options */
    struct {
        const char *option, *value; /* NULL ends them */
    } values[24];
};

/* preset_shelf, preset_at(), preset_find(). */
SHELF_OF(struct recipe_preset, preset);

/* Of an epoch on that many samples. */
size_t recipe_epoch_steps(const struct recipe *recipe, size_t count);
/* The steps, or else the epochs: in what warmup, milestones and eval_every are counted. */
int recipe_length(const struct recipe *recipe);

extern const struct option recipe_options[];
extern const char *const precision_names[]; /* "fp32", "bf16", NULL */
