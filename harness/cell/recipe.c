#include "harness/cell/recipe.h"

#include "harness/data/data.h"
#include "models/nn/num/type.h"
#include "models/nn/optim.h"

const char *const precision_names[] = {
    [NN_FLOAT32] = "fp32",
    [NN_BFLOAT16] = "bf16",
    NULL,
};

static const char *const loss_names[] = {[LOSS_MEAN] = "mean", [LOSS_SUM] = "sum", NULL};

static const char *const tta_names[] = {
    [TTA_NONE] = "none",
    [TTA_MIRROR] = "mirror",
    [TTA_MIRROR_SHIFT] = "mirror-shift",
    NULL,
};

size_t recipe_epoch_steps(const struct recipe *recipe, size_t count)
{
    const size_t batch = (size_t)recipe->batch, whole = count / batch;
    return whole == 0 || (count % batch && !recipe->drop_last) ? whole + 1 : whole;
}

int recipe_length(const struct recipe *recipe)
{
    return recipe->steps ? recipe->steps : recipe->epochs;
}

const struct option recipe_options[] = {
    OPTION_INT(struct recipe, epochs, "15", 1, 100000, "passes over the selected samples"),
    OPTION_INT_OR(struct recipe, steps, "none", "none", 100000000,
                  "in the place of epochs: steps, however few samples are selected",
                  .added_later = true),
    OPTION_INT(struct recipe, batch, "128", 1, 65536, "samples a step"),
    OPTION_DOUBLE(struct recipe, lr, "0.05", 0, 1000, "peak learning rate"),
    OPTION_ENUM(struct recipe, optimizer, "sgd", optimizer_names,
                "how gradients change the weights", .added_later = true),
    OPTION_DOUBLE(struct recipe, adam_beta2, "0.999", 0, 0.999999,
                  "adamw: what the mean of squared gradients keeps of itself a step",
                  .added_later = true),
    OPTION_DOUBLE(struct recipe, adam_epsilon, "1e-8", 1e-30, 1,
                  "adamw: added to the root of that mean", .added_later = true),
    OPTION_DOUBLE(struct recipe, lars_trust, "0.001", 0, 1000,
                  "lars: a layer's step at lr 1, as a share of its weights' norm",
                  .added_later = true),
    OPTION_DOUBLE(struct recipe, momentum, "0.9", 0, 1, "of SGD and LARS; AdamW's beta1"),
    OPTION_DOUBLE(struct recipe, weight_decay, "5e-4", 0, 10,
                  "on every parameter; by the gradient, but adamw takes it off the weights"),
    OPTION_BOOL(struct recipe, nesterov, "false", "Nesterov's momentum"),
    OPTION_INT_OR(struct recipe, lookahead, "none", "none", 100000,
                  "steps after which the weights become their running average",
                  .added_later = true),
    OPTION_DOUBLE(struct recipe, lookahead_decay, "0.7737809375", 0, 1,
                  "lookahead: what that average keeps of itself, at the end", .added_later = true),
    OPTION_DOUBLE(struct recipe, lookahead_power, "3", 0, 100,
                  "lookahead: power by which that rises over the training; 0: all the time",
                  .added_later = true),
    OPTION_ENUM(struct recipe, schedule, "cosine", schedule_names, "of the learning rate"),
    OPTION_DOUBLE(struct recipe, warmup, "0", 0, 100000000,
                  "epochs of linear rise from 0 before it; with steps: steps"),
    OPTION_DOUBLE(struct recipe, step_every, "0.3", 0.001, 1,
                  "step: share of epochs between falls"),
    OPTION_DOUBLE(struct recipe, step_factor, "0.1", 0, 1,
                  "step, milestones: what lr is multiplied by"),
    OPTION_NUMBERS_OF(
        struct recipe, milestones, 0, 100000000,
        "milestones: epochs (with steps: steps) after which lr falls, as in [60, 120]",
        .added_later = true),
    OPTION_DOUBLE(struct recipe, cycle_rise, "0.3", 0, 1,
                  "one-cycle: share of epochs that lr rises"),
    OPTION_DOUBLE(struct recipe, triangle_start, "0.2", 0, 1,
                  "triangle: share of the peak at the start", .added_later = true),
    OPTION_DOUBLE(struct recipe, triangle_end, "0.07", 0, 1,
                  "triangle: share of the peak at the end", .added_later = true),
    OPTION_DOUBLE(struct recipe, triangle_rise, "0.23", 0, 1,
                  "triangle: share of epochs that lr rises", .added_later = true),
    OPTION_DOUBLE(struct recipe, label_smoothing, "0", 0, 0.99, "of the training loss"),
    OPTION_ENUM(struct recipe, augment, "none", augment_names, "of training pictures"),
    OPTION_INT(struct recipe, crop_pad, "4", 1, 64, "crop: pixels of border"),
    OPTION_ENUM(struct recipe, crop_border, "reflect", border_names,
                "crop: the border reflects the picture, or is black", .added_later = true),
    OPTION_ENUM(struct recipe, flip, "random", flip_names,
                "flip: by a coin each epoch, or in every other epoch", .added_later = true),
    OPTION_BOOL(struct recipe, drop_last, "false", "no step on an epoch's last, smaller batch",
                .added_later = true),
    OPTION_ENUM(struct recipe, loss, "mean", loss_names,
                "mean or sum over the samples of a batch; a sum makes longer steps",
                .added_later = true),
    OPTION_ENUM(struct recipe, precision, "fp32", precision_names,
                "of matrix products' operands; bf16: sums and weights stay fp32"),
    OPTION_ENUM(struct recipe, tta, "none", tta_names,
                "test-time augmentation: further views of the test set, for test_tta_accuracy",
                .added_later = true),
    OPTION_BOOL(struct recipe, corrupted_test, "false",
                "at the end also on test pictures with noise, blur, less contrast, more brightness",
                .added_later = true),
    OPTION_INT(struct recipe, eval_every, "1", 1, 100000000,
               "epochs between evaluations; with steps: steps, at the end of an epoch"),
    OPTION_END,
};

