/*
 * runner: a test that can be made to fail. `make check` runs it with WINNOW_FAIL_ON_PURPOSE set
 * before anything else and expects the failure: it proves that failures are seen.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

Test(runner, fails_on_purpose)
{
    cr_assert_null(getenv("WINNOW_FAIL_ON_PURPOSE"), "failed on purpose");
}
