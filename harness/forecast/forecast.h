/*
 * forecast: what the rest of a plan takes and needs, beside what this machine has free.
 *
 *     struct forecast *forecast = forecast_new(plan, history, &options, "results/fashion.db");
 *     if (estimate_refuses(&forecast->needs, &reasons)) ...
 *     forecast_free(forecast);
 *
 * Seconds and memory are estimate.h's. Disk: what a finished cell takes of the database on average,
 * and for each set of scores that is still to be computed and kept (artifact.h) the mean of those
 * that lie there.
 */
#pragma once

#include "harness/plan/estimate.h"
#include "harness/plan/plan.h"
#include "harness/run/run.h"

struct forecast {
    struct estimate *cells; /* [plan->count]; meaningless for finished ones */
    size_t to_run;          /* that run would start */
    size_t unknown;         /* of those: nothing tells how long */
    double seconds;         /* of all that are known, with so many jobs at once */
    struct estimate_needs needs;
};

/* The states of the plan's cells must be known; options say which of them run, how many at once. */
struct forecast *forecast_new(const struct plan *plan, const struct history *history,
                              const struct run_options *options, const char *db);
/*
 * Where nothing tells how long a cell takes, trains a few batches of its dataset and model
 * (measure.h): about a second each, and no new one after 20 s.
 */
void forecast_measure(struct forecast *forecast, const struct plan *plan,
                      const struct run_options *options);
/* NULL is fine. */
void forecast_free(struct forecast *forecast);
