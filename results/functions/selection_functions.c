#include "results/functions/selection_functions.h"

#include "base/mem.h"
#include "base/str.h"
#include "results/functions/sqlite_api.h"
#include "results/record/bitmap.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_BINS = 4096 };

struct chosen {
    int64_t epoch;
    uint8_t *bits; /* [n], 0 or 1 */
};

/* What an aggregate has gathered; SQLite zeroes it at the start. */
struct gathered {
    struct chosen *items;
    size_t count, room;
    size_t n, bins;
};

/* A byte each for n samples, the caller's; NULL: it is no bitmap of so many. */
static uint8_t *unpack(sqlite3_value *packed, sqlite3_int64 n)
{
    const void *bytes = sqlite3_value_blob(packed);
    uint8_t *raw, *bits;
    if (n < 1 ||
        bitmap_unpack_n(bytes, (size_t)sqlite3_value_bytes(packed), n, &raw) != BITMAP_WHOLE)
        return NULL;
    MEM_NEW(bits, (size_t)n);
    for (size_t i = 0; i < (size_t)n; i++)
        bits[i] = bitmap_has(raw, i);
    mem_free(raw);
    return bits;
}

static void refuse(sqlite3_context *context)
{
    sqlite3_result_error(context, "not a bitmap of so many samples", -1);
}

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
    uint8_t *bits = g->count && (sqlite3_int64)g->n != n ? NULL : unpack(arguments[0], n);
    if (!bits) {
        refuse(context);
        return;
    }
    if (g->count == g->room) {
        const size_t room = g->room ? 2 * g->room : 16;
        MEM_GROW(g->items, g->room, room);
        g->room = room;
    }
    g->n = (size_t)n;
    g->bins = (size_t)bins;
    g->items[g->count++] =
        (struct chosen){.epoch = count > 2 ? sqlite3_value_int64(arguments[2]) : 0, .bits = bits};
}

/* Share of the samples that each (wanted 1) or none (0) of the selections keeps. */
static double unanimous(const struct gathered *g, uint8_t wanted)
{
    size_t found = 0;
    for (size_t i = 0; i < g->n; i++) {
        size_t k = 0;
        while (k < g->count && g->items[k].bits[i] == wanted)
            k++;
        found += k == g->count;
    }
    return (double)found / (double)g->n;
}

static double chance(const struct gathered *g, uint8_t wanted)
{
    double product = 1;
    for (size_t k = 0; k < g->count; k++) {
        size_t found = 0;
        for (size_t i = 0; i < g->n; i++)
            found += g->items[k].bits[i] == wanted;
        product *= (double)found / (double)g->n;
    }
    return product;
}

static void finish_always(sqlite3_context *context, struct gathered *g)
{
    sqlite3_result_double(context, unanimous(g, 1));
}

static void finish_never(sqlite3_context *context, struct gathered *g)
{
    sqlite3_result_double(context, unanimous(g, 0));
}

static void finish_chance_always(sqlite3_context *context, struct gathered *g)
{
    sqlite3_result_double(context, chance(g, 1));
}

static void finish_chance_never(sqlite3_context *context, struct gathered *g)
{
    sqlite3_result_double(context, chance(g, 0));
}

static int by_epoch(const void *a, const void *b)
{
    const struct chosen *left = a, *right = b;
    return (left->epoch > right->epoch) - (left->epoch < right->epoch);
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
    return (left->index > right->index) - (left->index < right->index);
}

static struct sample *sorted_samples(const struct gathered *g)
{
    struct sample *samples;
    MEM_NEW(samples, g->n);
    for (size_t i = 0; i < g->n; i++) {
        samples[i] = (struct sample){.index = i, .first = g->count};
        for (size_t k = g->count; k-- > 0;)
            if (g->items[k].bits[i]) {
                samples[i].kept++;
                samples[i].first = k;
            }
    }
    qsort(samples, g->n, sizeof *samples, by_kept);
    return samples;
}

static void finish_map(sqlite3_context *context, struct gathered *g)
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
                kept += g->items[k].bits[samples[i].index];
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
    void (*finish)(sqlite3_context *context, struct gathered *gathered); /* count > 0 */
};

/* Called once for every group, also after an error; without a result the value is NULL. */
static void finish(sqlite3_context *context)
{
    struct gathered *g = sqlite3_aggregate_context(context, 0);
    const struct aggregate *aggregate = sqlite3_user_data(context);
    if (!g)
        return;
    if (g->count)
        aggregate->finish(context, g);
    for (size_t k = 0; k < g->count; k++)
        mem_free(g->items[k].bits);
    mem_free(g->items);
}

int selection_functions_register(sqlite3 *db, struct err *err)
{
    static const struct aggregate aggregates[] = {
        {"kept_always", 2, finish_always},
        {"kept_never", 2, finish_never},
        {"chance_always", 2, finish_chance_always},
        {"chance_never", 2, finish_chance_never},
        {"kept_map", 4, finish_map},
    };
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
    int code = SQLITE_OK;
    for (size_t i = 0; i < sizeof aggregates / sizeof *aggregates && code == SQLITE_OK; i++) {
        const struct aggregate *a = &aggregates[i];
        code = sqlite3_create_function_v2(db, a->name, a->arguments, flags, (void *)a, NULL, gather,
                                          finish, NULL);
    }
    return code == SQLITE_OK ? 0 : err_set(err, "%s", sqlite3_errmsg(db));
}
