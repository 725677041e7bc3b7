#include "harness/keep/keeper.h"

#include "base/time.h"

#include "base/mem.h"
#include "results/record/wire.h"

#include <pthread.h>

struct keeper {
    struct str path;
    int64_t every_ns;
    pthread_mutex_t mutex; /* of all below: another thread may stop the process at any moment */
    struct checkpoint held;
    bool holds, written; /* anything; and the file has it */
    bool finished;
    struct str records; /* lines of all that was sent; held.record_bytes of them belong to held */
    int64_t since;      /* when the last checkpoint was written, or tried, or the keeper made */
};

struct keeper *keeper_new(const char *path, double every)
{
    struct keeper *keeper;
    MEM_NEW(keeper, 1);
    str_add(&keeper->path, path);
    keeper->every_ns = (int64_t)(every * 1e9);
    keeper->since = time_now();
    pthread_mutex_init(&keeper->mutex, NULL);
    return keeper;
}

void keeper_free(struct keeper *keeper)
{
    if (!keeper)
        return;
    pthread_mutex_destroy(&keeper->mutex);
    checkpoint_release(&keeper->held);
    STR_RELEASE(&keeper->records, &keeper->path);
    mem_free(keeper);
}

const char *keeper_path(const struct keeper *keeper)
{
    return str_text(&keeper->path);
}

void keeper_record(struct keeper *keeper, const struct record *record)
{
    if (record->kind == RECORD_PROGRESS)
        return;
    pthread_mutex_lock(&keeper->mutex);
    wire_encode(record, &keeper->records);
    pthread_mutex_unlock(&keeper->mutex);
}

/* The caller has the mutex. */
static int write_held(struct keeper *keeper, struct err *err)
{
    keeper->held.records = str_text(&keeper->records);
    const int failed = checkpoint_write(str_text(&keeper->path), &keeper->held, err);
    keeper->written = !failed;
    keeper->since = time_now();
    return failed;
}

int keeper_take(struct keeper *keeper, const struct checkpoint *now, bool must, struct err *err)
{
    int failed = 0;
    pthread_mutex_lock(&keeper->mutex);
    checkpoint_copy(&keeper->held, now);
    keeper->held.record_bytes = keeper->records.length;
    keeper->holds = true;
    keeper->written = false;
    if (must || time_now() - keeper->since >= keeper->every_ns)
        failed = write_held(keeper, err);
    pthread_mutex_unlock(&keeper->mutex);
    return failed;
}

void keeper_resume(struct keeper *keeper, const struct checkpoint *from)
{
    pthread_mutex_lock(&keeper->mutex);
    checkpoint_copy(&keeper->held, from);
    str_clear(&keeper->records);
    str_add_bytes(&keeper->records, from->records, from->record_bytes);
    keeper->holds = keeper->written = true;
    pthread_mutex_unlock(&keeper->mutex);
}

void keeper_finish(struct keeper *keeper)
{
    pthread_mutex_lock(&keeper->mutex);
    keeper->finished = true;
    pthread_mutex_unlock(&keeper->mutex);
}

bool keeper_stop(struct keeper *keeper, struct str *ret_text)
{
    struct err err;
    pthread_mutex_lock(&keeper->mutex);
    if (keeper->finished) {
        pthread_mutex_unlock(&keeper->mutex);
        return false;
    }
    if (!keeper->holds) {
        str_add(ret_text, "stopped before there was anything to keep");
    } else if (!keeper->written && write_held(keeper, &err)) {
        str_addf(ret_text, "stopped, and not checkpointed: %s", err.text);
    } else {
        str_add(ret_text, "checkpointed after ");
        checkpoint_describe(&keeper->held, ret_text);
        str_add(ret_text, ", to be resumed");
    }
    return true;
}
