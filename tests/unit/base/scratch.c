#include "base/scratch.h"

#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
    scratch_remove(&scratch);
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
    scratch_remove(&scratch);
    cr_expect_neq(access(path, F_OK), 0);
    cr_expect(signals_take(&news) && news.number == SIGTERM, "lost");
    signals_release(&caught);
}
