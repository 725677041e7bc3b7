/*
 * new: a first version of a pruner, model, dataset or figure, from the page that explains it.
 *
 *     struct new_plan plan;
 *     if (new_read(".", "pruner", "my-score", &arena, &plan, &err) || new_write(&plan, &err)) ...
 *
 * There is no second copy of that code: docs/howto/KIND.md has it, fenced, with the name of an
 * example, and a test compiles it. The words behind a fence say what a block is for:
 *
 *     ```c pruners/hardest.c         a file of the tree
 *     ```c pruners/pruners.def +     its first line is in that file, the others go below it
 *
 * and blocks without a path in this tree are no affair of ours. The stem of the first file
 * ("hardest") is the example's name; it becomes the new one, with '-' in texts and comments, and
 * '_' in C's names and in the names of C files.
 */
#pragma once

#include "base/err.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>

enum { NEW_MOST_FILES = 8 };

struct new_file {
    const char *path; /* below the root */
    const char *text; /* all of it, as it is to be */
    bool is_new;      /* nothing is there yet */
};

struct new_plan {
    const char *root;
    struct new_file files[NEW_MOST_FILES]; /* those that are new come first */
    size_t count;
};

/*
 * What is to be written below root, the folder of a source tree; in the arena. kind names the page.
 * An error where the page or a file to be extended is missing, where the name is none ([a-z], then
 * [a-z0-9-]), or where a file or a line of that name is there.
 */
int new_read(const char *root, const char *kind, const char *name, struct arena *arena,
             struct new_plan *ret_plan, struct err *err);
/* All of them, or, after an error, none. */
int new_write(const struct new_plan *plan, struct err *err);
