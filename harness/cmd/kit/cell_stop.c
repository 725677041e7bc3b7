#include "harness/cmd/kit/cell_stop.h"

#include "harness/cmd/kit/cmd.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void list_signals(sigset_t *ret_signals)
{
    sigemptyset(ret_signals);
    sigaddset(ret_signals, SIGUSR1);
    sigaddset(ret_signals, SIGTERM);
}

/* Ends the process without exit(): the other threads are in the middle of their work. */
static void *wait_and_stop(void *context)
{
    struct keeper *keeper = context;
    struct str text = {0};
    sigset_t signals;
    int number;
    list_signals(&signals);
    while (sigwait(&signals, &number) || !keeper_stop(keeper, &text))
        ;
    str_add(&text, "\n");
    fputs(str_text(&text), stderr);
    _exit(EXIT_CHECKPOINTED);
}

int cmd_cell_stop_watch(struct keeper *keeper, struct err *err)
{
    pthread_t thread;
    sigset_t signals;
    list_signals(&signals);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    const int failed = pthread_create(&thread, NULL, wait_and_stop, keeper);
    if (failed)
        return err_set(err, "no thread to wait for signals: %s", strerror(failed));
    pthread_detach(thread);
    return 0;
}
