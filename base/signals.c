#include "base/signals.h"

#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

/* A handler has no argument: the one mutable global of the program. Opened once, for good, because
 * a handler may still be at work in another thread when the last is released. */
static int ends[2] = {-1, -1};

static void open_pipe(void)
{
    if (ends[0] >= 0)
        return;
    if (pipe(ends))
        DIE("no pipe for signals: %s", strerror(errno));
    for (int i = 0; i < 2; i++) {
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
        fcntl(ends[i], F_SETFL, O_NONBLOCK);
    }
}

/* A full pipe holds thousands: one more says nothing new. */
static void note(int number, siginfo_t *info, void *context)
{
    (void)context;
    const int saved = errno;
    const struct signals_news news = {.number = number, .sent = info->si_code <= 0};
    if (write(ends[1], &news, sizeof news) < 0)
        errno = 0;
    errno = saved;
}

void signals_catch(struct signals *caught, const int *numbers)
{
    struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigset_t wanted;
    open_pipe();
    sigemptyset(&action.sa_mask);
    sigemptyset(&wanted);
    caught->count = 0;
    for (; *numbers; numbers++) {
        REQUIRE(caught->count < SIGNALS_MOST);
        struct sigaction *before = &caught->before[caught->count];
        if (sigaction(*numbers, NULL, before))
            DIE("there is no signal %d", *numbers);
        if (before->sa_handler == SIG_IGN)
            continue;
        sigaction(*numbers, &action, NULL);
        sigaddset(&wanted, *numbers);
        caught->numbers[caught->count++] = *numbers;
    }
    /* Whoever started the program may have blocked them. */
    pthread_sigmask(SIG_UNBLOCK, &wanted, &caught->mask);
}

void signals_release(struct signals *caught)
{
    pthread_sigmask(SIG_SETMASK, &caught->mask, NULL);
    for (size_t i = 0; i < caught->count; i++)
        sigaction(caught->numbers[i], &caught->before[i], NULL);
    caught->count = 0;
}

int signals_descriptor(void)
{
    return ends[0];
}

bool signals_take(struct signals_news *ret_news)
{
    struct signals_news news;
    if (read(ends[0], &news, sizeof news) != (ssize_t)sizeof news)
        return false;
    *ret_news = news;
    return true;
}

void signals_stop(void)
{
    struct sigaction stop = {.sa_handler = SIG_DFL}, before;
    sigemptyset(&stop.sa_mask);
    sigaction(SIGTSTP, &stop, &before);
    raise(SIGTSTP); /* here it stops */
    sigaction(SIGTSTP, &before, NULL);
}
