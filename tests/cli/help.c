/*
 * winnow help: manual pages and completion, made from the tables that commands are parsed by.
 */
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const commands[] = {
#define COMMAND(name, help) help ? #name : NULL,
#include "harness/cmd/kit/commands.def"
};
enum { COMMANDS = sizeof commands / sizeof *commands };

Test(help, lists_the_commands_and_helps_with_each)
{
    struct test_output all = test_run("winnow help"), same = test_run("winnow --help");
    cr_assert_eq(all.status, 0, "%s", all.err);
    cr_expect_str_eq(all.out, same.out);
    for (size_t i = 0; i < COMMANDS; i++) {
        char line[64];
        if (!commands[i])
            continue;
        snprintf(line, sizeof line, "\n  %-8s ", commands[i]);
        cr_expect(strstr(all.out, line), "no line for %s", commands[i]);
        struct test_output one = test_run("winnow help %s", commands[i]);
        snprintf(line, sizeof line, "usage: winnow %s", commands[i]);
        cr_expect_eq(one.status, 0, "%s: %s", commands[i], one.err);
        cr_expect_eq(strncmp(one.out, line, strlen(line)), 0, "%s: %s", commands[i], one.out);
        test_output_release(&one);
    }
    test_output_release(&all);
    test_output_release(&same);
}

Test(help, a_command_that_is_none_is_refused)
{
    struct test_output output = test_run("winnow help plto");
    cr_expect_eq(output.status, 2, "%d", output.status);
    cr_expect_str_eq(output.err,
                     "winnow: unknown command 'plto', did you mean plot?; see winnow --help\n");
    cr_expect_str_eq(output.out, "");
    test_output_release(&output);
}

/* "none" says only that the flag is not given. */
Test(help, choices_are_those_that_one_may_make)
{
    struct test_output output = test_run("winnow help --help | tr -s ' \\n' ' '");
    cr_expect(strstr(output.out, "or source it (one of bash, zsh, fish)"), "%s", output.out);
    test_output_release(&output);
}

/* groff (of the package groff-base, which man-db wants) warns of each mistake; without it the
   pages are looked at, and no more. */
static void expect_page(const char *words)
{
    struct test_output output = test_run("winnow help --man %s", words);
    cr_assert_eq(output.status, 0, "%s: %s", words, output.err);
    cr_expect_eq(strncmp(output.out, ".TH \"winnow", 11), 0, "%s: %.80s", words, output.out);
    cr_expect(strstr(output.out, "\n.SH SYNOPSIS\nwinnow "), "%s: %s", words, output.out);
    test_output_release(&output);
    output = test_run("command -v groff >/dev/null || exit 0; "
                      "winnow help --man %s | groff -ww -man -Tascii 2>&1 >/dev/null",
                      words);
    cr_expect(output.status == 0 && !output.out[0], "%s: %s", words, output.out);
    test_output_release(&output);
}

Test(help, every_command_has_a_manual_page)
{
    expect_page("");
    expect_page("emit slurm");
    expect_page("db check");
    for (size_t i = 0; i < COMMANDS; i++)
        if (commands[i])
            expect_page(commands[i]);
}

Test(help, a_manual_page_has_the_flags)
{
    struct test_output output = test_run("winnow help --man run");
    static const char *const parts[] = {
        ".TH \"winnow-run\" 1",
        " records its progress in the database\n.SH SYNOPSIS", /* apropos shows one line */
        "\\fB\\-j\\fR, \\fB\\-\\-jobs\\fR \\fIN\\fR\n", "\\fB\\-\\-retry\\-failed\\fR\\fI\\fR\n",
        "\n.SH DESCRIPTION\n"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        cr_expect(strstr(output.out, parts[i]), "no '%s' in %s", parts[i], output.out);
    test_output_release(&output);
}

/* What bash offers for these words, the last of which is being typed. */
static struct test_output completed(const char *words)
{
    return test_run("cd %s && cat >x.bash <<'EOF'\n"
                    "eval \"$(\"$W\" help --completion bash)\" || exit 9\n"
                    "COMP_WORDS=(\"$W\" %s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
                    "_winnow; echo \"${COMPREPLY[*]}\"\n"
                    "EOF\nexport W; bash x.bash",
                    test_dir(), words);
}

Test(help, bash_completes_what_the_tables_say)
{
    static const struct {
        const char *words, *offered;
    } cases[] = {
        {"pl", "plan plot\n"},
        {"hel", "help\n"},
        {"help compa", "compare\n"},
        {"plot accuracy-vs", "accuracy-vs-time accuracy-vs-rate\n"},
        {"plot phases perf", "performance-profile\n"},
        {"run --retr", "--retry-failed\n"},
        {"run a.yaml --retr", "--retry-failed\n"},
        {"list mod", "models\n"},
        {"list presets ''", "paper code\n"},
        {"list models mlp wr", "wrn16-4\n"},
        {"compare random infob", "infobatch\n"},
        {"new mo", "model\n"},
        {"emit sl", "slurm\n"},
        {"db check --d", "--db\n"},
        {"help --completion z", "zsh\n"},
        {"help --completion = z", "zsh\n"},
        {"plan experim", "\n"}, /* files are bash's affair */
        {"plot -- --ac", "\n"},
        {"nothing x", "\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct test_output output = completed(cases[i].words);
        cr_expect_eq(output.status, 0, "%s: %s", cases[i].words, output.err);
        cr_expect_str_eq(output.out, cases[i].offered, "%s: %s", cases[i].words, output.out);
        test_output_release(&output);
    }
}

Test(help, cells_are_completed_by_their_keys)
{
    char path[512], words[512];
    snprintf(path, sizeof path, "%s/x.yaml", test_dir());
    test_write_file(path, "name: x\ndataset: {name: synthetic, samples: 60}\nmodel: softmax\n"
                          "pruner: [full, random]\nrate: 0.5\ntrain: {epochs: 1}\n");
    struct test_output output =
        test_run("cd %s && winnow run x.yaml --db x.db -j 1 >run.log 2>&1 && "
                 "winnow sql 'SELECT substr(cell, 1, 12) FROM v_run ORDER BY 1' --db x.db -f csv "
                 "| sed 1d",
                 test_dir());
    cr_assert_eq(output.status, 0, "%s%s", output.out, output.err);
    char one[16];
    snprintf(one, sizeof one, "%.12s", output.out);
    output.out[12] = ' '; /* two lines of twelve letters */
    snprintf(words, sizeof words, "show --db x.db ''");
    struct test_output offered = completed(words);
    cr_expect_str_eq(offered.out, output.out, "%s", offered.out);
    test_output_release(&offered);
    snprintf(words, sizeof words, "why --db=x.db %.11s", one);
    offered = completed(words);
    cr_expect_eq(strncmp(offered.out, one, 12), 0, "%s: %s", words, offered.out);
    cr_expect_str_eq(offered.out + 12, "\n", "%s", offered.out);
    test_output_release(&offered);
    offered = completed("show --db none.db ''");
    cr_expect_str_eq(offered.out, "\n", "%s", offered.out);
    test_output_release(&offered);
    test_output_release(&output);
}

/* Where these shells are installed. */
Test(help, other_shells_read_their_scripts)
{
    static const char *const shells[] = {"zsh", "fish"};
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        struct test_output output =
            test_run("cd %s && winnow help --completion %s >script && test -s script && "
                     "if command -v %s >/dev/null; then %s -n script; fi",
                     test_dir(), shells[i], shells[i], shells[i]);
        cr_expect_eq(output.status, 0, "%s: %s", shells[i], output.err);
        test_output_release(&output);
    }
}
