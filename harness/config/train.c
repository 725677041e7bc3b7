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

/* Whether it has the option, and is not to do without it. */
static bool names(const struct node *node, const char *option)
{
    const struct node *value = node->kind == NODE_MAP ? node_find(node, option) : NULL;
    return value && !(value->kind == NODE_TEXT && strcmp(value->text, "none") == 0);
}

/* A training is as long as its epochs or its steps say, whichever was said last. */
static void set_length(struct training *training, bool by_steps, bool by_epochs)
{
    const char *other = by_steps ? "epochs" : "steps";
    const struct option *option = option_find(recipe_options, other);
    if (by_steps == by_epochs)
        return;
    REQUIRE(option_set(option, &training->recipe, option->fallback, NULL, NULL) == 0);
    training->where[option_number(other)] = NULL;
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
            set_length(training, strcmp(option->name, "steps") == 0,
                       strcmp(option->name, "epochs") == 0);
        }
        if (preset)
            training->preset = name;
    }
}

void train_apply(struct reader *reader, const struct node *node, struct training *training)
{
    const bool by_steps = names(node, "steps"), by_epochs = names(node, "epochs");
    apply_preset(reader, node, training);
    options_apply(reader, node, "train", PRESET, "{epochs: 15}", recipe_options, &training->recipe,
                  training->where);
    if (by_steps && by_epochs)
        mistakes_add(&reader->mistakes, node_find(node, "steps")->place, "steps",
                     "there are epochs too: one of them says how long the training is");
    set_length(training, by_steps, by_epochs);
}

static const char *unit_of(const struct recipe *recipe)
{
    return recipe->steps ? "steps" : "epochs";
}

struct place train_place(const struct reader *reader, const struct training *training,
                         const char *name)
{
    const struct node *node = training->where[option_number(name)];
    return node ? node->place : reader->root->place;
}

static void check_warmup(struct reader *reader, const struct training *training)
{
    const struct recipe *recipe = &training->recipe;
    const struct node *length = training->where[option_number(unit_of(recipe))];
    if (recipe->warmup > 0 && schedule_rises((enum schedule_kind)recipe->schedule))
        mistakes_add(&reader->mistakes, train_place(reader, training, "warmup"), "warmup",
                     "not with schedule %s, which has a rise of its own (%s)",
                     schedule_names[recipe->schedule],
                     recipe->schedule == SCHEDULE_ONE_CYCLE ? "cycle_rise" : "triangle_rise");
    if (recipe->warmup <= recipe_length(recipe))
        return;
    struct str place = {0};
    if (length)
        place_write(length->place, &place);
    mistakes_add(&reader->mistakes, train_place(reader, training, "warmup"), "warmup",
                 "%.15g %s, but the training has only %d (%s)", recipe->warmup, unit_of(recipe),
                 recipe_length(recipe), length ? str_text(&place) : "the default");
    str_release(&place);
}

/* What changes a crop or a flip where there is none. */
static void check_augment(struct reader *reader, const struct training *training)
{
    const struct recipe *recipe = &training->recipe;
    const struct augment augment = {.kind = (enum augment_kind)recipe->augment};
    if (recipe->flip != FLIP_RANDOM && !augment_flips(&augment))
        mistakes_add(&reader->mistakes, train_place(reader, training, "flip"), "flip",
                     "%s needs augment flip or crop-flip", flip_names[recipe->flip]);
    if (recipe->crop_border != BORDER_REFLECT && !augment_crops(&augment))
        mistakes_add(&reader->mistakes, train_place(reader, training, "crop_border"), "crop_border",
                     "%s needs augment crop or crop-flip", border_names[recipe->crop_border]);
}

static void check_milestones(struct reader *reader, const struct training *training)
{
    const struct recipe *recipe = &training->recipe;
    const struct option_numbers *at = &recipe->milestones;
    if (recipe->schedule != SCHEDULE_MILESTONES)
        return;
    if (at->count == 0)
        mistakes_add(&reader->mistakes, train_place(reader, training, "schedule"), "schedule",
                     "milestones needs a list of %s, as in milestones: [60, 120, 160]",
                     unit_of(recipe));
    for (int i = 0; i < at->count; i++) {
        const double before = i ? at->items[i - 1] : 0;
        struct str after = {0};
        if (at->items[i] > before && at->items[i] < recipe_length(recipe))
            continue;
        if (i)
            str_addf(&after, " after %.15g", before);
        mistakes_add(&reader->mistakes, train_place(reader, training, "milestones"), "milestones",
                     "expected %s above 0 that rise and stay below %d, found %.15g%s",
                     unit_of(recipe), recipe_length(recipe), at->items[i], str_text(&after));
        str_release(&after);
        return;
    }
}

/* Options that do nothing but where another has one of these values. */
static const struct {
    const char *name, *other;
    unsigned values; /* bits */
} dependent[] = {
    {"adam_beta2", "optimizer", 1U << OPTIMIZER_ADAMW},
    {"adam_epsilon", "optimizer", 1U << OPTIMIZER_ADAMW},
    {"lars_trust", "optimizer", 1U << OPTIMIZER_LARS},
    {"step_every", "schedule", 1U << SCHEDULE_STEP},
    {"step_factor", "schedule", 1U << SCHEDULE_STEP | 1U << SCHEDULE_MILESTONES},
    {"milestones", "schedule", 1U << SCHEDULE_MILESTONES},
    {"cycle_rise", "schedule", 1U << SCHEDULE_ONE_CYCLE},
    {"triangle_start", "schedule", 1U << SCHEDULE_TRIANGLE},
    {"triangle_end", "schedule", 1U << SCHEDULE_TRIANGLE},
    {"triangle_rise", "schedule", 1U << SCHEDULE_TRIANGLE},
    {"crop_pad", "augment", 1U << AUGMENT_CROP | 1U << AUGMENT_CROP_FLIP},
    {"lookahead_decay", "lookahead", ~1U},
    {"lookahead_power", "lookahead", ~1U},
};

