/*
 * winnow emit pending: which elements of a frozen plan are not done, by the database and by the
 * shards: what submit.sh and run.sh ask. Nobody else's word for it is taken: a job that Slurm calls
 * completed may never have run.
 */
#include "harness/cluster/emit.h"
#include "harness/cluster/shards.h"
#include "harness/cmd/grid/emit.h"
#include "harness/cmd/kit/db.h"
#include "harness/run/decider.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOST_ELEMENTS = 1000000000 };

struct values {
    const char *db, *except;
    int first, count;
    bool lines, retry_failed;
};

static const struct cmd_flag flags[] = {
    CMD_TEXT(struct values, db, 0, "PATH", "another database that may have cells"),
    CMD_INT(struct values, first, 0, "N", "0", 0, MOST_ELEMENTS, "the first element to look at"),
    CMD_INT(struct values, count, 0, "N", "0", 0, MOST_ELEMENTS, "how many; 0: all from there on"),
    CMD_TEXT(struct values, except, 0, "LIST",
             "counted from the first, as squeue writes them: "
             "0-3,7"),
    CMD_SWITCH(struct values, lines, 0, "a number a line"),
    CMD_SWITCH(struct values, retry_failed, 0, "those with failed and diverged cells too"),
    CMD_END,
};
static const struct cmd_line line = {
    "emit pending",
    "DIR",
    "Prints which elements of an emitted plan have cells that are not done, by the shards in DIR\n"
    "and the database: as a list for sbatch --array, counted from the first, or a line each.\n"
    "Where seeds are added until questions are answered, those of the next wave: what open\n"
    "questions need next.",
    flags,
    1,
    1,
};

/* ret_decider: what is decided so far; NULL: seeds are fixed. */
static int ask_database(struct frozen_plan *frozen, const char *db, struct decider **ret_decider,
                        struct err *err)
{
    struct store *store = NULL;
    if (db && access(db, F_OK) == 0 && store_open(db, STORE_READ, &store, err))
        return -1;
    const int failed = (store && plan_states(frozen->plan, store, err)) ||
                       decider_new(&frozen->asks, frozen->plan, store, ret_decider, err);
    store_close(store);
    return failed;
}

/* What the shards have of the elements: into the states of their cells. */
static int ask_shards(struct frozen_plan *frozen, const char *folder, size_t from, size_t count)
{
    struct shards shards;
    struct str notes = {0};
    struct err err;
    if (shards_list(folder, &shards, &err))
        return cmd_fail(&line, EXIT_ENVIRONMENT, err.text);
    for (size_t i = from; i < from + count; i++) {
        char id[FROZEN_ELEMENT_SIZE];
        size_t first, end;
        frozen_plan_range(frozen, i, &first, &end);
        frozen_plan_element_id(frozen, i, id);
        shards_states(folder, &shards, id, frozen->plan->cells + first, end - first, &notes);
    }
    cmd_say_lines(str_text(&notes));
    str_release(&notes);
    shards_release(&shards);
    return -1;
}

/* now: [frozen->plan->count] cells of this wave; NULL: all. */
static void find_wanted(const struct frozen_plan *frozen, const bool *now, size_t from,
                        size_t count, bool retry_failed, bool *ret_wanted)
{
    for (size_t i = 0; i < count; i++) {
        size_t first, end;
        frozen_plan_range(frozen, from + i, &first, &end);
        for (size_t c = first; c < end; c++) {
            const enum store_cell_state state = frozen->plan->cells[c].state;
            ret_wanted[i] |=
                (!now || now[c]) && (state == CELL_NEW || (state == CELL_FAILED && retry_failed));
        }
    }
}

static int print_wanted(const struct values *values, const bool *wanted, size_t count)
{
    struct str text = {0};
    if (!values->lines) {
        emit_ranges(&text, wanted, count);
        if (text.length)
            str_add(&text, "\n");
    }
    for (size_t i = 0; i < count && values->lines; i++)
        if (wanted[i])
            str_addf(&text, "%zu\n", (size_t)values->first + i);
    const int code = cmd_print(&line, &text);
    str_release(&text);
    return code;
}

static int look(struct frozen_plan *frozen, const char *folder, const struct values *values)
{
    const size_t first = (size_t)values->first;
    const size_t rest = first < frozen->elements ? frozen->elements - first : 0;
    const size_t count =
        values->count && (size_t)values->count < rest ? (size_t)values->count : rest;
    struct str shards = {0};
    struct err err;
    struct decider *decider = NULL;
    bool *wanted, *now = NULL;
    if (ask_database(frozen, values->db, &decider, &err))
        return cmd_fail(&line, EXIT_DATABASE, err.text);
    MEM_NEW(wanted, count);
    str_addf(&shards, "%s/shards", folder);
    /* A wave is of the whole plan. */
    int code = decider ? ask_shards(frozen, str_text(&shards), 0, frozen->elements)
                       : ask_shards(frozen, str_text(&shards), first, count);
    if (decider) {
        MEM_NEW(now, frozen->plan->count);
        decider_wave(decider, now);
    }
    find_wanted(frozen, now, first, count, values->retry_failed, wanted);
    if (code < 0 && values->except && !emit_exclude(values->except, wanted, count))
        code = cmd_fail(&line, EXIT_USAGE, "--except: expected a list like 0-3,7");
    if (code < 0)
        code = print_wanted(values, wanted, count);
    MEM_FREE(wanted, now);
    decider_free(decider);
    str_release(&shards);
    return code;
}

int cmd_emit_pending(int argc, char **argv)
{
    struct values values;
    const char *folder;
    struct frozen_plan *frozen;
    struct str path = {0};
    struct err err;
    int code = cmd_parse(&line, argc, argv, &values, &folder);
    if (code >= 0)
        return code;
    str_addf(&path, "%s/plan.jsonl", folder);
    if (frozen_plan_read(str_text(&path), &frozen, &err)) {
        code = cmd_fail(&line, EXIT_USAGE, err.text);
    } else {
        code = look(frozen, folder, &values);
        frozen_plan_free(frozen);
    }
    str_release(&path);
    return code;
}
