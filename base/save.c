#include "base/save.h"

#include "base/mem.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    ANYBODY = 0666,  /* less the umask */
    MOST_LINKS = 40, /* one behind the other, as in the kernel */
};

struct save {
    struct str name;          /* as it was given: for messages */
    struct str path;          /* where its links lead */
    struct str folder, aside; /* of path; beside it */
    int file;
    bool stream;   /* it is written into, and stays */
    bool nameless; /* it is not called `aside` yet */
    bool keep;     /* what is at path already */
    int wrong;     /* errno of the first mistake, 0 while there is none */
};

/* ---- What is at a path ------------------------------------------------------------------------*/

static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* A link of /proc, where /dev/stdout leads: its text is a name, but the link is an open file. */
static bool is_descriptor(const char *path)
{
    struct stat link, proc;
    return lstat(path, &link) == 0 && S_ISLNK(link.st_mode) && stat("/proc/self/", &proc) == 0 &&
           link.st_dev == proc.st_dev;
}

enum save_target save_target(const char *path, struct str *ret_path)
{
    struct str at = {0};
    struct stat about;
    str_add(&at, path);
    for (int i = 0; i < MOST_LINKS && !is_descriptor(str_text(&at)); i++) {
        char text[PATH_MAX];
        const ssize_t length = readlink(str_text(&at), text, sizeof text);
        if (length < 0 || length == (ssize_t)sizeof text)
            break;
        struct str next = {0};
        if (text[0] != '/')
            str_add_bytes(&next, str_text(&at), folder_length(str_text(&at)));
        str_add_bytes(&next, text, (size_t)length);
        str_release(&at);
        at = next;
    }
    const bool there = stat(str_text(&at), &about) == 0;
    const bool replaced = !there || S_ISREG(about.st_mode) || S_ISDIR(about.st_mode);
    const bool open_file = is_descriptor(str_text(&at));
    if (ret_path)
        str_add(ret_path, str_text(&at));
    str_release(&at);
    if (there && S_ISBLK(about.st_mode))
        return SAVE_DISK;
    return replaced && !open_file ? SAVE_FILE : SAVE_STREAM;
}

/* ---- Writing ----------------------------------------------------------------------------------*/

static void release(struct save *save)
{
    STR_RELEASE(&save->name, &save->path, &save->folder, &save->aside);
    mem_free(save);
}

static int fail(const struct save *save, int why, struct err *err)
{
    return err_set(err, "cannot write %s: %s", str_text(&save->name), strerror(why));
}

static int new_save(const char *name, struct save **ret_save, struct err *err)
{
    struct save *save;
    struct stat about;
    if (stat(name, &about) && errno == ELOOP)
        return err_set(err, "cannot write %s: %s", name, strerror(errno));
    MEM_NEW(save, 1);
    str_add(&save->name, name);
    const enum save_target target = save_target(name, &save->path);
    if (target == SAVE_DISK) {
        release(save);
        return err_set(err, "cannot write %s: it is a whole disk", name);
    }
    const char *path = str_text(&save->path);
    const size_t length = folder_length(path);
    str_add_bytes(&save->folder, length ? path : ".", length ? length : 1);
    save->stream = target == SAVE_STREAM;
    *ret_save = save;
    return 0;
}

/* To its end, as `>>` would: what a descriptor names may hold something already. */
static int open_stream(struct save *save)
{
    return open(str_text(&save->path), O_WRONLY | O_APPEND | O_CLOEXEC);
}

static int open_aside(struct save *save)
{
    str_addf(&save->aside, "%s.%d", str_text(&save->path), (int)getpid());
    const int file = open(str_text(&save->folder), O_TMPFILE | O_WRONLY | O_CLOEXEC, ANYBODY);
    save->nameless = file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR);
    return save->nameless
               ? file
               : open(str_text(&save->aside), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, ANYBODY);
}

int save_open(const char *path, struct save **ret_save, struct err *err)
{
    struct save *save;
    if (new_save(path, &save, err))
        return -1;
    save->file = save->stream ? open_stream(save) : open_aside(save);
    if (save->file < 0) {
        const int failed = fail(save, errno, err);
        release(save);
        return failed;
    }
    *ret_save = save;
    return 0;
}

void save_executable(struct save *save)
{
    struct stat about;
    if (save->stream || save->wrong)
        return;
    if (fstat(save->file, &about) ||
        fchmod(save->file, about.st_mode | (about.st_mode & (S_IRUSR | S_IRGRP | S_IROTH)) >> 2))
        save->wrong = errno;
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

static int finish(struct save *save)
{
    if (save->stream)
        return 0;
    return fsync(save->file) || (save->nameless ? name_it(save) : put_in_place(save)) ||
                   sync_folder(save)
               ? -1
               : 0;
}

int save_close(struct save *save, struct err *err)
{
    if (!save->wrong && finish(save))
        save->wrong = errno;
    if (close(save->file) && !save->wrong)
        save->wrong = errno;
    if (save->wrong && !save->stream && !save->nameless)
        unlink(str_text(&save->aside));
    const int failed = save->wrong ? fail(save, save->wrong, err) : 0;
    release(save);
    return failed;
}

int save_file(const char *path, const char *text, struct err *err)
{
    struct save *save;
    if (save_open(path, &save, err))
        return -1;
    save_put(save, text, strlen(text));
    return save_close(save, err);
}

void save_drop(struct save *save)
{
    save->wrong = ECANCELED;
    save_close(save, NULL);
}

/* ---- Adopting ---------------------------------------------------------------------------------*/

/* Where a rename will not do: what is adopted lies elsewhere, or is to go into a stream. */
static void pour(int file, struct save *save)
{
    char bytes[65536];
    ssize_t count;
    while ((count = read(file, bytes, sizeof bytes)) > 0 || (count < 0 && errno == EINTR))
        save_put(save, bytes, count > 0 ? (size_t)count : 0);
    if (count < 0 && !save->wrong)
        save->wrong = errno;
}

static bool lies_beside(const char *aside, const struct save *save)
{
    const size_t length = folder_length(str_text(&save->path));
    return !save->stream && folder_length(aside) == length &&
           strncmp(aside, str_text(&save->path), length) == 0;
}

static int adopt(int file, const char *aside, const char *path, bool replace, struct err *err)
{
    struct save *save;
    if (new_save(path, &save, err)) {
        close(file);
        return -1;
    }
    if (lies_beside(aside, save)) {
        str_add(&save->aside, aside);
        save->keep = !replace;
        save->file = file;
        return save_close(save, err);
    }
    release(save);
    int failed = save_open(path, &save, err);
    if (!failed) {
        save->keep = !replace;
        pour(file, save);
        failed = save_close(save, err);
    }
    close(file);
    return failed;
}

int save_adopt(const char *aside, const char *path, bool replace, struct err *err)
{
    const int file = open(aside, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return err_set(err, "cannot write %s: %s", path, strerror(errno));
    const int failed = adopt(file, aside, path, replace, err);
    unlink(aside);
    return failed;
}
