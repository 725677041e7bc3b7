/* Files that nobody should write: refused with a place, quickly, and without a crash. */
#include "tests/support/config_help.h"
#include "tests/support/support.h"

#include "base/rng.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GOOD                                                                                       \
    "name: quick-2\n"                                                                              \
    "hypothesis: \"scores cost more\"\n"                                                           \
    "dataset: {name: synthetic, train_limit: 500}\n"                                               \
    "model: [mlp, &m {name: convnet, depth: 2}]\n"                                                 \
    "pruner:\n"                                                                                    \
    "  - full\n"                                                                                   \
    "  - {name: ucb, c: 2, period: 5, bonus: std}\n"                                               \
    "rate: [0.3, 5e-1]\n"                                                                          \
    "seed: 2\n"                                                                                    \
    "train: {epochs: 7, lr: 0.05, nesterov: true, schedule: one-cycle}\n"                          \
    "overrides:\n"                                                                                 \
    "  - {when: {pruner: ucb}, train: {epochs: 9}}\n"                                              \
    "exclude: [{model: mlp, seed: 1}]\n"                                                           \
    "include: [{model: *m, rate: 0.9}] # more\n"                                                   \
    "targets: [0.85, 1]\n"                                                                         \
    "figures: [phases]\n"

/* Refused with exactly these lines? */
static void expect_bytes(const char *bytes, size_t count, const char *expected)
{
    struct config *config = NULL;
    struct str mistakes = {0};
    config_write(bytes, count);
    cr_assert_eq(config_load("e.yaml", NULL, 0, &config, &mistakes), -1);
    cr_expect_str_eq(str_text(&mistakes), expected, "-- expected:\n%s-- found:\n%s", expected,
                     str_text(&mistakes));
    str_release(&mistakes);
}

#define EXPECT_BYTES(literal, expected) expect_bytes(literal, sizeof literal - 1, expected)

Test(config, bytes_that_are_no_text)
{
    EXPECT_BYTES("name: a\ndataset: \xff\n",
                 "e.yaml:2:10: invalid leading UTF-8 octet (0xff): an experiment is a text in "
                 "UTF-8\n");
    EXPECT_BYTES("name: g\xc3\xb6lden\xc3(\n",
                 "e.yaml:1:14: invalid trailing UTF-8 octet (0x28): an experiment is a text in "
                 "UTF-8\n");
    EXPECT_BYTES("name: a\xc3",
                 "e.yaml:1:8: incomplete UTF-8 octet sequence: an experiment is a text in UTF-8\n");
    EXPECT_BYTES("name: a\0b\n",
                 "e.yaml:1:8: control characters are not allowed (0x00): an experiment is a text "
                 "in UTF-8\n");
    EXPECT_BYTES("\x7f"
                 "ELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0",
                 "e.yaml:1:1: control characters are not allowed (0x7f): an experiment is a text "
                 "in UTF-8\n");
    EXPECT_BYTES("\xff\xfen\0a\0m\0e\0",
                 "e.yaml:1:1: invalid leading UTF-8 octet (0xff): an experiment is a text in "
                 "UTF-8\n");
    EXPECT_BYTES("name: a\ndataset: synthetic\nmodel: mlp\npruner: \"fu\\0ll\"\n",
                 "e.yaml:4:9: a text with a control character in it: write it without\n"
                 "e.yaml:4:9: unknown pruner 'fu'; `winnow list pruners` shows them\n");
    EXPECT_BYTES("name: a\nhypothesis: \"\\e[31m\"\ndataset: synthetic\nmodel: mlp\npruner: full\n"
                 "data_dir: \"\xe2\x80\xae.\"\n",
                 "e.yaml:2:13: a text with a control character in it: write it without\n"
                 "e.yaml:6:11: a text with a control character in it: write it without\n"
                 "e.yaml:6:11: data_dir: ' .': No such file or directory; name an existing folder, "
                 "or none\n");
}

