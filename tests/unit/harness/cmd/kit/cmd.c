/*
 * cmd: the command line that every command shares.
 */
#include "harness/cmd/kit/cmd.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <string.h>

struct values {
    const char *db;
    bool json, retry_failed, secret;
    int jobs, format;
    struct cmd_values set;
};

static const char *const formats[] = {"table", "csv", NULL};

static const struct cmd_flag flags[] = {
    CMD_INT(struct values, jobs, 'j', "N", "2", 1, 64, "cells at a time"),
    CMD_TEXT(struct values, db, 0, "PATH", "the database"),
    CMD_TEXTS(struct values, set, 's', "K=V", "changes a value"),
    CMD_SWITCH(struct values, json, 0, "print JSON"),
    CMD_SWITCH(struct values, retry_failed, 'r', "run failed cells again"),
    CMD_ENUM(struct values, format, 0, "NAME", "table", formats, "of the answer"),
    CMD_SWITCH(struct values, secret, 0, NULL),
    CMD_END,
};

static const struct cmd_line line = {"test", "FILE [EXTRA]", "Tests the command line.", flags, 1,
                                     2};
static const struct cmd_line bare = {"bare", "", "Takes nothing.", NULL, 0, 0};

enum { MOST_WORDS = 80 };

/* Parses words, NULL-terminated, as the arguments of a command. */
static int parse(const struct cmd_line *command, const char *const *words, struct values *values,
                 const char **arguments)
{
    static char name[] = "test";
    char *argv[MOST_WORDS + 2] = {name};
    int argc = 1;
    for (; words[argc - 1]; argc++)
        argv[argc] = (char *)(uintptr_t)words[argc - 1];
    return cmd_parse(command, argc, argv, values, arguments);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

Test(cmd, defaults)
{
    struct values values;
    const char *arguments[2];
    memset(&values, 0x55, sizeof values);
    cr_expect_eq(parse(&line, WORDS("a.yaml"), &values, arguments), -1);
    cr_expect_str_eq(arguments[0], "a.yaml");
    cr_expect_null(arguments[1]);
    cr_expect_null(values.db);
    cr_expect_not(values.json);
    cr_expect_not(values.retry_failed);
    cr_expect_eq(values.jobs, 2);
    cr_expect_eq(values.format, 0);
    cr_expect_eq(values.set.count, 0);
}

Test(cmd, every_way_to_write_a_flag)
{
    static const char *const ways[][5] = {
        {"-j7", "x", NULL},      {"-j", "7", "x", NULL},     {"x", "-j7", NULL},
        {"x", "--jobs=7", NULL}, {"--jobs", "7", "x", NULL}, {"-j3", "x", "-j", "7", NULL},
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct values values;
        const char *arguments[2];
        cr_expect_eq(parse(&line, ways[i], &values, arguments), -1, "way %zu", i);
        cr_expect_eq(values.jobs, 7, "way %zu gave %d", i, values.jobs);
        cr_expect_str_eq(arguments[0], "x");
    }
}

Test(cmd, values_of_all_types)
{
    struct values values;
    const char *arguments[2];
    cr_expect_eq(parse(&line,
                       WORDS("--db=a=b", "--retry-failed", "--json", "--format", "csv", "one",
                             "--set", "a=1", "-sb=2", "two"),
                       &values, arguments),
                 -1);
    cr_expect_str_eq(values.db, "a=b");
    cr_expect(values.retry_failed);
    cr_expect(values.json);
    cr_expect_eq(values.format, 1);
    cr_expect_eq(values.set.count, 2);
    cr_expect_str_eq(values.set.items[0], "a=1");
    cr_expect_str_eq(values.set.items[1], "b=2");
    cr_expect_str_eq(arguments[0], "one");
    cr_expect_str_eq(arguments[1], "two");
}

Test(cmd, after_two_dashes_all_are_arguments)
{
    struct values values;
    const char *arguments[2];
    cr_expect_eq(parse(&line, WORDS("--json", "--", "--db", "--"), &values, arguments), -1);
    cr_expect(values.json);
    cr_expect_null(values.db);
    cr_expect_str_eq(arguments[0], "--db");
    cr_expect_str_eq(arguments[1], "--");
}

Test(cmd, one_dash_is_an_argument)
{
    struct values values;
    const char *arguments[2];
    cr_expect_eq(parse(&line, WORDS("-"), &values, arguments), -1);
    cr_expect_str_eq(arguments[0], "-");
}

static const struct {
    const char *words[4];
    const char *message; /* stderr, after "winnow test: " */
} mistakes[] = {
    {{"x", "--jsno"}, "unknown flag '--jsno', did you mean --json?; see winnow test --help"},
    {{"x", "--retry-faild"},
     "unknown flag '--retry-faild', did you mean --retry-failed?; see winnow test --help"},
    {{"x", "--bd=results/a.db"},
     "unknown flag '--bd=results/a.db', did you mean --db?; see winnow test --help"},
    {{"x", "--retry_failed"},
     "unknown flag '--retry_failed', did you mean --retry-failed?; see winnow test --help"},
    {{"x", "--temperature"}, "unknown flag '--temperature'; see winnow test --help"},
    {{"x", "-q"}, "unknown flag '-q'; see winnow test --help"},
    {{"x", "--db"}, "--db wants a value"},
    {{"x", "-j"}, "-j wants a value"},
    {{"x", "--json=yes"}, "--json=yes takes no value"},
    {{"x", "-r5"}, "-r5 takes no value"},
    {{"x", "-j0"}, "--jobs: expected a whole number from 1 to 64, found '0'"},
    {{"x", "--jobs=two"}, "--jobs: expected a whole number from 1 to 64, found 'two'"},
    {{"x", "--jobs="}, "--jobs: expected a whole number from 1 to 64, found ''"},
    {{"x", "--format", "xml"}, "--format: expected one of table, csv, found 'xml'"},
    {{"x", "y", "z"}, "unexpected 'z'; see winnow test --help"},
    {{"--json"}, "FILE [EXTRA] is missing; see winnow test --help"},
};

Test(cmd, mistakes, .init = cr_redirect_stderr)
{
    char expected[8192] = "";
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct values values;
        const char *arguments[2];
        const char *const *words = mistakes[i].words;
        cr_expect_eq(parse(&line, words, &values, arguments), EXIT_USAGE, "mistake %zu", i);
        const size_t used = strlen(expected);
        snprintf(expected + used, sizeof expected - used, "winnow test: %s\n", mistakes[i].message);
    }
    fflush(stderr);
    cr_expect_stderr_eq_str(expected);
}

