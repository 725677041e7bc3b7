#include "harness/run/checkpoints.h"

#include <dirent.h>
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
    DIR *folder = options->checkpoints ? opendir(options->checkpoints) : NULL;
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        for (size_t i = 0; i < count; i++)
            if ((all || cells[i].state == CELL_DONE) && is_of(entry->d_name, &cells[i]))
                unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder)
        closedir(folder);
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
