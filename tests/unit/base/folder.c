#include "base/folder.h"

#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void touch(const char *path)
{
    FILE *file = fopen(path, "w");
    cr_assert(file && fclose(file) == 0, "%s", path);
}

static size_t count(const char *path, struct err *err, int *ret_failed)
{
    struct folder folder = {0};
    size_t names = 0;
    while (folder_next(&folder, path))
        names++;
    *ret_failed = folder_close(&folder, path, err);
    return names;
}

static void in_a_folder(void)
{
    cr_assert_eq(chdir(test_dir()), 0);
}

TestSuite(folder, .init = in_a_folder);

Test(folder, is_made_with_those_above_it_or_alone)
{
    struct err err;
    cr_expect_eq(folder_make("a/b//c", &err), 0);
    cr_expect_eq(folder_make("a/b/c/", &err), 0);
    cr_expect_eq(access("a/b/c", F_OK), 0);
    cr_expect_eq(folder_make_alone("a/d", &err), 0);
    cr_expect_eq(folder_make_alone("a/d", &err), 0);
    cr_expect_eq(folder_make_alone("x/y", &err), -1);
    cr_expect_str_eq(err.text, "x/y: cannot create the folder: No such file or directory");
    touch("file");
    cr_expect_eq(folder_make("file/a", &err), -1);
    cr_expect_str_eq(err.text, "cannot make the folder file/a: Not a directory");
}

Test(folder, is_gone_through_and_removed)
{
    struct err err;
    int failed;
    cr_assert_eq(folder_make("a", &err), 0);
    cr_expect_eq(count("a", &err, &failed), 0);
    touch("a/1");
    touch("a/.2");
    cr_expect_eq(count("a", &err, &failed), 2);
    cr_expect_eq(failed, 0);
    cr_expect_eq(folder_remove("a", &err), 0);
    cr_expect_neq(access("a", F_OK), 0);
    cr_expect_eq(folder_remove("a", &err), 0);
    cr_assert_eq(folder_make("a/b", &err), 0);
    cr_expect_eq(folder_remove("a", &err), -1);
    cr_expect_str_eq(err.text, "a: Directory not empty");
    cr_expect_eq(folder_remove("a/b", &err) || folder_remove("a", &err), 0);
    cr_expect_eq(count("a", &err, &failed), 0);
    cr_expect_eq(failed, 0, "one that is not there is empty");
    touch("file");
    cr_expect_eq(count("file", &err, &failed), 0);
    cr_expect_eq(failed, -1);
    cr_expect_str_eq(err.text, "file: Not a directory");
}
