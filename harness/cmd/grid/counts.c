#include "harness/cmd/grid/counts.h"

const char counts_not_needed[] = "not needed";

const char *counts_to_run(bool open)
{
    return open ? "to run at most" : "to run";
}

void counts_add(struct str *text, const struct counts *counts, bool at_work)
{
    const struct {
        size_t count;
        const char *word;
    } all[] = {
        {counts->failed, "failed"},
        {counts->running, at_work ? "running" : "interrupted"},
        {counts->to_run, counts_to_run(counts->open)},
        {counts->not_needed, counts_not_needed},
    };
    str_addf(text, "%zu of %zu done", counts->done, counts->cells);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].count)
            str_addf(text, ", %zu %s", all[i].count, all[i].word);
}