static int value_of(const struct recipe *recipe, const struct option *option)
{
    return *(const int *)((const char *)recipe + option->offset);
}

void train_note_use(const struct training *training, struct uses *uses)
{
    for (size_t i = 0; i < sizeof dependent / sizeof *dependent; i++) {
        const size_t number = option_number(dependent[i].name);
        const struct node *node = training->where[number];
        const int value =
            value_of(&training->recipe, option_find(recipe_options, dependent[i].other));
        if (dependent[i].values >> (value < 31 ? value : 31) & 1)
            uses->used[number] = true;
        else if (node != training->preset &&
                 !option_is_default(&recipe_options[number], &training->recipe))
            uses->idle[number] = node;
    }
}

void train_say_idle(struct reader *reader, const struct uses *uses)
{
    for (size_t i = 0; i < sizeof dependent / sizeof *dependent; i++) {
        const size_t number = option_number(dependent[i].name);
        const struct option *other = option_find(recipe_options, dependent[i].other);
        struct str wanted = {0};
        if (uses->used[number] || !uses->idle[number])
            continue;
        for (size_t v = 0; other->type == OPTION_ENUM && option_choice(other, v); v++)
            if (dependent[i].values >> v & 1)
                str_addf(&wanted, "%s%s", wanted.length ? " or " : " ", option_choice(other, v));
        mistakes_add(&reader->config->notes, uses->idle[number]->place, dependent[i].name,
                     "changes nothing without %s%s", other->name, str_text(&wanted));
        str_release(&wanted);
    }
}

/* As many steps at any rate are passes over what is kept: each has to have a step, and what is to
   happen in so many of them needs to know how many there are. */
static void check_steps(struct reader *reader, const struct training *training,
                        const struct cell *cell)
{
    const struct pruner *pruner = cell->pruner;
    const char *why =
        pruner->batch    ? "chooses in each batch, and one that it leaves empty is no step: epochs"
        : pruner->epochs ? "is full where all trainings take as many steps: full, or epochs"
        : (pruner->flags & PRUNER_SOFT_BUDGET) && cell_rate_moves(cell)
            ? "has a rate that moves over epochs which nobody can count beforehand: "
              "rate_schedule constant, or epochs"
            : NULL;
    if (training->recipe.steps && why)
        mistakes_add(&reader->mistakes, train_place(reader, training, "steps"), "steps", "%s %s",
                     pruner->name, why);
}

/* Where a file has the features, no network can be asked for its own. */
static void check_embeddings(struct reader *reader, const struct cell *cell,
                             const struct pick *pick)
{
    const struct pruner *pruner = cell->pruner;
    const unsigned more = pruner->more_needs ? pruner->more_needs(cell->pruner_options) : 0;
    const char *wrong = !cell->scoring.embeddings ? NULL
                        : more & (NEEDS_FEATURES | NEEDS_CLASSIFIER)
                            ? "whose score goes by a network's own features"
                        : cell->scoring.model && !cell_asks_network(cell)
                            ? "which then asks no network: without prune_with"
                            : NULL;
    if (wrong)
        mistakes_add(&reader->mistakes, pick->node->place, "embeddings", "not of this %s, %s",
                     pruner->name, wrong);
}

static void check_unseen(struct reader *reader, const struct cell *cell, const struct pick *pick)
{
    const char *why;
    if (!cell->scoring.folds || cell_folds(cell, &why) != FOLDS_NONE)
        return;
    mistakes_add(&reader->mistakes, pick->node->place, "unseen", "%s %s: without unseen%s",
                 cell->pruner->name, why,
                 cell_embeds(cell->pruner) && !cell->scoring.embeddings
                     ? ", or by the embeddings: of a network that was trained on other samples"
                     : "");
}

void train_check(struct reader *reader, const struct training *training, const struct cell *cell,
                 const struct pick *const picks[NAMED_AXES])
{
    const struct recipe *recipe = &training->recipe;
    check_warmup(reader, training);
    check_augment(reader, training);
    check_milestones(reader, training);
    check_steps(reader, training, cell);
    if (recipe->nesterov && recipe->momentum <= 0)
        mistakes_add(&reader->mistakes, train_place(reader, training, "nesterov"), "nesterov",
                     "needs a momentum above 0");
    if (recipe->optimizer == OPTIMIZER_ADAMW && recipe->nesterov)
        mistakes_add(&reader->mistakes, train_place(reader, training, "nesterov"), "nesterov",
                     "adamw has none: false, or optimizer sgd or lars");
    if (recipe->optimizer == OPTIMIZER_ADAMW && recipe->momentum >= 1)
        mistakes_add(&reader->mistakes, train_place(reader, training, "momentum"), "momentum",
                     "adamw needs one below 1, as its beta1");
    check_embeddings(reader, cell, picks[AXIS_PRUNER]);
    check_unseen(reader, cell, picks[AXIS_PRUNER]);
    const unsigned needs = pruner_needs(cell->pruner, cell->pruner_options);
    if ((needs & NEEDS_VALIDATION) && cell->data->val_fraction <= 0)
        mistakes_add(&reader->mistakes, picks[AXIS_PRUNER]->node->place, "pruner",
                     "%s needs validation samples: set val_fraction of %s", cell->pruner->name,
                     cell->dataset->name);
}