/* Yang et al. 2023 (arXiv 2205.09329), but for the batch and the learning rate. */
#define DATASET_PRUNING                                                                            \
    BRACED("epochs", "200"), BRACED("momentum", "0.9"), BRACED("weight_decay", "5e-4"),            \
        BRACED("schedule", "cosine"), BRACED("augment", "crop-flip"), BRACED("crop_pad", "4")

static const struct recipe_preset paper = {
    .name = "paper",
    .help = "Yang et al. 2023, as in their text: 200 epochs, batch 256, lr 0.1, crop and flip",
    .values = {{"batch", "256"}, {"lr", "0.1"}, DATASET_PRUNING},
};

static const struct recipe_preset code = {
    .name = "code",
    .help = "Yang et al. 2023, as in their program: the same, but batch 128, lr 0.01",
    .values = {{"batch", "128"}, {"lr", "0.01"}, DATASET_PRUNING},
};

/*
 * Jordan 2024 (arXiv 2404.00498) in our words; the rest of it is in models/airbench.c. It has 9.9
 * epochs, which here are whole. Its rates are those of k = 1024 (1 + 1 / (1 - .85)) samples, a
 * batch of 1024 and what momentum makes of it: lr = 11.5 / k = .0015 / 1.024, of summed losses. A
 * step takes off .0153 * 1024 / k of a weight, which is lr * weight_decay.
 */
static const struct recipe_preset airbench = {
    .name = "airbench",
    .help = "Jordan 2024, for the model airbench: CIFAR-10 in 10 epochs, of summed losses",
    .values = {{"epochs", "10"},
               {"batch", "1024"},
               {"drop_last", "true"},
               {"loss", "sum"},
               {"label_smoothing", "0.2"},
               {"lr", "0.00146484375"},
               {"momentum", "0.85"},
               {"nesterov", "true"},
               {"weight_decay", "1.3623652173913044"},
               {"lookahead", "5"},
               {"lookahead_decay", "0.7737809375"}, /* .95^5 */
               {"lookahead_power", "3"},
               {"schedule", "triangle"},
               {"triangle_start", "0.2"},
               {"triangle_rise", "0.23"},
               {"triangle_end", "0.07"},
               {"augment", "crop-flip"},
               {"crop_pad", "2"},
               {"crop_border", "reflect"},
               {"flip", "alternate"},
               {"tta", "mirror-shift"}},
};

/*
 * Paul, Ganguli and Dziugaite 2021 (NeurIPS, "Data Diet"): 200 epochs of 390 steps, the rate a
 * fifth after 60, 120 and 160 of them; a subset takes as many steps as all the data.
 */
static const struct recipe_preset data_diet = {
    .name = "data-diet",
    .help = "Paul et al. 2021: 78,000 steps at any rate, batch 128, lr 0.1 with falls, Nesterov",
    .values = {{"steps", "78000"},
               {"batch", "128"},
               {"drop_last", "true"},
               {"lr", "0.1"},
               {"momentum", "0.9"},
               {"nesterov", "true"},
               {"weight_decay", "5e-4"},
               {"schedule", "milestones"},
               {"milestones", "23400/46800/62400"},
               {"step_factor", "0.2"},
               {"augment", "crop-flip"},
               {"crop_pad", "4"},
               {"crop_border", "reflect"},
               {"eval_every", "390"}},
};

/*
 * Zheng et al. 2023 (ICLR, "Coverage-centric Coreset Selection"), as their train.py has it at
 * b37f166, but that its cosine ends at 1e-4 and not at 0.
 */
static const struct recipe_preset ccs = {
    .name = "ccs",
    .help = "Zheng et al. 2023, and D2: 40,000 steps at any rate, batch 256, lr 0.1, cosine",
    .values = {{"steps", "40000"},
               {"batch", "256"},
               {"lr", "0.1"},
               {"momentum", "0.9"},
               {"nesterov", "true"},
               {"weight_decay", "5e-4"},
               {"schedule", "cosine"},
               {"augment", "crop-flip"},
               {"crop_pad", "4"},
               {"crop_border", "reflect"},
               {"eval_every", "800"}},
};

/*
 * Qin et al. 2024 (ICLR, "InfoBatch"), as examples/cifar_example.py has it at 8bbb012 with the
 * README's --optimizer lars --max-lr 5.2, but that PyTorch's one cycle moves the momentum, too.
 */
static const struct recipe_preset infobatch = {
    .name = "infobatch",
    .help = "Qin et al. 2024: 200 epochs, batch 128, LARS with one cycle up to lr 5.2",
    .values = {{"epochs", "200"},
               {"batch", "128"},
               {"optimizer", "lars"},
               {"lr", "5.2"},
               {"momentum", "0.9"},
               {"weight_decay", "5e-4"},
               {"label_smoothing", "0.1"},
               {"schedule", "one-cycle"},
               {"augment", "crop-flip"},
               {"crop_pad", "4"},
               {"crop_border", "reflect"}},
};

static const struct kind *const presets[] = {&paper.is,     &code.is, &airbench.is,
                                             &data_diet.is, &ccs.is,  &infobatch.is};
const struct shelf preset_shelf = SHELF("preset", "presets", presets);
