/*
 * winnow list: what an experiment may name, from the registries.
 *
 *     winnow list                      every name with its line of help
 *     winnow list pruners              the pruners with their options
 *     winnow list pruners ucb el2n     some of them
 *     winnow list pruners --json       for programs: {"pruners": [{"name": ..., "options": [...]}]}
 *     winnow list pruners --markdown   the table of pruners/README.md
 *
 * Nothing is listed here a second time: each kind is a function that turns the i-th thing of its
 * registry into a struct entry. In a kind's own list a thing looks like this, the options with
 * their defaults:
 *
 *     el2n  the largest distance of the probabilities from the label, early, mean
 *         over proxies
 *       static; needs probabilities
 *       cost: runs proxies of `at` epochs, and a forward pass each
 *       from: Paul et al. 2021, NeurIPS
 *         runs     10    networks whose scores are averaged [1 to 1000]
 */
#include "harness/cell/engine.h"
#include "harness/cell/recipe.h"
#include "harness/cmd/kit/cmd.h"
#include "harness/data/data.h"
#include "models/model.h"
#include "plots/render.h"
#include "pruners/pruner.h"

#include <stdio.h>
#include <string.h>

struct entry {
    const char *name, *help;
    const char *cite, *source; /* NULL where there is none */
    const struct option *options;
    size_t options_size;
    const struct pruner *pruner; /* NULL for the other kinds */
};

struct kind {
    const char *name, *singular;
    bool (*entry)(size_t i, struct entry *ret_entry); /* false at the end */
};

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

/* ---- The kinds ---- */

static bool dataset_entry(size_t i, struct entry *ret_entry)
{
    const struct dataset_type *type = dataset_at(i);
    if (!type)
        return false;
    *ret_entry = (struct entry){
        .name = type->name,
        .help = type->help,
        .source = type->source,
        .options = type->options,
        .options_size = sizeof(struct data_spec),
    };
    return true;
}

static bool model_entry(size_t i, struct entry *ret_entry)
{
    const struct model *model = model_at(i);
    if (!model)
        return false;
    *ret_entry = (struct entry){
        .name = model->name,
        .help = model->help,
        .cite = model->cite,
        .options = model->options,
        .options_size = model->options_size,
    };
    return true;
}

static bool pruner_entry(size_t i, struct entry *ret_entry)
{
    const struct pruner *pruner = pruner_at(i);
    if (!pruner)
        return false;
    *ret_entry = (struct entry){
        .name = pruner->name,
        .help = pruner->help,
        .cite = pruner->cite,
        .options = pruner->options,
        .options_size = pruner->options_size,
        .pruner = pruner,
    };
    return true;
}

static bool figure_entry(size_t i, struct entry *ret_entry)
{
    const struct figure *figure = figure_at(i);
    if (!figure)
        return false;
    *ret_entry = (struct entry){.name = figure->name, .help = figure->help};
    return true;
}

static bool train_entry(size_t i, struct entry *ret_entry)
{
    if (i)
        return false;
    *ret_entry = (struct entry){
        .name = "train",
        .help = "how a network is trained: the train: mapping of an experiment",
        .options = recipe_options,
        .options_size = sizeof(struct recipe),
    };
    return true;
}

static bool preset_entry(size_t i, struct entry *ret_entry)
{
    const struct recipe_preset *preset = recipe_preset_at(i);
    if (!preset)
        return false;
    *ret_entry = (struct entry){.name = preset->name, .help = preset->help};
    return true;
}

static bool engine_entry(size_t i, struct entry *ret_entry)
{
    if (i)
        return false;
    *ret_entry = (struct entry){
        .name = "engine",
        .help = "how a cell computes: the engine: mapping of an experiment",
        .options = engine_options,
        .options_size = sizeof(struct engine),
    };
    return true;
}

