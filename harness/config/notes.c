/*
 * config_notes: what an experiment's file asks for and will not get, although nothing in it is
 * wrong.
 *
 *     a.yaml:5:5: note: random-dynamic: chooses once in 8 epochs (period 10): the same as random
 *     a.yaml:9:11: note: data_dir: '/srv/sets' has no mnist: it is read from /usr/share/...
 *
 * A cell's notes come from what its pruner's contract declares (pruners/outlook.h). They stand at
 * the pruner, once for all the cells of which they are true.
 */
#include "base/num.h"
#include "harness/config/read.h"
#include "pruners/outlook.h"

#include <string.h>

/* Samples of a cell's training split as far as the file tells; 0: that is for the data to say. */
static size_t known_samples(const struct cell *cell)
{
    const struct data_spec *data = cell->data;
    const size_t n = data->train_limit        ? (size_t)data->train_limit
                     : cell->dataset->train_n ? cell->dataset->train_n(data)
                                              : 0;
    if (n == 0 || data->imbalance > 1)
        return 0;
    return n - num_round_share(data->val_fraction, n);
}

/* Lookahead's average is all that stays of a training: without a step into it, what it began as. */
static void note_lookahead(struct reader *reader, const struct training *training,
                           const struct cell *cell)
{
    const struct recipe *recipe = &cell->recipe;
    const size_t batch = (size_t)recipe->batch, batches = (known_samples(cell) + batch - 1) / batch,
                 steps = recipe->steps ? (size_t)recipe->steps : batches * (size_t)recipe->epochs;
    if (steps > 0 && steps < (size_t)recipe->lookahead)
        mistakes_add(&reader->config->notes, train_place(reader, training, "lookahead"),
                     "lookahead",
                     "the training has %zu step%s at most, fewer than %d: it ends as it began",
                     steps, STR_PLURAL(steps), recipe->lookahead);
}

void notes_of_cell(struct reader *reader, const struct training *training, const struct cell *cell,
                   const struct pick *const picks[NAMED_AXES])
{
    const struct pick *pick = picks[AXIS_PRUNER];
    struct pruner_outlook outlook;
    struct str lines = {0};
    const size_t n = known_samples(cell);
    if ((cell->recipe.steps == 0 || n > 0) &&
        pruner_foresee(cell->pruner, cell->pruner_options, cell->rate, cell_task_epochs(cell, n),
                       &outlook)) {
        if (!cell_asks_network(cell))
            outlook.watch.runs = 0;
        if (cell->scoring.folds)
            outlook.watch.step_share *= cell->scoring.folds - 1;
        outlook_notes(&outlook, n, &lines);
    }
    const char *line = str_text(&lines);
    for (size_t length; (length = strcspn(line, "\n")); line += length + 1)
        mistakes_add(&reader->config->notes, pick->node->place, pick->choice.kind->name, "%.*s",
                     (int)length, line);
    str_release(&lines);
    note_lookahead(reader, training, cell);
}

static struct place place_of_data_dir(const struct reader *reader)
{
    const struct node *node = node_find(reader->root, "data_dir");
    return node ? node->place : (struct place){0};
}

static void note_data(struct reader *reader, const struct dataset_type *type, const void *options,
                      const char *const *dirs)
{
    const char *chosen = reader->config->data_dir;
    const char *label = chosen ? "data_dir" : "$WINNOW_DATA";
    struct str folder = {0};
    struct err err;
    size_t dir;
    if (dataset_locate(type, options, dirs, &folder, &dir, &err)) {
        if (chosen) /* else nobody said that it is anywhere */
            mistakes_add(&reader->config->notes, place_of_data_dir(reader), label, "%s", err.text);
        return;
    }
    if (dataset_strayed(chosen, dir))
        mistakes_add(&reader->config->notes, place_of_data_dir(reader), label,
                     "'%s' has no %s: it is read from %s", dirs[0], type->name, str_text(&folder));
    str_release(&folder);
}

/* Once for each place that cells have a dataset from; those of one stand together. */
static void note_each(struct reader *reader, const struct dataset_type *type,
                      const char *const *dirs)
{
    const struct config *config = reader->config;
    const char *last = NULL;
    for (size_t i = 0; i < config->cell_count; i++) {
        const struct cell *cell = &config->cells[i];
        if (cell->dataset != type)
            continue;
        const char *path = type->path ? type->path(cell->data) : "";
        if (!last || strcmp(last, path) != 0)
            note_data(reader, type, cell->data, dirs);
        last = path;
    }
}

static bool reads_any(const struct config *config)
{
    for (size_t i = 0; i < config->cell_count; i++)
        if (dataset_is_read(config->cells[i].dataset))
            return true;
    return false;
}

void notes_of_data(struct reader *reader)
{
    const char *const *dirs = dataset_dirs(reader->config->data_dir, reader->arena);
    const struct dataset_type *type;
    struct err err;
    if (reads_any(reader->config) && dataset_check_dirs(NULL, NULL, &err)) {
        mistakes_add(&reader->mistakes, (struct place){0}, NULL, "%s", err.text);
        return;
    }
    for (size_t i = 0; (type = dataset_at(i)); i++)
        if (dataset_is_read(type))
            note_each(reader, type, dirs);
}
