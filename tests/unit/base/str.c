/*
 * str: growing, strict numbers, and which slip is taken for which word.
 */
#include "base/str.h"

#include "base/mem.h"

#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Growing ---- */

Test(str, grows)
{
    struct str s = {0};
    cr_expect_str_eq(str_text(&s), "");
    str_add_bytes(&s, NULL, 0);
    cr_expect_str_eq(str_text(&s), "");
    for (int i = 0; i < 10000; i++)
        str_addf(&s, "%d,", i % 10);
    cr_expect_eq(s.length, 20000);
    cr_expect_eq(strlen(str_text(&s)), 20000);
    for (size_t i = 0; i < 10000; i++)
        cr_assert_eq(str_text(&s)[2 * i], '0' + (char)(i % 10), "digit %zu is %c", i,
                     str_text(&s)[2 * i]);
    str_release(&s);
    cr_expect_str_eq(str_text(&s), "");
}

Test(str, adds_texts_longer_than_what_is_there)
{
    struct str s = {0};
    str_add(&s, "a");
    str_addf(&s, "%0*d", 5000, 7);
    cr_expect_eq(s.length, 5001);
    cr_expect_eq(str_text(&s)[5000], '7');
    str_clear(&s);
    cr_expect_str_eq(str_text(&s), "");
    str_add_bytes(&s, "abcdef", 3);
    str_add(&s, "");
    cr_expect_str_eq(str_text(&s), "abc");
    str_release(&s);
}

/* ---- Numbers ---- */

static const struct {
    const char *text;
    int64_t value;
} integers[] = {
    {"0", 0},
    {"7", 7},
    {"-7", -7},
    {"+7", 7},
    {"-0", 0},
    {"1000000", 1000000},
    {"9223372036854775807", INT64_MAX},
    {"-9223372036854775808", INT64_MIN},
};

static const char *const no_integers[] = {
    "",
    "-",
    "+",
    "020",
    "00",
    "-01",
    "0x10",
    "0b1",
    "0o17",
    "1_000",
    " 1",
    "1 ",
    "1\n",
    "1.0",
    "1e3",
    "one",
    "nan",
    "inf",
    "--1",
    "+-1",
    "1,000",
    "1'000",
    "\xd9\xa1", /* an Arabic one */
    "9223372036854775808",
    "-9223372036854775809",
    "99999999999999999999",
};

Test(str, integers)
{
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
        int64_t value = 12345;
        cr_expect(str_parse_int(integers[i].text, &value), "'%s' was refused", integers[i].text);
        cr_expect_eq(value, integers[i].value, "'%s' gave %lld", integers[i].text,
                     (long long)value);
    }
    for (size_t i = 0; i < sizeof no_integers / sizeof *no_integers; i++) {
        int64_t value = 12345;
        cr_expect_not(str_parse_int(no_integers[i], &value), "'%s' gave %lld", no_integers[i],
                      (long long)value);
        cr_expect_eq(value, 12345, "'%s' changed the output", no_integers[i]);
    }
}

static const struct {
    const char *text;
    double value;
} doubles[] = {
    {"0", 0},
    {"1", 1},
    {"-0.5", -0.5},
    {".5", 0.5},
    {"5.", 5},
    {"-.5", -0.5},
    {"+2.5", 2.5},
    {"5e-4", 5e-4},
    {"5E+4", 5e4},
    {"0.1", 0.1},
    {"0e0", 0},
    {"0.000", 0},
    {"1e308", 1e308},
    {"5e-324", 5e-324},
    {"0e-400", 0},
    {"1e0001", 10},
    {"123456789012345678901234567890", 123456789012345678901234567890.0},
};

static const char *const no_doubles[] = {
    "",          "-",   ".",    "-.",       "e5",    "1e",    "1e+",   "1e5.",   "nan",
    "NaN",       "inf", "-inf", "infinity", "0x10",  "0x1p3", "1e400", "-1e400", "1e-400",
    "0.01e-400", "020", "00.5", "-01",      "1_000", " 1",    "1 ",    "1\t",    "1,5",
    "1.5.2",     "1f",  "1d",   "--1",      "1/2",   "50%",   "one",
};

static void expect_doubles(void)
{
    for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++) {
        double value = 12345;
        cr_expect(str_parse_double(doubles[i].text, &value), "'%s' was refused", doubles[i].text);
        cr_expect_eq(value, doubles[i].value, "'%s' gave %.17g", doubles[i].text, value);
    }
    for (size_t i = 0; i < sizeof no_doubles / sizeof *no_doubles; i++) {
        double value = 12345;
        cr_expect_not(str_parse_double(no_doubles[i], &value), "'%s' gave %.17g", no_doubles[i],
                      value);
        cr_expect_eq(value, 12345.0, "'%s' changed the output", no_doubles[i]);
    }
}

