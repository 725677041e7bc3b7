/* Files that appear whole or not at all. */
#include "base/save.h"

#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *in_dir(const char *name)
{
    static char path[300];
    snprintf(path, sizeof path, "%s/%s", test_dir(), name);
    return path;
}

static void expect_file(const char *wanted)
{
    char *text = test_read_file(in_dir("f"));
    cr_assert_not_null(text);
    cr_expect_str_eq(text, wanted, "'%s', not '%s'", text, wanted);
    free(text);
}

static void expect_files(int wanted)
{
    struct test_output ls = test_run("ls -A '%s' | grep -c '^f'", test_dir());
    cr_expect_eq(atoi(ls.out), wanted, "%s files, not %d", ls.out, wanted);
    test_output_release(&ls);
}

Test(save, takes_the_place_of_what_was_there)
{
    struct save *save;
    struct err err;
    for (int round = 0; round < 2; round++) {
        cr_assert_eq(save_open(in_dir("f"), &save, &err), 0, "%s", err.text);
        save_put(save, round ? "new" : "old", 3);
        save_put(save, "er", 2);
        if (round)
            expect_file("older");
        cr_assert_eq(save_close(save, &err), 0, "%s", err.text);
    }
    expect_file("newer");
    expect_files(1);
}

Test(save, may_be_run_by_those_who_may_read_it)
{
    struct save *save;
    struct err err;
    struct stat about;
    umask(027);
    cr_assert_eq(save_open(in_dir("f"), &save, &err), 0, "%s", err.text);
    save_executable(save);
    save_put(save, "new", 3);
    cr_assert_eq(save_close(save, &err), 0, "%s", err.text);
    cr_assert_eq(stat(in_dir("f"), &about), 0);
    cr_expect_eq(about.st_mode & 0777, 0750, "%o", (unsigned)about.st_mode);
    expect_file("new");
}

Test(save, what_a_dead_process_with_our_number_left_is_not_in_the_way)
{
    char aside[320];
    struct save *save;
    struct err err;
    snprintf(aside, sizeof aside, "%s.%d", in_dir("f"), (int)getpid());
    test_write_file(aside, "half");
    test_write_file(in_dir("f"), "old");
    cr_assert_eq(save_open(in_dir("f"), &save, &err), 0, "%s", err.text);
    save_put(save, "new", 3);
    cr_assert_eq(save_close(save, &err), 0, "%s", err.text);
    expect_file("new");
    expect_files(1);
}

Test(save, a_killed_process_leaves_nothing)
{
    const pid_t child = fork();
    if (child == 0) {
        struct save *save;
        struct err err;
        if (save_open(in_dir("f"), &save, &err) == 0)
            save_put(save, "half", 4);
        raise(SIGKILL);
    }
    waitpid(child, NULL, 0);
    expect_files(0);
}

Test(save, a_full_disk_is_an_error_and_changes_nothing)
{
    struct save *save;
    struct err err;
    test_write_file(in_dir("f"), "old");
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){2, 2});
    cr_assert_eq(save_open(in_dir("f"), &save, &err), 0, "%s", err.text);
    save_put(save, "new", 3);
    save_put(save, "er", 2);
    cr_expect_eq(save_close(save, &err), -1);
    cr_expect(strstr(err.text, "/f: File too large"), "%s", err.text);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY});
    expect_file("old");
    expect_files(1);
}

Test(save, no_such_folder)
{
    struct save *save;
    struct err err;
    cr_expect_eq(save_open(in_dir("nowhere/f"), &save, &err), -1);
    cr_expect(strstr(err.text, "/nowhere/f: No such file or directory"), "%s", err.text);
}

/* What something else has written takes its place likewise, or leaves it alone. */
Test(save, adopts_a_whole_file)
{
    char aside[320];
    struct err err;
    snprintf(aside, sizeof aside, "%s.1", in_dir("f"));
    test_write_file(aside, "old");
    cr_assert_eq(save_adopt(aside, in_dir("f"), false, &err), 0, "%s", err.text);
    expect_file("old");
    test_write_file(aside, "new");
    cr_expect_eq(save_adopt(aside, in_dir("f"), false, &err), -1);
    cr_expect(strstr(err.text, "/f: File exists"), "%s", err.text);
    expect_file("old");
    test_write_file(aside, "new");
    cr_assert_eq(save_adopt(aside, in_dir("f"), true, &err), 0, "%s", err.text);
    expect_file("new");
    cr_expect_eq(save_adopt(aside, in_dir("f"), true, &err), -1);
    cr_expect(strstr(err.text, "/f: No such file or directory"), "%s", err.text);
    expect_file("new");
    expect_files(1);
}
