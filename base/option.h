/*
 * option: the option tables that datasets, models, pruners, training recipes and commands share.
 *
 * A plug-in declares a struct with its options and a table that describes each field once. From the
 * table follow defaults, strict parsing, range checks, canonical JSON, --help, `winnow list` and
 * the README's tables; there is no second list.
 *
 *     struct ucb_options { double alpha; int period; };
 *     static const struct option ucb_table[] = {
 *         OPTION_DOUBLE(struct ucb_options, alpha, "0.8", 0, 1, "weight of the newest loss"),
 *         OPTION_INT(struct ucb_options, period, "10", 1, 100000, "epochs between selections"),
 *         OPTION_END,
 *     };
 *
 * Field types: OPTION_INT int (OPTION_INT_OR likewise; in JSON always a number), OPTION_DOUBLE
 * double, OPTION_BOOL bool, OPTION_ENUM int (index into choices; OPTION_NAME likewise),
 * OPTION_STRING const char * (NULL or memory of the arena given at reading), OPTION_DURATION
 * double, in seconds ("90s", "5m", "2h", "1d" or the word `zero`), OPTION_BYTES int64_t ("512MiB",
 * "2GiB" or `zero`); in JSON both are numbers. OPTION_NUMBERS struct option_numbers, "60/120/160"
 * or "none", in YAML and JSON a list.
 * Limits are inclusive. A name with '_' is written with '_' in YAML too.
 *
 * An option that is renamed keeps its cells and its users: what follows the help goes into struct
 * option too.
 *
 *     OPTION_INT(struct ucb_options, period, "10", 1, 100000, "epochs between selections",
 *                .keyed_as = "every", .aliases = OPTION_ALIASES("interval")),
 *
 * was `every` when cells were first hashed, and `interval` at some time. All three are read; what
 * is hashed or stored says `every`.
 *
 * An option that is added to a table whose cells were hashed already, with the old behaviour as its
 * default, is `.added_later = true`: at its default it is not spelled out, and those cells keep
 * their keys.
 */
#pragma once

#include "base/braced.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum option_type {
    OPTION_INT,
    OPTION_DOUBLE,
    OPTION_BOOL,
    OPTION_ENUM,
    OPTION_STRING,
    OPTION_DURATION,
    OPTION_BYTES,
    OPTION_NUMBERS,
};

enum { OPTION_MOST_NUMBERS = 16 };
struct option_numbers {
    int count;
    double items[OPTION_MOST_NUMBERS];
};

/* Room for any type. */
union option_value {
    int64_t bytes;
    double number;
    const char *text;
    struct option_numbers numbers;
};

struct option {
    const char *name; /* NULL ends a table */
    const char *help; /* one line, with the unit and the source where there is one */
    enum option_type type;
    size_t offset;
    const char *fallback; /* the default, as one would write it; NULL only for OPTION_STRING */
    double min, max;      /* OPTION_INT, OPTION_DOUBLE, OPTION_DURATION; of each OPTION_NUMBERS */
    /* OPTION_ENUM, one of the two: a list that NULL ends, or a registry's i-th name, NULL at its
       end */
    const char *const *choices;
    const char *(*choice_at)(size_t i);
    /* OPTION_INT, OPTION_DURATION, OPTION_BYTES: a word that stands for 0 ("none"), or NULL */
    const char *zero;
    /* The name in canonical JSON and in labels, hence in keys and databases; NULL: `name`. */
    const char *keyed_as;
    const char *const *aliases; /* older names, which are read and never written; NULL ends them */
    bool added_later;           /* canonical JSON leaves it out at its default */
    /* A list of kinds that says what the option does, since many kinds have it: others need not
       list it. NULL: it is no such option. */
    const char *told_in;
    bool chooses; /* of a pruner: only its choose() reads it, so that it matters to no score */
};

