#include "base/standstill.h"
#include "base/time.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STOPPED_US = 700000 };

/* Computes until it was stopped, or for ten seconds; exit code 0: it knows for how long. */
static _Noreturn void compute(int ready)
{
    struct standstill *still = standstill_watch();
    const int64_t started = time_now(), counted = standstill_now(still);
    int64_t last = counted, before = 0, now = 0, longest = 0;
    if (!still || write(ready, "!", 1) != 1)
        _exit(1);
    while (standstill_ns(still) == 0 && time_now() - started < 10 * TIME_SECOND) {
        before = last;
        now = last = standstill_now(still);
        if (now < before)
            _exit(2);
        longest = now - before > longest ? now - before : longest;
    }
    const int64_t stopped = standstill_ns(still);
    const int64_t gone = time_now() - started, sum = standstill_now(still) - counted + stopped;
    const bool adds_up = sum <= gone + TIME_SECOND / 4 && sum >= gone - TIME_SECOND / 4;
    _exit(stopped < STOPPED_US * INT64_C(1000) - TIME_SECOND / 10 ? 3
          : !adds_up                                              ? 4
          : longest > TIME_SECOND / 2                             ? 5
                                                                  : 0);
}

/* No reading has the stop in it, not the first one after it either. */
Test(standstill, a_stop_is_noticed_by_who_asks_first)
{
    int ready[2], status;
    char byte;
    cr_assert_eq(pipe(ready), 0);
    const pid_t pid = fork();
    if (pid == 0)
        compute(ready[1]);
    cr_assert_eq(read(ready[0], &byte, 1), 1);
    usleep(50000);
    kill(pid, SIGSTOP);
    usleep(STOPPED_US);
    kill(pid, SIGCONT);
    waitpid(pid, &status, 0);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", status);
}

Test(standstill, to_wait_is_none)
{
    struct standstill *still = standstill_watch();
    usleep(300000);
    cr_expect_eq(standstill_ns(still), 0);
    cr_expect_eq(standstill_ns(NULL), 0);
    const int64_t counted = standstill_now(still);
    cr_expect_geq(standstill_now(NULL), counted);
}
