/*
 * The documents do what they say (tests/howto.sh): the code of docs/howto/ compiles and passes the
 * conformance tests, commands run, experiments are valid.
 */
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

Test(howto, the_documents_do_what_they_say, .timeout = 600)
{
    if (TEST_INSTRUMENTED)
        cr_skip_test("compiles with the flags of a release build");
    struct test_output output =
        test_run("tests/howto.sh \"$(dirname \"$W\")\" %s 2>&1", test_dir());
    cr_assert_eq(output.status, 0, "%s", output.out);
    cr_assert(strstr(output.out, "Passing: 2 | Failing: 0 | Crashing: 0"), "%s", output.out);
    test_output_release(&output);
}

Test(howto, a_block_that_fits_nowhere_is_named)
{
    char path[256];
    struct test_output output =
        test_run("mkdir -p %s/docs/howto %s/scratch", test_dir(), test_dir());
    test_output_release(&output);
    snprintf(path, sizeof path, "%s/docs/howto/x.md", test_dir());
    test_write_file(path, "Text.\n\n```c pruners/pruners.def +\nPRUNER(none)\nPRUNER(x)\n```\n");
    output = test_run("tests/howto.sh \"$(dirname \"$W\")\" %s/scratch %s", test_dir(), test_dir());
    cr_assert_eq(output.status, 1, "%s%s", output.out, output.err);
    cr_assert_str_eq(output.out,
                     "docs/howto/x.md:3: its first line is not in pruners/pruners.def\n");
    test_output_release(&output);
}
