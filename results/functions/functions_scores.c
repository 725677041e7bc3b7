#include "results/functions/functions_scores.h"

#include "base/mem.h"
#include "base/num.h"
#include "results/functions/add.h"
#include "results/functions/functions_kept.h"
#include "results/record/artifact.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BINS = 4096, KEY_LENGTH = 64 };

struct scored {
    double score; /* not NaN */
    double kept;  /* 0 or 1; then the share that is kept of all with this score */
};

static int by_score(const void *a, const void *b)
{
    const struct scored *left = a, *right = b;
    return NUM_COMPARE(left->score, right->score);
}

/* ---- What is needed of the files --------------------------------------------------------------*/

static bool is_key(const char *text)
{
    return text && strlen(text) == KEY_LENGTH && strspn(text, "0123456789abcdef") == KEY_LENGTH;
}

/* false: the artifact cannot be had. It may be there: then the result is an error. */
static bool load(sqlite3_context *context, const char *key, struct artifact *ret_artifact)
{
    const char *path = sqlite3_db_filename(sqlite3_context_db_handle(context), "main");
    struct str folder = {0};
    struct err err;
    if (!path || !*path || !is_key(key)) /* a database in memory has nothing beside it */
        return false;
    artifact_folder(path, &folder);
    const enum artifact_found found =
        artifact_load(str_text(&folder), key, NULL, ret_artifact, &err);
    str_release(&folder);
    if (found == ARTIFACT_DAMAGED) {
        err_prefix(&err, "score_profile: ");
        sqlite3_result_error(context, err.text, -1);
    }
    return found == ARTIFACT_LOADED;
}

/* Sorted by score, without those that are no numbers; the caller's. */
static struct scored *sort_scores(const float *scores, const uint8_t *kept, size_t n,
                                  size_t *ret_count)
{
    struct scored *sorted;
    size_t count = 0;
    MEM_NEW(sorted, n);
    for (size_t i = 0; i < n; i++)
        if (!isnan(scores[i]))
            sorted[count++] = (struct scored){(double)scores[i], (double)kept[i]};
    qsort(sorted, count, sizeof *sorted, by_score);
    *ret_count = count;
    return sorted;
}

/* ---- The profile ------------------------------------------------------------------------------*/

/* The bounds of the kept and of the others; all of one kind: no cut. */
struct cut {
    const char *side; /* NULL: there is none */
    double below;     /* share of the samples */
};

static struct cut find_cut(const struct scored *sorted, size_t count)
{
    double lowest[2] = {(double)INFINITY, (double)INFINITY};
    double highest[2] = {-(double)INFINITY, -(double)INFINITY};
    size_t of[2] = {0, 0};
    for (size_t i = 0; i < count; i++) {
        const size_t kept = sorted[i].kept > 0;
        of[kept]++;
        lowest[kept] = fmin(lowest[kept], sorted[i].score);
        highest[kept] = fmax(highest[kept], sorted[i].score);
    }
    if (of[0] && of[1] && lowest[1] >= highest[0] && highest[1] > lowest[0])
        return (struct cut){"high", (double)of[0] / (double)count};
    if (of[0] && of[1] && lowest[0] >= highest[1] && highest[0] > lowest[1])
        return (struct cut){"low", (double)of[1] / (double)count};
    return (struct cut){NULL, 0};
}

static void share_among_equals(struct scored *sorted, size_t count)
{
    for (size_t i = 0, next; i < count; i = next) {
        double kept = 0;
        for (next = i; next < count && sorted[next].score <= sorted[i].score; next++)
            kept += sorted[next].kept;
        for (size_t j = i; j < next; j++)
            sorted[j].kept = kept / (double)(next - i);
    }
}

/* Linear between the two nearest, R's type 7. */
static double quantile(const struct scored *sorted, size_t count, double q)
{
    const double place = q * (double)(count - 1);
    const size_t below = (size_t)place, above = below + 1 < count ? below + 1 : below;
    const double low = sorted[below].score, high = sorted[above].score;
    return low >= high ? low : low + (place - (double)below) * (high - low);
}

static void add_number(struct str *json, const char *before, double value)
{
    str_add(json, before);
    if (isfinite(value))
        str_addf(json, "%.9g", value);
    else
        str_add(json, "null");
}

