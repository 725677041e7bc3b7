/*
 * winnow list: what an experiment may name, from the registries.
 *
 *     winnow list                      every name with its line of help
 *     winnow list pruners              the pruners with their options
 *     winnow list pruners ucb el2n     some of them
 *     winnow list experiments          what winnow run takes by its name
 *     winnow list pruners --json       for programs: {"pruners": [{"name": ..., "options": [...]}]}
 *     winnow list pruners --markdown   the table of pruners/README.md
 *
 * Nothing is listed here a second time: what there is stands on shelves (base/kind.h). In a shelf's
 * own list a thing looks like this, the options with their defaults:
 *
 *     el2n  the largest distance of the probabilities from the label, early, mean
 *         over proxies
 *       static; needs probabilities
 *       cost: `runs` proxies of `at` epochs, and a forward pass each
 *       unseen: yes
 *       from: Paul et al. 2021, NeurIPS
 *         runs     10    networks whose scores are averaged [1 to 1000]
 */
#include "base/json.h"
#include "harness/cell/recipe.h"
#include "harness/cmd/kit/complete.h"
#include "harness/cmd/kit/experiments.h"
#include "harness/data/data.h"
#include "models/model.h"
#include "plots/render.h"
#include "pruners/pruner.h"

#include <stdio.h>
#include <string.h>

struct word {
    unsigned bit;
    const char *name;
};

static const struct word needs_words[] = {
    {NEEDS_LOSSES, "losses"},
    {NEEDS_PROBABILITIES, "probabilities"},
    {NEEDS_CORRECT, "correctness"},
    {NEEDS_LOGITS, "logits"},
    {NEEDS_FEATURES, "features"},
    {NEEDS_VALIDATION, "validation"},
    {NEEDS_CLASSIFIER, "classifier"},
    {NEEDS_GRADIENTS, "gradients"},
    {NEEDS_BATCH_LOSSES, "batch-losses"},
    {0, NULL},
};

static const struct word flag_words[] = {
    {PRUNER_IGNORES_RATE, "ignores-rate"},
    {PRUNER_SOFT_BUDGET, "soft-budget"},
    {PRUNER_WEIGHS, "weighs"},
    {0, NULL},
};

/* ---- The shelves ---- */

static const char *plural_at(const void *shelves, size_t i)
{
    const struct shelf *const *all = shelves;
    return all[i] ? all[i]->plural : NULL;
}

/* NULL: it is something else. */
static const struct pruner *as_pruner(const struct shelf *shelf, const struct kind *kind)
{
    return shelf == &pruner_shelf ? (const void *)kind : NULL;
}

static const struct experiment *as_experiment(const struct shelf *shelf, const struct kind *kind)
{
    return strcmp(shelf->word, "experiment") == 0 ? (const void *)kind : NULL;
}

static const char *source_of(const struct shelf *shelf, const struct kind *kind)
{
    return shelf == &dataset_shelf ? ((const struct dataset_type *)(const void *)kind)->source
                                   : NULL;
}

/* What a preset stands for: "{epochs: 200, batch: 256}"; nothing where it is something else. */
static void add_preset(struct str *text, const struct shelf *shelf, const struct kind *kind)
{
    const struct recipe_preset *preset = shelf == &preset_shelf ? (const void *)kind : NULL;
    for (size_t i = 0; preset && preset->values[i].option; i++) {
        const char *name = preset->values[i].option, *value = preset->values[i].value;
        const bool list = option_find(recipe_options, name)->type == OPTION_NUMBERS;
        str_addf(text, "%s%s: %s", i ? ", " : "{", name, list ? "[" : "");
        for (; list && *value; value++)
            str_addf(text, *value == '/' ? ", " : "%c", *value);
        str_add(text, list ? "]" : value);
    }
    str_add(text, preset ? "}" : "");
}

/* ---- Pruners ---- */

static const char *const pruner_kinds[] = {
    [PRUNER_STATIC] = "static",
    [PRUNER_DYNAMIC] = "dynamic",
};

