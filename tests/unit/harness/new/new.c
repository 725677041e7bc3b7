/*
 * new: a page's code under another name, written as a whole or not at all.
 */
#include "harness/new/new.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char page[] =
    "# Add a pruner\n"
    "\n"
    "```c pruners/least.c\n"
    "/* least: \"quoted\", see struct least_options and least.c */\n"
    "struct least_options { int at; };\n"
    "const struct pruner least_pruner = {.name = \"least\", .at = leastwise};\n"
    "```\n"
    "One line in pruners.def:\n"
    "```c pruners/pruners.def +\n"
    "PRUNER(random)\n"
    "PRUNER(least)\n"
    "```\n"
    "```yaml try.yaml\n"
    "pruner: least\n"
    "```\n"
    "```sh\n"
    "winnow list pruners least\n"
    "```\n"
    "```c tests/unit/least.c\n"
    "Test(least, is_found) { find(\"least\"); }\n"
    "```\n";
static const char registry[] = "/* pruners */\nPRUNER(full)\nPRUNER(random)\nPRUNER(ucb)\n";

struct bench {
    char root[256];
    struct arena arena;
    struct new_plan plan;
    struct err err;
};

static const char *path_in(struct bench *b, const char *name)
{
    return arena_printf(&b->arena, "%s/%s", b->root, name);
}

static void begin(struct bench *b)
{
    *b = (struct bench){0};
    snprintf(b->root, sizeof b->root, "%s", test_dir());
    struct test_output output =
        test_run("mkdir -p %s/docs/howto %s/pruners %s/tests/unit", b->root, b->root, b->root);
    cr_assert_eq(output.status, 0);
    test_output_release(&output);
    test_write_file(path_in(b, "docs/howto/pruner.md"), page);
    test_write_file(path_in(b, "pruners/pruners.def"), registry);
}

static void expect_file(struct bench *b, const char *name, const char *expected)
{
    char *text = test_read_file(path_in(b, name));
    cr_assert(text, "no %s", name);
    cr_expect_str_eq(text, expected, "%s: %s", name, text);
    free(text);
}

static void expect_nothing_new(struct bench *b)
{
    expect_file(b, "pruners/pruners.def", registry);
    cr_expect_neq(access(path_in(b, "pruners/my_own.c"), F_OK), 0);
    cr_expect_neq(access(path_in(b, "tests/unit/my_own.c"), F_OK), 0);
}

Test(new, writes_the_pages_code_under_another_name)
{
    struct bench b;
    begin(&b);
    cr_assert_eq(new_read(b.root, "pruner", "my-own", &b.arena, &b.plan, &b.err), 0, "%s",
                 b.err.text);
    cr_assert_eq(b.plan.count, 3, "%zu", b.plan.count);
    cr_expect(b.plan.files[0].is_new && b.plan.files[1].is_new && !b.plan.files[2].is_new);
    cr_assert_eq(new_write(&b.plan, &b.err), 0, "%s", b.err.text);
    expect_file(&b, "pruners/my_own.c",
                "/* my-own: \"quoted\", see struct my_own_options and my-own.c */\n"
                "struct my_own_options { int at; };\n"
                "const struct pruner my_own_pruner = {.name = \"my-own\", .at = leastwise};\n");
    expect_file(&b, "pruners/pruners.def",
                "/* pruners */\nPRUNER(full)\nPRUNER(random)\nPRUNER(my_own)\nPRUNER(ucb)\n");
    expect_file(&b, "tests/unit/my_own.c", "Test(my_own, is_found) { find(\"my-own\"); }\n");
    arena_release(&b.arena);
}

Test(new, figures_are_named_with_dashes)
{
    struct bench b;
    begin(&b);
    test_write_file(path_in(&b, "docs/howto/figure.md"),
                    "```sql pruners/my-share.sql\n/* my-share: 'my-share' */ SELECT my_share_x;\n"
                    "```\n```c pruners/pruners.def +\nPRUNER(full)\n"
                    "FIGURE(\"my-share\", \"what my-share?\")\n```\n");
    cr_assert_eq(new_read(b.root, "figure", "cost-of-all", &b.arena, &b.plan, &b.err), 0, "%s",
                 b.err.text);
    cr_assert_eq(new_write(&b.plan, &b.err), 0, "%s", b.err.text);
    expect_file(&b, "pruners/cost-of-all.sql",
                "/* cost-of-all: 'cost-of-all' */ SELECT cost_of_all_x;\n");
    expect_file(&b, "pruners/pruners.def",
                "/* pruners */\nPRUNER(full)\n"
                "FIGURE(\"cost-of-all\", \"what cost-of-all?\")\n"
                "PRUNER(random)\nPRUNER(ucb)\n");
    arena_release(&b.arena);
}

Test(new, refuses_what_is_no_name)
{
    static const char *const names[] = {"",
                                        "My",
                                        "my_own",
                                        "-own",
                                        "own-",
                                        "my--own",
                                        "2nd",
                                        "a/b",
                                        "ümlaut",
                                        "a b",
                                        "a-name-that-is-much-too-long-for-anybody-to-type"};
    struct bench b;
    begin(&b);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        cr_expect_eq(new_read(b.root, "pruner", names[i], &b.arena, &b.plan, &b.err), -1, "%s",
                     names[i]);
        cr_expect(strstr(b.err.text, "is no name"), "%s: %s", names[i], b.err.text);
    }
    arena_release(&b.arena);
}

Test(new, refuses_what_is_there)
{
    struct bench b;
    begin(&b);
    test_write_file(path_in(&b, "tests/unit/my_own.c"), "mine\n");
    cr_expect_eq(new_read(b.root, "pruner", "my-own", &b.arena, &b.plan, &b.err), -1);
    cr_expect_str_eq(b.err.text, "tests/unit/my_own.c is there already; choose another name");
    cr_expect_eq(new_read(b.root, "pruner", "ucb", &b.arena, &b.plan, &b.err), -1);
    cr_expect_str_eq(b.err.text, "pruners/pruners.def has it already; choose another name");
    test_write_file(path_in(&b, "pruners/pruners.def"), "PRUNER(full)\n");
    cr_expect_eq(new_read(b.root, "pruner", "own", &b.arena, &b.plan, &b.err), -1);
    cr_expect_str_eq(b.err.text, "pruners/pruners.def has no line 'PRUNER(random)' to go below");
    arena_release(&b.arena);
}

Test(new, outside_a_source_tree_says_what_is_missing)
{
    struct bench b;
    begin(&b);
    cr_expect_eq(new_read("/nowhere", "pruner", "my-own", &b.arena, &b.plan, &b.err), -1);
    cr_expect_eq(strstr(b.err.text, "run it in winnow's source tree: cannot read /nowhere/docs/"),
                 b.err.text, "%s", b.err.text);
    arena_release(&b.arena);
}

/* The registry's folder takes no more files: what was written before it goes again. */
Test(new, leaves_nothing_half_written)
{
    struct bench b;
    begin(&b);
    cr_assert_eq(new_read(b.root, "pruner", "my-own", &b.arena, &b.plan, &b.err), 0, "%s",
                 b.err.text);
    b.plan.files[2].path = "gone/pruners.def";
    cr_expect_eq(new_write(&b.plan, &b.err), -1);
    cr_expect(strstr(b.err.text, "gone/pruners.def"), "%s", b.err.text);
    expect_nothing_new(&b);
    arena_release(&b.arena);
}
