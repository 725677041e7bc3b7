/* pruners/README.md has a table of all pruners: is it what the registry says? */
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(pruners_readme, table_is_what_the_registry_says)
{
    char *text = test_read_file("pruners/README.md");
    cr_assert_not_null(text, "pruners/README.md cannot be read");
    char *found = strstr(text, "<!-- table:");
    found = found ? strchr(found, '\n') : NULL;
    char *after = found ? strstr(found, "<!-- end of table -->") : NULL;
    cr_assert(found && after, "pruners/README.md has no table between its two comments");
    *after = '\0';
    struct test_output output = test_run("winnow list pruners --markdown");
    cr_assert_eq(output.status, 0, "%s", output.err);
    cr_assert_str_eq(found + 1, output.out,
                     "the table of pruners/README.md is out of date: `make readme` writes it anew."
                     " It has\n%s\nexpected\n%s",
                     found + 1, output.out);
    test_output_release(&output);
    free(text);
}
