/*
 * A test of each entry of a registry, in one process. Criterion starts one for each parameter, and
 * where the registry is long, starting them takes longer than testing. The first entry that fails
 * ends the test; its name stands above what failed, also where it crashes.
 *
 *     EACH(pruners, keep_their_budget, pruner_at)
 *     {
 *         const struct pruner *pruner = pruner_at(index);
 *         ...
 *     }
 *
 * What follows `at`, a function from an index to an entry with a name or to NULL, are Criterion's
 * options of the test.
 */
#pragma once

#include <criterion/criterion.h>
#include <stdio.h>

#define EACH(suite, test, at, ...)                                                                 \
    static void suite##_##test(size_t index);                                                      \
    Test(suite, test, ##__VA_ARGS__)                                                               \
    {                                                                                              \
        cr_assert(at(0), "there is none");                                                         \
        for (size_t i = 0; at(i); i++) {                                                           \
            fprintf(stderr, "%s:\n", at(i)->name);                                                 \
            suite##_##test(i);                                                                     \
        }                                                                                          \
    }                                                                                              \
    static void suite##_##test(size_t index)