static const struct kind kinds[] = {
    {"datasets", "dataset", dataset_entry}, {"models", "model", model_entry},
    {"pruners", "pruner", pruner_entry},    {"train", "train", train_entry},
    {"presets", "preset", preset_entry},    {"engine", "engine", engine_entry},
    {"figures", "figure", figure_entry},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static const char *kind_name_at(const void *unused, size_t i)
{
    (void)unused;
    return i < KINDS ? kinds[i].name : NULL;
}

static const char *entry_name_at(const void *kind, size_t i)
{
    struct entry entry;
    return ((const struct kind *)kind)->entry(i, &entry) ? entry.name : NULL;
}

/* ---- Pruners ---- */

static const char *const pruner_kinds[] = {
    [PRUNER_STATIC] = "static",
    [PRUNER_DYNAMIC] = "dynamic",
};

/* With the default options. */
static unsigned usual_needs(const struct entry *entry)
{
    unsigned char *options = NULL;
    if (entry->options_size > 0) {
        MEM_NEW(options, entry->options_size);
        option_defaults(entry->options, options);
    }
    const unsigned needs = pruner_needs(entry->pruner, options);
    mem_free(options);
    return needs;
}

/* ---- What is asked for ---- */

enum { MOST_NAMES = 128 };

struct values {
    bool json, markdown;
};

/* names: what follows the kind on the command line; the first NULL: all of the kind. */
static bool is_asked_for(const char *const *names, const char *name)
{
    for (const char *const *asked = names; *asked; asked++)
        if (strcmp(*asked, name) == 0)
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

static int longest_name(const struct kind *kind)
{
    int longest = 0;
    struct entry entry;
    for (size_t i = 0; kind->entry(i, &entry); i++)
        longest = (int)strlen(entry.name) > longest ? (int)strlen(entry.name) : longest;
    return longest;
}

static void print_names(const struct kind *kind)
{
    const int width = longest_name(kind);
    struct entry entry;
    printf("%s\n", kind->name);
    for (size_t i = 0; kind->entry(i, &entry); i++)
        cmd_print_wrapped(entry.help, width + 4, printf("  %-*s", width, entry.name));
}

static const char *shown_default(const struct option *option)
{
    return option->fallback && option->fallback[0] ? option->fallback : "-";
}

/* What it does, and what it may be: "weight of the newest loss [0 to 1]". */
static void add_meaning(struct str *text, const struct option *option)
{
    str_add(text, option->help);
    if (option->type == OPTION_INT || option->type == OPTION_DOUBLE) {
        str_addf(text, " [%.15g to %.15g]", option->min, option->max);
    } else if (option->type == OPTION_ENUM) {
        for (size_t i = 0; option_choice(option, i); i++)
            str_addf(text, "%s%s", i ? ", " : " [", option_choice(option, i));
        str_add(text, "]");
    }
}

static void print_options(const struct option *options)
{
    int width = 0, default_width = 0;
    for (const struct option *o = options; o && o->name; o++) {
        const int length = (int)strlen(o->name), default_length = (int)strlen(shown_default(o));
        width = length > width ? length : width;
        default_width = default_length > default_width ? default_length : default_width;
    }
    for (const struct option *o = options; o && o->name; o++) {
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
        cmd_print_wrapped(text, 8, printf("  %s:", title));
}

static void print_entry(const struct entry *entry)
{
    cmd_print_wrapped(entry->help, 4, printf("%s  ", entry->name));
    if (entry->pruner) {
        printf("  %s", pruner_kinds[entry->pruner->kind]);
        print_words("; needs", needs_words, usual_needs(entry));
        print_words(";", flag_words, entry->pruner->flags);
        printf("\n");
        print_fact("cost", entry->pruner->cost);
    }
    print_fact("from", entry->cite);
    print_fact("from", entry->source);
    print_options(entry->options);
}

/* Pruners by kind: those that choose once, then those that choose again. */
static int group_of(const struct entry *entry)
{
    return entry->pruner ? (int)entry->pruner->kind : 0;
}

static void print_entries(const struct kind *kind, const char *const *names)
{
    struct entry entry;
    bool first = true;
    for (int group = 0; group <= PRUNER_DYNAMIC; group++)
        for (size_t i = 0; kind->entry(i, &entry); i++)
            if (group_of(&entry) == group && is_asked_for(names, entry.name)) {
                printf("%s", first ? "" : "\n");
                print_entry(&entry);
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

static void print_row(const struct entry *entry)
{
    printf("| `%s` | ", entry->name);
    if (entry->pruner)
        printf("%s | ", pruner_kinds[entry->pruner->kind]);
    print_cell(entry->help);
    printf(" | ");
    if (entry->pruner) {
        print_cell(entry->pruner->cost ? entry->pruner->cost : "-");
        printf(" | ");
    }
    for (const struct option *o = entry->options; o && o->name; o++) {
        printf("%s`%s` ", o == entry->options ? "" : ", ", o->name);
        print_cell(shown_default(o));
    }
    printf("%s | ", entry->options && entry->options->name ? "" : "-");
    print_cell(entry->cite ? entry->cite : entry->source ? entry->source : "-");
    printf(" |\n");
}

static void print_markdown(const struct kind *kind, const char *const *names)
{
    struct entry entry;
    if (kind->entry(0, &entry) && entry.pruner)
        printf("| pruner | kind | rule | cost | options and defaults | from |\n"
               "|---|---|---|---|---|---|\n");
    else
        printf("| %s | what it is | options and defaults | from |\n|---|---|---|---|\n",
               kind->singular);
    for (size_t i = 0; kind->entry(i, &entry); i++)
        if (is_asked_for(names, entry.name))
            print_row(&entry);
}

/* ---- For programs ---- */

static const char *const type_names[] = {
    [OPTION_INT] = "integer", [OPTION_DOUBLE] = "number", [OPTION_BOOL] = "boolean",
    [OPTION_ENUM] = "enum",   [OPTION_STRING] = "string", [OPTION_DURATION] = "duration",
    [OPTION_BYTES] = "bytes",
};

static json_t *options_to_json(const struct entry *entry)
{
    char *values;
    MEM_NEW(values, entry->options_size);
    option_defaults(entry->options, values);
    json_t *defaults = option_to_json(entry->options, values), *array = json_array();
    for (const struct option *o = entry->options; o && o->name; o++) {
        json_t *option =
            json_pack("{s:s, s:s, s:s, s:O}", "name", o->name, "help", o->help, "type",
                      type_names[o->type], "default", json_object_get(defaults, o->name));
        REQUIRE(option);
        if (o->type == OPTION_INT)
            json_object_update_new(option, json_pack("{s:I, s:I}", "min", (json_int_t)o->min, "max",
                                                     (json_int_t)o->max));
        else if (o->type == OPTION_DOUBLE)
            json_object_update_new(option, json_pack("{s:f, s:f}", "min", o->min, "max", o->max));
        else if (o->type == OPTION_ENUM) {
            json_t *choices = json_array();
            for (size_t i = 0; option_choice(o, i); i++)
                json_array_append_new(choices, json_string(option_choice(o, i)));
            json_object_set_new(option, "choices", choices);
        }
        json_array_append_new(array, option);
    }
    json_decref(defaults);
    mem_free(values);
    return array;
}

static json_t *words_to_json(const struct word *words, unsigned bits)
{
    json_t *array = json_array();
    for (const struct word *w = words; w->name; w++)
        if (bits & w->bit)
            json_array_append_new(array, json_string(w->name));
    return array;
}

static json_t *entry_to_json(const struct entry *entry)
{
    json_t *object =
        json_pack("{s:s, s:s, s:s?, s:s?, s:o}", "name", entry->name, "help", entry->help, "cite",
                  entry->cite, "source", entry->source, "options", options_to_json(entry));
    REQUIRE(object);
    if (entry->pruner)
        json_object_update_new(
            object,
            json_pack("{s:s, s:s?, s:o, s:o}", "kind", pruner_kinds[entry->pruner->kind], "cost",
                      entry->pruner->cost, "needs", words_to_json(needs_words, usual_needs(entry)),
                      "flags", words_to_json(flag_words, entry->pruner->flags)));
    return object;
}

static json_t *kind_to_json(const struct kind *kind, const char *const *names)
{
    json_t *array = json_array();
    struct entry entry;
    for (size_t i = 0; kind->entry(i, &entry); i++)
        if (is_asked_for(names, entry.name))
            json_array_append_new(array, entry_to_json(&entry));
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
    "[datasets|models|pruners|train|presets|engine|figures] [NAME...]",
    "Lists what an experiment may name. With a kind: with all options, their defaults and ranges.",
    flags,
    0,
    1 + MOST_NAMES,
};

static int unknown(const char *what, const char *word, const char *near)
{
    char text[256];
    snprintf(text, sizeof text, "unknown %s '%.64s'%s%s%s", what, word,
             near ? ", did you mean " : "", near ? near : "",
             near ? "?" : "; winnow list shows them all");
    return cmd_fail(&line, EXIT_USAGE, text);
}

static const struct kind *find_kind(const char *word)
{
    for (size_t k = 0; k < KINDS; k++)
        if (strcmp(word, kinds[k].name) == 0 || strcmp(word, kinds[k].singular) == 0)
            return &kinds[k];
    return NULL;
}

static bool has_entry(const struct kind *kind, const char *word)
{
    const char *name;
    for (size_t i = 0; (name = entry_name_at(kind, i)); i++)
        if (strcmp(word, name) == 0)
            return true;
    return false;
}

int cmd_list(int argc, char **argv)
{
    struct values values;
    const char *arguments[1 + MOST_NAMES + 1] = {NULL}; /* NULL ends the names */
    const int done = cmd_parse(&line, argc, argv, &values, arguments);
    if (done >= 0)
        return done;
    const char *word = arguments[0], *const *names = arguments + 1;
    const struct kind *only = word ? find_kind(word) : NULL;
    if (word && !only)
        return unknown("kind", word, str_nearest(word, kind_name_at, NULL));
    for (const char *const *name = names; *name; name++)
        if (!has_entry(only, *name))
            return unknown(only->singular, *name, str_nearest(*name, entry_name_at, only));
    if (values.markdown && (!only || values.json))
        return cmd_fail(&line, EXIT_USAGE, "--markdown wants one kind, and no --json");

    json_t *object = values.json ? json_object() : NULL;
    for (const struct kind *kind = kinds; kind < kinds + KINDS; kind++) {
        if (only && kind != only)
            continue;
        if (values.json)
            json_object_set_new(object, kind->name, kind_to_json(kind, names));
        else if (values.markdown)
            print_markdown(kind, names);
        else if (only)
            print_entries(kind, names);
        else
            print_names(kind);
    }
    if (values.json) {
        json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
        printf("\n");
        json_decref(object);
    } else if (!only) {
        printf("\nwinnow list KIND [NAME...] tells the options.\n");
    }
    return EXIT_DONE;
}
