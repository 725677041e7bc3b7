#include "harness/base/save.h"

#include "harness/base/mem.h"
#include "harness/base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ANYBODY = 0666 }; /* less the umask */

struct save {
    struct str path, folder, aside;
    int file;
    bool nameless; /* it is not called `aside` yet */
    bool keep;     /* what is at path already */
    int wrong;     /* errno of the first mistake, 0 while there is none */
};

static void release(struct save *save)
{
    str_release(&save->path);
    str_release(&save->folder);
    str_release(&save->aside);
    mem_free(save);
}

static int fail(const struct save *save, int why, struct err *err)
{
    return err_set(err, "cannot write %s: %s", str_text(&save->path), strerror(why));
}

static struct save *new_save(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct save *save;
    MEM_NEW(save, 1);
    str_add(&save->path, path);
    str_add_bytes(&save->folder, slash ? path : ".", slash ? (size_t)(slash - path) + 1 : 1);
    return save;
}

int save_open(const char *path, struct save **ret_save, struct err *err)
{
    struct save *save = new_save(path);
    str_addf(&save->aside, "%s.%d", path, (int)getpid());
    save->nameless = true;
    save->file = open(str_text(&save->folder), O_TMPFILE | O_WRONLY | O_CLOEXEC, ANYBODY);
    if (save->file < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
        save->nameless = false;
        save->file =
            open(str_text(&save->aside), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, ANYBODY);
    }
    if (save->file < 0) {
        const int failed = fail(save, errno, err);
        release(save);
        return failed;
    }
    *ret_save = save;
    return 0;
}

void save_put(struct save *save, const void *bytes, size_t count)
{
    const char *at = bytes;
    while (count > 0 && !save->wrong) {
        const ssize_t written = write(save->file, at, count);
        if (written < 0 && errno != EINTR)
            save->wrong = errno;
        at += written > 0 ? written : 0;
        count -= written > 0 ? (size_t)written : 0;
    }
}

/* rename() cannot be told to keep what is there; a second name for the file can only be a new one.
 */
static int put_in_place(const struct save *save)
{
    const char *aside = str_text(&save->aside), *path = str_text(&save->path);
    if (!save->keep)
        return rename(aside, path);
    if (link(aside, path) == 0)
        return unlink(aside);
    if (errno == EEXIST)
        return -1;
    if (access(path, F_OK) == 0) { /* a file system without second names */
        errno = EEXIST;
        return -1;
    }
    return rename(aside, path);
}

/* A nameless file gets its name at once where nothing has it; else one beside, from where it can be
 * moved over what is there. */
static int name_it(struct save *save)
{
    char self[64];
    snprintf(self, sizeof self, "/proc/self/fd/%d", save->file);
    if (linkat(AT_FDCWD, self, AT_FDCWD, str_text(&save->path), AT_SYMLINK_FOLLOW) == 0)
        return 0;
    if (errno != EEXIST)
        return -1;
    unlink(str_text(&save->aside)); /* of a dead process with our number */
    if (linkat(AT_FDCWD, self, AT_FDCWD, str_text(&save->aside), AT_SYMLINK_FOLLOW))
        return -1;
    save->nameless = false;
    return put_in_place(save);
}

static int sync_folder(const struct save *save)
{
    const int folder = open(str_text(&save->folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return -1;
    const int failed = fsync(folder);
    close(folder);
    return failed;
}

int save_close(struct save *save, struct err *err)
{
    if (!save->wrong &&
        (fsync(save->file) || (save->nameless ? name_it(save) : put_in_place(save)) ||
         sync_folder(save)))
        save->wrong = errno;
    close(save->file);
    if (save->wrong && !save->nameless)
        unlink(str_text(&save->aside));
    const int failed = save->wrong ? fail(save, save->wrong, err) : 0;
    release(save);
    return failed;
}

void save_drop(struct save *save)
{
    save->wrong = ECANCELED;
    save_close(save, NULL);
}

int save_adopt(const char *aside, const char *path, bool replace, struct err *err)
{
    struct save *save = new_save(path);
    str_add(&save->aside, aside);
    save->keep = !replace;
    save->file = open(aside, O_RDONLY | O_CLOEXEC);
    if (save->file >= 0)
        return save_close(save, err);
    const int failed = fail(save, errno, err);
    unlink(aside);
    release(save);
    return failed;
}