static void add_profile(struct scored *sorted, size_t count, size_t bins, struct str *json)
{
    const struct cut cut = find_cut(sorted, count);
    str_addf(json, "{\"n\": %zu", count);
    add_number(json, ", \"lowest\": ", sorted[0].score);
    add_number(json, ", \"highest\": ", sorted[count - 1].score);
    add_number(json, ", \"cut\": ", cut.side ? cut.below : (double)NAN);
    str_addf(json, cut.side ? ", \"side\": \"%s\"" : ", \"side\": null", cut.side);
    share_among_equals(sorted, count);
    for (size_t b = 0; b < bins; b++)
        add_number(json, b ? ", " : ", \"scores\": [",
                   quantile(sorted, count, ((double)b + 0.5) / (double)bins));
    for (size_t b = 0; b < bins; b++) {
        const size_t from = b * count / bins, to = (b + 1) * count / bins;
        double kept = 0;
        for (size_t i = from; i < to; i++)
            kept += sorted[i].kept;
        add_number(json, b ? ", " : "], \"kept\": [",
                   to > from ? kept / (double)(to - from) : sorted[from].kept);
    }
    str_add(json, "]}");
}

/* artifact: with scores, of n samples. */
static void give_profile(sqlite3_context *context, const struct artifact *artifact,
                         const uint8_t *kept, size_t bins)
{
    struct str json = {0};
    size_t count = 0;
    struct scored *sorted = sort_scores(artifact->scores, kept, artifact->n, &count);
    if (count)
        add_profile(sorted, count, bins, &json);
    else
        str_add(&json, "{\"n\": 0}");
    sqlite3_result_text(context, str_text(&json), -1, SQLITE_TRANSIENT);
    str_release(&json);
    mem_free(sorted);
}

/* ret_kept [n] of the samples of the training split: bits is of these, or, with a split (NULL: of
 * the split itself), of the file that the split is a part of. false: not of so many samples. */
static bool kept_in_split(const struct bitmap *bits, const struct bitmap *split, size_t n,
                          uint8_t *ret_kept)
{
    size_t place = 0;
    if (split ? split->bytes != bits->bytes : bits->bytes != bitmap_bytes(n))
        return false;
    for (size_t i = 0; i < 8 * bits->bytes; i++) {
        const bool within = split ? bitmap_has(split->bits, i) : i < n;
        if (within && place < n)
            ret_kept[place] = bitmap_has(bits->bits, i);
        place += within;
    }
    return place == n;
}

/* [n], the caller's; NULL: the result is an error. split: NULL, or of SQL. */
static uint8_t *read_kept(sqlite3_context *context, sqlite3_value *bitmap, sqlite3_value *split,
                          sqlite3_int64 n)
{
    struct bitmap bits = {0}, within = {0};
    uint8_t *kept = NULL;
    const bool by_file = split && sqlite3_value_type(split) != SQLITE_NULL;
    bool read = n >= 1 && n <= UINT32_MAX && functions_unpack(bitmap, &bits) &&
                (!by_file || functions_unpack(split, &within)) && (size_t)n <= 8 * bits.bytes;
    if (read) {
        MEM_NEW(kept, (size_t)n);
        read = kept_in_split(&bits, by_file ? &within : NULL, (size_t)n, kept);
    }
    MEM_FREE(bits.bits, within.bits);
    if (read)
        return kept;
    mem_free(kept);
    sqlite3_result_error(context,
                         by_file
                             ? "score_profile: not bitmaps of one file with that many samples"
                             : "score_profile: not a bitmap of that many samples (by position in "
                               "the file? then add v_selection.split after the bins)",
                         -1);
    return NULL;
}

static void score_profile(sqlite3_context *context, int argument_count, sqlite3_value **arguments)
{
    const sqlite3_int64 n = sqlite3_value_int64(arguments[2]),
                        bins = sqlite3_value_int64(arguments[3]);
    struct artifact artifact;
    if (bins < 1 || bins > MOST_BINS) {
        sqlite3_result_error(context, "score_profile() wants 1 to 4096 bins", -1);
        return;
    }
    if (sqlite3_value_type(arguments[0]) == SQLITE_NULL ||
        sqlite3_value_type(arguments[1]) == SQLITE_NULL)
        return;
    uint8_t *kept = read_kept(context, arguments[1], argument_count > 4 ? arguments[4] : NULL, n);
    if (kept && load(context, (const char *)sqlite3_value_text(arguments[0]), &artifact)) {
        if (!artifact.scores)
            sqlite3_result_text(context, "{\"n\": 0}", -1, SQLITE_STATIC);
        else if (artifact.n == (size_t)n)
            give_profile(context, &artifact, kept, (size_t)bins);
        artifact_release(&artifact);
    }
    mem_free(kept);
}

int functions_scores_register(sqlite3 *db)
{
    int code = SQLITE_OK;
    for (int arguments = 4; arguments <= 5 && code == SQLITE_OK; arguments++)
        code =
            function_add(db, &(struct function){"score_profile", arguments, .call = score_profile,
                                                .not_the_same = true}); /* files come and go */
    return code;
}