Test(config, files_that_cannot_be_read)
{
    static const struct {
        const char *path, *expected;
    } cases[] = {
        {"missing.yaml", "missing.yaml: cannot be read: No such file or directory\n"},
        {"folder", "folder: cannot be read: Is a directory\n"},
        {"", ": cannot be read: No such file or directory\n"},
        {"empty.yaml", "empty.yaml: an empty file\n"},
    };
    cr_assert_eq(chdir(test_dir()), 0);
    cr_assert_eq(mkdir("folder", 0700), 0);
    test_write_file("empty.yaml", "");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config *config = NULL;
        struct str mistakes = {0};
        cr_assert_eq(config_load(cases[i].path, NULL, 0, &config, &mistakes), -1);
        cr_expect_str_eq(str_text(&mistakes), cases[i].expected, "found: %s", str_text(&mistakes));
        str_release(&mistakes);
    }
}

Test(config, a_file_that_may_not_be_read)
{
    if (geteuid() == 0)
        cr_skip_test("root may read everything");
    config_write(GOOD, sizeof GOOD - 1);
    cr_assert_eq(chmod("e.yaml", 0), 0);
    struct config *config = NULL;
    struct str mistakes = {0};
    cr_assert_eq(config_load("e.yaml", NULL, 0, &config, &mistakes), -1);
    cr_expect_str_eq(str_text(&mistakes), "e.yaml: cannot be read: Permission denied\n");
    str_release(&mistakes);
}

/* ---- Sizes: what is quadratic somewhere must be cut off ---- */

enum { MEBIBYTE = 1 << 20, SECONDS = 20 };

/* start, then unit as often as it fits below 1 MiB; %05zu in unit is its number. */
static void expect_repeated(const char *start, const char *unit, const char *expected)
{
    struct str text = {0};
    str_add(&text, start);
    for (size_t i = 0; text.length + strlen(unit) + 8 < MEBIBYTE; i++) {
        const char *number = strchr(unit, '#');
        if (number)
            str_addf(&text, "%.*s%05zu%s", (int)(number - unit), unit, i, number + 1);
        else
            str_add(&text, unit);
    }
    expect_bytes(text.text, text.length, expected);
    str_release(&text);
}

Test(config, huge_files, .timeout = SECONDS)
{
    char *text = calloc(1, MEBIBYTE + 1);
    cr_assert_not_null(text);
    memset(text, ' ', MEBIBYTE + 1);
    expect_bytes(text, MEBIBYTE + 1, "e.yaml: larger than 1 MiB: not an experiment\n");
    expect_bytes(text, MEBIBYTE, "e.yaml: nothing in it but comments\n");
    free(text);
}

Test(config, endless_brackets, .timeout = SECONDS)
{
    expect_repeated("name: a\nrate: ", "[", "e.yaml:2:38: nested more than 32 deep\n");
    expect_repeated("name: a\nrate: ", "{a: ", "e.yaml:2:131: nested more than 32 deep\n");
}

Test(config, endless_anchors, .timeout = SECONDS)
{
    expect_repeated("rate:\n", "- &a# 1\n", "e.yaml:1002:3: more than 1000 anchors\n");
}

Test(config, endless_keys, .timeout = SECONDS)
{
    expect_repeated("", "k#: 1\n", "e.yaml:75000:7: more than 300000 tokens in one file\n");
}

Test(config, endless_values, .timeout = SECONDS)
{
    struct str text = {0};
    str_add(&text, "name: a\ndataset: synthetic\nmodel: mlp\npruner: random\nrate: [");
    for (size_t i = 0; i < 20000; i++)
        str_addf(&text, "%s0.%05zu", i ? ", " : "", i);
    str_add(&text, "]\n");
    expect_bytes(text.text, text.length,
                 "e.yaml:5:7: rate: 20000 values, at most 10000 are taken\n");
    str_release(&text);
}

