/* What nobody needs is looked for while the database is open for writing. */
#include "harness/keep/garbage.h"
#include "tests/support/made_db.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Whether another process finds SQLite's locks on it: those bytes, by SQLite's os.h. */
static bool is_locked(const char *path)
{
    struct flock lock = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0x40000000, .l_len = 512};
    int status;
    const pid_t pid = fork();
    if (pid == 0) {
        const int fd = open(path, O_RDWR);
        _exit(fd < 0 || fcntl(fd, F_GETLK, &lock) ? 2 : lock.l_type != F_UNLCK);
    }
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) < 2, "status %x", status);
    return WEXITSTATUS(status) == 1;
}

/* Without them, whoever reads and closes takes itself for the last and removes the -wal. */
Test(garbage, to_look_for_it_gives_no_lock_away)
{
    const char *path = made_path("made.db");
    struct garbage garbage;
    struct err err;
    made_db(path);
    struct store *store = must_open(path, STORE_WRITE);
    cr_expect(is_locked(path));
    cr_assert_eq(garbage_find(store, path, true, &garbage, &err), 0, "%s", err.text);
    cr_expect(is_locked(path));
    garbage_release(&garbage);
    store_close(store);
    cr_expect_not(is_locked(path));
}
