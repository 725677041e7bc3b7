#include "base/process.h"

#include "base/mem.h"
#include "base/signals.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The end of what process_run starts, with all it wrote. */
static struct process_end run(const struct process_setup *setup, struct str *ret_output)
{
    struct process_end end = {-1, -1};
    struct err err;
    cr_assert_eq(process_run(setup, ret_output, &end, &err), 0, "%s", err.text);
    return end;
}

/* A shell's script in the place of setup's arguments, with stdout as a pipe. */
static struct process_end run_script(const char *script, struct process_setup setup,
                                     struct str *ret_output)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    setup.argv = argv;
    setup.streams[STDOUT_FILENO] = PROCESS_PIPE;
    return run(&setup, ret_output);
}

static void expect_output(const char *script, struct process_setup setup, const char *wanted)
{
    struct str output = {0};
    const struct process_end end = run_script(script, setup, &output);
    cr_expect_eq(end.code, 0, "%s: %d", script, end.code);
    cr_expect_str_eq(str_text(&output), wanted, "%s: '%s'", script, str_text(&output));
    str_release(&output);
}

Test(process, arguments_reach_no_shell)
{
    static const char *const argv[] = {"printf", "%s\n", "it's \"a\"", "$(echo b) `c`",
                                       "",       "*",    NULL};
    static const struct process_setup setup = {.argv = argv,
                                               .streams = {[STDOUT_FILENO] = PROCESS_PIPE}};
    struct str output = {0};
    cr_expect_eq(run(&setup, &output).code, 0);
    cr_expect_str_eq(str_text(&output), "it's \"a\"\n$(echo b) `c`\n\n*\n");
    str_release(&output);
}

Test(process, ends_with_a_code_or_by_a_signal)
{
    struct str output = {0};
    struct process_end end = run_script("exit 3", (struct process_setup){0}, &output);
    cr_expect_eq(end.code, 3);
    cr_expect_eq(end.signal, 0);
    cr_expect_str_eq(process_how(end).text, "exit code 3");
    end = run_script("kill -11 $$", (struct process_setup){0}, &output);
    cr_expect_eq(end.code, 128 + SIGSEGV);
    cr_expect_eq(end.signal, SIGSEGV);
    cr_expect_str_eq(process_how(end).text, "signal 11 (Segmentation fault)");
    str_release(&output);
}

/* QEMU's user mode gives the child a memory of its own, in which the reason stays. */
static bool spawn_says_why(void)
{
    char missing[] = "/winnow-is-not-this", *argv[] = {missing, NULL};
    pid_t child;
    if (posix_spawn(&child, missing, NULL, NULL, argv, argv + 1))
        return true;
    waitpid(child, NULL, 0);
    return false;
}

Test(process, what_cannot_be_started_says_why)
{
    if (!spawn_says_why())
        cr_skip_test("posix_spawn of what is missing returns 0: QEMU's user mode");
    const char *argv[] = {"winnow-is-not-this", NULL};
    struct process_setup setup = {.argv = argv, .streams = {PROCESS_PIPE, PROCESS_PIPE}};
    struct process process = {.pid = 17};
    struct err err;
    const int next = dup(STDIN_FILENO);
    cr_expect_eq(process_start(&setup, &process, &err), -1);
    cr_expect_str_eq(err.text, "winnow-is-not-this is not installed");
    setup.package = "coreutils";
    cr_expect_eq(process_start(&setup, &process, &err), -1);
    cr_expect_str_eq(err.text,
                     "winnow-is-not-this is not installed; Debian's package is coreutils");
    argv[0] = "/dev/null";
    cr_expect_eq(process_start(&setup, &process, &err), -1);
    cr_expect_str_eq(err.text, "cannot start /dev/null: Permission denied");
    cr_expect_eq(process.pid, 17, "outputs stay untouched");
    close(next);
    cr_expect_eq(dup(STDIN_FILENO), next, "no descriptor is left open");
}

Test(process, this_program_is_found_whatever_its_name_is)
{
    static const char *const argv[] = {"no-such-name", "--list", NULL};
    /* By which Criterion tells a process of its own that it is to run a test. */
    static const char *const environment[] = {"BXFI_MAP", NULL};
    static const struct process_setup setup = {.argv = argv,
                                               .self = true,
                                               .streams = {[STDOUT_FILENO] = PROCESS_PIPE},
                                               .environment = environment};
    struct str output = {0};
    cr_expect_eq(run(&setup, &output).code, 0);
    cr_expect_not_null(strstr(str_text(&output), "this_program_is_found"), "%s", str_text(&output));
    str_release(&output);
}

Test(process, environment_is_this_ones_with_the_changes_over_it)
{
    static const char *const changes[] = {"WINNOW_B=it's $b=", "WINNOW_C", "WINNOW_D=d", NULL};
    setenv("WINNOW_A", "a", 1);
    setenv("WINNOW_B", "old", 1);
    setenv("WINNOW_C", "c", 1);
    static const char script[] =
        "printf '%s|%s|%s|%s' \"$WINNOW_A\" \"$WINNOW_B\" \"${WINNOW_C-none}\" \"$WINNOW_D\"";
    expect_output(script, (struct process_setup){.environment = changes}, "a|it's $b=|none|d");
    expect_output(script, (struct process_setup){0}, "a|old|c|");
}