/* With the default options. */
static unsigned usual_needs(const struct pruner *pruner)
{
    struct arena arena = {0};
    const unsigned needs = pruner_needs(pruner, kind_defaults(&pruner->is, &arena));
    arena_release(&arena);
    return needs;
}

/* What it makes of `unseen: folds`, with the default options; NULL: it does not take it. */
static const char *unseen_of(const struct pruner *pruner)
{
    struct arena arena = {0};
    const void *options = kind_defaults(&pruner->is, &arena);
    const enum pruner_folds alone = pruner_folds(pruner, options, 0, NULL),
                            with = pruner_folds(pruner, options, NEEDS_FEATURES, NULL);
    arena_release(&arena);
    return alone == FOLDS_TOGETHER ? "yes"
           : alone == FOLDS_APART  ? "each fold alone"
           : with != FOLDS_NONE    ? "with `embeddings`"
                                   : NULL;
}

/* ---- What is asked for ---- */

enum { MOST_NAMES = 128 };

struct values {
    bool json, markdown;
};

/* names: what follows the shelf on the command line; the first NULL: all of it. */
static bool is_asked_for(const char *const *names, const struct shelf *shelf,
                         const struct kind *kind)
{
    for (const char *const *asked = names; *asked; asked++)
        if (shelf_find(shelf, *asked) == kind)
            return true;
    return !names[0];
}

/* ---- For people ---- */

static void print_words(const char *title, const struct word *words, unsigned bits)
{
    const char *before = title;
    for (const struct word *w = words; w->name; w++)
        if (bits & w->bit) {
            printf("%s %s", before, w->name);
            before = ",";
        }
}

static int longest_name(const struct shelf *shelf)
{
    int longest = 0;
    const char *name;
    for (size_t i = 0; (name = shelf_name_at(shelf, i)); i++)
        longest = (int)strlen(name) > longest ? (int)strlen(name) : longest;
    return longest;
}

static void print_names(const struct shelf *shelf)
{
    const int width = longest_name(shelf);
    const struct kind *kind;
    printf("%s\n", shelf->plural);
    for (size_t i = 0; (kind = shelf_at(shelf, i)); i++)
        cmd_print_wrapped(kind->help, width + 4, printf("  %-*s", width, kind->name));
}

static const char *shown_default(const struct option *option)
{
    return option->fallback && option->fallback[0] ? option->fallback : "-";
}

/* What it does, and what it may be: "weight of the newest loss [0 to 1]". */
static void add_meaning(struct str *text, const struct option *option)
{
    str_add(text, option->help);
    if (option->type == OPTION_INT || option->type == OPTION_DOUBLE ||
        option->type == OPTION_NUMBERS) {
        str_addf(text, " [%.15g to %.15g]", option->min, option->max);
    } else if (option->type == OPTION_ENUM) {
        for (size_t i = 0; option_choice(option, i); i++)
            str_addf(text, "%s%s", i ? ", " : " [", option_choice(option, i));
        str_add(text, "]");
    }
}

/* The next option that a shelf's list tells: one that many kinds have is told in a list of its own.
 */
static const struct option *told_from(const struct shelf *shelf, const struct option *o)
{
    while (o && o->name && o->told_in && strcmp(o->told_in, shelf->plural) != 0)
        o++;
    return o && o->name ? o : NULL;
}

/* The list to which some of a kind's options are left, or NULL. */
static const char *left_to(const struct shelf *shelf, const struct kind *kind)
{
    for (const struct option *o = kind->options; o && o->name; o++)
        if (o->told_in && strcmp(o->told_in, shelf->plural) != 0)
            return o->told_in;
    return NULL;
}

