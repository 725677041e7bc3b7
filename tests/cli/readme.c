/*
 * README.md is true: its experiment is valid, its commands exist (those of docs/ too), its query
 * works. tests/howto.sh runs what is fenced.
 */
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *readme(void)
{
    char *text = test_read_file("README.md");
    cr_assert_not_null(text, "tests run in the repository's root");
    return text;
}

/* The first fenced block after a heading; free it. */
static char *block_after(const char *text, const char *heading)
{
    const char *line = strstr(text, heading);
    cr_assert_not_null(line, "no '%s'", heading);
    const char *fence = strstr(line, "\n```");
    const char *start = fence ? strchr(fence + 1, '\n') + 1 : NULL;
    const char *end = start ? strstr(start, "\n```\n") : NULL;
    cr_assert_not_null(end, "no block after '%s'", heading);
    return strndup(start, (size_t)(end + 1 - start));
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

/* The commands of the lines that begin with "winnow", fenced or indented; how many there are. */
static size_t expect_commands(const char *document)
{
    char *text = test_read_file(document);
    size_t found = 0;
    bool fenced = false;
    for (const char *p = text; (p = strchr(p, '\n'));) {
        char name[32];
        p++;
        fenced ^= strncmp(p, "```", 3) == 0;
        const bool indented = strncmp(p, "    ", 4) == 0;
        p += indented ? 4 : 0;
        if (strncmp(p, "winnow ", 7) != 0 || !(fenced || indented))
            continue;
        p += 7;
        snprintf(name, sizeof name, "%.*s", (int)strcspn(p, " \n"), p);
        struct test_output output = test_run("winnow %s --help", name);
        cr_expect_eq(output.status, 0, "%s: winnow %s: %s", document, name, output.err);
        cr_expect(strstr(output.out, "usage: winnow "), "%s: %s", document, output.out);
        test_output_release(&output);
        found++;
    }
    free(text);
    return found;
}

Test(readme, commands_of_all_documents_exist)
{
    glob_t documents = {0};
    size_t found = expect_commands("README.md");
    cr_assert_geq(found, 5, "%zu commands found in README.md", found);
    cr_assert_eq(glob("docs/*.md", 0, NULL, &documents), 0);
    cr_assert_eq(glob("docs/results/*.md", GLOB_APPEND, NULL, &documents), 0);
    for (size_t i = 0; i < documents.gl_pathc; i++)
        found += expect_commands(documents.gl_pathv[i]);
    cr_assert_geq(found, 40, "%zu commands found in all", found);
    globfree(&documents);
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
