#include "harness/run/checkpoints.h"

#include "base/folder.h"

#include <string.h>
#include <unistd.h>

enum { KEY_DIGITS = HASH_HEX_SIZE - 1 };

bool checkpoints_kept(const struct run_options *options, const struct plan_cell *cell)
{
    return options->checkpoints && cell->limits.checkpoint > 0;
}

void checkpoints_path(const struct run_options *options, const struct plan_cell *cell,
                      struct str *ret_path)
{
    str_addf(ret_path, "%s/%s", options->checkpoints, cell->key);
}

/* KEY, or KEY.PID of a worker that was killed as it put its file in place (base/save.h). */
static bool is_of(const char *name, const struct plan_cell *cell)
{
    return strncmp(name, cell->key, KEY_DIGITS) == 0 &&
           (name[KEY_DIGITS] == '\0' || name[KEY_DIGITS] == '.');
}

/* all: not only those of cells that are done. */
static void remove_files(const struct run_options *options, const struct plan_cell *cells,
                         size_t count, bool all)
{
    struct folder folder = {0};
    struct str path = {0};
    if (!options->checkpoints)
        return;
    for (const char *name; (name = folder_next(&folder, options->checkpoints));)
        for (size_t i = 0; i < count; i++)
            if ((all || cells[i].state == CELL_DONE) && is_of(name, &cells[i])) {
                str_clear(&path);
                str_addf(&path, "%s/%s", options->checkpoints, name);
                unlink(str_text(&path));
            }
    folder_close(&folder, options->checkpoints, NULL);
    str_release(&path);
}

void checkpoints_remove(const struct run_options *options, const struct plan_cell *cells,
                        size_t count)
{
    remove_files(options, cells, count, true);
}

void checkpoints_clear(const struct run_options *options, const struct plan *plan)
{
    remove_files(options, plan->cells, plan->count, false);
}