static void print_options(const struct shelf *shelf, const struct option *options)
{
    int width = 0, default_width = 0;
    for (const struct option *o = told_from(shelf, options); o; o = told_from(shelf, o + 1)) {
        const int length = (int)strlen(o->name), default_length = (int)strlen(shown_default(o));
        width = length > width ? length : width;
        default_width = default_length > default_width ? default_length : default_width;
    }
    for (const struct option *o = told_from(shelf, options); o; o = told_from(shelf, o + 1)) {
        struct str meaning = {0};
        add_meaning(&meaning, o);
        cmd_print_wrapped(str_text(&meaning), width + default_width + 8,
                          printf("    %-*s  %s", width, o->name, shown_default(o)));
        str_release(&meaning);
    }
}

static void print_fact(const char *title, const char *text)
{
    if (text)
        cmd_print_wrapped(text, 8, printf("  %s: ", title));
}

/* detailed: the last whose options were printed; others may share its table. */
static void print_kind(const struct shelf *shelf, const struct kind *kind,
                       const struct kind **detailed)
{
    const struct pruner *pruner = as_pruner(shelf, kind);
    const struct experiment *experiment = as_experiment(shelf, kind);
    struct str values = {0};
    cmd_print_wrapped(kind->help, 4, printf("%s  ", kind->name));
    if (pruner) {
        printf("  %s", pruner_kinds[pruner->kind]);
        print_words("; needs", needs_words, usual_needs(pruner));
        print_words(";", flag_words, pruner->flags);
        printf("\n");
        print_fact("cost", pruner->cost);
        print_fact("unseen", unseen_of(pruner));
    }
    if (experiment) {
        print_fact("time", experiment->takes);
        print_fact("file", experiment->path);
    }
    print_fact("from", kind->cite);
    print_fact("from", source_of(shelf, kind));
    add_preset(&values, shelf, kind);
    print_fact("sets", values.length ? str_text(&values) : NULL);
    str_release(&values);
    if (*detailed && (*detailed)->options == kind->options && kind->options &&
        kind->options->name) {
        printf("    options: those of %s\n", (*detailed)->name);
        return;
    }
    print_options(shelf, kind->options);
    if (left_to(shelf, kind))
        printf("    and those of all scores: winnow list %s\n", left_to(shelf, kind));
    for (const struct kind_preset *p = kind->presets; p && p->name; p++) {
        struct str sets = {0};
        str_addf(&sets, "%s: %s", p->help, p->values);
        cmd_print_wrapped(str_text(&sets), 8, printf("    preset %s  ", p->name));
        str_release(&sets);
    }
    *detailed = kind;
}

/* Pruners by kind: those that choose once, then those that choose again. */
static int group_of(const struct shelf *shelf, const struct kind *kind)
{
    const struct pruner *pruner = as_pruner(shelf, kind);
    return pruner ? (int)pruner->kind : 0;
}

static void print_kinds(const struct shelf *shelf, const char *const *names)
{
    const struct kind *kind, *detailed = NULL;
    bool first = true;
    for (int group = 0; group <= PRUNER_DYNAMIC; group++)
        for (size_t i = 0; (kind = shelf_at(shelf, i)); i++)
            if (group_of(shelf, kind) == group && is_asked_for(names, shelf, kind)) {
                printf("%s", first ? "" : "\n");
                print_kind(shelf, kind, &detailed);
                first = false;
            }
}

/* ---- For README files ---- */

/* '|' would end the cell. */
static void print_cell(const char *text)
{
    for (const char *p = text; *p; p++)
        printf("%s%c", *p == '|' ? "\\" : "", *p);
}

static void print_row(const struct shelf *shelf, const struct kind *kind)
{
    const struct pruner *pruner = as_pruner(shelf, kind);
    const char *source = source_of(shelf, kind);
    printf("| `%s` | ", kind->name);
    if (pruner)
        printf("%s | ", pruner_kinds[pruner->kind]);
    print_cell(kind->help);
    printf(" | ");
    if (pruner) {
        print_cell(pruner->cost ? pruner->cost : "-");
        printf(" | %s | ", unseen_of(pruner) ? unseen_of(pruner) : "-");
    }
    for (const struct option *o = told_from(shelf, kind->options); o; o = told_from(shelf, o + 1)) {
        printf("%s`%s` ", o == kind->options ? "" : ", ", o->name);
        print_cell(shown_default(o));
    }
    if (left_to(shelf, kind))
        printf(", [%s](#%s)", left_to(shelf, kind), left_to(shelf, kind));
    printf("%s", kind->options && kind->options->name ? "" : "-");
    for (const struct kind_preset *p = kind->presets; p && p->name; p++)
        printf("%s`%s`", p == kind->presets ? "; presets " : ", ", p->name);
    printf(" | ");
    print_cell(kind->cite ? kind->cite : source ? source : "-");
    printf(" |\n");
}

