/*
 * frozen_plan: a plan as a file, for machines that do not have the experiment's YAML, or have
 * another version of it by now.
 *
 * JSON lines. The first is what a database records of an experiment, and how the cells are shared
 * out; each of the others is a cell. The id is the SHA-256 of all of it but the time: two files of
 * one id say the same, and a file that was changed by hand, or cut off, is refused.
 *
 *     {"winnow_plan":1,"id":"5e...","frozen_at":...,"elements":25,"name":"fashion","yaml":...}
 *     {"key":"3f...","label":"fashion-mnist mlp full seed 0","data":"9a...","cell":{...},...}
 *
 * Where seeds are added until questions are answered, the first line has these too, and all cells
 * that may be needed follow; which of them are is a matter of the database (winnow emit pending).
 *
 * An element is what one job does: element i of n has the cells from i * count / n to
 * (i + 1) * count / n, neighbours in the plan's order, which differ in their rates first and so
 * share their scores.
 */
#pragma once

#include "harness/plan/plan.h"

enum { FROZEN_ELEMENT_SIZE = 17 };

struct frozen_plan {
    const char *path;
    char id[HASH_HEX_SIZE];
    const char *name, *file, *yaml; /* the experiment's */
    const char *figures;            /* JSON array of names */
    const double *targets;          /* [target_count] */
    size_t target_count;
    const char *data_dir; /* NULL where not given */
    int threads;          /* of a cell */
    int64_t frozen_at;    /* ns since 1970 */
    size_t elements;
    /* Its name, and what it asks of the plan's cells: questions, at_least, seed_count. */
    struct config asks;
    struct plan *plan; /* its keys are the file's: nothing was loaded. Its arena holds the texts */
};

/* data_dir: an absolute path, or NULL. elements: 1 to plan->count. Appends the file's text. */
void frozen_plan_text(const struct config *config, const struct plan *plan, const char *data_dir,
                      size_t elements, struct str *ret_text);
/* The id that a plan has to have: of its first line without `id`, `frozen_at` and what was noted,
 * and of all lines after it. */
void frozen_plan_id(const json_t *header, const char *cells, char ret_id[HASH_HEX_SIZE]);
/* Refused: another format, a damaged file, keys that this program's engine would not give. */
int frozen_plan_read(const char *path, struct frozen_plan **ret_frozen, struct err *err);
/* The same from a text; path is for messages. */
int frozen_plan_parse(const char *text, const char *path, struct frozen_plan **ret_frozen,
                      struct err *err);
void frozen_plan_free(struct frozen_plan *frozen);

/* Its cells are those from ret_first to before ret_end. */
void frozen_plan_range(const struct frozen_plan *frozen, size_t element, size_t *ret_first,
                       size_t *ret_end);
/* Names an element by what it does: of its cells' keys. */
void frozen_plan_element_id(const struct frozen_plan *frozen, size_t element,
                            char ret_id[FROZEN_ELEMENT_SIZE]);
/*
 * The element's cells as a plan of their own, made anew from the data of this machine: an error
 * where that is missing, or not what the plan was made of. data_dir NULL: the plan's.
 */
int frozen_plan_element(const struct frozen_plan *frozen, size_t element, const char *data_dir,
                        struct plan **ret_plan, struct err *err);

/* Of the experiment, with these cells, as the store wants it. */
int frozen_plan_record(const struct frozen_plan *frozen, const struct plan *plan,
                       struct store *store, struct err *err);