Test(process, streams_go_where_they_are_to)
{
    expect_output(
        "cat; echo out; echo err >&2",
        (struct process_setup){.input = "in\n", .streams = {[STDERR_FILENO] = PROCESS_AS_STDOUT}},
        "in\nout\nerr\n");
    expect_output(
        "cat; echo err >&2; echo out",
        (struct process_setup){
            .streams = {[STDIN_FILENO] = PROCESS_NOTHING, [STDERR_FILENO] = PROCESS_NOTHING}},
        "out\n");
    expect_output("pwd", (struct process_setup){.folder = "/usr"}, "/usr\n");
    /* More than a pipe holds. */
    struct str output = {0};
    run_script("head -c 300000 /dev/zero | tr '\\0' x", (struct process_setup){0}, &output);
    cr_expect_eq(output.length, 300000, "%zu", output.length);
    str_release(&output);
}

Test(process, input_is_what_a_pipe_holds_at_most)
{
    char *text;
    struct process process;
    struct err err;
    static const char *const argv[] = {"cat", NULL};
    MEM_NEW(text, 65538);
    memset(text, 'x', 65537);
    const struct process_setup setup = {.argv = argv, .input = text};
    cr_expect_eq(process_start(&setup, &process, &err), -1);
    cr_expect_str_eq(err.text, "cannot hand over 65537 bytes: a pipe does not hold them");
    mem_free(text);
}

/* Two pipes at once, the fourth descriptor, and a look that does not wait. */
Test(process, pipes_are_read_as_they_fill)
{
    static const char *const argv[] = {"sh", "-c", "echo a >&3; read line; echo \"b $line\" >&3",
                                       NULL};
    static const struct process_setup setup = {.argv = argv,
                                               .streams = {PROCESS_PIPE, [3] = PROCESS_PIPE}};
    struct process process;
    struct process_end end;
    struct str text = {0};
    struct err err;
    cr_assert_eq(process_start(&setup, &process, &err), 0, "%s", err.text);
    fcntl(process.ends[3], F_SETFL, O_NONBLOCK);
    for (int i = 0; i < 60000 && !text.length; i++) {
        cr_assert(process_read(&process, 3, &text));
        usleep(1000);
    }
    cr_expect_str_eq(str_text(&text), "a\n");
    cr_expect_not(process_ended(&process, &end));
    cr_expect_neq(process.ends[3], -1, "it goes on");
    cr_assert_eq(dprintf(process.ends[STDIN_FILENO], "c\n"), 2);
    fcntl(process.ends[3], F_SETFL, 0);
    cr_expect_not(process_read(&process, 3, &text));
    cr_expect_str_eq(str_text(&text), "a\nb c\n");
    cr_expect_eq(process.ends[3], -1);
    end = process_wait(&process);
    cr_expect_eq(end.code, 0);
    cr_expect_eq(process.pid, 0);
    str_release(&text);
}

/* One that waits for its input ends with that. */
Test(process, waiting_closes_its_pipes)
{
    static const char *const argv[] = {"cat", NULL};
    static const struct process_setup setup = {.argv = argv, .streams = {PROCESS_PIPE}};
    struct process first, second;
    struct err err;
    cr_assert_eq(process_start(&setup, &first, &err), 0, "%s", err.text);
    cr_assert_eq(process_start(&setup, &second, &err), 0, "%s", err.text);
    cr_expect_eq(process_wait(&first).code, 0, "the second does not hold its pipe");
    cr_expect_eq(process_wait(&second).code, 0);
}

/* What it blocks and ignores of the signals below 29; glibc has two of the others for itself. No
 * shell: it would unblock them. */
static void expect_signals(const int *blocked, const char *wanted)
{
    static const char script[] = "s/^Sig\\(Blk\\|Ign\\):\t.\\{9\\}0*/\\1 /p";
    static const char *const argv[] = {"sed", "-n", script, "/proc/self/status", NULL};
    struct str output = {0};
    run(&(struct process_setup){.argv = argv,
                                .streams = {[STDOUT_FILENO] = PROCESS_PIPE},
                                .blocked = blocked},
        &output);
    cr_expect_str_eq(str_text(&output), wanted, "'%s'", str_text(&output));
    str_release(&output);
}

Test(process, signals_begin_anew)
{
    static const int blocked[] = {SIGUSR1, 0}; /* number 10 */
    static const int defaults[] = {SIGHUP, SIGINT, SIGQUIT};
    sigset_t usr2;
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        signal(defaults[i], SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&usr2);
    sigaddset(&usr2, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &usr2, NULL);
    expect_signals(NULL, "Blk \nIgn \n");
    signal(SIGHUP, SIG_IGN); /* number 1, as nohup wants it */
    expect_signals(blocked, "Blk 200\nIgn 1\n");
}

Test(process, a_group_of_its_own_where_it_is_to_be_apart)
{
    static const char script[] = "test \"$(cut -d' ' -f5 /proc/$$/stat)\" = $$ && echo its own";
    struct str output = {0};
    expect_output(script, (struct process_setup){.apart = true}, "its own\n");
    cr_expect_eq(run_script(script, (struct process_setup){0}, &output).code, 1);
    str_release(&output);
}

Test(process, a_mortal_one_is_killed_by_what_is_caught)
{
    static const int numbers[] = {SIGUSR1, 0};
    struct signals caught;
    struct str output = {0};
    signals_catch(&caught, numbers);
    raise(SIGUSR1);
    const struct process_end end =
        run_script("echo a; exec sleep 300", (struct process_setup){.mortal = true}, &output);
    cr_expect_eq(end.signal, SIGKILL);
    signals_release(&caught);
    str_release(&output);
}
