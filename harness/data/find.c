/*
 * find: the folder that has a dataset's files, and what else people call them.
 *
 * A dir is tried with each usual folder below it, then with each of these below each other
 * (fashion-mnist/FashionMNIST/raw: a download into a folder of the user's own), then bare. Where
 * none has a file, an archive that nobody unpacked is named.
 *
 * Worked example: `~/sets` with cifar-10-python.tar.gz and nothing else: cifar10 is not found, "but
 * ~/sets/cifar-10-python.tar.gz is there: unpack it". With cifar-10-batches-py, as torchvision
 * leaves it, its other layout is found there.
 */
#include "base/folder.h"
#include "harness/data/loader.h"

#include <string.h>
#include <sys/stat.h>

/* ---- Names of files ---------------------------------------------------------------------------*/

static bool path_exists(const char *path, bool as_file)
{
    struct stat status;
    return stat(path, &status) == 0 && !(as_file && S_ISDIR(status.st_mode));
}

/* Whether FOLDER/(NAME/)NAME(.gz) is there, with a dot in the place of the dash, unless dash is 0.
 */
static bool try_path(struct str *path, const char *folder, const char *name, size_t dash,
                     bool below, bool packed)
{
    str_clear(path);
    str_addf(path, "%s/%s%s%s%s", folder, below ? name : "", below ? "/" : "", name,
             packed ? ".gz" : "");
    if (dash)
        path->text[path->length - strlen(name) - (packed ? 3 : 0) + dash] = '.';
    return path_exists(str_text(path), true);
}

struct str loader_path(const char *folder, const char *name)
{
    const char *idx = strstr(name, "-idx");
    const size_t dash = idx ? (size_t)(idx - name) : 0;
    struct str path = {0};
    for (int below = 0; below < 2; below++)
        for (int dotted = 0; dotted <= (idx != NULL); dotted++)
            for (int packed = 0; packed < 2; packed++)
                if (try_path(&path, folder, name, dotted ? dash : 0, below, packed))
                    return path;
    try_path(&path, folder, name, 0, false, false);
    return path;
}

bool loader_exists(const char *folder, const char *name)
{
    struct str path = loader_path(folder, name);
    const bool exists = path_exists(str_text(&path), false);
    str_release(&path);
    return exists;
}

/* ---- Folders ----------------------------------------------------------------------------------*/

/* Goes through the folders below a dir, the dir itself last: `at` counts. false: there is no more.
 */
static bool next_folder(const struct loader_layout *layout, const char *dir, size_t *at,
                        struct str *folder)
{
    size_t count = 0;
    while (layout->folders[count])
        count++;
    const size_t i = (*at)++, pairs = count * count;
    str_clear(folder);
    if (i > count + pairs)
        return false;
    str_add(folder, dir);
    if (i < count)
        str_addf(folder, "/%s", layout->folders[i]);
    else if (i < count + pairs)
        str_addf(folder, "/%s/%s", layout->folders[(i - count) / count],
                 layout->folders[(i - count) % count]);
    return true;
}

/* ret_there, ret_missing: the first file that is there, that is not; NULL where there is none. */
static void check_files(const char *folder, const char *const *files, const char **ret_there,
                        const char **ret_missing)
{
    *ret_there = *ret_missing = NULL;
    for (size_t i = 0; files[i]; i++) {
        const char **answer = loader_exists(folder, files[i]) ? ret_there : ret_missing;
        if (!*answer)
            *answer = files[i];
    }
}

/* The first folder with any of the files, of one of the layouts. */
static void find_folder(const struct loader_layout *layout, const char *const *dirs,
                        struct str *folder, size_t *ret_dir, const char **ret_there,
                        const char **ret_missing)
{
    *ret_there = NULL;
    for (*ret_dir = 0; dirs[*ret_dir]; ++*ret_dir)
        for (const struct loader_layout *one = layout; one; one = one->other)
            for (size_t at = 0; next_folder(one, dirs[*ret_dir], &at, folder);) {
                check_files(str_text(folder), one->files, ret_there, ret_missing);
                if (*ret_there)
                    return;
            }
}

/* ---- What lies there instead ------------------------------------------------------------------*/

static bool is_archive(const char *name)
{
    static const char *const ends[] = {".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip"};
    const size_t length = strlen(name);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (length > strlen(ends[i]) && strcmp(name + length - strlen(ends[i]), ends[i]) == 0)
            return true;
    return false;
}

/* Adds the first by name of the archives in a folder, as a remedy. */
static bool add_archive(const char *folder, struct str *text)
{
    struct folder entries = {0};
    struct str first = {0};
    for (const char *name; (name = folder_next(&entries, folder));)
        if (is_archive(name) && (!first.length || strcmp(name, str_text(&first)) < 0)) {
            str_clear(&first);
            str_add(&first, name);
        }
    folder_close(&entries, folder, NULL);
    const bool found = first.length > 0;
    if (found)
        str_addf(text, ", but %s/%s is there: unpack it, or", folder, str_text(&first));
    str_release(&first);
    return found;
}

static void add_instead(const struct loader_layout *layout, const char *const *dirs,
                        struct str *text)
{
    struct str folder = {0};
    bool found = false;
    for (size_t d = 0; dirs[d]; d++)
        for (size_t at = 0; !found && next_folder(layout, dirs[d], &at, &folder);)
            found = add_archive(str_text(&folder), text);
    if (!found)
        str_add(text, ";");
    str_release(&folder);
}

/* Each once. */
static void add_folders(const struct loader_layout *layout, struct str *text)
{
    struct str folders = {0};
    for (const struct loader_layout *one = layout; one; one = one->other)
        for (size_t i = 0; one->folders[i]; i++)
            if (!str_lists(str_text(&folders), ",", one->folders[i]))
                str_addf(&folders, "%s%s", folders.length ? "," : "", one->folders[i]);
    struct str folder = {0};
    const char *between = ", and below each of them ";
    for (const char *at = str_text(&folders); str_next(&folder, &at, ","); between = ", ")
        str_addf(text, "%s%s", between, str_text(&folder));
    str_release(&folder);
    str_release(&folders);
}

int loader_find(const struct loader_layout *layout, const char *source, const char *const *dirs,
                struct str *ret_folder, size_t *ret_dir, struct err *err)
{
    struct str folder = {0}, instead = {0}, searched = {0};
    const char *there, *missing;
    size_t dir = 0;
    find_folder(layout, dirs, &folder, &dir, &there, &missing);
    int failed = 0;
    if (!there) {
        add_instead(layout, dirs, &instead);
        for (size_t i = 0; dirs[i]; i++)
            str_addf(&searched, "%s%s", i ? ", " : "", dirs[i]);
        add_folders(layout, &searched);
        failed =
            err_set(err, "%s (or %s.gz) not found%s get it from %s; searched %s", layout->files[0],
                    layout->files[0], str_text(&instead), source, str_text(&searched));
    } else if (missing) {
        failed = err_set(err, "%s/%s (or %s.gz) not found, although %s is there; get it from %s",
                         str_text(&folder), missing, missing, there, source);
    }
    STR_RELEASE(&instead, &searched);
    if (failed) {
        str_release(&folder);
        return -1;
    }
    *ret_folder = folder;
    *ret_dir = dir;
    return 0;
}
