#include "base/time.h"
#include "harness/run/run_private.h"

#include <dirent.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

/* ---- Checkpoints ---- */

enum { KEY_DIGITS = HASH_HEX_SIZE - 1 };

static void checkpoint_path(const struct scheduler *s, const struct plan_cell *cell,
                            struct str *ret_path)
{
    str_addf(ret_path, "%s/%s", s->options->checkpoints, cell->key);
}

/* KEY, or KEY.PID of a worker that was killed as it put its file in place (base/save.h). */
static bool is_of(const char *name, const struct plan_cell *cell)
{
    return strncmp(name, cell->key, KEY_DIGITS) == 0 &&
           (name[KEY_DIGITS] == '\0' || name[KEY_DIGITS] == '.');
}

/* Of those of the cells, all or only the done ones, whose results are in the database. What cannot
 * be removed, the next start tries again. */
static void remove_checkpoints(const struct run_options *options, const struct plan_cell *cells,
                               size_t count, bool all)
{
    DIR *folder = options->checkpoints ? opendir(options->checkpoints) : NULL;
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        for (size_t i = 0; i < count; i++)
            if ((all || cells[i].state == CELL_DONE) && is_of(entry->d_name, &cells[i]))
                unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder)
        closedir(folder);
}

void run_clear_checkpoints(const struct plan *plan, const struct run_options *options)
{
    remove_checkpoints(options, plan->cells, plan->count, false);
}

bool run_has_checkpoint(const struct scheduler *s, const struct plan_cell *cell)
{
    return s->options->checkpoints && cell->limits.checkpoint > 0;
}

/* ---- Start and end ---- */

/* Whether the cell comes again, after all others. */
static bool judge(struct slot *slot, const struct record_end *end)
{
    struct scheduler *s = slot->scheduler;
    const size_t place = run_place(s, slot->cell);
    const struct tally_attempt attempt = {
        .state = end->state,
        .wordless = slot->worker.wordless,
        .doubtful = end->timing.reason != NULL,
        .retries = slot->cell->limits.retries,
        .strict = s->options->timing == RUN_TIMING_STRICT,
    };
    const bool again = tally_end(s->tally, place, &attempt) && !s->killed;
    queue_ended(s->queue, place);
    if (again)
        queue_again(s->queue, place);
    if (s->budget && end->state == ATTEMPT_DONE)
        budget_learn(s->budget, place, end);
    const size_t most = (size_t)s->options->max_failures;
    if (most > 0 && tally_failures(s->tally) >= most && !s->gave_up) {
        s->gave_up = true;
        run_tell(s, &(struct run_event){.kind = RUN_STOPPING,
                                        .why = "too many cells have failed",
                                        .finishing = true});
    }
    return again;
}

/* Before `running` changes, and before running_ns is read. */
static void add_running(struct scheduler *s)
{
    const int64_t now = time_now();
    s->running_ns += s->running * (double)(now - s->running_since);
    s->running_since = now;
}

/* Cells that ran beside it, over its time. */
static double beside_mean(struct slot *slot)
{
    struct scheduler *s = slot->scheduler;
    add_running(s);
    const double passed = (double)(s->running_since - slot->started);
    return passed > 0 ? fmax(0, (s->running_ns - slot->running_then) / passed - 1) : 0;
}

void run_end_cell(struct slot *slot)
{
    struct scheduler *s = slot->scheduler;
    struct record_end end;
    worker_finish(&slot->worker, &end);
    end.timing.beside_mean = beside_mean(slot);
    if (s->killed && end.state == ATTEMPT_FAILED) {
        end.state = ATTEMPT_LOST;
        end.reason = "stopped while it ran";
    }
    if (slot->verdict[0] && end.state == ATTEMPT_FAILED)
        end.reason = slot->verdict;
    end.timing.reason =
        pause_reason(&slot->before, run_ledger(s), end.timing.reason, &slot->worker.arena);
    run_begin_attempt(slot, &s->environment);
    run_write_record(slot, &(struct record){.kind = RECORD_END, .end = end});
    if (s->silent) { /* whatever it has done, nobody will know */
        end.state = ATTEMPT_LOST;
        end.reason = "stopped while nothing could be written";
    }
    if (end.state == ATTEMPT_DONE || end.state == ATTEMPT_DIVERGED)
        remove_checkpoints(s->options, slot->cell, 1, true);
    const bool again = judge(slot, &end);
    run_tell(s, &(struct run_event){.kind = RUN_CELL_ENDED,
                                    .worker = slot->number,
                                    .cell = slot->cell,
                                    .end = &end,
                                    .again = again});
    arena_release(&slot->worker.arena);
    slot->cell = NULL;
    slot->attempt = 0;
    slot->verdict[0] = '\0';
    s->running--;
}

void run_start_cell(struct scheduler *s, struct slot *slot, const struct plan_cell *cell)
{
    struct str checkpoint = {0};
    if (run_has_checkpoint(s, cell))
        checkpoint_path(s, cell, &checkpoint);
    const struct worker_job job = {
        .cell = cell->json,
        .data_dir = s->options->data_dir,
        .artifacts = s->options->artifacts,
        .reuse = s->options->reuse,
        .checkpoint = checkpoint.text,
        .checkpoint_every = cell->limits.checkpoint,
        .pin = pins_slot(s->options->pins, slot->number),
        .started = time_now(),
        .scheduler = getpid(),
    };
    struct err err;
    add_running(s);
    slot->started = s->running_since;
    slot->running_then = s->running_ns;
    const int failed = worker_start(&slot->worker, &job, s->assignments, &err);
    str_release(&checkpoint);
    if (failed) {
        run_fail(s, &err); /* no process or no descriptor left */
        return;
    }
    slot->cell = cell;
    slot->before = *run_ledger(s);
    s->running++;
    s->again[run_place(s, cell)] = true;
    run_tell(s,
             &(struct run_event){.kind = RUN_CELL_STARTED, .worker = slot->number, .cell = cell});
}
