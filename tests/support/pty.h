/*
 * pty: a command in a terminal of its own, in which it is the foreground process: what people type
 * there reaches it as it does at their desks.
 *
 *     struct pty *pty = pty_start("cd %s; exec winnow run x.yaml", test_dir());
 *     while (!ready()) pty_read(pty);
 *     pty_type(pty, "\003");           Ctrl-C
 *     int status = pty_wait(pty);      of which pty_text(pty) is what it wrote
 *     pty_free(pty);
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct pty;

/* A shell command line, in which "$W" is the winnow under test. */
struct pty *pty_start(const char *format, ...) __attribute__((format(printf, 1, 2)));
pid_t pty_pid(const struct pty *pty);
/* Whether it has not ended. */
bool pty_runs(const struct pty *pty);
void pty_type(struct pty *pty, const char *keys);
/* Closes the terminal's window. Nothing can be read any more. */
void pty_hang_up(struct pty *pty);
/* Takes what was written, waiting a hundredth of a second for it. The command is not held up as
 * long as this is called now and then. */
void pty_read(struct pty *pty);
const char *pty_text(const struct pty *pty);
/* The end of it, for a message. */
const char *pty_last(const struct pty *pty);
/* Its exit code, or 128 + signal; -1 where it does not end within a minute, and it is killed. */
int pty_wait(struct pty *pty);
void pty_free(struct pty *pty);
