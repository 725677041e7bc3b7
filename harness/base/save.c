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

int save_open(const char *path, struct save **ret_save, struct err *err)
{
    const char *slash = strrchr(path, '/');
    struct save *save;
    MEM_NEW(save, 1);
    str_add(&save->path, path);
    str_addf(&save->aside, "%s.%d", path, (int)getpid());
    str_add_bytes(&save->folder, slash ? path : ".", slash ? (size_t)(slash - path) + 1 : 1);
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

/* Gives a nameless file its name beside the path, from where it can be moved over what is there. */
static int name_it(struct save *save)
{
    char self[64];
    snprintf(self, sizeof self, "/proc/self/fd/%d", save->file);
    unlink(str_text(&save->aside)); /* of a dead process with our number */
    if (linkat(AT_FDCWD, self, AT_FDCWD, str_text(&save->aside), AT_SYMLINK_FOLLOW))
        return -1;
    save->nameless = false;
    return 0;
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
        (fsync(save->file) || (save->nameless && name_it(save)) ||
         rename(str_text(&save->aside), str_text(&save->path)) || sync_folder(save)))
        save->wrong = errno;
    close(save->file);
    if (save->wrong && !save->nameless)
        unlink(str_text(&save->aside));
    const int failed = save->wrong ? fail(save, save->wrong, err) : 0;
    release(save);
    return failed;
}
