/*
 * signals: what is sent to this process, read when it suits.
 *
 *     static const int numbers[] = {SIGINT, SIGTERM, 0};
 *     struct signals caught;
 *     struct signals_news news;
 *     signals_catch(&caught, numbers);
 *     poll signals_descriptor() with whatever else there is to wait for
 *     while (signals_take(&news)) ... news.number ...
 *     signals_release(&caught);
 *
 * How: a handler writes each signal into a pipe. No signalfd and no sigwait: they see only what
 * every thread of the process has blocked, and OpenBLAS starts threads before main that block
 * nothing: the kernel would hand the signal to one of those, with its default action.
 *
 * Catching nests: what is caught twice goes into the one pipe, in order, and is caught still when
 * the inner one is released. So a command may begin to catch before it calls what reads.
 *
 * A system call under way is restarted (SA_RESTART); poll, which never is, returns EINTR.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

enum { SIGNALS_MOST = 8 };

/* What was so before, to be restored. */
struct signals {
    int numbers[SIGNALS_MOST];
    struct sigaction before[SIGNALS_MOST];
    size_t count;
    sigset_t mask;
};

struct signals_news {
    int number;
    bool sent; /* by a process; otherwise by the kernel: a terminal's Ctrl-C, a child's end */
};

/*
 * numbers: at most SIGNALS_MOST, then 0. One that was ignored when the program started stays so,
 * as nohup, and a shell that starts a command with &, want it.
 */
void signals_catch(struct signals *caught, const int *numbers);
void signals_release(struct signals *caught);

/* To be polled; -1 before anything was caught. */
int signals_descriptor(void);
/* The next one; false where there is none at present. */
bool signals_take(struct signals_news *ret_news);

/* Stops this process as Ctrl-Z does though SIGTSTP is caught; returns when it goes on. */
void signals_stop(void);
