/*
 * train: mappings of options; the `train:` mappings, laid one over the other, and the
 * reasons why values that are fine by themselves do not go together.
 */
#include "harness/config/param.h"
#include "harness/config/read.h"
#include "models/nn/optim.h"

#include <stdio.h>
#include <string.h>

static size_t option_number(const char *name)
{
    const struct option *option = option_find(recipe_options, name);
    REQUIRE(option);
    const size_t number = (size_t)(option - recipe_options);
    REQUIRE(number < MOST_RECIPE_OPTIONS);
    return number;
}

void options_apply(struct reader *reader, const struct node *node, const char *label,
                   const char *apart, const char *example, const struct option *table, void *values,
                   const struct node **where)
{
    if (node->kind != NODE_MAP) {
        char wanted[64];
        snprintf(wanted, sizeof wanted, "a mapping, as in %s", example);
        param_expected(node, label, wanted, &reader->mistakes);
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        const struct node *key = node->keys[i];
        if (apart && strcmp(key->text, apart) == 0)
            continue;
        const struct option *option = option_find(table, key->text);
        if (!option)
            param_unknown_option(key, label, table, &reader->mistakes);
        else if (!param_repeats(table, node, i, &reader->mistakes) &&
                 param_set(option, node->items[i], values, reader->arena, &reader->mistakes) &&
                 where)
            where[option - table] = node->items[i];
    }
}

void limits_apply(struct reader *reader, const struct node *node, struct limits *limits)
{
    options_apply(reader, node, "limits", NULL, "{timeout: 2h}", limits_options, limits, NULL);
}

static const char PRESET[] = "preset";

/* The mapping's preset, if it has one: as if its options stood there. */
static void apply_preset(struct reader *reader, const struct node *node, struct training *training)
{
    for (size_t i = 0; node->kind == NODE_MAP && i < node->count; i++) {
        const struct node *name = node->items[i];
        if (strcmp(node->keys[i]->text, PRESET) != 0)
            continue;
        if (name->kind != NODE_TEXT) {
            param_expected(name, PRESET, "a name", &reader->mistakes);
            continue;
        }
        const struct recipe_preset *preset = preset_find(name->text);
        if (!preset)
            param_unknown(name, PRESET, shelf_near(&preset_shelf, name->text),
                          "winnow list presets shows them", &reader->mistakes);
        for (size_t v = 0; preset && preset->values[v].option; v++) {
            const struct option *option = option_find(recipe_options, preset->values[v].option);
            struct err err;
            if (option_set(option, &training->recipe, preset->values[v].value, NULL, &err))
                DIE("bug: preset %s: %s", preset->name, err.text);
            training->where[option - recipe_options] = name;
        }
    }
}

void train_apply(struct reader *reader, const struct node *node, struct training *training)
{
    apply_preset(reader, node, training);
    options_apply(reader, node, "train", PRESET, "{epochs: 15}", recipe_options, &training->recipe,
                  training->where);
}

/* Where an option was set; the file's start where it has its default. */
static struct place place_of(const struct reader *reader, const struct training *training,
                             const char *name)
{
    const struct node *node = training->where[option_number(name)];
    return node ? node->place : reader->root->place;
}

static void check_warmup(struct reader *reader, const struct training *training)
{
    const struct recipe *recipe = &training->recipe;
    const struct node *epochs = training->where[option_number("epochs")];
    if (recipe->warmup > 0 && schedule_rises((enum schedule_kind)recipe->schedule))
        mistakes_add(&reader->mistakes, place_of(reader, training, "warmup"), "warmup",
                     "not with schedule %s, which has a rise of its own (%s)",
                     schedule_names[recipe->schedule],
                     recipe->schedule == SCHEDULE_ONE_CYCLE ? "cycle_rise" : "triangle_rise");
    if (recipe->warmup <= recipe->epochs)
        return;
    struct str place = {0};
    if (epochs)
        place_write(epochs->place, &place);
    mistakes_add(&reader->mistakes, place_of(reader, training, "warmup"), "warmup",
                 "%.15g epochs, but the training has only %d (%s)", recipe->warmup, recipe->epochs,
                 epochs ? str_text(&place) : "the default");
    str_release(&place);
}

/* What changes a crop or a flip where there is none. */
static void check_augment(struct reader *reader, const struct training *training)
{
    const struct recipe *recipe = &training->recipe;
    const struct augment augment = {.kind = (enum augment_kind)recipe->augment};
    if (recipe->flip != FLIP_RANDOM && !augment_flips(&augment))
        mistakes_add(&reader->mistakes, place_of(reader, training, "flip"), "flip",
                     "%s needs augment flip or crop-flip", flip_names[recipe->flip]);
    if (recipe->crop_border != BORDER_REFLECT && !augment_crops(&augment))
        mistakes_add(&reader->mistakes, place_of(reader, training, "crop_border"), "crop_border",
                     "%s needs augment crop or crop-flip", border_names[recipe->crop_border]);
}

static void check_milestones(struct reader *reader, const struct training *training)
{
    const struct recipe *recipe = &training->recipe;
    const struct option_numbers *at = &recipe->milestones;
    if (recipe->schedule != SCHEDULE_MILESTONES)
        return;
    if (at->count == 0)
        mistakes_add(&reader->mistakes, place_of(reader, training, "schedule"), "schedule",
                     "milestones needs them, as in milestones: [60, 120, 160]");
    for (int i = 0; i < at->count; i++)
        if (at->items[i] <= (i ? at->items[i - 1] : 0) || at->items[i] >= recipe->epochs) {
            mistakes_add(&reader->mistakes, place_of(reader, training, "milestones"), "milestones",
                         "%.15g does not lie between %.15g and the %d epochs", at->items[i],
                         i ? at->items[i - 1] : 0, recipe->epochs);
            return;
        }
}

void train_check(struct reader *reader, const struct training *training, const struct cell *cell,
                 const struct pick *const picks[NAMED_AXES])
{
    const struct recipe *recipe = &training->recipe;
    check_warmup(reader, training);
    check_augment(reader, training);
    check_milestones(reader, training);
    if (recipe->nesterov && recipe->momentum <= 0)
        mistakes_add(&reader->mistakes, place_of(reader, training, "nesterov"), "nesterov",
                     "needs a momentum above 0");
    if (recipe->optimizer == OPTIMIZER_ADAMW && recipe->nesterov)
        mistakes_add(&reader->mistakes, place_of(reader, training, "nesterov"), "nesterov",
                     "not with optimizer adamw");
    if (recipe->optimizer == OPTIMIZER_ADAMW && recipe->momentum >= 1)
        mistakes_add(&reader->mistakes, place_of(reader, training, "momentum"), "momentum",
                     "below 1 with optimizer adamw");
    const unsigned needs = pruner_needs(cell->pruner, cell->pruner_options);
    if ((needs & NEEDS_VALIDATION) && cell->data->val_fraction <= 0)
        mistakes_add(&reader->mistakes, picks[AXIS_PRUNER]->node->place, "pruner",
                     "%s needs validation samples: set val_fraction of %s", cell->pruner->name,
                     cell->dataset->name);
}