static void print_markdown(const struct shelf *shelf, const char *const *names)
{
    const struct kind *kind;
    if (shelf == &pruner_shelf)
        printf("| pruner | kind | rule | cost | unseen | options and defaults | from |\n"
               "|---|---|---|---|---|---|---|\n");
    else
        printf("| %s | what it is | options and defaults | from |\n|---|---|---|---|\n",
               shelf->word);
    for (size_t i = 0; (kind = shelf_at(shelf, i)); i++)
        if (is_asked_for(names, shelf, kind))
            print_row(shelf, kind);
}

/* ---- For programs ---- */

static const char *const type_names[] = {
    [OPTION_INT] = "integer", [OPTION_DOUBLE] = "number",   [OPTION_BOOL] = "boolean",
    [OPTION_ENUM] = "enum",   [OPTION_STRING] = "string",   [OPTION_DURATION] = "duration",
    [OPTION_BYTES] = "bytes", [OPTION_NUMBERS] = "numbers",
};

static json_t *options_to_json(const struct kind *kind)
{
    json_t *array = json_array();
    for (const struct option *o = kind->options; o && o->name; o++) {
        json_t *option = json_pack("{s:s, s:s, s:s, s:o}", "name", o->name, "help", o->help, "type",
                                   type_names[o->type], "default", option_fallback_json(o));
        REQUIRE(option);
        if (o->type == OPTION_INT)
            json_object_update_new(option, json_pack("{s:I, s:I}", "min", (json_int_t)o->min, "max",
                                                     (json_int_t)o->max));
        else if (o->type == OPTION_DOUBLE || o->type == OPTION_NUMBERS)
            json_object_update_new(option, json_pack("{s:f, s:f}", "min", o->min, "max", o->max));
        else if (o->type == OPTION_ENUM) {
            json_t *choices = json_array();
            for (size_t i = 0; option_choice(o, i); i++)
                json_array_append_new(choices, json_text(option_choice(o, i)));
            json_object_set_new(option, "choices", choices);
        }
        json_array_append_new(array, option);
    }
    return array;
}

static json_t *words_to_json(const struct word *words, unsigned bits)
{
    json_t *array = json_array();
    for (const struct word *w = words; w->name; w++)
        if (bits & w->bit)
            json_array_append_new(array, json_text(w->name));
    return array;
}

static json_t *kind_to_json(const struct shelf *shelf, const struct kind *kind)
{
    const struct pruner *pruner = as_pruner(shelf, kind);
    json_t *object =
        json_pack("{s:s, s:s, s:s?, s:s?, s:o}", "name", kind->name, "help", kind->help, "cite",
                  kind->cite, "source", source_of(shelf, kind), "options", options_to_json(kind));
    REQUIRE(object);
    for (const struct kind_preset *p = kind->presets; p && p->name; p++) {
        if (p == kind->presets)
            json_object_set_new(object, "presets", json_array());
        json_array_append_new(
            json_object_get(object, "presets"),
            json_pack("{s:s, s:s, s:s}", "name", p->name, "help", p->help, "values", p->values));
    }
    if (pruner)
        json_object_update_new(
            object, json_pack("{s:s, s:s?, s:s?, s:o, s:o}", "kind", pruner_kinds[pruner->kind],
                              "cost", pruner->cost, "unseen", unseen_of(pruner), "needs",
                              words_to_json(needs_words, usual_needs(pruner)), "flags",
                              words_to_json(flag_words, pruner->flags)));
    if (as_experiment(shelf, kind))
        json_put(object, "file", json_path(as_experiment(shelf, kind)->path));
    return object;
}

