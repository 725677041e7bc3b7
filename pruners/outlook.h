/*
 * outlook: what a pruner will do in a training, before there is any data, and what of its name and
 * options the training cannot give.
 *
 *     struct pruner_outlook outlook;
 *     struct str notes = {0};
 *     if (pruner_foresee(pruner, options, 0.5, 8, &outlook))
 *         outlook_notes(&outlook, &notes);
 *
 * adds a line each:
 *
 *     chooses once in 8 epochs (period 10): the same as random
 *     its proxy trains for 90 epochs and serves a training of 8: scores cost 11.2 trainings
 *
 * All of it follows from what the contract says: due(), watch(), anneal(), epochs(), and note() for
 * what the pruner alone can know.
 */
#pragma once

#include "pruners/pruner.h"

struct pruner_outlook {
    const struct pruner *pruner;
    double rate;               /* 0 where the pruner ignores it */
    int planned, epochs;       /* that the training was to have, and that it runs */
    struct pruner_watch watch; /* runs = 0: it has no proxies */
    int period;                /* the option of that name; 0: it has none */
    const char *once;          /* the pruner that it is where it chooses once; NULL: none */
    int selections;            /* of a dynamic pruner before it anneals; 2: or more */
    enum pruner_due first;     /* what it wants before the first of them */
    double anneal;             /* the share of the epochs that is to be on all data */
    int annealed;              /* the epochs that are */
    char note[256];            /* the pruner's own; "": none */
};

/* false: nothing can be told, since check() refuses the options, or a file decides. */
bool pruner_foresee(const struct pruner *pruner, const void *options, double rate, int epochs,
                    struct pruner_outlook *ret_outlook);

/* n: samples in the training split; 0: not known. Appends a line for each thing to be said. */
void outlook_notes(const struct pruner_outlook *outlook, size_t n, struct str *ret_lines);
