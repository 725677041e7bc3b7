/*
 * Every experiment that is shipped is valid, and says of itself what a reader wants to know first.
 */
#include "tests/support/support.h"

#include <criterion/criterion.h>

Test(experiments, are_valid)
{
    struct test_output output =
        test_run("for f in experiments/*.yaml; do winnow check $f || exit; done");
    cr_assert_eq(output.status, 0, "%s", output.err);
    cr_assert(output.out[0], "no experiment found");
    test_output_release(&output);
}

Test(experiments, say_what_they_ask_and_how_long_they_take)
{
    struct test_output output =
        test_run("for f in experiments/*.yaml; do for k in Question Takes Figures; do "
                 "grep -q \"^# $k: \" $f || echo \"$f: no $k\"; done; done");
    cr_assert_eq(output.status, 0, "%s", output.err);
    cr_assert_str_eq(output.out, "", "%s", output.out);
    test_output_release(&output);
}
