#include "base/err.h"
#include "base/str.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>

Test(err, set_and_prefix)
{
    struct err err;
    cr_expect_eq(err_set(&err, "line %d: %s", 7, "no"), -1);
    cr_expect_str_eq(err.text, "line 7: no");
    cr_expect_eq(err_prefix(&err, "%s: ", "file.yaml"), -1);
    cr_expect_str_eq(err.text, "file.yaml: line 7: no");
    cr_expect_eq(err_set(NULL, "nobody %s", "listens"), -1);
    cr_expect_eq(err_prefix(NULL, "nobody"), -1);
}

Test(err, of_errno_says_what_it_means_and_whether_to_wait)
{
    struct err err;
    errno = ENOSPC;
    cr_expect_eq(err_errno(&err, "%s", "a.lock"), -1);
    cr_expect_str_eq(err.text, "a.lock: No space left on device");
    cr_expect_eq(err_prefix(&err, "x: "), -1);
    cr_expect_eq(err.cause, ERR_FULL, "a prefix changes no cause");
    errno = EACCES;
    cr_expect_eq(err_errno(&err, "%s", "a.lock"), -1);
    cr_expect_eq(err.cause, ERR_OTHER);
    cr_expect_eq(err_errno(NULL, "nobody"), -1);
}

Test(err, its_own_text_may_be_an_argument)
{
    struct err err;
    err_set(&err, "no such file");
    err_set(&err, "mnist: %s; fetch it", err.text);
    cr_expect_str_eq(err.text, "mnist: no such file; fetch it");
}

Test(err, long_texts_are_cut)
{
    struct err err;
    err_set(&err, "%02000d", 1);
    cr_expect_eq(strlen(err.text), sizeof err.text - 1);
    err_prefix(&err, "place: ");
    cr_expect_eq(strlen(err.text), sizeof err.text - 1);
    cr_expect_arr_eq(err.text, "place: 000", 10);
    err_prefix(&err, "%02000d", 1);
    cr_expect_eq(strlen(err.text), sizeof err.text - 1);
}

/* A path of other bytes; and a text whose end is within a character: "e" and 511 of two bytes. */
Test(err, is_utf8_whatever_it_tells_of)
{
    struct err err;
    char path[sizeof err.text + 1] = "e";
    err_set(&err, "%s: no such file", "/x\xff/y");
    cr_expect_str_eq(err.text, "/x\xEF\xBF\xBD/y: no such file");
    for (size_t i = 1; i + 2 < sizeof path; i += 2)
        memcpy(path + i, "\xC3\xA9", 3);
    path[sizeof path - 1] = '\0';
    err_set(&err, "ab%s", path);
    cr_expect(str_is_utf8(err.text), "%s", err.text);
    err_prefix(&err, "c");
    cr_expect(str_is_utf8(err.text), "%s", err.text);
}

Test(err, commands_no_terminal)
{
    struct err err;
    err_set(&err, "%s:\n  one", "a\033[2J\302\233m");
    cr_expect_str_eq(err.text, "a [2J m:\n  one");
}

Test(err, require_ends_the_process, .signal = SIGABRT)
{
    REQUIRE(1 + 1 == 3);
}
