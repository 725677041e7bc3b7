/* pruners/README.md has tables of all pruners and samplers: are they what the registries say? */
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void expect_table(const char *first, const char *last, const char *command)
{
    char *text = test_read_file("pruners/README.md");
    cr_assert_not_null(text, "pruners/README.md cannot be read");
    char *found = strstr(text, first);
    found = found ? strchr(found, '\n') : NULL;
    char *after = found ? strstr(found, last) : NULL;
    cr_assert(found && after, "pruners/README.md has no table between its two comments");
    *after = '\0';
    struct test_output output = test_run("%s", command);
    cr_assert_eq(output.status, 0, "%s", output.err);
    cr_assert_str_eq(found + 1, output.out,
                     "the table of pruners/README.md is out of date: `make readme` writes it anew."
                     " It has\n%s\nexpected\n%s",
                     found + 1, output.out);
    test_output_release(&output);
    free(text);
}

Test(pruners_readme, tables_are_what_the_registries_say)
{
    expect_table("<!-- table:", "<!-- end of table -->", "winnow list pruners --markdown");
    expect_table("<!-- samplers:", "<!-- end of samplers -->", "winnow list samplers --markdown");
}