Test(config, many_keys_of_one_mapping)
{
    struct str text = {0};
    for (size_t i = 0; i < 300; i++)
        str_addf(&text, "k%zu: 1\n", i);
    struct config *config = NULL;
    struct str mistakes = {0};
    config_write(text.text, text.length);
    cr_assert_eq(config_load("e.yaml", NULL, 0, &config, &mistakes), -1);
    cr_expect(strstr(str_text(&mistakes), "e.yaml:1:1: a mapping of more than 256 keys\n"), "%s",
              str_text(&mistakes));
    str_release(&mistakes);
    str_release(&text);
}

Test(config, many_mistakes_are_counted_not_told)
{
    struct str text = {0}, mistakes = {0};
    str_add(&text, "name: a\ndataset: synthetic\nmodel: mlp\npruner: random\nrate: [");
    for (size_t i = 0; i < 150; i++)
        str_add(&text, "x, ");
    str_add(&text, "0.5]\n");
    struct config *config = NULL;
    config_write(text.text, text.length);
    cr_assert_eq(config_load("e.yaml", NULL, 0, &config, &mistakes), -1);
    static const char last[] = "e.yaml: 50 more mistakes\n";
    cr_assert_gt(mistakes.length, strlen(last));
    cr_expect_str_eq(mistakes.text + mistakes.length - strlen(last), last);
    str_release(&mistakes);
    str_release(&text);
}

/* ---- Mutations ---- */

/* Every line has a place in the file and nothing that a terminal would obey. */
static bool well_formed(const char *mistakes)
{
    if (!*mistakes)
        return false;
    for (const char *line = mistakes; *line;) {
        const char *end = strchr(line, '\n');
        if (!end || strncmp(line, "e.yaml:", 7) != 0)
            return false;
        for (const char *p = line; p < end; p++)
            if ((unsigned char)*p < ' ' || *p == 0x7f)
                return false;
        line = end + 1;
    }
    return true;
}

/* Flips, inserts or deletes a byte; text has room for one more. */
static size_t mutate(struct rng *rng, char *text, size_t count)
{
    static const char likely[] = "{}[]:,-&*!|>'\"#\n\t 0x.~<?%@";
    const size_t at = rng_below(rng, (uint32_t)count);
    const char byte =
        rng_below(rng, 2) ? likely[rng_below(rng, sizeof likely - 1)] : (char)rng_below(rng, 256);
    switch (rng_below(rng, 3)) {
    case 0:
        text[at] = byte;
        return count;
    case 1:
        memmove(text + at + 1, text + at, count - at);
        text[at] = byte;
        return count + 1;
    default:
        memmove(text + at, text + at + 1, count - at - 1);
        return count - 1;
    }
}

Test(config, mutations_are_read_or_refused, .timeout = 60)
{
    enum { ROUNDS = 4000, MOST_CHANGES = 4 };
    size_t good = 0, bad = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        struct rng rng = rng_stream(1, RNG_TEST, 0, round);
        char text[sizeof GOOD + MOST_CHANGES] = GOOD;
        size_t count = sizeof GOOD - 1;
        const uint32_t changes = rng_below(&rng, MOST_CHANGES + 1);
        for (uint32_t i = 0; i < changes; i++)
            count = mutate(&rng, text, count);
        struct config *config = NULL;
        struct str mistakes = {0};
        config_write(text, count);
        if (config_load("e.yaml", NULL, 0, &config, &mistakes) == 0) {
            good++;
            cr_assert_not_null(config);
            cr_assert_gt(config->cell_count, 0);
            cr_assert_eq(mistakes.length, 0, "%s", str_text(&mistakes));
        } else {
            bad++;
            cr_assert_null(config);
            cr_assert(well_formed(str_text(&mistakes)), "round %u: %s", round, str_text(&mistakes));
        }
        config_free(config);
        str_release(&mistakes);
    }
    /* Both must happen, or the test tests nothing. */
    cr_expect_gt(good, ROUNDS / 10, "%zu good", good);
    cr_expect_gt(bad, ROUNDS / 10, "%zu bad", bad);
}
