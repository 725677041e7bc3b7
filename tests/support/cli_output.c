#include "tests/support/cli_output.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct test_output output;

void expect(int status, const char *out, const char *err)
{
    cr_expect_eq(output.status, status, "status %d, expected %d\n%s", output.status, status,
                 output.err);
    cr_expect(strstr(output.out, out), "stdout:\n%s\nexpected in it:\n%s", output.out, out);
    cr_expect(strstr(output.err, err), "stderr:\n%s\nexpected in it:\n%s", output.err, err);
}

void expect_sql(const char *db, const char *query, const char *wanted)
{
    RUN("cd %s; sqlite3 %s \"%s\"", test_dir(), db, query);
    output.out[strcspn(output.out, "\n")] = '\0';
    cr_expect_str_eq(output.out, wanted, "%s: '%s', not '%s' %s", query, output.out, wanted,
                     output.err);
}

void cli_enter(void)
{
    char binary[PATH_MAX];
    if (realpath(test_binary(), binary))
        setenv("WINNOW_BINARY", binary, 1);
}

void cli_release(void)
{
    test_output_release(&output);
}
