#include "pruners/snapshot.h"

#include <stdalign.h>
#include <string.h>

enum { ARRAYS = 9 };

/* One array of a pass: where its pointer lies in struct pruner_pass, and its bytes. */
struct part {
    size_t offset, bytes;
};

/* The arrays that are kept of a split of n samples; the others have 0 bytes. */
static void parts_of(const struct pruner_task *task, unsigned needs, size_t n,
                     struct part ret_parts[ARRAYS])
{
    const size_t classes = (size_t)task->classes, width = task->feature_count;
    const size_t row = mem_size(n, sizeof(float));
    const struct {
        unsigned need;
        struct part part;
    } all[ARRAYS] = {
        {NEEDS_LOSSES, {offsetof(struct pruner_pass, losses), row}},
        {NEEDS_PROBABILITIES,
         {offsetof(struct pruner_pass, probabilities), mem_size(row, classes)}},
        {NEEDS_LOGITS, {offsetof(struct pruner_pass, logits), mem_size(row, classes)}},
        {NEEDS_FEATURES, {offsetof(struct pruner_pass, features), mem_size(row, width)}},
        {NEEDS_CLASSIFIER,
         {offsetof(struct pruner_pass, classifier),
          mem_size(mem_size(classes, width + 1), sizeof(float))}},
        {NEEDS_GRADIENTS, {offsetof(struct pruner_pass, gradient_norms), row}},
        {NEEDS_GRADIENTS, {offsetof(struct pruner_pass, gradient_dots), row}},
        {NEEDS_BATCH_LOSSES, {offsetof(struct pruner_pass, batch_losses), row}},
        {NEEDS_CORRECT, {offsetof(struct pruner_pass, correct), n}},
    };
    for (size_t a = 0; a < ARRAYS; a++)
        ret_parts[a] =
            (struct part){all[a].part.offset, needs & all[a].need ? all[a].part.bytes : 0};
}

/* A part's bytes, up to where the next may begin. */
static size_t padded(size_t bytes)
{
    const size_t unit = alignof(double);
    return (bytes + unit - 1) / unit * unit;
}

static size_t split_size(const struct pruner_task *task, unsigned needs, size_t n)
{
    struct part parts[ARRAYS];
    size_t size = 0;
    parts_of(task, needs, n, parts);
    for (size_t a = 0; a < ARRAYS; a++)
        size += padded(parts[a].bytes);
    return size;
}

/* Of the validation split, whose labels the task has not. */
static size_t label_bytes(const struct pruner_task *task)
{
    return mem_size(task->validation_n, sizeof(uint16_t));
}

size_t snapshot_size(const struct pruner_task *task, unsigned needs)
{
    size_t size = split_size(task, needs, task->n);
    if (needs & NEEDS_VALIDATION)
        size += padded(label_bytes(task)) +
                split_size(task, needs & ~(unsigned)NEEDS_CLASSIFIER, task->validation_n);
    return size;
}

/* A pointer member of a pass, by its offset. */
static const void *member(const struct pruner_pass *pass, size_t offset)
{
    const void *pointer;
    memcpy(&pointer, (const char *)pass + offset, sizeof pointer);
    return pointer;
}

/* Returns the end of what was written. */
static unsigned char *take_split(unsigned char *to, const struct pruner_task *task, unsigned needs,
                                 const struct pruner_pass *pass)
{
    struct part parts[ARRAYS];
    parts_of(task, needs, pass->n, parts);
    for (size_t a = 0; a < ARRAYS; a++) {
        if (parts[a].bytes > 0)
            memcpy(to, member(pass, parts[a].offset), parts[a].bytes);
        to += padded(parts[a].bytes);
    }
    return to;
}

void snapshot_take(void *snapshot, const struct pruner_task *task, unsigned needs,
                   const struct pruner_pass *pass)
{
    unsigned char *end = take_split(snapshot, task, needs, pass);
    if (!(needs & NEEDS_VALIDATION))
        return;
    memcpy(end, pass->validation->labels, label_bytes(task));
    take_split(end + padded(label_bytes(task)), task, needs & ~(unsigned)NEEDS_CLASSIFIER,
               pass->validation);
}

static struct pruner_pass lend_split(const unsigned char **from, const struct pruner_task *task,
                                     unsigned needs, size_t n, const uint16_t *labels)
{
    struct pruner_pass pass = {.n = n, .labels = labels, .feature_count = task->feature_count};
    struct part parts[ARRAYS];
    parts_of(task, needs, n, parts);
    for (size_t a = 0; a < ARRAYS; a++) {
        const void *pointer = *from;
        if (parts[a].bytes > 0)
            memcpy((char *)&pass + parts[a].offset, &pointer, sizeof pointer);
        *from += padded(parts[a].bytes);
    }
    return pass;
}

struct pruner_pass snapshot_pass(const void *snapshot, const struct pruner_task *task,
                                 unsigned needs, struct pruner_pass *ret_validation)
{
    const unsigned char *from = snapshot;
    struct pruner_pass pass = lend_split(&from, task, needs, task->n, task->labels);
    if (!(needs & NEEDS_VALIDATION))
        return pass;
    const uint16_t *labels = (const void *)from;
    from += padded(label_bytes(task));
    *ret_validation =
        lend_split(&from, task, needs & ~(unsigned)NEEDS_CLASSIFIER, task->validation_n, labels);
    pass.validation = ret_validation;
    return pass;
}

struct last_layer snapshot_last_layer(const struct pruner_pass *pass, int classes)
{
    return (struct last_layer){pass->n,      (size_t)classes,     pass->feature_count,
                               pass->labels, pass->probabilities, pass->features};
}
