#include "tests/support/pty.h"

#include "base/mem.h"
#include "base/str.h"
#include "tests/support/support.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

struct pty {
    pid_t pid;
    int master; /* -1: hung up */
    struct str text;
};

enum { READ_MS = 10, LONGEST_MS = 60000 };

/* Whoever started the tests may have had some ignored or blocked (nohup, a script's &). */
static void take_default_signals(void)
{
    static const int numbers[] = {SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGUSR1, SIGTSTP};
    sigset_t none;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        signal(numbers[i], SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* A session of its own, whose terminal this is. */
static void become(int master, const char *command)
{
    take_default_signals();
    const char *name = ptsname(master);
    const int terminal = setsid() > 0 && name ? open(name, O_RDWR) : -1;
    if (terminal < 0 || ioctl(terminal, TIOCSCTTY, 0))
        _exit(126);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        dup2(terminal, fd);
    close(terminal);
    close(master);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

struct pty *pty_start(const char *format, ...)
{
    char command[4096], whole[5000];
    va_list args;
    struct pty *pty;
    va_start(args, format);
    vsnprintf(command, sizeof command, format, args);
    va_end(args);
    /* A terminal of a kind that can draw, whatever the tests themselves were started in. */
    snprintf(whole, sizeof whole, "unset NO_COLOR; export TERM=xterm; W=\"%s\"; %s", test_binary(),
             command);
    MEM_NEW(pty, 1);
    pty->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (pty->master < 0 || grantpt(pty->master) || unlockpt(pty->master))
        DIE("no terminal");
    pty->pid = fork();
    if (pty->pid < 0)
        DIE("no process");
    if (pty->pid == 0)
        become(pty->master, whole);
    return pty;
}

pid_t pty_pid(const struct pty *pty)
{
    return pty->pid;
}

bool pty_runs(const struct pty *pty)
{
    siginfo_t ended = {0};
    return waitid(P_PID, (id_t)pty->pid, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           ended.si_pid == 0;
}

void pty_type(struct pty *pty, const char *keys)
{
    const size_t length = strlen(keys);
    if (write(pty->master, keys, length) != (ssize_t)length)
        DIE("the terminal takes no keys");
}

void pty_hang_up(struct pty *pty)
{
    if (pty->master >= 0)
        close(pty->master);
    pty->master = -1;
}

void pty_read(struct pty *pty)
{
    char buffer[4096];
    struct pollfd there = {pty->master, POLLIN, 0};
    if (poll(&there, 1, READ_MS) <= 0 || !(there.revents & POLLIN))
        return;
    const ssize_t count = read(pty->master, buffer, sizeof buffer);
    if (count > 0)
        str_add_bytes(&pty->text, buffer, (size_t)count);
}

const char *pty_text(const struct pty *pty)
{
    return str_text(&pty->text);
}

const char *pty_last(const struct pty *pty)
{
    const size_t length = pty->text.length, last = 400;
    return str_text(&pty->text) + (length > last ? length - last : 0);
}

int pty_wait(struct pty *pty)
{
    int status;
    for (int waited = 0; waitpid(pty->pid, &status, WNOHANG) == 0; waited += READ_MS) {
        if (waited >= LONGEST_MS) {
            kill(pty->pid, SIGKILL);
            waitpid(pty->pid, &status, 0);
            pty->pid = 0;
            return -1;
        }
        pty_read(pty);
        usleep(READ_MS * 1000);
    }
    pty->pid = 0;
    for (int i = 0; i < 3; i++) /* what is in the terminal still */
        pty_read(pty);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void pty_free(struct pty *pty)
{
    if (pty->pid > 0) {
        kill(pty->pid, SIGKILL);
        waitpid(pty->pid, NULL, 0);
    }
    pty_hang_up(pty);
    str_release(&pty->text);
    mem_free(pty);
}
