#include "base/scratch.h"
#include "base/folder.h"

#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void make(struct scratch *scratch, const char *parent)
{
    struct err err;
    cr_assert_eq(scratch_make(scratch, parent, ".x", &err), 0, "%s", err.text);
    cr_expect_eq(access(str_text(&scratch->path), W_OK), 0);
}

Test(scratch, lies_where_it_should_and_goes_with_its_files)
{
    struct scratch scratch;
    char path[256];
    setenv("TMPDIR", test_dir(), 1);
    make(&scratch, NULL);
    cr_expect(strstr(str_text(&scratch.path), test_dir()) == str_text(&scratch.path));
    snprintf(path, sizeof path, "%s/file", str_text(&scratch.path));
    test_write_file(path, "text");
    cr_expect_eq(scratch_remove(&scratch, NULL), 0);
    cr_expect_neq(access(path, F_OK), 0);
    *strrchr(path, '/') = '\0';
    cr_expect_neq(access(path, F_OK), 0);
}

Test(scratch, says_where_none_can_be)
{
    struct scratch scratch;
    struct err err;
    cr_expect_eq(scratch_make(&scratch, "/nonexistent", ".x", &err), -1);
    cr_expect_str_eq(err.text, "cannot make a folder in /nonexistent: No such file or directory");
}

Test(scratch, waits_with_a_signal_until_it_is_gone)
{
    static const int numbers[] = {SIGTERM, 0};
    struct scratch scratch;
    struct signals caught;
    struct signals_news news;
    char path[256];
    signals_catch(&caught, numbers);
    make(&scratch, test_dir());
    snprintf(path, sizeof path, "%s", str_text(&scratch.path));
    raise(SIGTERM);
    cr_expect_eq(access(path, F_OK), 0);
    cr_expect_eq(scratch_remove(&scratch, NULL), 0);
    cr_expect_neq(access(path, F_OK), 0);
    cr_expect(signals_take(&news) && news.number == SIGTERM, "lost");
    signals_release(&caught);
}

/* What another process made of that name: it lives, or was killed. */
static void make_others(pid_t *ret_alive)
{
    const char *folder = test_dir(); /* made before others could make theirs */
    int ready[2];
    cr_assert_eq(pipe(ready), 0);
    for (int i = 0; i < 2; i++) {
        struct scratch scratch;
        const pid_t pid = fork();
        if (pid == 0) {
            char path[256];
            make(&scratch, folder);
            snprintf(path, sizeof path, "%s/file", str_text(&scratch.path));
            test_write_file(path, "");
            write(ready[1], "x", 1);
            for (;;)
                pause();
        }
        char byte;
        cr_assert_eq(read(ready[0], &byte, 1), 1);
        if (i == 0) {
            *ret_alive = pid;
        } else {
            kill(pid, SIGKILL);
            waitpid(pid, NULL, 0);
        }
    }
}

static int count_entries(const char *path)
{
    struct folder folder = {0};
    int count = 0;
    while (folder_next(&folder, path))
        count++;
    cr_assert_eq(folder_close(&folder, path, NULL), 0);
    return count;
}

Test(scratch, goes_when_the_next_is_made_if_its_process_was_killed)
{
    struct scratch scratch;
    struct err err;
    pid_t alive;
    char path[256];
    make_others(&alive);
    snprintf(path, sizeof path, "%s/.x.winnow-letter", test_dir());
    cr_assert_eq(mkdir(path, 0755), 0);
    snprintf(path, sizeof path, "%s/.x-backup", test_dir());
    cr_assert_eq(mkdir(path, 0755), 0);
    cr_expect_eq(count_entries(test_dir()), 4);
    make(&scratch, test_dir());
    cr_expect_eq(count_entries(test_dir()), 3, "the living one's, the backup, the new one");
    cr_expect_eq(access(path, F_OK), 0);
    cr_expect_eq(scratch_remove(&scratch, &err), 0);
    kill(alive, SIGKILL);
    waitpid(alive, NULL, 0);
    make(&scratch, test_dir());
    cr_expect_eq(scratch_remove(&scratch, &err), 0);
    cr_expect_eq(count_entries(test_dir()), 1, "the backup");
}
