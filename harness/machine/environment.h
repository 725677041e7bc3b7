/*
 * environment: the machine and the program that a measurement was made with, and how a process
 * that measures must be started.
 *
 * OpenBLAS reads its environment when it is loaded, so that a running process can no longer change
 * its core type. The scheduler gives environment_variables to the workers it starts; a process that
 * people start themselves calls environment_correct_blas first, which starts it anew, once:
 *
 *     if (environment_correct_blas(argv, 1, &err))
 *         ... the kernels stay as they are; say so and go on ...
 *     struct record_environment environment;
 *     environment_record(1, &arena, &environment);
 *
 * A user's own OPENBLAS_CORETYPE is never changed. WINNOW_BLAS_FOUND carries what the library had
 * chosen by itself into the corrected process, and tells that process not to correct again.
 */
#pragma once

#include "base/cpu.h"
#include "base/err.h"
#include "base/mem.h"
#include "results/record/record.h"

#include <stddef.h>
#include <stdint.h>

/* "0.2.0", of the file VERSION. */
const char *environment_version(void);
/* Of the sources that the program is made of: git's name for the commit, with -dirty where they
 * were changed since; "unknown" where they lie in no repository and came in no tarball of one. */
const char *environment_revision(void);

struct environment_blas {
    const char *found; /* the library's own choice; "unknown" where the user chose for it */
    const char *core;  /* OPENBLAS_CORETYPE to be set, or NULL: leave it */
};

/*
 * The rule, without looking at the machine. set: what kernels may use; running: the core type in
 * use; coretype and passed_on: the values of OPENBLAS_CORETYPE and WINNOW_BLAS_FOUND, NULL where
 * unset. The texts are borrowed.
 */
struct environment_blas environment_choose(enum cpu_set set, const char *running,
                                           const char *coretype, const char *passed_on);
/* The same for this process on this machine. */
struct environment_blas environment_blas(void);

/* What a process that was started with environment_variables ran when it met an instruction that
   the processor does not have, and what to set. */
const char *environment_illegal(struct arena *arena);

enum { ENVIRONMENT_VARIABLES = 4 };

struct environment_variable {
    const char *name; /* static */
    char value[32];
};

/*
 * What a process must be started with in which BLAS computes with so many threads, beside what this
 * one already has. Returns how many of ret_variables are filled. threads 0: as many as OpenBLAS
 * likes.
 */
size_t environment_variables(int threads,
                             struct environment_variable ret_variables[ENVIRONMENT_VARIABLES]);

/*
 * Starts this process anew with the right variables if it runs with others, and does not return
 * then. argv: as a command gets it, argv[0] its name. Call it before anything is open or running.
 * An error where the new start failed: this process goes on with what it has.
 */
int environment_correct_blas(char *const *argv, int threads, struct err *err);

/*
 * Fills *ret_environment; its texts live in the arena. What is not to be had is "unknown".
 * threads_asked: of a cell (models/nn/team.h); used are as many of them as there are cores. 0: no
 * cell is to run, and BLAS's own threads count.
 */
void environment_record(int threads_asked, struct arena *arena,
                        struct record_environment *ret_environment);

/* Processors that the system runs on, 1 or more. */
int environment_cores(void);
/* Of the last minute; NAN where the system does not tell. */
double environment_load_average(void);
/* Bytes that programs can have now; 0 where the system does not tell. */
int64_t environment_available_memory(void);
/* Most memory that this process has held at once, bytes. */
int64_t environment_peak_memory(void);
/* How often another process took the processor from this one. */
int64_t environment_context_switches(void);
