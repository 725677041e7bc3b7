#include "base/scratch.h"

#include "base/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST = 16 }; /* signals while it was there: one is enough to end a process */

/* SIGHUP: the terminal was closed. */
static const int deadly[] = {SIGINT, SIGTERM, SIGHUP, 0};

static const char mark[] = ".winnow-";
enum { LETTERS = 6 };

/* Waits for nobody, unless it is to. -1: somebody else has it, or it is gone. */
static int lock_folder(const char *path, bool wait)
{
    struct stat about;
    const int file = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0)
        return -1;
    const bool locked = flock(file, LOCK_EX | (wait ? 0 : LOCK_NB)) == 0;
    if ((locked || wait) && fstat(file, &about) == 0 && about.st_nlink > 0)
        return file;
    close(file);
    return -1;
}

/* What killed processes have left. */
static void remove_left(const char *folder, const char *name)
{
    struct folder entries = {0};
    struct str path = {0};
    const size_t length = strlen(name), all = length + sizeof mark - 1 + LETTERS;
    for (const char *entry; (entry = folder_next(&entries, folder));) {
        if (strlen(entry) != all || strncmp(entry, name, length) != 0 ||
            strncmp(entry + length, mark, sizeof mark - 1) != 0)
            continue;
        str_clear(&path);
        str_addf(&path, "%s/%s", folder, entry);
        const int lock = lock_folder(str_text(&path), false);
        if (lock >= 0) {
            folder_remove(str_text(&path), NULL);
            close(lock);
        }
    }
    folder_close(&entries, folder, NULL);
    str_release(&path);
}

int scratch_make(struct scratch *ret_scratch, const char *parent, const char *name, struct err *err)
{
    struct scratch scratch = {.lock = -1};
    const char *temporary = getenv("TMPDIR");
    const char *folder = parent ? parent : temporary && *temporary ? temporary : "/tmp";
    remove_left(folder, name);
    signals_catch(&scratch.caught, deadly);
    do { /* until nobody took it for one that is left, before it was locked */
        str_clear(&scratch.path);
        str_addf(&scratch.path, "%s/%s%sXXXXXX", folder, name, mark);
        if (!mkdtemp(scratch.path.text)) {
            err_set(err, "cannot make a folder in %s: %s", folder, strerror(errno));
            signals_release(&scratch.caught);
            str_release(&scratch.path);
            return -1;
        }
        scratch.lock = lock_folder(str_text(&scratch.path), true);
    } while (scratch.lock < 0 && access(str_text(&scratch.path), F_OK) != 0);
    *ret_scratch = scratch;
    return 0;
}

int scratch_remove(struct scratch *scratch, struct err *err)
{
    struct signals_news came[MOST];
    size_t count = 0;
    const int failed = folder_remove(str_text(&scratch->path), err);
    str_release(&scratch->path);
    if (scratch->lock >= 0)
        close(scratch->lock);
    signals_release(&scratch->caught);
    while (count < MOST && signals_take(&came[count]))
        count++;
    for (size_t i = 0; i < count; i++)
        raise(came[i].number); /* where somebody else catches it, it can be taken again */
    return failed ? err_prefix(err, "a folder stays behind, until the next time: ") : 0;
}
