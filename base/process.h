/*
 * process: starting a program, this one or another, and waiting for its end.
 *
 *     const char *const argv[] = {"gnuplot", "--version", NULL};
 *     const struct process_setup setup = {
 *         .argv = argv, .streams = {PROCESS_NOTHING, PROCESS_PIPE, PROCESS_NOTHING}};
 *     struct str text = {0};
 *     struct process_end end;
 *     if (process_run(&setup, &text, &end, &err) == 0 && end.code == 0)
 *         puts(str_text(&text));
 *
 * No shell: each argument arrives as it is, whatever is in it. No fork(): a child of a process in
 * which BLAS or OpenMP has threads may hang.
 *
 * What it inherits: descriptors 0 to 2 unless `streams` says otherwise, no others, the limits, and
 * of the signals that are ignored SIGHUP, SIGINT and SIGQUIT, as nohup, and a shell that starts a
 * command with &, want it. All others have their default action, and none is blocked but those of
 * `blocked`.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <sys/types.h>

enum { PROCESS_STREAMS = 4 }; /* stdin, stdout, stderr, and one more */

enum process_stream {
    PROCESS_INHERITED, /* the fourth: closed */
    PROCESS_NOTHING,   /* /dev/null */
    PROCESS_PIPE,      /* its other end is here */
    PROCESS_AS_STDOUT, /* of stderr: where stdout goes */
};

struct process_setup {
    /* Ends in NULL. argv[0] is looked for in $PATH where there is no slash in it; self: it is this
     * same program, wherever that lies and even if its file is gone. */
    const char *const *argv;
    bool self;
    enum process_stream streams[PROCESS_STREAMS];
    const char *input; /* what it reads from stdin, up to 64 KiB; NULL: as streams[0] says */
    /* Over this process's environment: "NAME=value", or "NAME" to leave it out; ends in NULL.
     * NULL: nothing. */
    const char *const *environment;
    const char *folder;  /* where it works; NULL: here */
    bool apart;          /* in a group of its own: a terminal's Ctrl-C does not reach it */
    bool mortal;         /* while its output is read, a caught signal (signals.h) kills it */
    const int *blocked;  /* signals that are blocked there, then 0; NULL: none */
    const char *package; /* that has it, for the message if it is not installed; NULL: no advice */
};

/* One that runs. */
struct process {
    pid_t pid;                 /* 0: none */
    int ends[PROCESS_STREAMS]; /* of its pipes, closed on exec; -1: none, or at its end */
};

/* How one has ended. */
struct process_end {
    int code;   /* its exit code; 128 + signal, as shells have it, where one killed it */
    int signal; /* or 0 */
};

int process_start(const struct process_setup *setup, struct process *ret_process, struct err *err);
/*
 * Appends what its pipe holds until it is at its end: false then, and it is closed. With O_NONBLOCK
 * set on the end, only what is there now.
 */
bool process_read(struct process *process, int stream, struct str *ret_text);
/* Closes what is left of its pipes, and waits for its end. */
struct process_end process_wait(struct process *process);
/* Whether it has ended; only then as process_wait. */
bool process_ended(struct process *process, struct process_end *ret_end);

/* Starts it, reads all of stdout, where that is a pipe, and waits. An error: it was not started.
 * ret_output may be NULL otherwise. */
int process_run(const struct process_setup *setup, struct str *ret_output,
                struct process_end *ret_end, struct err *err);

/* Where this program lies: absolute, and through no link. */
int process_own_path(struct str *ret_path, struct err *err);

/* "exit code 3", "signal 11 (Segmentation fault)": a value, for a message's arguments. */
struct process_how {
    char text[64];
};
struct process_how process_how(struct process_end end);
