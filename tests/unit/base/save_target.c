/* What is saved to a link, a device or a pipe. */
#include "base/save.h"

#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* In a folder of its own: nothing here may touch the machine's. */
static void enter(void)
{
    cr_assert(chdir(test_dir()) == 0 && mkdir("in", 0777) == 0 && chdir("in") == 0);
}

TestSuite(save_target, .init = enter);

static void expect_text(const char *path, const char *wanted)
{
    char *text = test_read_file(path);
    cr_assert_not_null(text, "%s", path);
    cr_expect_str_eq(text, wanted, "%s: '%s', not '%s'", path, text, wanted);
    free(text);
}

static mode_t kind_of(const char *path)
{
    struct stat about;
    cr_assert_eq(lstat(path, &about), 0, "%s: %s", path, strerror(errno));
    return about.st_mode & S_IFMT;
}

static void expect_files(const char *wanted)
{
    struct test_output ls = test_run("ls -Am '%s/in'", test_dir());
    ls.out[strcspn(ls.out, "\n")] = '\0';
    cr_expect_str_eq(ls.out, wanted, "'%s', not '%s'", ls.out, wanted);
    test_output_release(&ls);
}

static int save_text(const char *path, const char *text, struct err *err)
{
    struct save *save;
    if (save_open(path, &save, err))
        return -1;
    save_put(save, text, strlen(text));
    return save_close(save, err);
}

static void must_save(const char *path, const char *text)
{
    struct err err;
    cr_assert_eq(save_text(path, text, &err), 0, "%s", err.text);
}

/* Ends the test as skipped where nodes cannot be made or used. */
static void make_device(const char *path, unsigned minor_number)
{
    if (mknod(path, S_IFCHR | 0666, makedev(1, minor_number)))
        cr_skip_test("no device can be made here: %s", strerror(errno));
    if (access(path, W_OK))
        cr_skip_test("no device can be used here: %s", strerror(errno));
    FILE *file = fopen(path, "r+");
    if (!file)
        cr_skip_test("no device can be opened here: %s", strerror(errno));
    fclose(file);
}

Test(save_target, a_link_stays_and_what_it_leads_to_is_replaced)
{
    test_write_file("kept", "old");
    cr_assert_eq(link("kept", "reader") || mkdir("d", 0777) || symlink("../kept", "d/second") ||
                     symlink("d/second", "first"),
                 0);
    must_save("first", "new");
    cr_expect_eq(kind_of("first"), S_IFLNK);
    cr_expect_eq(kind_of("d/second"), S_IFLNK);
    expect_text("kept", "new");
    expect_text("reader", "old"); /* replaced whole, not written over */
    expect_files("d, first, kept, reader");
}

Test(save_target, a_link_to_nothing_yet_gets_its_file)
{
    cr_assert_eq(mkdir("d", 0777) || symlink("d/f", "link"), 0);
    must_save("link", "new");
    cr_expect_eq(kind_of("link"), S_IFLNK);
    expect_text("d/f", "new");
}

Test(save_target, links_that_go_round_are_an_error)
{
    struct err err;
    cr_assert_eq(symlink("b", "a") || symlink("a", "b"), 0);
    cr_expect_eq(save_text("a", "new", &err), -1);
    cr_expect(strstr(err.text, "a: "), "%s", err.text);
    expect_files("a, b");
}

Test(save_target, a_fifo_is_written_into_and_stays)
{
    cr_assert_eq(mkfifo("pipe", 0666), 0);
    FILE *reader = popen("exec cat pipe", "r");
    char text[16] = "";
    must_save("pipe", "through");
    cr_expect_not_null(fgets(text, sizeof text, reader));
    cr_expect_str_eq(text, "through");
    pclose(reader);
    cr_expect_eq(kind_of("pipe"), S_IFIFO);
    expect_files("pipe");
}

Test(save_target, a_character_device_is_written_into_and_stays)
{
    make_device("null", 3);
    must_save("null", "gone");
    cr_expect_eq(kind_of("null"), S_IFCHR);
    expect_files("null");
}

Test(save_target, what_a_device_cannot_take_is_an_error)
{
    struct err err;
    make_device("full", 7);
    cr_expect_eq(save_text("full", "more", &err), -1);
    cr_expect(strstr(err.text, "full: No space left on device"), "%s", err.text);
    cr_expect_eq(kind_of("full"), S_IFCHR);
}

/* Nobody has a disk of that number; it would not be opened anyhow. */
Test(save_target, a_whole_disk_is_refused)
{
    struct err err;
    if (mknod("disk", S_IFBLK | 0666, makedev(1, 250)))
        cr_skip_test("no device can be made here: %s", strerror(errno));
    cr_expect_eq(save_text("disk", "gone", &err), -1);
    cr_expect(strstr(err.text, "disk: it is a whole disk"), "%s", err.text);
    cr_expect_eq(kind_of("disk"), S_IFBLK);
}

/* `winnow ... -o /dev/stdout >> log` */
Test(save_target, what_is_open_already_gets_more)
{
    char name[32];
    test_write_file("log", "before,");
    FILE *log = fopen("log", "a");
    cr_assert_not_null(log);
    snprintf(name, sizeof name, "/dev/fd/%d", fileno(log));
    must_save(name, "after");
    fclose(log);
    expect_text("log", "before,after");
}

/* save_adopt knows no other places than save_open. */
Test(save_target, adopts_into_links_and_fifos)
{
    struct err err;
    test_write_file("kept", "old");
    cr_assert_eq(mkdir("d", 0777) || symlink("d/f", "link") || mkfifo("pipe", 0666), 0);
    test_write_file("aside", "one");
    cr_assert_eq(save_adopt("aside", "link", false, &err), 0, "%s", err.text);
    expect_text("d/f", "one");
    test_write_file("aside", "two");
    cr_expect_eq(save_adopt("aside", "link", false, &err), -1);
    cr_expect(strstr(err.text, "link: File exists"), "%s", err.text);
    expect_text("d/f", "one");
    test_write_file("aside", "three");
    cr_assert_eq(save_adopt("aside", "link", true, &err), 0, "%s", err.text);
    expect_text("d/f", "three");
    FILE *reader = popen("exec cat pipe", "r");
    char text[16] = "";
    test_write_file("aside", "four");
    cr_assert_eq(save_adopt("aside", "pipe", true, &err), 0, "%s", err.text);
    cr_expect_not_null(fgets(text, sizeof text, reader));
    cr_expect_str_eq(text, "four");
    pclose(reader);
    cr_expect_eq(kind_of("link"), S_IFLNK);
    cr_expect_eq(kind_of("pipe"), S_IFIFO);
    expect_files("d, kept, link, pipe");
}
