/*
 * param: what a node of an experiment's file means: YAML nodes -> fields, by option tables.
 *
 * Every refusal has one form, at the node's own place:
 *
 *     LABEL: expected WANTED, found WHAT [(a hint)]
 *     epochs: expected a whole number from 1 to 100000, found '020' (a leading zero is octal in
 *     YAML)
 *
 * Numbers and truth values must be plain: "3" in quotes is a text. Numbers are rounded to the 15
 * digits of the canonical JSON, so that a cell is the same wherever it was read from.
 */
#pragma once

#include "base/option.h"
#include "harness/config/yaml.h"

#include <stdbool.h>
#include <stdint.h>

/* Adds "LABEL: expected WANTED, found ...". */
void param_expected(const struct node *node, const char *label, const char *wanted,
                    struct mistakes *mistakes);

/* Silent: whether the node is a number at all. */
bool param_number(const struct node *node, double *ret_value);
bool param_whole(const struct node *node, int64_t *ret_value);

/* The text of a node that names something or says something; NULL: refused. */
const char *param_text(const struct node *node, const char *label, const char *wanted,
                       struct mistakes *mistakes);

/* Stores one option, labelled with its name. false: refused. */
bool param_set(const struct option *option, const struct node *node, void *values,
               struct arena *arena, struct mistakes *mistakes);

/*
 * "unknown KIND 'xyz', did you mean 'xy'?", or "unknown KIND 'xyz'; HELP" where near (what may have
 * been meant) is NULL.
 */
void param_unknown(const struct node *node, const char *kind, const char *near, const char *help,
                   struct mistakes *mistakes);
/* "OWNER has no option 'epohcs', did you mean 'epochs'?", or all that it has. */
void param_unknown_option(const struct node *key, const char *owner, const struct option *table,
                          struct mistakes *mistakes);

/*
 * The values of a node that may be one or a list of them. 0: an empty list, refused, or more than
 * MOST_VALUES. ret_items borrows: `*node` must live as long.
 */
enum { MOST_VALUES = 10000 };
size_t param_values(struct node *const *node, const char *label, struct node *const **ret_items,
                    struct mistakes *mistakes);

/*
 * One number or a list of them, each once. accepts() parses a node and says whether it will do;
 * wanted is what it accepts, for messages. Returns how many were good, in the arena.
 */
size_t param_numbers(struct node *const *node, const char *label, const char *wanted,
                     bool (*accepts)(const struct node *node, double *ret_value),
                     struct arena *arena, double **ret_values, struct mistakes *mistakes);

/* Refuses items[i], a text, where an earlier item is the same text. */
void param_once(struct node *const *items, size_t i, const char *label, struct mistakes *mistakes);

/* Whether keys[i] of a mapping means an option that an earlier key gave already, by another of its
   names: refused then. */
bool param_repeats(const struct option *table, const struct node *map, size_t i,
                   struct mistakes *mistakes);

/* "LABEL: NAME is listed twice, first at ..." */
void param_twice(const struct node *node, const char *label, const char *name,
                 const struct node *first, struct mistakes *mistakes);
