#include "base/signals.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

static const int two[] = {SIGUSR1, SIGUSR2, 0}, one[] = {SIGUSR1, 0};

static int next_number(void)
{
    struct signals_news news;
    return signals_take(&news) ? news.number : 0;
}

Test(signals, nested_they_go_into_one_pipe_and_the_outer_ones_stay)
{
    struct signals outer, inner;
    cr_expect_eq(signals_descriptor(), -1);
    cr_expect_eq(next_number(), 0);
    signals_catch(&outer, two);
    raise(SIGUSR1);
    signals_catch(&inner, one);
    raise(SIGUSR2);
    raise(SIGUSR1);
    signals_release(&inner);
    raise(SIGUSR1);
    cr_expect_eq(next_number(), SIGUSR1);
    cr_expect_eq(next_number(), SIGUSR2);
    cr_expect_eq(next_number(), SIGUSR1);
    cr_expect_eq(next_number(), SIGUSR1);
    cr_expect_eq(next_number(), 0);
    signals_release(&outer);
    struct sigaction now;
    cr_expect_eq(sigaction(SIGUSR2, NULL, &now), 0);
    cr_expect_eq(now.sa_handler, SIG_DFL);
}

Test(signals, ignored_stays_ignored_and_blocked_is_seen)
{
    struct signals caught;
    sigset_t usr2, after;
    signal(SIGUSR1, SIG_IGN);
    sigemptyset(&usr2);
    sigaddset(&usr2, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &usr2, NULL);
    signals_catch(&caught, two);
    raise(SIGUSR1);
    raise(SIGUSR2);
    cr_expect_eq(next_number(), SIGUSR2);
    cr_expect_eq(next_number(), 0);
    signals_release(&caught);
    pthread_sigmask(SIG_BLOCK, NULL, &after);
    cr_expect_eq(sigismember(&after, SIGUSR2), 1);
}

/* A thread that was there before, as BLAS's are: it takes the signal; read it is all the same.
 * (ThreadSanitizer lets no handler run during a read(), but during a poll().) */
static void *wait_for_end(void *context)
{
    struct pollfd end = {.fd = *(const int *)context, .events = POLLIN};
    while (poll(&end, 1, -1) != 1)
        ;
    return NULL;
}

Test(signals, whichever_thread_they_come_to)
{
    struct signals caught;
    struct signals_news news = {0};
    pthread_t thread;
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(pthread_create(&thread, NULL, wait_for_end, &ends[0]), 0);
    signals_catch(&caught, two);
    cr_assert_eq(pthread_kill(thread, SIGUSR1), 0);
    for (int i = 0; i < 60000 && !signals_take(&news); i++)
        usleep(1000);
    cr_expect_eq(news.number, SIGUSR1);
    cr_expect(news.sent);
    signals_release(&caught);
    cr_assert_eq(write(ends[1], "x", 1), 1);
    pthread_join(thread, NULL);
}
