/*
 * checkup: what this machine offers, what winnow makes of it, and what to do about the rest.
 *
 *     checkup_run(print, NULL);        calls print for each finding as soon as it is made
 *
 * OpenBLAS reads its core type when it is loaded, so that each speed is measured by a process of
 * its own: this program again, as `winnow doctor --measure`; another, `winnow doctor --bind LIST`,
 * tries to bind itself to processors (pin.h).
 */
#pragma once

#include "base/str.h"

#include <jansson.h>

enum checkup_level { CHECKUP_OK, CHECKUP_NOTE, CHECKUP_WARNING, CHECKUP_MISSING };
extern const char *const checkup_level_names[];

/* Lives for the call. */
struct checkup_finding {
    const char *name;
    enum checkup_level level; /* CHECKUP_MISSING: winnow cannot work without it */
    const char *text;
    const char *advice; /* or NULL */
    json_t *facts;      /* an object for programs, or NULL */
};

void checkup_run(void (*take)(void *context, const struct checkup_finding *finding), void *context);

/* GFLOP/s of a float matrix product of n x n in this thread, the median of 1 to 16 runs. */
double checkup_gemm(size_t n, int runs);
/* What `winnow doctor --measure` prints: OpenBLAS's core type and its GFLOP/s on one thread. */
void checkup_measure(struct str *ret_text);
