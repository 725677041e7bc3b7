/*
 * A small part of make torture (tests/torture/torture): what it finds, and that it finds it.
 */
#include "tests/support/cli_output.h"

#include <criterion/criterion.h>

static void enter(void)
{
    if (TEST_INSTRUMENTED)
        cr_skip_test("sanitizers have a malloc of their own, and gcov does not look at its own's");
    cli_enter();
}

TestSuite(cli_torture, .init = enter, .fini = cli_release);

static void expect_good(const char *arguments)
{
    RUN("tests/torture/torture \"$(dirname \"$W\")\" %s", arguments);
    cr_assert_eq(output.status, 0, "%s%s", output.out, output.err);
    cr_expect(strstr(output.out, "torture: 0 wrong"), "%s", output.out);
}

/* Files that are replaced. */
Test(cli_torture, what_fails_once_is_said_and_leaves_all_whole)
{
    expect_good("--most 3 emit/write/ENOSPC emit/sync emit/folder");
}

/* Nothing is wrong with a shard if memory or a disk is while it is merged. */
Test(cli_torture, a_good_shard_is_not_put_aside)
{
    expect_good("--most 5 merge/read merge/step/FULL merge/memory");
}

Test(cli_torture, what_is_not_whole_is_found)
{
    RUN("tests/torture/torture \"$(dirname \"$W\")\" --most 1 --spoil emit/sync/EIO");
    cr_expect_eq(output.status, 1);
    cr_expect(strstr(output.out, " is neither as before nor whole ("), "%s", output.out);
}
