/*
 * README.md tells the truth: its experiment is one, its commands exist, its query works.
 */
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *readme(void)
{
    char *text = test_read_file("README.md");
    cr_assert_not_null(text, "tests run in the repository's root");
    return text;
}

/* The first indented block after a heading, without its indent; free it. */
static char *block_after(const char *text, const char *heading)
{
    const char *line = strstr(text, heading);
    cr_assert_not_null(line, "no '%s'", heading);
    while (strncmp(line, "    ", 4) != 0) {
        line = strchr(line, '\n');
        cr_assert_not_null(line, "no block after '%s'", heading);
        line++;
    }
    char *block = calloc(strlen(line) + 1, 1);
    cr_assert_not_null(block);
    size_t used = 0;
    while (strncmp(line, "    ", 4) == 0) {
        const size_t length = strcspn(line, "\n") + 1;
        memcpy(block + used, line + 4, length - 4);
        used += length - 4;
        line += length;
    }
    return block;
}

Test(readme, its_experiment_is_valid)
{
    char path[256];
    char *text = readme(), *yaml = block_after(text, "## Write an experiment");
    snprintf(path, sizeof path, "%s/readme.yaml", test_dir());
    test_write_file(path, yaml);
    struct test_output output = test_run("winnow check %s", path);
    cr_assert_eq(output.status, 0, "%s%s", output.err, yaml);
    test_output_release(&output);
    free(yaml);
    free(text);
}

Test(readme, its_commands_exist)
{
    char *text = readme();
    size_t found = 0;
    for (const char *p = text; (p = strstr(p, "    winnow ")); found++) {
        char name[32];
        p += strlen("    winnow ");
        snprintf(name, sizeof name, "%.*s", (int)strcspn(p, " \n"), p);
        struct test_output output = test_run("winnow %s --help", name);
        cr_assert_eq(output.status, 0, "winnow %s: %s", name, output.err);
        cr_assert(strstr(output.out, "usage: winnow "), "%s", output.out);
        test_output_release(&output);
    }
    cr_assert_geq(found, 5, "%zu commands found", found);
    free(text);
}

Test(readme, its_query_works_in_a_bare_sqlite3)
{
    char *text = readme();
    const char *start = strstr(text, "\"SELECT pruner");
    cr_assert_not_null(start);
    const int length = (int)(strcspn(start + 1, "\"") + 2);
    struct test_output output =
        test_run("printf 'name: q\\ndataset: {name: synthetic, samples: 100}\\nmodel: softmax\\n"
                 "pruner: [full, random]\\nrate: 0.5\\ntrain: {epochs: 1}\\n' >%s/q.yaml && "
                 "winnow run %s/q.yaml --db %s/q.db && sqlite3 -box %s/q.db %.*s",
                 test_dir(), test_dir(), test_dir(), test_dir(), length, start);
    cr_assert_eq(output.status, 0, "%s", output.err);
    cr_assert(strstr(output.out, "random"), "%s", output.out);
    test_output_release(&output);
    free(text);
}
