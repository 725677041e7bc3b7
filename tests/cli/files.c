/*
 * The files tests/cli/NAME.t: commands, what they print, their exit codes (tests/cli/run-t). Each
 * is a test of the suite cli, in a folder of its own with the database of made_db.h in made.db and
 * an empty one in empty.db.
 */
#include "tests/support/cli_output.h"
#include "tests/support/made_db.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILES                                                                                      \
    T_FILE(bench)                                                                                  \
    T_FILE(build)                                                                                  \
    T_FILE(compare)                                                                                \
    T_FILE(data_anyones)                                                                           \
    T_FILE(cpu)                                                                                    \
    T_FILE(data_dir)                                                                               \
    T_FILE(data_doubts)                                                                            \
    T_FILE(data_embeddings)                                                                        \
    T_FILE(data_given)                                                                             \
    T_FILE(data_many_classes)                                                                      \
    T_FILE(data_options)                                                                           \
    T_FILE(data_tiny_imagenet)                                                                     \
    T_FILE(db)                                                                                     \
    T_FILE(decide)                                                                                 \
    T_FILE(decide_failed)                                                                          \
    T_FILE(decide_stopped)                                                                         \
    T_FILE(decide_waves)                                                                           \
    T_FILE(dist)                                                                                   \
    T_FILE(doctor)                                                                                 \
    T_FILE(elsewhere)                                                                              \
    T_FILE(emit)                                                                                   \
    T_FILE(experiments)                                                                            \
    T_FILE(extension)                                                                              \
    T_FILE(fetch)                                                                                  \
    T_FILE(fetch_files)                                                                            \
    T_FILE(grid)                                                                                   \
    T_FILE(help)                                                                                   \
    T_FILE(highest_rates)                                                                          \
    T_FILE(hostile)                                                                                \
    T_FILE(install)                                                                                \
    T_FILE(killed_check)                                                                           \
    T_FILE(list)                                                                                   \
    T_FILE(notes)                                                                                  \
    T_FILE(nothing_left_out)                                                                       \
    T_FILE(output_files)                                                                           \
    T_FILE(paper)                                                                                  \
    T_FILE(paper_files)                                                                            \
    T_FILE(pipes)                                                                                  \
    T_FILE(plan)                                                                                   \
    T_FILE(plot)                                                                                   \
    T_FILE(plot_empty)                                                                             \
    T_FILE(plot_formats)                                                                           \
    T_FILE(plot_samples)                                                                           \
    T_FILE(report)                                                                                 \
    T_FILE(report_edges)                                                                           \
    T_FILE(run)                                                                                    \
    T_FILE(samplers)                                                                               \
    T_FILE(scores)                                                                                 \
    T_FILE(sql)                                                                                    \
    T_FILE(steps)                                                                                  \
    T_FILE(stopped)                                                                                \
    T_FILE(unseen)                                                                                 \
    T_FILE(utf8)                                                                                   \
    T_FILE(why)

TestSuite(cli, .init = cli_enter, .fini = cli_release);

static void run_file(const char *name)
{
    cr_assert_eq(mkdir(made_path("work"), 0700), 0);
    made_db(made_path("work/made.db"));
    store_close(must_open(made_path("work/empty.db"), STORE_WRITE));
    RUN("tests/cli/run-t tests/cli/%s.t %s", name, test_dir());
    if (output.status == 80)
        cr_skip_test("SKIPPED: the end of %s.t: %s", name, output.out);
    cr_assert_eq(output.status, 0, "%s%s", output.out, output.err);
}

#define T_FILE(name)                                                                               \
    Test(cli, name)                                                                                \
    {                                                                                              \
        run_file(#name);                                                                           \
    }
FILES
#undef T_FILE

/* ---- The runner -------------------------------------------------------------------------------*/

static int is_file_of_tests(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && strcmp(dot, ".t") == 0;
}

Test(cli, every_file_is_a_test)
{
#define T_FILE(name) #name ".t",
    static const char *const files[] = {FILES};
    struct dirent **found;
    const int count = scandir("tests/cli", &found, is_file_of_tests, alphasort);
    cr_expect_eq((size_t)count, sizeof files / sizeof *files, "%d files", count);
    for (int i = 0; i < count; i++) {
        bool listed = false;
        for (size_t k = 0; k < sizeof files / sizeof *files; k++)
            listed = listed || strcmp(files[k], found[i]->d_name) == 0;
        cr_expect(listed, "%s is not listed here", found[i]->d_name);
        free(found[i]);
    }
    free(found);
}

/* What a file says in the place of what comes: the file as it should be, and whether it is so. */
static void compare(const char *wanted, int status)
{
    test_write_file(made_path("x.t"), wanted);
    RUN("unset WINNOW_GOLDEN_UPDATE; tests/cli/run-t %s %s", made_path("x.t"), test_dir());
    cr_expect_eq(output.status, status, "%d: %s\n%s%s", output.status, wanted, output.out,
                 output.err);
}

Test(cli, a_file_that_is_right_passes)
{
    compare("For people.\n\n  $ echo a; echo b\n  a\n  b\n", 0);
    compare("  $ echo 'a  '; echo; echo '\ta'; printf '\\033[m\\n'\n  a  $\n  $\n  ^Ia\n  ^[[m\n",
            0);
    compare("  $ x=7; cd ..\n  $ echo $x\n  > false\n  7\n  [1]\n  $ ls -d work\n  work\n", 0);
    compare("  $ count=x number=x file=x folder=x\n  $ echo $folder\n  x\n", 0);
    compare("  $ echo e >&2; echo o; (exit 3)\n  o\n  ! e\n  [3]\n", 0);
    compare("  $ echo 12.5 s of 30\n  * s of * (glob)\n", 0);
    compare("  $ seq 9\n  1\n  ...\n  5\n  ...\n  9\n", 0);
    compare("  $ seq 2\n  ...\n  1\n  2\n  ...\n", 0);
}

Test(cli, what_a_machine_cannot_do_is_skipped)
{
    compare("  $ echo a\n  a\n  $ echo 'no b'; exit 80\n  $ echo b\n  c\n", 80);
    cr_expect_str_eq(output.out, "no b\n");
    compare("  $ echo a\n  b\n  $ exit 80\n", 1);
    compare("  $ exit 79\n", 1);
}

Test(cli, a_file_that_is_wrong_fails)
{
    compare("  $ echo a\n  b\n", 1);
    compare("  $ echo a\n", 1);
    compare("  $ true\n  a\n", 1);
    compare("  $ false\n", 1);
    compare("  $ true\n  [1]\n", 1);
    compare("  $ echo a >&2\n  a\n", 1);
    compare("  $ echo 'a '\n  a\n", 1);
    compare("  $ echo a.b\n  a*c (glob)\n", 1);
    compare("  $ echo a\n  a*a (glob)\n", 1);
    compare("  $ echo axb\n  a.b (glob)\n", 1);
    compare("  $ seq 9\n  ...\n  8\n", 1);
    compare("  $ seq 9\n  2\n  ...\n", 1);
    compare("  $ if\n", 1);
    compare("  $ if\n  $ echo a\n  a\n", 1);
    compare("  $ seq 3\n  1\n  2\n", 1);
    cr_expect(strstr(output.out, "\n+  3\n"), "%s", output.out);
}
