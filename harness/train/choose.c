#include "harness/train/choose.h"

#include "base/linalg.h"
#include "results/record/bitmap.h"

/* Of the selection, those that are marked; -1 where nothing is. marks [n], or NULL. */
static int64_t marked(const struct session *s, const uint8_t *marks)
{
    int64_t count = 0;
    for (size_t j = 0; marks && j < s->selection.count; j++)
        count += marks[s->selection.index[j]] != 0;
    return marks ? count : -1;
}

static void clear(struct session *s)
{
    for (size_t i = 0; i < bitmap_bytes(s->data->train_file_n); i++)
        s->bitmap[i] = 0;
}

void session_send_split(struct session *s)
{
    const struct split *train = &s->data->train;
    clear(s);
    for (size_t i = 0; i < train->n; i++)
        bitmap_add(s->bitmap, train->origin[i]);
    session_send(s, &(struct record){
                        .kind = RECORD_SPLIT,
                        .split = {(int64_t)s->data->train_file_n, (int64_t)train->n, s->bitmap}});
}

/* The marked samples of the split become s->bitmap. */
static void mark(struct session *s, const uint8_t *marks)
{
    const struct split *train = &s->data->train;
    clear(s);
    for (size_t i = 0; i < train->n; i++)
        if (marks[i])
            bitmap_add(s->bitmap, train->origin[i]);
}

void session_send_changes(struct session *s)
{
    const struct split *train = &s->data->train;
    const int64_t n = (int64_t)s->data->train_file_n;
    if (train->flipped) {
        mark(s, train->flipped);
        session_send(s, &(struct record){.kind = RECORD_NOISE,
                                         .noise = {n, (int64_t)train->flipped_count, s->bitmap}});
    }
    if (train->corrupted) {
        mark(s, train->corrupted);
        session_send(s,
                     &(struct record){.kind = RECORD_CORRUPT,
                                      .corrupt = {n, (int64_t)train->corrupted_count, s->bitmap}});
    }
}

static void send_selection(struct session *s, int epoch)
{
    const struct dataset *data = s->data;
    clear(s);
    for (int c = 0; c < data->classes; c++)
        s->class_kept[c] = 0;
    for (size_t j = 0; j < s->selection.count; j++) {
        const size_t i = s->selection.index[j];
        bitmap_add(s->bitmap, data->train.origin[i]);
        s->class_kept[data->train.labels[i]]++;
    }
    session_send(s,
                 &(struct record){.kind = RECORD_SELECTION,
                                  .selection = {.epoch = epoch,
                                                .n = (int64_t)data->train_file_n,
                                                .kept = (int64_t)s->selection.count,
                                                .bitmap = s->bitmap,
                                                .classes = data->classes,
                                                .class_kept = s->class_kept,
                                                .noise_kept = marked(s, data->train.flipped),
                                                .corrupt_kept = marked(s, data->train.corrupted)}});
}

static void send_solution(const struct session *s, int epoch, int i)
{
    const struct pruner_solution *solution = &s->pruner->solutions[i];
    session_send(s, &(struct record){.kind = RECORD_SOLVER,
                                     .solver = {epoch, i + 1, solution->method, solution->objective,
                                                solution->moves, solution->ns}});
}

int session_select(struct session *s, int epoch, struct err *err)
{
    const enum phase before = clock_enter(s->clock, PHASE_SELECT);
    /* BLAS is the pruner's own here, with the cell's threads. */
    linalg_set_threads(s->cell->engine.threads);
    const int failed = pruner_select(s->pruner, epoch, &s->selection, err);
    linalg_set_threads(1);
    clock_enter(s->clock, before);
    if (failed)
        return -1;
    send_selection(s, epoch);
    for (int i = 0; i < s->pruner->solution_count; i++)
        send_solution(s, epoch, i);
    return 0;
}
