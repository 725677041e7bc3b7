#include "harness/cmd/kit/blocks.h"

#include "base/json.h"
#include "harness/run/budget.h"

#include <stdio.h>

struct shown_block {
    const struct store_cell *cell; /* the first of it */
    size_t cells, done;
    double seconds; /* of the workers' time; negative: not known */
    bool runs;
};

/* In the order in which run would ask for them; the caller frees it. */
static struct shown_block *reach(const struct plan *plan, const struct run_options *options,
                                 size_t *ret_count)
{
    struct queue_item *items;
    struct shown_block *blocks;
    double *committed;
    size_t committed_count = 0;
    MEM_NEW(items, plan->count);
    MEM_NEW(committed, plan->count);
    for (size_t i = 0; i < plan->count; i++)
        items[i] = run_queue_item(&plan->cells[i], options);
    struct queue *queue = queue_new(items, plan->count, NULL, NULL);
    struct budget *budget = budget_new(plan, options);
    const size_t count = queue_block_count(queue);
    MEM_NEW(blocks, count);
    for (size_t b = 0; b < count; b++) {
        const struct queue_block block = queue_block(queue, b);
        blocks[b] = (struct shown_block){
            .cell = &plan->cells[block.cells[0]].stored,
            .cells = block.count,
            .done = block.done,
            .runs = budget_fits(budget, block.cells, block.count, committed, committed_count),
        };
        for (size_t i = 0; i < block.count; i++) {
            const double seconds = budget_seconds(budget, block.cells[i]);
            if (blocks[b].runs)
                committed[committed_count++] = seconds;
            blocks[b].seconds =
                seconds < 0 || blocks[b].seconds < 0 ? -1 : blocks[b].seconds + seconds;
        }
    }
    budget_free(budget);
    queue_free(queue);
    MEM_FREE(committed, items);
    *ret_count = count;
    return blocks;
}

void cmd_print_blocks(const struct plan *plan, const struct run_options *options)
{
    size_t count;
    struct shown_block *blocks = reach(plan, options, &count);
    struct str text = {0};
    str_add_duration(&text, options->budget);
    printf("blocks, most valuable first, in %s:\n", str_text(&text));
    for (size_t b = 0; b < count; b++) {
        const struct shown_block *block = &blocks[b];
        str_clear(&text);
        str_addf(&text, "%-5s  %s %s seed %lld: %zu cell%s", block->runs ? "runs" : "waits",
                 block->cell->dataset, block->cell->model_label, (long long)block->cell->seed,
                 block->cells, STR_PLURAL(block->cells));
        if (block->done)
            str_addf(&text, " beside %zu done", block->done);
        if (block->seconds >= 0) {
            str_add(&text, ", about ");
            str_add_duration(&text, block->seconds);
            str_add(&text, " of one worker");
        } else {
            str_add(&text, ", their duration is not known");
        }
        printf("%s\n", str_text(&text));
    }
    printf("\n");
    str_release(&text);
    mem_free(blocks);
}

json_t *cmd_blocks_json(const struct plan *plan, const struct run_options *options)
{
    size_t count;
    struct shown_block *blocks = reach(plan, options, &count);
    json_t *array = json_array();
    for (size_t b = 0; b < count; b++) {
        const struct shown_block *block = &blocks[b];
        json_push(array, json_pack("{s:s, s:s, s:I, s:I, s:I, s:o, s:b}", "dataset",
                                   block->cell->dataset, "model", block->cell->model_label, "seed",
                                   (json_int_t)block->cell->seed, "cells", (json_int_t)block->cells,
                                   "done", (json_int_t)block->done, "eta_s",
                                   block->seconds < 0 ? json_null() : json_real(block->seconds),
                                   "runs", (int)block->runs));
    }
    mem_free(blocks);
    return array;
}
