#include "base/process.h"

#include "base/mem.h"
#include "base/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void close_end(int *end)
{
    if (*end >= 0)
        close(*end);
    *end = -1;
}

static void close_ends(int ends[PROCESS_STREAMS])
{
    for (int i = 0; i < PROCESS_STREAMS; i++)
        close_end(&ends[i]);
}

/* ---- Its environment --------------------------------------------------------------------------*/

/* Whether one of the changes, "NAME=value" or "NAME", is of our own "NAME=value". */
static bool is_changed(const char *own, const char *const *changes)
{
    const size_t length = strcspn(own, "=");
    while (*changes && (strncmp(*changes, own, length) != 0 || strcspn(*changes, "=") != length))
        changes++;
    return *changes;
}

/* This process's own with the changes over it. The array is the caller's, the texts are not. */
static const char **merge_environment(const char *const *changes)
{
    size_t most = 1, used = 0;
    for (char **own = environ; *own; own++)
        most++;
    for (size_t i = 0; changes[i]; i++)
        most++;
    const char **merged;
    MEM_NEW(merged, most);
    for (char **own = environ; *own; own++)
        if (!is_changed(*own, changes))
            merged[used++] = *own;
    for (size_t i = 0; changes[i]; i++)
        if (strchr(changes[i], '='))
            merged[used++] = changes[i];
    return merged;
}

/* ---- Its streams ------------------------------------------------------------------------------*/

/* An empty pipe takes 64 KiB at once: nobody has to be there to read it. */
static int put_input(const char *text, int *end, struct err *err)
{
    const size_t length = strlen(text);
    fcntl(*end, F_SETFL, O_NONBLOCK);
    if (write(*end, text, length) != (ssize_t)length)
        return err_set(err, "cannot hand over %zu bytes: a pipe does not hold them", length);
    close_end(end);
    return 0;
}

/* theirs[i] is the other end of ours[i]; all come in as -1. To be closed also on failure. */
static int open_pipes(const struct process_setup *setup, int theirs[PROCESS_STREAMS],
                      int ours[PROCESS_STREAMS], struct err *err)
{
    for (int i = 0; i < PROCESS_STREAMS; i++) {
        int ends[2]; /* to read, to write */
        const bool input = i == STDIN_FILENO;
        if (setup->streams[i] != PROCESS_PIPE && !(input && setup->input))
            continue;
        if (pipe2(ends, O_CLOEXEC))
            return err_set(err, "no pipe: %s", strerror(errno));
        theirs[i] = ends[input ? 0 : 1];
        ours[i] = ends[input ? 1 : 0];
    }
    return setup->input ? put_input(setup->input, &ours[STDIN_FILENO], err) : 0;
}

/* ---- Starting ---------------------------------------------------------------------------------*/

/* Of what takes memory and does nothing else. */
static void must(int failed)
{
    if (failed)
        DIE("cannot prepare a process: %s", strerror(failed));
}

static void set_actions(const struct process_setup *setup, const int theirs[PROCESS_STREAMS],
                        posix_spawn_file_actions_t *actions)
{
    must(posix_spawn_file_actions_init(actions));
    for (int i = 0; i < PROCESS_STREAMS; i++) {
        if (theirs[i] >= 0)
            must(posix_spawn_file_actions_adddup2(actions, theirs[i], i));
        else if (setup->streams[i] == PROCESS_NOTHING)
            must(posix_spawn_file_actions_addopen(actions, i, "/dev/null", O_RDWR, 0));
        else if (setup->streams[i] == PROCESS_AS_STDOUT)
            must(posix_spawn_file_actions_adddup2(actions, STDOUT_FILENO, i));
    }
    if (setup->folder)
        must(posix_spawn_file_actions_addchdir_np(actions, setup->folder));
}

static void set_attributes(const struct process_setup *setup, posix_spawnattr_t *attributes)
{
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    sigset_t blocked, defaults;
    sigemptyset(&blocked);
    for (const int *number = setup->blocked; number && *number; number++)
        sigaddset(&blocked, *number);
    sigfillset(&defaults);
    sigdelset(&defaults, SIGHUP);
    sigdelset(&defaults, SIGINT);
    sigdelset(&defaults, SIGQUIT);
    if (setup->apart)
        flags |= POSIX_SPAWN_SETPGROUP;
    must(posix_spawnattr_init(attributes));
    must(posix_spawnattr_setflags(attributes, flags));
    must(posix_spawnattr_setsigmask(attributes, &blocked));
    must(posix_spawnattr_setsigdefault(attributes, &defaults));
}