Test(cmd, a_flag_too_often, .init = cr_redirect_stderr)
{
    const char *words[CMD_MAX_VALUES + 3] = {"x"};
    struct values values;
    const char *arguments[2];
    for (int i = 0; i < CMD_MAX_VALUES; i++)
        words[i + 1] = "-sa=1";
    cr_expect_eq(parse(&line, words, &values, arguments), -1);
    cr_expect_eq(values.set.count, CMD_MAX_VALUES);
    words[CMD_MAX_VALUES + 1] = "-sa=1";
    cr_expect_eq(parse(&line, words, &values, arguments), EXIT_USAGE);
}

Test(cmd, no_flags_and_no_arguments, .init = cr_redirect_stderr)
{
    cr_expect_eq(parse(&bare, (const char *const[]){NULL}, NULL, NULL), -1);
    cr_expect_eq(parse(&bare, WORDS("--json"), NULL, NULL), EXIT_USAGE);
    cr_expect_eq(parse(&bare, WORDS("x"), NULL, NULL), EXIT_USAGE);
}

Test(cmd, help, .init = cr_redirect_stdout)
{
    struct values values;
    const char *arguments[2];
    cr_expect_eq(parse(&line, WORDS("--jobs=7", "--help", "--nonsense"), &values, arguments),
                 EXIT_DONE);
    fflush(stdout);
    cr_expect_stdout_eq_str(
        "usage: winnow test [FLAGS] FILE [EXTRA]\n"
        "\n"
        "Tests the command line.\n"
        "\n"
        "  -j, --jobs N                 cells at a time (default 2)\n"
        "      --db PATH                the database\n"
        "  -s, --set K=V                changes a value\n"
        "      --json                   print JSON\n"
        "  -r, --retry-failed           run failed cells again\n"
        "      --format NAME            of the answer (one of table, csv; default table)\n");
}

Test(cmd, print_wrapped, .init = cr_redirect_stdout)
{
    /* 80 columns: the fifth word ends there, the sixth would not */
    cmd_print_wrapped("aaaaaaaaaaaaaaa bbbbbbbbbbbbbbb ccccccccccccccc ddddddddddddddd "
                      "eeeeeeeeeeee f",
                      4, printf("x"));
    cmd_print_wrapped("", 4, 0);
    cmd_print_wrapped("two  blanks\na line", 0, 0);
    fflush(stdout);
    cr_expect_stdout_eq_str("x   aaaaaaaaaaaaaaa bbbbbbbbbbbbbbb ccccccccccccccc ddddddddddddddd "
                            "eeeeeeeeeeee\n"
                            "    f\n"
                            "\n"
                            "two blanks a line\n");
}
