#include "tests/support/config_help.h"

#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static size_t count_sets(const char *const *sets)
{
    size_t count = 0;
    while (sets && sets[count])
        count++;
    return count;
}

void config_write(const char *bytes, size_t count)
{
    cr_assert_eq(chdir(test_dir()), 0);
    unlink("e.yaml"); /* a file that is overwritten is flushed to the disk, a new one is not */
    FILE *file = fopen("e.yaml", "wb");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(bytes, 1, count, file), count);
    cr_assert_eq(fclose(file), 0);
}

struct config *config_good(const char *yaml, const char *const *sets)
{
    struct config *config = NULL;
    struct str mistakes = {0};
    config_write(yaml, strlen(yaml));
    const int failed = config_load("e.yaml", sets, count_sets(sets), &config, &mistakes);
    cr_assert_eq(failed, 0, "%s", str_text(&mistakes));
    cr_assert_eq(mistakes.length, 0, "%s", str_text(&mistakes));
    str_release(&mistakes);
    return config;
}

char *config_bad(const char *yaml, const char *const *sets)
{
    struct config *config = NULL;
    struct str mistakes = {0};
    config_write(yaml, strlen(yaml));
    const int failed = config_load("e.yaml", sets, count_sets(sets), &config, &mistakes);
    cr_assert_eq(failed, -1, "no mistake was found in\n%s", yaml);
    cr_assert_null(config);
    char *text = strdup(str_text(&mistakes));
    cr_assert_not_null(text);
    str_release(&mistakes);
    return text;
}

void config_expect(const char *yaml, const char *const *sets, const char *expected)
{
    char *found = config_bad(yaml, sets);
    cr_expect_str_eq(found, expected, "of\n%s-- expected:\n%s-- found:\n%s", yaml, expected, found);
    free(found);
}

char *config_cells(const struct config *config)
{
    struct str text = {0};
    struct arena arena = {0};
    for (size_t i = 0; i < config->cell_count; i++)
        str_addf(&text, "%s\n", cell_describe(&config->cells[i], &arena));
    arena_release(&arena);
    char *copy = strdup(str_text(&text));
    cr_assert_not_null(copy);
    str_release(&text);
    return copy;
}
