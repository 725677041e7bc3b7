/*
 * winnow new: a first version of a pruner, model, dataset or figure, in a source tree.
 *
 *     winnow new pruner my-score     writes pruners/my_score.c and its test, adds a line to
 *                                    pruners/pruners.def
 */
#include "harness/new/new.h"
#include "harness/cmd/kit/cmd.h"
#include "harness/data/data.h"
#include "models/model.h"
#include "plots/render.h"
#include "pruners/pruner.h"

#include <stdio.h>
#include <string.h>

static const struct cmd_line line = {
    "new",
    "pruner|model|dataset|figure NAME",
    "Writes a first version of it, with its test and its line in the registry, into the source "
    "tree\n"
    "in which it is run. That is the code of docs/howto/KIND.md under another name: it compiles,\n"
    "passes the conformance tests, and is to be changed into what it is named after.",
    NULL,
    2,
    2,
};

static const struct shelf *find_shelf(const char *word)
{
    const struct shelf *const shelves[] = {&pruner_shelf, &model_shelf, &dataset_shelf,
                                           &figure_shelf};
    for (size_t i = 0; i < sizeof shelves / sizeof *shelves; i++)
        if (strcmp(word, shelves[i]->word) == 0)
            return shelves[i];
    return NULL;
}

static int plan_and_write(const struct shelf *shelf, const char *name, struct arena *arena,
                          struct err *err)
{
    struct new_plan plan;
    if (shelf_find(shelf, name))
        return err_set(err, "there is a %s '%s'; choose another name", shelf->word, name);
    if (new_read(".", shelf->word, name, arena, &plan, err) || new_write(&plan, err))
        return -1;
    for (size_t i = 0; i < plan.count; i++)
        printf("%s %s\n", plan.files[i].is_new ? "wrote" : "added a line to", plan.files[i].path);
    printf("\nIt is a copy of an example: put what you mean in its place. Then\n\n"
           "    make\n"
           "    build/winnow list %s %s\n"
           "    make check T=%s\n\n"
           "docs/howto/%s.md says what else there is to do.\n",
           shelf->plural, name, shelf == &figure_shelf ? "render" : shelf->plural, shelf->word);
    return 0;
}

int cmd_new(int argc, char **argv)
{
    const char *arguments[2];
    const int done = cmd_parse(&line, argc, argv, NULL, arguments);
    if (done >= 0)
        return done;
    const struct shelf *shelf = find_shelf(arguments[0]);
    struct arena arena = {0};
    struct err err;
    if (!shelf) {
        err_set(&err, "'%.40s' is none of pruner, model, dataset and figure", arguments[0]);
        return cmd_fail(&line, EXIT_USAGE, err.text);
    }
    const int failed = plan_and_write(shelf, arguments[1], &arena, &err);
    arena_release(&arena);
    return failed ? cmd_fail(&line, EXIT_USAGE, err.text) : EXIT_DONE;
}