Test(str, doubles)
{
    expect_doubles();
}

Test(str, zero_has_no_sign)
{
    const char *const zeros[] = {"-0", "-0.0", "-0e5"};
    for (size_t i = 0; i < 3; i++) {
        double value = 1;
        cr_expect(str_parse_double(zeros[i], &value));
        cr_expect(value == 0 && !signbit(value), "'%s' gave %g", zeros[i], value);
    }
}

/* A locale whose decimal point is a comma: an installed one, else one made for the test. */
static bool set_comma_locale(void)
{
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "test_DE"};
    char command[256];
    snprintf(command, sizeof command,
             "localedef -i de_DE -f UTF-8 --no-archive '%s/test_DE' >/dev/null 2>&1", test_dir());
    for (int made = 0; made < 2; made++) {
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (setlocale(LC_ALL, names[i]) && localeconv()->decimal_point[0] == ',')
                return true;
        if (made || system(command) != 0 || setenv("LOCPATH", test_dir(), 1))
            break;
    }
    return false;
}

Test(str, doubles_where_the_locale_has_a_comma)
{
    if (!set_comma_locale())
        cr_skip_test("no locale with a comma");
    char text[16];
    snprintf(text, sizeof text, "%.1f", 0.5);
    cr_assert_str_eq(text, "0,5", "the locale is not in force: %s", text);
    expect_doubles();
    snprintf(text, sizeof text, "%.1f", 0.5);
    cr_expect_str_eq(text, "0,5", "parsing changed the process's locale: %s", text);
}

/* ---- Slips ---- */

static const struct {
    const char *a, *b;
    size_t distance;
} distances[] = {
    {"", "", 0},
    {"", "abc", 3},
    {"abc", "abc", 0},
    {"kitten", "sitting", 3},
    {"rate", "raet", 1},
    {"Rate", "rATE", 0},
    {"ca", "abc", 3},
    {"momentum", "momentun", 1},
    {"epochs", "epoch", 1},
    {"flaw", "lawn", 2},
    {"ab", "ba", 1},
    {"seed", "sede", 1},
};

Test(str, distance)
{
    for (size_t i = 0; i < sizeof distances / sizeof *distances; i++) {
        const char *a = distances[i].a, *b = distances[i].b;
        const size_t there = str_distance(a, b), back = str_distance(b, a);
        cr_expect_eq(there, distances[i].distance, "'%s' to '%s' is %zu", a, b, there);
        cr_expect_eq(back, there, "'%s' to '%s' is %zu, back %zu", a, b, there, back);
    }
}

Test(str, distance_of_very_long_words)
{
    char longest[65], longer[301];
    memset(longest, 'a', 64);
    memset(longer, 'a', 300);
    longest[64] = longer[300] = '\0';
    cr_expect_eq(str_distance(longest, longest), 0);
    cr_expect_eq(str_distance(longest, "a"), 63);
    cr_expect_eq(str_distance(longer, "a"), 300); /* an upper bound, in no time */
    cr_expect_eq(str_distance("a", longer), 300);
}

static const char *word_at(const void *words, size_t i)
{
    return ((const char *const *)words)[i];
}