/* An errno, or 0. */
static int spawn(const struct process_setup *setup, const int theirs[PROCESS_STREAMS],
                 pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    const char **merged = setup->environment ? merge_environment(setup->environment) : NULL;
    /* posix_spawn writes to none of the texts; its type is older than const. */
    char *const *argv = (char *const *)(const void *)setup->argv;
    char *const *environment = merged ? (char *const *)(const void *)merged : environ;
    set_actions(setup, theirs, &actions);
    set_attributes(setup, &attributes);
    const int failed =
        setup->self
            ? posix_spawn(ret_pid, "/proc/self/exe", &actions, &attributes, argv, environment)
            : posix_spawnp(ret_pid, argv[0], &actions, &attributes, argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    mem_free(merged);
    return failed;
}

static int explain(const struct process_setup *setup, int reason, struct err *err)
{
    const char *name = setup->argv[0], *package = setup->package;
    if (reason != ENOENT || setup->self)
        return err_set(err, "cannot start %s: %s", name, strerror(reason));
    return err_set(err, "%s is not installed%s%s", name, package ? "; Debian's package is " : "",
                   package ? package : "");
}

int process_start(const struct process_setup *setup, struct process *ret_process, struct err *err)
{
    int theirs[PROCESS_STREAMS] = {-1, -1, -1, -1};
    struct process process = {0, {-1, -1, -1, -1}};
    int failed = open_pipes(setup, theirs, process.ends, err);
    if (!failed) {
        const int reason = spawn(setup, theirs, &process.pid);
        failed = reason ? explain(setup, reason, err) : 0;
    }
    close_ends(theirs);
    if (failed)
        close_ends(process.ends);
    else
        *ret_process = process;
    return failed;
}

/* ---- What it writes, and how it ends ----------------------------------------------------------*/

bool process_read(struct process *process, int stream, struct str *ret_text)
{
    char bytes[16384];
    while (process->ends[stream] >= 0) {
        const ssize_t count = read(process->ends[stream], bytes, sizeof bytes);
        if (count > 0)
            str_add_bytes(ret_text, bytes, (size_t)count);
        else if (count < 0 && errno == EAGAIN)
            return true;
        else if (count == 0 || errno != EINTR)
            close_end(&process->ends[stream]);
    }
    return false;
}

static bool take_end(struct process *process, int options, struct process_end *ret_end)
{
    int status;
    const pid_t pid = waitpid(process->pid, &status, options);
    if (pid <= 0) {
        REQUIRE(pid == 0 || errno == EINTR);
        return false;
    }
    const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    *ret_end = (struct process_end){signal ? 128 + signal : WEXITSTATUS(status), signal};
    close_ends(process->ends);
    process->pid = 0;
    return true;
}

struct process_end process_wait(struct process *process)
{
    struct process_end end;
    close_ends(process->ends);
    while (!take_end(process, 0, &end))
        continue;
    return end;
}

bool process_ended(struct process *process, struct process_end *ret_end)
{
    return take_end(process, WNOHANG, ret_end);
}

/* Until its output ends. */
static void read_all(struct process *process, bool mortal, struct str *ret_output)
{
    fcntl(process->ends[STDOUT_FILENO], F_SETFL, O_NONBLOCK);
    while (process->ends[STDOUT_FILENO] >= 0) {
        struct pollfd news[] = {{process->ends[STDOUT_FILENO], POLLIN, 0},
                                {mortal ? signals_descriptor() : -1, POLLIN, 0}};
        poll(news, 2, -1);
        if (news[1].revents) {
            kill(process->pid, SIGKILL);
            mortal = false;
        }
        if (news[0].revents)
            process_read(process, STDOUT_FILENO, ret_output);
    }
}

int process_run(const struct process_setup *setup, struct str *ret_output,
                struct process_end *ret_end, struct err *err)
{
    struct process process;
    if (process_start(setup, &process, err))
        return -1;
    if (process.ends[STDOUT_FILENO] >= 0)
        read_all(&process, setup->mortal, ret_output);
    *ret_end = process_wait(&process);
    return 0;
}

int process_own_path(struct str *ret_path, struct err *err)
{
    char path[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
    if (length < 0 || (size_t)length == sizeof path)
        return err_set(err, "cannot tell where this program lies: %s",
                       length < 0 ? strerror(errno) : strerror(ENAMETOOLONG));
    str_add_bytes(ret_path, path, (size_t)length);
    return 0;
}

struct process_how process_how(struct process_end end)
{
    struct process_how how;
    if (end.signal)
        snprintf(how.text, sizeof how.text, "signal %d (%s)", end.signal, strsignal(end.signal));
    else
        snprintf(how.text, sizeof how.text, "exit code %d", end.code);
    return how;
}
