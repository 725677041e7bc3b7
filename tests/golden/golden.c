/*
 * golden: every wrong experiment in this folder, and exactly what is said of it.
 *
 * NAME.yaml is a file with mistakes, NAME.expected the lines that config_load gives. After a change
 * of the messages, WINNOW_GOLDEN_UPDATE=1 rewrites the expected files: read the diff before
 * believing it. Tests run in the repository's root, so that the paths in the messages are the same
 * everywhere.
 */
#include "harness/config/config.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

static const char folder[] = "tests/golden";

static int is_yaml(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && strcmp(dot, ".yaml") == 0;
}

/* Whether the file is refused in the expected words. */
static bool as_expected(const char *file, bool update)
{
    struct str path = {0}, expected_path = {0}, mistakes = {0};
    str_addf(&path, "%s/%s", folder, file);
    str_addf(&expected_path, "%.*s.expected", (int)(path.length - strlen(".yaml")),
             str_text(&path));
    struct config *config = NULL;
    const bool refused = config_load(str_text(&path), NULL, 0, &config, &mistakes) != 0;
    config_free(config);
    if (update && refused)
        test_write_file(str_text(&expected_path), str_text(&mistakes));
    char *expected = test_read_file(str_text(&expected_path));
    const bool same = refused && expected && strcmp(expected, str_text(&mistakes)) == 0;
    if (!same)
        cr_log_error("%s\n-- expected:\n%s-- found:\n%s", str_text(&path),
                     expected ? expected : "(no such file)\n",
                     refused ? str_text(&mistakes) : "no mistake\n");
    free(expected);
    str_release(&path);
    str_release(&expected_path);
    str_release(&mistakes);
    return same;
}

Test(golden, mistakes)
{
    struct dirent **files;
    const int count = scandir(folder, &files, is_yaml, alphasort);
    cr_assert_gt(count, 30, "%d files in %s: run the tests in the repository's root", count,
                 folder);
    int wrong = 0;
    for (int i = 0; i < count; i++) {
        wrong += !as_expected(files[i]->d_name, getenv("WINNOW_GOLDEN_UPDATE") != NULL);
        free(files[i]);
    }
    free(files);
    cr_expect_eq(wrong, 0, "%d of %d files", wrong, count);
}
