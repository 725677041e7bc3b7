#include "harness/run/tally.h"

#include "base/mem.h"

struct cell {
    bool done, failed, trusted;
    int crashes, doubts;
};

struct tally {
    struct cell *cells; /* [count] */
    size_t count, failures;
};

struct tally *tally_new(size_t cells)
{
    struct tally *tally;
    MEM_NEW(tally, 1);
    MEM_NEW(tally->cells, cells);
    tally->count = cells;
    return tally;
}

void tally_free(struct tally *tally)
{
    if (!tally)
        return;
    MEM_FREE(tally->cells, tally);
}

bool tally_end(struct tally *tally, size_t cell, const struct tally_attempt *attempt)
{
    struct cell *c = &tally->cells[cell];
    switch (attempt->state) {
    case ATTEMPT_DONE:
        c->done = true;
        c->failed = false;
        c->trusted = c->trusted || !attempt->doubtful;
        return attempt->strict && attempt->doubtful && c->doubts++ < TALLY_MOST_DOUBTS;
    case ATTEMPT_FAILED:
        c->failed = !c->done;
        if (attempt->cause != CAUSE_REFUSED && c->crashes++ < attempt->retries)
            return true;
        tally->failures += c->failed;
        return false;
    case ATTEMPT_DIVERGED:
        c->failed = !c->done;
        tally->failures += c->failed;
        return false;
    case ATTEMPT_LOST:
    case ATTEMPT_RUNNING:
        break;
    }
    return false;
}

struct tally_counts tally_count(const struct tally *tally)
{
    struct tally_counts counts = {0};
    for (size_t i = 0; i < tally->count; i++) {
        const struct cell *c = &tally->cells[i];
        counts.done += c->done;
        counts.failed += c->failed;
        counts.doubtful += c->done && !c->trusted;
    }
    return counts;
}

bool tally_knows(const struct tally *tally, size_t cell)
{
    return tally->cells[cell].done || tally->cells[cell].failed;
}

size_t tally_failures(const struct tally *tally)
{
    return tally->failures;
}
