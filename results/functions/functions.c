#include "results/functions/functions.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/rng.h"
#include "base/stats.h"
#include "base/str.h"

#include "results/functions/add.h"
#include "results/functions/functions_kept.h"
#include "results/functions/functions_scores.h"
#include "results/functions/selection_functions.h"
#include "results/functions/sqlite_api.h"

#include <math.h>
#include <stdbool.h>

#ifdef WINNOW_EXTENSION
SQLITE_EXTENSION_INIT1
#endif

enum { RESAMPLES = 2000 };
static const double usual_level = 0.95;

/* What an aggregate has gathered; SQLite zeroes it at the start. */
struct gathered {
    double *values;
    size_t count;
    double parameter; /* the second argument */
};

struct aggregate {
    const char *name;
    int arguments;
    /* The second argument: its default, and what it must be, by words and by its ends. */
    double usual;
    const char *wanted;
    bool ends_too;                                                       /* 0 and 1 are good */
    void (*finish)(sqlite3_context *context, struct gathered *gathered); /* sorted; count > 0 */
};

static void refuse(sqlite3_context *context, const struct aggregate *aggregate, const char *why)
{
    char text[96];
    sqlite3_snprintf(sizeof text, text, "%s() wants %s", aggregate->name, why);
    sqlite3_result_error(context, text, -1);
}

/* SQLite has no NaN: what is not a number fails each comparison. */
static bool is_parameter(const struct aggregate *aggregate, sqlite3_value *value)
{
    const int type = sqlite3_value_numeric_type(value);
    const double p = sqlite3_value_double(value);
    return (type == SQLITE_INTEGER || type == SQLITE_FLOAT) &&
           ((p > 0 && p < 1) || (aggregate->ends_too && (p == 0 || p == 1)));
}

static void gather(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    struct gathered *gathered = sqlite3_aggregate_context(context, sizeof *gathered);
    const struct aggregate *aggregate = sqlite3_user_data(context);
    if (!gathered) {
        sqlite3_result_error_nomem(context);
        return;
    }
    const int type = sqlite3_value_numeric_type(arguments[0]);
    if (type == SQLITE_NULL)
        return;
    if (type != SQLITE_INTEGER && type != SQLITE_FLOAT) {
        refuse(context, aggregate, "numbers");
        return;
    }
    if (count > 1 && !is_parameter(aggregate, arguments[1])) {
        refuse(context, aggregate, aggregate->wanted);
        return;
    }
    gathered->parameter = count > 1 ? sqlite3_value_double(arguments[1]) : aggregate->usual;
    MEM_ROOM(gathered->values, gathered->count);
    gathered->values[gathered->count++] = sqlite3_value_double(arguments[0]);
}

static void finish_quantile(sqlite3_context *context, struct gathered *gathered)
{
    sqlite3_result_double(context,
                          num_quantile(gathered->values, gathered->count, gathered->parameter));
}

static void finish_stddev(sqlite3_context *context, struct gathered *gathered)
{
    if (gathered->count > 1)
        sqlite3_result_double(context, stats_sd(gathered->values, gathered->count));
}

static void finish_iqm(sqlite3_context *context, struct gathered *gathered)
{
    const size_t cut = gathered->count / 4;
    sqlite3_result_double(context, stats_mean(gathered->values + cut, gathered->count - 2 * cut));
}

/* The q-quantile of the means of resamples; NULL without a spread. */
static void finish_bootstrap(sqlite3_context *context, const struct gathered *gathered, double q)
{
    struct rng rng = rng_stream(0, RNG_BOOTSTRAP, 0, 0);
    double *means;
    if (!stats_has_spread(gathered->values, gathered->count))
        return;
    MEM_NEW(means, RESAMPLES);
    for (size_t i = 0; i < RESAMPLES; i++) {
        for (size_t k = 0; k < gathered->count; k++)
            means[i] += gathered->values[rng_below(&rng, (uint32_t)gathered->count)];
        means[i] /= (double)gathered->count;
    }
    sqlite3_result_double(context, num_quantile(means, RESAMPLES, q));
    mem_free(means);
}

static void finish_low(sqlite3_context *context, struct gathered *gathered)
{
    finish_bootstrap(context, gathered, (1 - gathered->parameter) / 2);
}

static void finish_high(sqlite3_context *context, struct gathered *gathered)
{
    finish_bootstrap(context, gathered, (1 + gathered->parameter) / 2);
}

/* Called once for every group, also after an error; without a result the value is NULL. */
static void finish(sqlite3_context *context)
{
    struct gathered *gathered = sqlite3_aggregate_context(context, 0);
    const struct aggregate *aggregate = sqlite3_user_data(context);
    if (!gathered)
        return;
    if (gathered->count) {
        /* Sorted, they do not depend on the order of the rows. */
        num_quantile(gathered->values, gathered->count, 0);
        aggregate->finish(context, gathered);
    }
    mem_free(gathered->values);
}

