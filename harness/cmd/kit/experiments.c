#include "harness/cmd/kit/experiments.h"

#include "base/folder.h"
#include "base/process.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char suffix[] = ".yaml";
enum { SUFFIX = sizeof suffix - 1, MOST_BYTES = 1 << 20 };

/* ---- Where they are ---- */

/* NULL: err says where they were looked for. */
static const char *find_folder(struct arena *arena, struct err *err)
{
    const char *built = NULL;
    struct stat there;
    struct str own = {0}, bin = {0}, prefix = {0};
    if (process_own_path(&own, err))
        return NULL;
    folder_of(str_text(&own), &bin);
    folder_of(str_text(&bin), &prefix);
    for (const char *p = str_text(&own); (p = strstr(p, "/build/")); p++)
        built = p;
    const char *installed = arena_printf(arena, "%s/share/winnow/experiments", str_text(&prefix));
    const char *source = built ? arena_printf(arena, "%.*s/experiments",
                                              (int)(built - str_text(&own)), str_text(&own))
                               : NULL;
    STR_RELEASE(&own, &bin, &prefix);
    if (stat(installed, &there) == 0)
        return installed;
    if (source && stat(source, &there) == 0)
        return source;
    err_set(err,
            "the experiments that come with winnow are not in %s%s%s; make install puts them "
            "there",
            installed, source ? ", nor in " : "", source ? source : "");
    return NULL;
}

/* ---- What they say ---- */

/* What the comments at the head of a file say under a key, "Takes:", in one line; NULL: nothing.
 * It goes on in lines that begin with a space more. */
static const char *note(const char *text, const char *key, struct arena *arena)
{
    struct str line = {0}, found = {0};
    bool mine = false;
    while (str_next(&line, &text, "\n") && strncmp(str_text(&line), "# ", 2) == 0) {
        const char *said = str_text(&line) + 2;
        if (said[0] != ' ') {
            mine = strncmp(said, key, strlen(key)) == 0;
            said += mine ? strlen(key) : 0;
        }
        said += strspn(said, " ");
        if (mine)
            str_addf(&found, "%s%s", found.length ? " " : "", said);
    }
    str_release(&line);
    return found.length ? str_shown(str_keep(&found, arena), arena) : NULL;
}

static const struct kind *read_experiment(const char *name, const char *folder, struct arena *arena)
{
    struct experiment *experiment;
    struct str text = {0};
    ARENA_NEW(arena, experiment, 1);
    const char *path = arena_printf(arena, "%s/%s", folder, name);
    str_add_file(&text, path, MOST_BYTES, NULL);
    const char *question = note(str_text(&text), "Question:", arena);
    *experiment = (struct experiment){
        .name = arena_printf(arena, "%.*s", (int)(strlen(name) - SUFFIX), name),
        .help = question ? question : "",
        .takes = note(str_text(&text), "Takes:", arena),
        .path = path,
    };
    str_release(&text);
    return &experiment->is;
}

/* ---- All of them ---- */

bool experiments_is_file(const char *name)
{
    const size_t length = strlen(name);
    return length > SUFFIX && strcmp(name + length - SUFFIX, suffix) == 0;
}

static int compare_names(const void *left, const void *right)
{
    const struct kind *const *a = left, *const *b = right;
    return strcmp((*a)->name, (*b)->name);
}

int experiments_read(struct arena *arena, struct shelf *ret_shelf, struct err *err)
{
    enum { MOST = 1000 };
    struct folder folder = {0};
    const struct kind **kinds;
    size_t count = 0;
    const char *path = find_folder(arena, err);
    if (!path)
        return -1;
    ARENA_NEW(arena, kinds, MOST);
    for (const char *name; count < MOST && (name = folder_next(&folder, path));)
        if (experiments_is_file(name))
            kinds[count++] = read_experiment(name, path, arena);
    if (folder_close(&folder, path, err))
        return -1;
    qsort(kinds, count, sizeof *kinds, compare_names);
    *ret_shelf = (struct shelf){"experiment", "experiments", kinds, count};
    return 0;
}

int experiments_find(const char *word, struct arena *arena, const char **ret_path, struct err *err)
{
    struct shelf shelf;
    struct stat here;
    if (strchr(word, '/') || experiments_is_file(word) ||
        (stat(word, &here) == 0 && !S_ISDIR(here.st_mode))) {
        *ret_path = word;
        return 0;
    }
    if (experiments_read(arena, &shelf, err))
        return err_prefix(err, "there is no file '%.64s' here, and ", word);
    const struct kind *found = shelf_find(&shelf, word);
    if (!found) {
        shelf_unknown(&shelf, word, err);
        return err_prefix(err, "no such file here, and ");
    }
    *ret_path = ((const struct experiment *)(const void *)found)->path;
    return 0;
}