static json_t *shelf_to_json(const struct shelf *shelf, const char *const *names)
{
    json_t *array = json_array();
    const struct kind *kind;
    for (size_t i = 0; (kind = shelf_at(shelf, i)); i++)
        if (is_asked_for(names, shelf, kind))
            json_array_append_new(array, kind_to_json(shelf, kind));
    return array;
}

/* ---- The command ---- */

static const struct cmd_flag flags[] = {
    CMD_SWITCH(struct values, json, 0, "print JSON"),
    CMD_SWITCH(struct values, markdown, 0, "print a kind as the table of a README"),
    CMD_END,
};

static const struct cmd_line line = {
    "list",
    "[KIND] [NAME...]",
    "Lists what an experiment may name. KIND is one of datasets, models, pruners, samplers, train, "
    "presets, engine and figures; with it, also all options, their defaults and ranges.\n"
    "KIND experiments: those that come with winnow, which winnow run takes by their names.\n"
    "A pruner is static (it chooses before the training) or dynamic (it chooses anew meanwhile), "
    "and needs what it names of networks. ignores-rate: its own options say how much it leaves "
    "out. soft-budget: how many it keeps depends on what it sees, too. weighs: the loss of each "
    "kept sample has a weight of its own.",
    flags,
    0,
    1 + MOST_NAMES,
};

/* The shelf that is asked for, NULL: all. */
static int read_question(const char *word, const char *const *names, struct arena *arena,
                         const struct shelf **ret_only, struct err *err)
{
    *ret_only = word ? cmd_shelf_find(word, arena) : NULL;
    if (word && !*ret_only && strcmp(word, "experiments") == 0)
        return experiments_read(arena, &(struct shelf){0}, err); /* says why not */
    if (word && !*ret_only)
        return err_set(err, "unknown kind '%.64s'%s", word,
                       str_near(str_nearest(word, plural_at, cmd_shelves(arena)),
                                "; winnow list shows them all")
                           .text);
    for (; *names; names++)
        if (!shelf_find(*ret_only, *names))
            return shelf_unknown(*ret_only, *names, err);
    return 0;
}

static void print_shelf(const struct shelf *shelf, const char *const *names,
                        const struct values *values, bool alone, json_t *object)
{
    if (values->json)
        json_object_set_new(object, shelf->plural, shelf_to_json(shelf, names));
    else if (values->markdown)
        print_markdown(shelf, names);
    else if (alone)
        print_kinds(shelf, names);
    else
        print_names(shelf);
}

static int list(const struct values *values, const char *word, const char *const *names,
                struct arena *arena)
{
    const struct shelf *only;
    struct err err;
    if (read_question(word, names, arena, &only, &err))
        return cmd_fail(&line, EXIT_USAGE, err.text);
    if (values->markdown && (!only || values->json))
        return cmd_fail(&line, EXIT_USAGE, "--markdown needs exactly one kind, and no --json");
    json_t *object = values->json ? json_made(json_object()) : NULL;
    const struct shelf *const one[] = {only, NULL};
    for (const struct shelf *const *shelf = only ? one : cmd_shelves(arena); *shelf; shelf++)
        print_shelf(*shelf, names, values, only, object);
    if (values->json)
        cmd_print_json(object);
    else if (!only)
        printf("\nwinnow list KIND [NAME...] lists the options.\n");
    return EXIT_DONE;
}

int cmd_list(int argc, char **argv)
{
    struct values values;
    const char *arguments[1 + MOST_NAMES + 1] = {NULL}; /* NULL ends the names */
    struct arena arena = {0};
    int code = cmd_parse(&line, argc, argv, &values, arguments);
    if (code < 0)
        code = list(&values, arguments[0], arguments + 1, &arena);
    arena_release(&arena);
    return code;
}
