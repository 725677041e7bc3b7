/* Every target with every input that is kept in tests/fuzz/corpus: examples, and what once did
 * harm. Tests run in the repository's root. */
#include "base/folder.h"
#include "base/str.h"
#include "tests/fuzz/fuzz.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct target {
    const char *name;
    int (*feed)(const uint8_t *bytes, size_t size);
};

/* In memory of exactly that size, so that the sanitizers see what reads beyond. */
static void feed(const struct target *target, const char *text, size_t size)
{
    uint8_t *bytes = malloc(size);
    cr_assert(bytes || !size);
    if (size)
        memcpy(bytes, text, size);
    cr_expect_eq(target->feed(bytes, size), 0);
    free(bytes);
}

static void feed_file(const struct target *target, const char *path)
{
    struct str text = {0};
    struct err err;
    fprintf(stderr, "%s\n", path); /* what stands last when it crashes */
    cr_assert_eq(str_add_file(&text, path, SIZE_MAX, &err), 0, "%s", err.text);
    feed(target, str_text(&text), text.length);
    str_release(&text);
}

static void feed_all(const struct target *target)
{
    struct folder folder = {0};
    struct str place = {0}, path = {0};
    size_t fed = 0;
    str_addf(&place, "tests/fuzz/corpus/%s", target->name);
    for (const char *name; (name = folder_next(&folder, str_text(&place))); fed++) {
        str_clear(&path);
        str_addf(&path, "%s/%s", str_text(&place), name);
        feed_file(target, str_text(&path));
    }
    cr_expect_gt(fed, 0, "there is nothing in %s", str_text(&place));
    folder_close(&folder, str_text(&place), NULL);
    feed(target, "", 0);
    STR_RELEASE(&place, &path);
}

#define FUZZ(name)                                                                                 \
    Test(fuzz, name, .timeout = 60)                                                                \
    {                                                                                              \
        feed_all(&(struct target){#name, fuzz_##name});                                            \
    }
#include "tests/fuzz/targets.def"
#undef FUZZ

/* What lies there is fed to somebody. */
Test(fuzz_corpus, is_of_targets)
{
#define FUZZ(name) #name,
    static const char *const names[] = {
#include "tests/fuzz/targets.def"
    };
#undef FUZZ
    const size_t count = sizeof names / sizeof *names;
    struct folder folder = {0};
    for (const char *name; (name = folder_next(&folder, "tests/fuzz/corpus"));) {
        size_t i = 0;
        while (i < count && strcmp(names[i], name) != 0)
            i++;
        cr_expect_lt(i, count, "tests/fuzz/corpus/%s: there is no target of that name", name);
    }
    folder_close(&folder, "tests/fuzz/corpus", NULL);
}
