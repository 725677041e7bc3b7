#include "base/standstill.h"

#include "base/mem.h"
#include "base/time.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

enum {
    BEAT_NS = 100000000,
    LEAST_NS = 500000000,
};

struct standstill {
    pthread_mutex_t mutex;
    int64_t beat, processor; /* time_now() and time_processor() when it was last seen to run */
    int64_t ns;
    int64_t told; /* by standstill_now */
};

/* The mutex is held, now comes from after that. */
static void look(struct standstill *still, int64_t now)
{
    const int64_t processor = time_processor();
    const int64_t idle = now - still->beat - (processor - still->processor);
    if (idle > LEAST_NS)
        still->ns += idle;
    still->beat = now;
    still->processor = processor;
}

static void *beat(void *context)
{
    struct standstill *still = context;
    for (;;) {
        nanosleep(&(struct timespec){0, BEAT_NS}, NULL);
        pthread_mutex_lock(&still->mutex);
        look(still, time_now());
        pthread_mutex_unlock(&still->mutex);
    }
    return NULL;
}

struct standstill *standstill_watch(void)
{
    struct standstill *still;
    pthread_t thread;
    sigset_t all, before;
    MEM_NEW(still, 1);
    pthread_mutex_init(&still->mutex, NULL);
    still->beat = time_now();
    still->processor = time_processor();
    sigfillset(&all); /* signals are others' */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int failed = pthread_create(&thread, NULL, beat, still);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        mem_free(still);
        return NULL;
    }
    pthread_detach(thread);
    return still;
}

int64_t standstill_now(struct standstill *still)
{
    if (!still)
        return time_now();
    pthread_mutex_lock(&still->mutex);
    const int64_t now = time_now();
    if (now - still->beat > LEAST_NS)
        look(still, now);
    if (now - still->ns > still->told)
        still->told = now - still->ns;
    const int64_t told = still->told;
    pthread_mutex_unlock(&still->mutex);
    return told;
}

int64_t standstill_ns(struct standstill *still)
{
    if (!still)
        return 0;
    pthread_mutex_lock(&still->mutex);
    const int64_t ns = still->ns;
    pthread_mutex_unlock(&still->mutex);
    return ns;
}
