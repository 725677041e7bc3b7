/*
 * locate: which folder a dataset is read from.
 *
 * People choose a folder (`data_dir:`, `--data-dir`, $WINNOW_DATA), and two usual ones come after
 * it. A choice that names no folder is refused here; one that has not got the dataset is passed
 * over, since a grid may have several datasets of which one folder has some, and the caller says
 * so: dataset_strayed().
 *
 * Worked example: `data_dir: ~/sets` that holds FashionMNIST/raw as torchvision leaves it, and
 * nothing else. fashion-mnist is found in /home/me/sets/FashionMNIST/raw, in dirs[0]; mnist in
 * /usr/share/datasets/mnist, which strayed.
 */
#include "harness/data/loader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char variable[] = "WINNOW_DATA";

const char *dataset_dir_expand(const char *dir, struct arena *arena)
{
    const char *home = getenv("HOME");
    const bool below = dir[0] == '~' && (dir[1] == '/' || !dir[1]);
    return below && home && home[0] ? arena_printf(arena, "%s%s", home, dir + 1)
                                    : arena_strdup(arena, dir);
}

const char *const *dataset_dirs(const char *configured, struct arena *arena)
{
    const char *const candidates[] = {configured, getenv(variable), "./data",
                                      "/usr/share/datasets"};
    enum { COUNT = sizeof candidates / sizeof *candidates };
    const char **dirs;
    ARENA_NEW(arena, dirs, COUNT + 1);
    for (size_t i = 0, n = 0; i < COUNT; i++)
        if (candidates[i] && candidates[i][0])
            dirs[n++] = dataset_dir_expand(candidates[i], arena);
    return dirs;
}

static bool is_given(const char *dir)
{
    return dir && dir[0];
}

int dataset_check_dir(const char *dir, struct err *err)
{
    struct stat about;
    struct arena arena = {0};
    const char *path = dataset_dir_expand(dir, &arena);
    int failed = stat(path, &about) ? errno : S_ISDIR(about.st_mode) ? 0 : ENOTDIR;
    if (failed)
        failed = err_set(err, "'%s': %s; name an existing folder, or none", path, strerror(failed));
    arena_release(&arena);
    return failed;
}

int dataset_check_dirs(const char *configured, const char *by, struct err *err)
{
    const char *from_environment = getenv(variable);
    if (is_given(configured) && dataset_check_dir(configured, err))
        return err_prefix(err, "%s: ", by);
    if (is_given(from_environment) && dataset_check_dir(from_environment, err))
        return err_prefix(err, "$%s: ", variable);
    return 0;
}

bool dataset_strayed(const char *configured, size_t found)
{
    return found > 0 && (is_given(configured) || is_given(getenv(variable)));
}

const char *dataset_home(const struct dataset_type *type, const char *dir, struct arena *arena)
{
    return arena_printf(arena, "%s/%s", dir, type->layout->folders[0]);
}

bool dataset_is_read(const struct dataset_type *type)
{
    return type->layout || type->path;
}

static bool is_there(const struct str *path)
{
    struct stat about;
    return stat(str_text(path), &about) == 0;
}

/* What options name. ret_searched: "A, B, and the working directory". */
static bool search(const char *name, const char *const *dirs, struct str *path, size_t *ret_dir,
                   struct str *ret_searched)
{
    struct arena arena = {0};
    const char *expanded = dataset_dir_expand(name, &arena);
    const bool absolute = expanded[0] == '/';
    size_t dir = 0;
    bool found = false;
    while (!found && dirs[dir]) {
        str_clear(path);
        str_addf(path, "%s/%s", dirs[dir], expanded);
        found = !absolute && is_there(path);
        str_addf(ret_searched, "%s, ", dirs[dir]);
        dir += !found;
    }
    if (!found) {
        str_clear(path);
        str_add(path, expanded);
        found = is_there(path);
    }
    str_add(ret_searched, "and the working directory");
    arena_release(&arena);
    *ret_dir = dir;
    return found;
}

/* source: where people get it; NULL: wherever they have it. */
static int find_path(const char *name, const char *source, const char *const *dirs,
                     struct str *ret_path, size_t *ret_dir, struct err *err)
{
    struct str path = {0}, searched = {0};
    const bool found = search(name, dirs, &path, ret_dir, &searched);
    if (found)
        *ret_path = path;
    else
        err_set(err, "'%s' not found;%s%s%s searched %s", name, source ? " get it from " : "",
                source ? source : "", source ? ";" : "", str_text(&searched));
    if (!found)
        str_release(&path);
    str_release(&searched);
    return found ? 0 : -1;
}

int dataset_find_path(const char *name, const char *const *dirs, struct str *ret_path,
                      struct err *err)
{
    size_t dir;
    return find_path(name, NULL, dirs, ret_path, &dir, err);
}

static int find(const struct dataset_type *type, const void *options, const char *const *dirs,
                struct str *ret_folder, size_t *ret_dir, struct err *err)
{
    return type->path ? find_path(type->path(options), type->source, dirs, ret_folder, ret_dir, err)
                      : loader_find(type->layout, type->source, dirs, ret_folder, ret_dir, err);
}

int dataset_locate(const struct dataset_type *type, const void *options, const char *const *dirs,
                   struct str *ret_folder, size_t *ret_dir, struct err *err)
{
    if (!dataset_is_read(type)) {
        *ret_folder = (struct str){0};
        *ret_dir = 0;
        return 0;
    }
    return find(type, options, dirs, ret_folder, ret_dir, err) ? err_prefix(err, "%s: ", type->name)
                                                               : 0;
}
