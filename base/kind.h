/*
 * kind: what everything that an experiment names has in common, and the shelves where it is found.
 *
 * A plug-in (a dataset, a model, a pruner, a figure, a preset) is a const struct that begins with
 * KIND: a name, a line of help, and the options that it takes. It is one file, and one line in a
 * .def: PRUNER(el2n) there stands for the `const struct pruner el2n_pruner` of pruners/el2n.c.
 *
 *     struct pruner {                            const struct pruner el2n_pruner = {
 *         KIND;                                      .name = "el2n",
 *         unsigned needs;                            KIND_OPTIONS(struct el2n_options, table),
 *         ...                                        .needs = NEEDS_PROBABILITIES,
 *     };                                         };
 *
 * Whoever handles plug-ins of any sort (parsing, labels, `winnow list`) does it by &pruner->is, a
 * struct kind. SHELF_OF(struct pruner, pruner) in a header declares pruner_shelf, pruner_at() and
 * pruner_find(); the shelf itself is filled from the .def:
 *
 *     static const struct kind *const kinds[] = {
 *     #define PRUNER(name) &name##_pruner.is,
 *     #include "pruners/pruners.def"
 *     };
 *     const struct shelf pruner_shelf = SHELF("pruner", "pruners", kinds);
 *
 * Published settings of a plug-in's options are its presets: values under a name, as in
 *
 *     .presets = KIND_PRESETS({"authors", "k=10 margin=logits", "what their program has"}),
 *
 *     pruner: {name: ccs, preset: authors, k: 20}
 *
 * What stands beside a preset wins, and cells hold values, not presets: the same values are the
 * same cells.
 *
 * A plug-in that is renamed keeps its cells and its users, as a renamed option does (option.h):
 * keyed_as is the name under which it was first hashed.
 */
#pragma once

#include "base/option.h"

/* A setting of several options. */
struct kind_preset {
    const char *name;
    const char *values; /* "k=10 margin=logits", each of an option of the kind */
    const char *help;   /* one line: whose */
};

#define KIND_FIELDS                                                                                \
    const char *name;                  /* as YAML writes it */                                     \
    const char *help;                  /* one line */                                              \
    const char *cite;                  /* the paper, or NULL */                                    \
    const char *keyed_as;              /* the name in keys and databases; NULL: `name` */          \
    const char *const *aliases;        /* older names, read and never written; NULL ends them */   \
    const struct option *options;      /* NULL: none */                                            \
    const struct kind_preset *presets; /* NULL: none; one without a name ends them */              \
    size_t options_size                /* bytes of the options' struct; 0: none */

struct kind {
    KIND_FIELDS;
};

/* The first member of a plug-in. */
#define KIND                                                                                       \
    union {                                                                                        \
        struct {                                                                                   \
            KIND_FIELDS;                                                                           \
        };                                                                                         \
        struct kind is;                                                                            \
    }

/* In the initialiser of a plug-in: that it takes these options, into this struct. */
#define KIND_OPTIONS(type, table) .options = (table), .options_size = sizeof(type)

#define KIND_PRESETS(...) ((const struct kind_preset[]){__VA_ARGS__, {NULL, NULL, NULL}})

/* One with its options. */
struct choice {
    const struct kind *kind;
    const void *options; /* the struct that kind->options describes; NULL where there is none */
};

struct shelf {
    const char *word, *plural; /* what one of them is called, and all: "pruner", "pruners" */
    const struct kind *const *kinds;
    size_t count;
};
#define SHELF(one, all, array) BRACED(one, all, array, sizeof(array) / sizeof *(array))

#define SHELF_OF(type, what)                                                                       \
    extern const struct shelf what##_shelf;                                                        \
    static inline const type *what##_at(size_t i)                                                  \
    {                                                                                              \
        return (const void *)shelf_at(&what##_shelf, i);                                           \
    }                                                                                              \
    static inline const type *what##_find(const char *name)                                        \
    {                                                                                              \
        return (const void *)shelf_find(&what##_shelf, name);                                      \
    }                                                                                              \
    _Static_assert(offsetof(type, is) == 0, "KIND comes first")

/* The i-th, in the order of its .def; NULL at the end. */
const struct kind *shelf_at(const struct shelf *shelf, size_t i);
/* The one of that name, present or former, or NULL. */
const struct kind *shelf_find(const struct shelf *shelf, const char *name);
/* The i-th's name, of a shelf behind a pointer without type: for str_nearest(). */
const char *shelf_name_at(const void *shelf, size_t i);
/* The nearest to a misspelt name, or NULL. */
const char *shelf_near(const struct shelf *shelf, const char *name);
/* "unknown pruner 'el3n', did you mean el2n?"; returns -1. */
int shelf_unknown(const struct shelf *shelf, const char *name, struct err *err);

/* The name in canonical JSON, in labels and in databases. */
const char *kind_key(const struct kind *kind);
/* Whether the name is that of the key under which one of its presets is asked for, and of no option
   of its own. */
bool kind_takes_preset(const struct kind *kind, const char *key);
/* Stores a preset's values. An error where it has none of that name. */
int kind_set_preset(const struct kind *kind, const char *name, void *options, struct arena *arena,
                    struct err *err);
/* option_assign(), where "preset=NAME" may stand too: it comes first, wherever it stands. */
int kind_assign(const struct kind *kind, const char *text, const char *separators, void *options,
                struct arena *arena, struct err *err);

/* A new struct of its options with their defaults, in the arena; NULL where it has none. */
void *kind_defaults(const struct kind *kind, struct arena *arena);

/*
 * "convnet", "convnet(depth=2 width=32)" as winnow writes it, with commas for the blanks if one
 * likes, or "convnet:depth=2,width=32", which a shell leaves alone; the options in the arena.
 */
int choice_parse(const struct shelf *shelf, const char *text, struct arena *arena,
                 struct choice *ret_choice, struct err *err);

/* {"name": "ucb", "c": 2.0, ...}, every option spelled out; the caller decrefs. */
json_t *choice_to_json(const struct choice *choice);
/* The reverse, with the options in the arena. Takes the name out of object. */
int choice_from_json(const struct shelf *shelf, json_t *object, struct arena *arena,
                     struct choice *ret_choice, struct err *err);
