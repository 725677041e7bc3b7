#include "results/lock.h"

#include "base/mem.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* lock_is_held has to take the lock for an instant: who wants it for good tries again after it. */
enum { TRIES = 10, PAUSE_MICROSECONDS = 10000 };

/* The byte of the database that a writer locks: beyond all that SQLite reads, writes or locks. */
static const off_t WRITERS_BYTE = (off_t)1 << 62;

struct lock {
    struct str path; /* of the lock file */
    int fd;
    int database; /* -1: it cannot be opened, and SQLite will say why */
};

static bool try_flock(int fd, int how)
{
    int result;
    do
        result = flock(fd, how | LOCK_NB);
    while (result && errno == EINTR);
    return result == 0;
}

static bool flock_patiently(int fd)
{
    for (int i = 0; i < TRIES; i++) {
        if (try_flock(fd, LOCK_EX))
            return true;
        usleep(PAUSE_MICROSECONDS);
    }
    return false;
}

/* Whether path still names the open file: a holder that left in between has removed it. */
static bool still_there(int fd, const char *path)
{
    struct stat open_one, named_one;
    return fstat(fd, &open_one) == 0 && stat(path, &named_one) == 0 &&
           open_one.st_dev == named_one.st_dev && open_one.st_ino == named_one.st_ino;
}

/* What the file says of who made it. */
struct holder {
    long pid; /* 0: nothing can be read */
    char host[64], boot[64];
};

static struct holder this_process(void)
{
    struct holder holder = {.pid = (long)getpid(), .host = "unknown", .boot = "unknown"};
    gethostname(holder.host, sizeof holder.host - 1);
    struct str boot = {0};
    if (str_add_line(&boot, "/proc/sys/kernel/random/boot_id", ""))
        snprintf(holder.boot, sizeof holder.boot, "%s", str_text(&boot));
    str_release(&boot);
    return holder;
}

static struct holder read_holder(int fd)
{
    struct holder holder = {0};
    char text[256] = "";
    const ssize_t length = pread(fd, text, sizeof text - 1, 0);
    text[length > 0 ? length : 0] = '\0';
    if (sscanf(text, "%ld %63s %63s", &holder.pid, holder.host, holder.boot) < 2)
        holder.pid = 0;
    return holder;
}

static void held_by_other(int fd, const char *lock_path, struct err *err)
{
    const struct holder holder = read_holder(fd);
    if (holder.pid)
        err_set(err, "process %ld on %s is writing it (lock file %s)", holder.pid, holder.host,
                lock_path);
    else
        err_set(err, "another process is writing it (lock file %s)", lock_path);
}

/* Whether the file may be that of a living process although nobody here holds it. */
static bool of_another_machine(const struct holder *left)
{
    const struct holder here = this_process();
    return left->pid && left->boot[0] && strcmp(left->host, here.host) != 0 &&
           strcmp(left->boot, here.boot) != 0;
}

static int write_holder(int fd)
{
    const struct holder holder = this_process();
    char text[256];
    const int length =
        snprintf(text, sizeof text, "%ld %s %s\n", holder.pid, holder.host, holder.boot);
    return ftruncate(fd, 0) || pwrite(fd, text, (size_t)length, 0) != length ? -1 : 0;
}

static int open_locked(const char *lock_path, int *ret_fd, struct err *err)
{
    for (;;) {
        const int fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (fd < 0)
            return err_errno(err, "%s", lock_path);
        if (!flock_patiently(fd)) {
            held_by_other(fd, lock_path, err);
            close(fd);
            return -1;
        }
        if (still_there(fd, lock_path)) {
            *ret_fd = fd;
            return 0;
        }
        close(fd);
    }
}

static struct flock writers_byte(void)
{
    return (struct flock){
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = WRITERS_BYTE, .l_len = 1};
}

/*
 * The lock file goes by the name, this by the file, whatever it is called: hard links, what was
 * moved, and mounts. It is bound to the descriptor: unlike those of fcntl(2) that SQLite uses, no
 * other close() of the process ends it. File systems without such locks have the names only.
 */
static int lock_database(const char *path, int *ret_database, struct err *err)
{
    const int database = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644); /* as SQLite makes it */
    struct flock byte = writers_byte();
    if (database >= 0 && fcntl(database, F_OFD_SETLK, &byte) &&
        (errno == EAGAIN || errno == EACCES)) {
        close(database);
        return err_set(err, "another process is writing it under another name (a hard link, a "
                            "mount, or it was moved): wait for that one, or copy the database");
    }
    *ret_database = database;
    return 0;
}

int lock_take(const char *path, struct lock **ret_lock, struct err *err)
{
    struct lock lock = {.fd = -1, .database = -1};
    str_addf(&lock.path, "%s.lock", path);
    if (open_locked(str_text(&lock.path), &lock.fd, err)) {
        str_release(&lock.path);
        return -1;
    }
    const struct holder left = read_holder(lock.fd);
    if (of_another_machine(&left)) {
        err_set(err,
                "process %ld on %s was writing it, and whether it still does cannot be seen from "
                "here: if it does not, remove %s",
                left.pid, left.host, str_text(&lock.path));
        close(lock.fd);
        str_release(&lock.path);
        return -1;
    }
    struct lock *taken;
    MEM_NEW(taken, 1);
    *taken = lock;
    int failed = lock_database(path, &taken->database, err);
    if (!failed && write_holder(lock.fd))
        failed = err_errno(err, "%s", str_text(&lock.path));
    if (failed)
        lock_free(taken);
    else
        *ret_lock = taken;
    return failed;
}

int lock_database_file(const struct lock *lock)
{
    return lock->database;
}

void lock_free(struct lock *lock)
{
    if (!lock)
        return;
    if (lock->database >= 0)
        close(lock->database);
    if (still_there(lock->fd, str_text(&lock->path))) /* while it is held: nobody else's can go */
        unlink(str_text(&lock->path));
    close(lock->fd);
    str_release(&lock->path);
    mem_free(lock);
}

bool lock_is_held(const char *path)
{
    struct str lock_path = {0};
    str_addf(&lock_path, "%s.lock", path);
    const int fd = open(str_text(&lock_path), O_RDONLY | O_CLOEXEC);
    str_release(&lock_path);
    if (fd < 0)
        return false;
    const bool held = !try_flock(fd, LOCK_SH);
    close(fd);
    return held;
}

static bool is_written(const char *path)
{
    struct flock byte = writers_byte();
    const int database = open(path, O_RDONLY | O_CLOEXEC);
    const bool written =
        database >= 0 && fcntl(database, F_OFD_GETLK, &byte) == 0 && byte.l_type != F_UNLCK;
    if (database >= 0)
        close(database);
    return written;
}

bool lock_is_held_elsewhere(const char *path)
{
    for (int i = 0; i < TRIES; i++) { /* who is just leaving gives one lock back after the other */
        if (!is_written(path) || lock_is_held(path))
            return false;
        usleep(PAUSE_MICROSECONDS);
    }
    return true;
}