/* The help is the last argument; designators may follow it. */
#define OPTION_FIELD(owner, field, kind, ...)                                                      \
    BRACED(.name = #field, .type = kind, .offset = offsetof(owner, field), __VA_ARGS__)
#define OPTION_INT(type, field, default_, least, most, ...)                                        \
    OPTION_FIELD(type, field, OPTION_INT, .fallback = default_, .min = least, .max = most,         \
                 .help = __VA_ARGS__)
/* As OPTION_INT with 0 as its least value, which may be written as the word `zero` too. */
#define OPTION_INT_OR(type, field, word, default_, most, ...)                                      \
    OPTION_FIELD(type, field, OPTION_INT, .fallback = default_, .max = most, .zero = word,         \
                 .help = __VA_ARGS__)
#define OPTION_DOUBLE(type, field, default_, least, most, ...)                                     \
    OPTION_FIELD(type, field, OPTION_DOUBLE, .fallback = default_, .min = least, .max = most,      \
                 .help = __VA_ARGS__)
#define OPTION_BOOL(type, field, default_, ...)                                                    \
    OPTION_FIELD(type, field, OPTION_BOOL, .fallback = default_, .help = __VA_ARGS__)
#define OPTION_ENUM(type, field, default_, names, ...)                                             \
    OPTION_FIELD(type, field, OPTION_ENUM, .fallback = default_, .choices = names,                 \
                 .help = __VA_ARGS__)
/* As OPTION_ENUM, of a registry. */
#define OPTION_NAME(type, field, default_, name_at, ...)                                           \
    OPTION_FIELD(type, field, OPTION_ENUM, .fallback = default_, .choice_at = name_at,             \
                 .help = __VA_ARGS__)
#define OPTION_STRING(type, field, ...)                                                            \
    OPTION_FIELD(type, field, OPTION_STRING, .help = __VA_ARGS__)
/* In seconds; most likewise. */
#define OPTION_DURATION(type, field, word, default_, most, ...)                                    \
    OPTION_FIELD(type, field, OPTION_DURATION, .fallback = default_, .max = most, .zero = word,    \
                 .help = __VA_ARGS__)
#define OPTION_BYTES(type, field, word, default_, ...)                                             \
    OPTION_FIELD(type, field, OPTION_BYTES, .fallback = default_, .zero = word, .help = __VA_ARGS__)
/* None by default; each from least to most. */
#define OPTION_NUMBERS_OF(type, field, least, most, ...)                                           \
    OPTION_FIELD(type, field, OPTION_NUMBERS, .fallback = "none", .min = least, .max = most,       \
                 .help = __VA_ARGS__)
#define OPTION_END BRACED(0)

#define OPTION_ALIASES(...) ((const char *const[]){__VA_ARGS__, NULL})

/* table may be NULL everywhere: no options. */

/* The i-th choice of an OPTION_ENUM, NULL at the end. */
const char *option_choice(const struct option *option, size_t i);
/* "60/120/160", as option_set reads it; "none" where there are none. */
void option_write_numbers(const struct option_numbers *numbers, struct str *ret_text);
/* Fills every field of *values from the defaults. */
void option_defaults(const struct option *table, void *values);
/* The option of that name, present or former, or NULL. */
const struct option *option_find(const struct option *table, const char *name);
/* The name in canonical JSON and in labels. */
const char *option_key(const struct option *option);
/* The same question for anything that is renamed: is it called that, or was it ever? */
bool option_is_called(const char *name, const char *keyed_as, const char *const *aliases,
                      const char *word);
/* The name of the option nearest to a misspelt one, or NULL. */
const char *option_nearest(const struct option *table, const char *name);

/*
 * Parses text strictly and stores it. The error says what was found and what is accepted
 * ("0.5 to 1, not 1.2"), without the option's name or place: the caller knows those.
 */
int option_set(const struct option *option, void *values, const char *text, struct arena *arena,
               struct err *err);

/* Stores all of a text "a=1 b=2", of owner's options, with any of the separators between them; the
   others stay as they are. The error names the owner. */
int option_assign(const struct option *table, const char *owner, const char *text,
                  const char *separators, void *values, struct arena *arena, struct err *err);

/* An option's default as a new JSON value (the caller decrefs). */
json_t *option_fallback_json(const struct option *option);
bool option_is_default(const struct option *option, const void *values);
/* Every option spelled out under its option_key(), but for those that were added later and have
   their default, as a new JSON object (the caller decrefs). */
json_t *option_to_json(const struct option *table, const void *values);
/* The reverse: absent options get their defaults (object may be NULL: all absent), an unknown one
   is an error. After an error the values are a mixture: do not use them. */
int option_from_json(const struct option *table, const json_t *object, struct arena *arena,
                     void *ret_values, struct err *err);

/* "a whole number from 1 to 100; default 10", "none or a whole number from 1 to 100; default none",
   "one of mean, max; default mean" */
void option_describe(const struct option *option, struct str *ret_text);