/* ---- Numbers for people -----------------------------------------------------------------------*/

/* Digits from least on, the function's second argument, or usual without it; false: NULL, or an
 * error. */
static bool take_digits(sqlite3_context *context, int count, sqlite3_value **arguments, int least,
                        int usual, int *ret_digits)
{
    const sqlite3_int64 digits = count > 1 ? sqlite3_value_int64(arguments[1]) : usual;
    if (sqlite3_value_type(arguments[0]) == SQLITE_NULL)
        return false;
    if (digits < least || digits > NUM_DECIMALS) {
        sqlite3_result_error(context, "wanted is a number of digits, 60 at most", -1);
        return false;
    }
    *ret_digits = (int)digits;
    return true;
}

static void give_text(sqlite3_context *context, struct str *text)
{
    sqlite3_result_text(context, str_text(text), -1, SQLITE_TRANSIENT);
    str_release(text);
}

static void fixed(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    struct str text = {0};
    int digits;
    if (!take_digits(context, count, arguments, 0, 0, &digits))
        return;
    str_addf(&text, count > 2 ? "%+.*f" : "%.*f", digits,
             num_rounded(sqlite3_value_double(arguments[0]), digits));
    give_text(context, &text);
}

static void significant(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    enum { USUAL = 6 };
    struct str text = {0};
    int digits;
    if (!take_digits(context, count, arguments, 1, USUAL, &digits))
        return;
    str_addf(&text, "%.*g", digits, sqlite3_value_double(arguments[0]));
    give_text(context, &text);
}

static void rounded(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    int digits;
    if (take_digits(context, count, arguments, 0, 0, &digits))
        sqlite3_result_double(context, num_rounded(sqlite3_value_double(arguments[0]), digits));
}

static void t_quantile(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    const double p = sqlite3_value_double(arguments[0]);
    const sqlite3_int64 df = sqlite3_value_int64(arguments[1]);
    for (int i = 0; i < count; i++)
        if (sqlite3_value_type(arguments[i]) == SQLITE_NULL)
            return;
    if (p > 0 && p < 1 && df > 0)
        sqlite3_result_double(context, stats_t_quantile(p, (size_t)df));
    else
        sqlite3_result_error(context, "t_quantile() wants p between 0 and 1, and df from 1 on", -1);
}

static int register_all(sqlite3 *db)
{
    static const char level[] = "a level between 0 and 1";
    static const struct aggregate aggregates[] = {
        {"median", 1, 0.5, NULL, false, finish_quantile},
        {"quantile", 2, 0, "a q from 0 to 1", true, finish_quantile},
        {"iqm", 1, 0, NULL, false, finish_iqm},
        {"stddev", 1, 0, NULL, false, finish_stddev},
        {"ci_low", 1, usual_level, NULL, false, finish_low},
        {"ci_low", 2, 0, level, false, finish_low},
        {"ci_high", 1, usual_level, NULL, false, finish_high},
        {"ci_high", 2, 0, level, false, finish_high},
    };
    static const struct function numbers[] = {
        {"fixed", 2, .call = fixed},
        {"fixed", 3, .call = fixed},
        {"significant", 1, .call = significant},
        {"significant", 2, .call = significant},
        {"rounded", 2, .call = rounded},
        {"t_quantile", 2, .call = t_quantile},
    };
    int code = SQLITE_OK;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers && code == SQLITE_OK; i++)
        code = function_add(db, &numbers[i]);
    for (size_t i = 0; i < sizeof aggregates / sizeof *aggregates && code == SQLITE_OK; i++)
        code = function_add(db, &(struct function){aggregates[i].name, aggregates[i].arguments,
                                                   .step = gather, .finish = finish,
                                                   .of = &aggregates[i]});
    if (code == SQLITE_OK)
        code = functions_kept_register(db);
    if (code == SQLITE_OK)
        code = selection_functions_register(db);
    return code == SQLITE_OK ? functions_scores_register(db) : code;
}

int functions_register(sqlite3 *db, struct err *err)
{
    return register_all(db) == SQLITE_OK ? 0 : err_set(err, "%s", sqlite3_errmsg(db));
}

#ifdef WINNOW_EXTENSION
/* The name that SQLite makes of winnow_functions.so. */
__attribute__((visibility("default"))) int
sqlite3_winnowfunctions_init(sqlite3 *db, char **ret_message,
                             const struct sqlite3_api_routines *api);
int sqlite3_winnowfunctions_init(sqlite3 *db, char **ret_message,
                                 const struct sqlite3_api_routines *api)
{
    SQLITE_EXTENSION_INIT2(api);
    struct err err;
    if (functions_register(db, &err) == 0)
        return SQLITE_OK;
    *ret_message = sqlite3_mprintf("%s", err.text);
    return SQLITE_ERROR;
}
#endif
