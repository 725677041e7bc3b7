#include "results/functions/selection_functions.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "results/functions/add.h"
#include "results/functions/functions_kept.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_BINS = 4096 };

struct chosen {
    int64_t epoch;
    uint8_t *bits; /* of n samples */
};

/* What an aggregate has gathered; SQLite zeroes it at the start. */
struct gathered {
    struct chosen *items;
    size_t count;
    size_t n, bins;
    size_t bytes; /* of a bitmap: what n samples take, or more where it is of a file */
};

static void gather(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    struct gathered *g = sqlite3_aggregate_context(context, sizeof *g);
    if (!g) {
        sqlite3_result_error_nomem(context);
        return;
    }
    if (sqlite3_value_type(arguments[0]) == SQLITE_NULL)
        return;
    const sqlite3_int64 n = sqlite3_value_int64(arguments[1]);
    const sqlite3_int64 bins = count > 3 ? sqlite3_value_int64(arguments[3]) : 1;
    if (bins < 1 || bins > MOST_BINS) {
        sqlite3_result_error(context, "kept_map() wants 1 to 4096 bins", -1);
        return;
    }
    struct bitmap set = {0};
    if (n < 1 || !functions_unpack(arguments[0], &set) || set.bytes < bitmap_bytes((size_t)n) ||
        bitmap_count(set.bits, set.bytes) > n ||
        (g->count && (g->n != (size_t)n || g->bytes != set.bytes))) {
        mem_free(set.bits);
        sqlite3_result_error(context, "not a bitmap of that many samples", -1);
        return;
    }
    MEM_ROOM(g->items, g->count);
    g->n = (size_t)n;
    g->bytes = set.bytes;
    g->bins = (size_t)bins;
    g->items[g->count++] = (struct chosen){
        .epoch = count > 2 ? sqlite3_value_int64(arguments[2]) : 0, .bits = set.bits};
}

/* How many samples the selections keep, all of them (every) or any. */
static size_t united(const struct gathered *g, bool every)
{
    size_t found = 0;
    for (size_t i = 0; i < 8 * g->bytes; i++) {
        size_t k = 0;
        while (k < g->count && bitmap_has(g->items[k].bits, i) == every)
            k++;
        found += every == (k == g->count);
    }
    return found;
}

/* What is not among the n samples is never kept: of those, the places need not be known. */
static double unanimous(const struct gathered *g, bool wanted)
{
    const size_t found = wanted ? united(g, true) : g->n - united(g, false);
    return (double)found / (double)g->n;
}

static double chance(const struct gathered *g, bool wanted)
{
    double product = 1;
    for (size_t k = 0; k < g->count; k++) {
        const size_t kept = (size_t)bitmap_count(g->items[k].bits, g->bytes);
        product *= (double)(wanted ? kept : g->n - kept) / (double)g->n;
    }
    return product;
}

static int by_epoch(const void *a, const void *b)
{
    const struct chosen *left = a, *right = b;
    return NUM_COMPARE(left->epoch, right->epoch);
}

struct sample {
    size_t index, kept, first;
};

static int by_kept(const void *a, const void *b)
{
    const struct sample *left = a, *right = b;
    if (left->kept != right->kept)
        return left->kept > right->kept ? -1 : 1;
    if (left->first != right->first)
        return left->first < right->first ? -1 : 1;
    return NUM_COMPARE(left->index, right->index);
}

/* The first n are the samples: what else there is was never kept, as the last of them. */
static struct sample *sorted_samples(const struct gathered *g)
{
    const size_t places = 8 * g->bytes;
    struct sample *samples;
    MEM_NEW(samples, places);
    for (size_t i = 0; i < places; i++) {
        samples[i] = (struct sample){.index = i, .first = g->count};
        for (size_t k = g->count; k-- > 0;)
            if (bitmap_has(g->items[k].bits, i)) {
                samples[i].kept++;
                samples[i].first = k;
            }
    }
    qsort(samples, places, sizeof *samples, by_kept);
    return samples;
}

static void give_map(sqlite3_context *context, struct gathered *g)
{
    qsort(g->items, g->count, sizeof *g->items, by_epoch);
    struct sample *samples = sorted_samples(g);
    const size_t bins = g->bins < g->n ? g->bins : g->n;
    struct str json = {0};
    for (size_t k = 0; k < g->count; k++) {
        str_addf(&json, "%s{\"epoch\": %lld, \"kept\": [", k ? ", " : "[",
                 (long long)g->items[k].epoch);
        for (size_t b = 0; b < bins; b++) {
            const size_t from = b * g->n / bins, to = (b + 1) * g->n / bins;
            size_t kept = 0;
            for (size_t i = from; i < to; i++)
                kept += bitmap_has(g->items[k].bits, samples[i].index);
            str_addf(&json, "%s%.6g", b ? ", " : "", (double)kept / (double)(to - from));
        }
        str_add(&json, "]}");
    }
    str_add(&json, "]");
    sqlite3_result_text(context, str_text(&json), -1, SQLITE_TRANSIENT);
    str_release(&json);
    mem_free(samples);
}

struct aggregate {
    const char *name;
    int arguments;
    double (*share)(const struct gathered *gathered, bool wanted); /* NULL: kept_map() */
    bool wanted;
};

/* Called once for every group, also after an error; without a result the value is NULL. */
static void finish(sqlite3_context *context)
{
    struct gathered *g = sqlite3_aggregate_context(context, 0);
    const struct aggregate *aggregate = sqlite3_user_data(context);
    if (!g)
        return;
    if (g->count && aggregate->share)
        sqlite3_result_double(context, aggregate->share(g, aggregate->wanted));
    else if (g->count)
        give_map(context, g);
    for (size_t k = 0; k < g->count; k++)
        mem_free(g->items[k].bits);
    mem_free(g->items);
}

int selection_functions_register(sqlite3 *db)
{
    static const struct aggregate aggregates[] = {
        {"kept_always", 2, unanimous, true}, {"kept_never", 2, unanimous, false},
        {"chance_always", 2, chance, true},  {"chance_never", 2, chance, false},
        {"kept_map", 4, NULL, false},
    };
    int code = SQLITE_OK;
    for (size_t i = 0; i < sizeof aggregates / sizeof *aggregates && code == SQLITE_OK; i++)
        code = function_add(db, &(struct function){aggregates[i].name, aggregates[i].arguments,
                                                   .step = gather, .finish = finish,
                                                   .of = &aggregates[i]});
    return code;
}