Test(str, nearest)
{
    static const char *const words[] = {"full", "random", "random-dynamic", "ucb", "el2n", NULL};
    static const char *const none[] = {NULL};
    static const struct {
        const char *word, *nearest;
    } cases[] = {
        {"ucp", "ucb"},           {"randon", "random"}, {"RANDOM", "random"},
        {"el2", "el2n"},          {"fulll", "full"},    {"random_dynamic", "random-dynamic"},
        {"epsilon-greedy", NULL}, {"forgetting", NULL}, {"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *nearest = str_nearest(cases[i].word, word_at, words);
        cr_expect(nearest == cases[i].nearest ||
                      (nearest && cases[i].nearest && strcmp(nearest, cases[i].nearest) == 0),
                  "'%s' was taken for %s", cases[i].word, nearest ? nearest : "nothing");
        cr_expect_null(str_nearest(cases[i].word, word_at, none));
    }
}

Test(str, a_whole_file_or_nothing)
{
    struct str text = {0};
    struct err err;
    char path[256];
    snprintf(path, sizeof path, "%s/text", test_dir());
    char *written = calloc(1, 40001); /* more than one part, with a byte 0 */
    cr_assert_not_null(written);
    memset(written, 'x', 40000);
    written[7] = '\0';
    FILE *file = fopen(path, "wb");
    cr_assert(file && fwrite(written, 1, 40000, file) == 40000 && fclose(file) == 0);
    str_add(&text, "before ");
    cr_expect_eq(str_add_file(&text, path, 39999, &err), -1);
    cr_expect_eq(errno, EFBIG);
    cr_expect_eq(str_add_file(&text, "none", 10, &err), -1);
    cr_expect_eq(errno, ENOENT);
    cr_expect_str_eq(err.text, "cannot read none: No such file or directory");
    cr_expect_eq(str_add_file(&text, test_dir(), 10, &err), -1, "a folder");
    cr_expect_str_eq(str_text(&text), "before ");
    cr_expect_eq(str_add_file(&text, path, 40000, &err), 0, "%s", err.text);
    cr_expect_eq(text.length, 40007);
    cr_expect_eq(memcmp(text.text + 7, written, 40000), 0);
    str_release(&text);
    free(written);
}

Test(str, marks_are_replaced_once_and_ends_trimmed)
{
    const struct str_place places[] = {{"$a", "[$b]"}, {"$b", ""}};
    struct str text = {0};
    str_add_filled(&text, "$a$b-$c$", places, 2);
    cr_expect_str_eq(str_text(&text), "[$b]-$c$");
    str_trim(&text, "$c");
    cr_expect_str_eq(str_text(&text), "[$b]-");
    str_clear(&text);
    str_trim(&text, "x");
    cr_expect_str_eq(str_text(&text), "");
    str_release(&text);
}

Test(str, parts_of_a_text)
{
    struct str part = {0}, all = {0};
    for (const char *at = "a\n\nbc\n"; str_next(&part, &at, "\n");)
        str_addf(&all, "[%s]", str_text(&part));
    for (const char *at = ",x\ny"; str_next(&part, &at, ",\n");)
        str_addf(&all, "(%s)", str_text(&part));
    const char *none = "";
    cr_expect_not(str_next(&part, &none, ","));
    cr_expect_str_eq(str_text(&part), "");
    cr_expect_str_eq(str_text(&all), "[a][][bc]()(x)(y)");
    cr_expect(str_lists("el2n,ucb", ",", "ucb"));
    cr_expect_not(str_lists("el2n,ucb", ",", "uc"));
    cr_expect_not(str_lists("", ",", ""));
    STR_RELEASE(&part, &all);
}

Test(str, what_people_are_shown_stays_in_its_place)
{
    static const struct {
        const char *raw, *kept, *shown;
    } cases[] = {
        {"", "", ""},
        {"é \xe2\x80\xa6 \xf0\x9f\x90\x8c\xc2\xa0", "", "é \xe2\x80\xa6 \xf0\x9f\x90\x8c\xc2\xa0"},
        {"a\x1b[31m\a\x7f.", "", "a [31m  ."},
        {"a\nb\tc", "", "a b c"},
        {"a\nb\tc", "\n", "a\nb c"},
        {"\xc2\x80\xc2\x9b\xc2\x9f|", "\n", "   |"},
        {"\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xae\xe2\x80\xaf", "", "\xe2\x80\xa7  \xe2\x80\xaf"},
        {"\xe2\x81\xa5\xe2\x81\xa6\xe2\x81\xa9\xe2\x81\xaa", "", "\xe2\x81\xa5  \xe2\x81\xaa"},
        {"\xff\xc2", "", STR_REPLACEMENT STR_REPLACEMENT},
        {"\xe2\x80", "", STR_REPLACEMENT STR_REPLACEMENT},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str shown = {0};
        str_add_shown(&shown, cases[i].raw, cases[i].kept);
        cr_expect_str_eq(str_text(&shown), cases[i].shown, "%zu: %s", i, str_text(&shown));
        const bool same = strcmp(cases[i].raw, cases[i].shown) == 0;
        cr_expect_eq(!str_not_shown(cases[i].raw, cases[i].kept), same, "%zu", i);
        if (!*cases[i].kept)
            cr_expect_str_eq(str_shown(cases[i].raw, &arena), cases[i].shown, "%zu", i);
        str_release(&shown);
    }
    arena_release(&arena);
}

Test(str, words_for_the_shell)
{
    const char *const words[] = {"",  "it's a \"dir\"", "$(rm x) `y` \\ *", "a\nb", "~",
                                 "#", "a=b.c",          "'\033[1m\\\xff é"};
    struct str text = {0};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (int always = 0; always < 2; always++) {
            str_clear(&text);
            (always ? str_add_quoted : str_add_word)(&text, words[i]);
            struct test_output output =
                test_run("bash <<'end'\nprintf '%%s' %s\nend", str_text(&text));
            cr_expect_str_eq(output.out, words[i], "%s", str_text(&text));
            cr_expect(always || !str_not_shown(str_text(&text), ""), "%s", str_text(&text));
            test_output_release(&output);
        }
    str_clear(&text);
    str_add_word(&text, "results/paper-a_1.db");
    cr_expect_str_eq(str_text(&text), "results/paper-a_1.db");
    str_release(&text);
}
