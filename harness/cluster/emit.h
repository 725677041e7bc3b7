/*
 * emit: the scripts that run a frozen plan outside winnow: array jobs of Slurm, or GNU parallel.
 *
 * Texts only; harness/cmd/grid/emit.c writes them. All of a user's words in them (paths, names) are
 * quoted for the shell, and none stands in an #SBATCH line but those of the flags that are meant
 * for it.
 */
#pragma once

#include "base/str.h"
#include "harness/cluster/frozen_plan.h"

#include <stdbool.h>

struct emit {
    const struct frozen_plan *frozen;
    const char *folder, *db; /* absolute paths */
    const char *winnow, *cwd;
    const char *data_dir; /* that elements are told, or NULL */
    /* Slurm; NULL or 0: not asked for */
    const char *partition, *account, *memory;
    const char *const *lines; /* [line_count] of other #SBATCH options */
    size_t line_count;
    int cpus;
    double time, grace; /* seconds: the limit; SIGUSR1 comes so long before it */
    int max_array;      /* MaxArraySize: task numbers are below it */
    /* parallel */
    const char *hosts; /* absolute path, or NULL: this machine */
    int jobs;          /* 0: as many as there are cores */
};

/* "2-04:00:00", rounded up to whole minutes, below which Slurm has no limits. */
void emit_time(struct str *ret_text, double seconds);
/* "0-3,7,9-10": the true ones' places. */
void emit_ranges(struct str *ret_text, const bool *wanted, size_t count);
/* The reverse: clears what is named in "0-3,7" (commas, blanks, newlines; also "[0-3%2]"). false:
 * it is something else. Places from count on are ignored. */
bool emit_exclude(const char *ranges, bool *wanted, size_t count);

/* Array jobs of at most max_array tasks each. */
size_t emit_chunks(const struct emit *emit);
/* "wn-fashion-5e3f21ab": of jobs; known by the plan's content. */
void emit_job_name(const struct emit *emit, struct str *ret_text);
/* Of Slurm: an array job, the job that merges, what submits them; of GNU parallel: all of it. */
enum emit_script { EMIT_CELLS, EMIT_MERGE, EMIT_SUBMIT, EMIT_RUN };
/* chunk: which array job, from 1; 1 for the others. */
void emit_script(const struct emit *emit, enum emit_script which, size_t chunk,
                 struct str *ret_text);
