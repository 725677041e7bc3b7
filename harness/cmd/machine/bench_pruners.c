#include "harness/cmd/machine/bench_pruners.h"

#include "base/num.h"
#include "harness/bench/bench.h"
#include "harness/bench/pruners.h"
#include "harness/cmd/machine/bench_table.h"
#include "harness/machine/environment.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_SIZES = 8, MOST_PRUNERS = 128, MOST_SAMPLES = 10000000 };

struct entry {
    const char *text, *label; /* as it was asked for; as winnow writes it */
    struct bench_pruner_setting setting;
    json_t *answers[MOST_SIZES]; /* NULL: none yet */
};

struct job {
    const struct bench_values *asked;
    const char *const *names;
    size_t sizes[MOST_SIZES], size_count;
    struct entry entries[MOST_PRUNERS];
    size_t count;
    struct arena arena;
};

/* ---- The command line ---- */

static int read_sizes(struct job *job, struct err *err)
{
    const char *samples = job->asked->samples ? job->asked->samples : "5000,50000";
    char *text = arena_strdup(&job->arena, samples);
    size_t before = 0;
    for (char *next = text; next;) {
        char *word = next, *comma = strchr(word, ',');
        int64_t value;
        next = comma ? comma + 1 : NULL;
        if (comma)
            *comma = '\0';
        if (!str_parse_int(word, &value) || value <= (int64_t)before || value > MOST_SAMPLES ||
            job->size_count == MOST_SIZES)
            return err_set(err,
                           "--samples: expected rising numbers from 1 to %d, at most %d of them, "
                           "as in 5000,50000, found '%.64s'",
                           MOST_SAMPLES, MOST_SIZES, samples);
        before = job->sizes[job->size_count++] = (size_t)value;
    }
    return 0;
}

static int read_job(struct job *job, struct err *err)
{
    const struct bench_values *asked = job->asked;
    const bool all = !job->names[0];
    if (read_sizes(job, err))
        return -1;
    for (size_t i = 0; all ? pruner_at(i) != NULL : job->names[i] != NULL; i++) {
        REQUIRE(i < MOST_PRUNERS);
        struct entry *entry = &job->entries[job->count++];
        entry->text = all ? pruner_at(i)->name : job->names[i];
        entry->setting = (struct bench_pruner_setting){
            .feature_count = (size_t)asked->features,
            .classes = asked->classes,
            .epochs = asked->epochs,
            .rounds = asked->rounds,
            .threads = asked->threads,
            .rate = asked->rate,
        };
        if (bench_pruner_parse(entry->text, &job->arena, &entry->setting, &entry->label, err))
            return -1;
    }
    return 0;
}

/* ---- The process that measures ---- */

static json_t *solutions_json(const struct bench_pruner_result *result)
{
    json_t *array = json_array();
    for (int i = 0; i < result->solution_count; i++) {
        const struct pruner_solution *s = &result->solutions[i];
        json_array_append_new(
            array, json_pack("{s:s, s:f, s:I, s:f}", "method", s->method, "objective", s->objective,
                             "moves", (json_int_t)s->moves, "seconds", 1e-9 * (double)s->ns));
    }
    return array;
}

static json_t *result_json(const struct bench_pruner_result *r)
{
    json_t *object =
        json_pack("{s:i, s:i, s:f, s:f, s:f, s:f, s:f, s:I, s:I, s:I, s:o}", "rounds", r->rounds,
                  "passes", r->passes, "observe_s", r->observe_s, "score_s", r->score_s, "select_s",
                  r->select_s, "drop_s", r->drop_s, "round_s", r->round_s, "made_up_bytes",
                  (json_int_t)r->made_up_bytes, "state_bytes", (json_int_t)r->state_bytes,
                  "peak_bytes", (json_int_t)r->peak_bytes, "solutions", solutions_json(r));
    REQUIRE(object);
    return object;
}

static json_t *reason_json(const char *name, const char *reason)
{
    return json_pack("{s:s}", name, reason);
}

static void serve(struct job *job)
{
    struct entry *entry = &job->entries[0];
    struct bench_pruner_result result;
    struct err err;
    bool refused;
    entry->setting.n = job->sizes[0];
    json_t *answer = bench_pruner_measure(&entry->setting, &result, &refused, &err)
                         ? reason_json(refused ? "left_out" : "failed", err.text)
                         : result_json(&result);
    json_dumpf(answer, stdout, JSON_REAL_PRECISION(15));
    printf("\n");
    json_decref(answer);
}

/* ---- The process that asks ---- */

static json_t *ask(struct job *job, const struct entry *entry, size_t n)
{
    struct arena *arena = &job->arena;
    const struct bench_values *asked = job->asked;
    const char *const argv[] = {
        "winnow",
        "bench",
        "--pruners",
        "--serve",
        entry->text,
        "--samples",
        arena_printf(arena, "%zu", n),
        "--features",
        arena_printf(arena, "%d", asked->features),
        "--classes",
        arena_printf(arena, "%d", asked->classes),
        "--epochs",
        arena_printf(arena, "%d", asked->epochs),
        "--rounds",
        arena_printf(arena, "%d", asked->rounds),
        "--threads",
        arena_printf(arena, "%d", asked->threads),
        "--rate",
        arena_printf(arena, "%.15g", asked->rate),
        NULL,
    };
    json_t *answer;
    struct err err;
    if (bench_pruner_ask(argv, &answer, &err)) {
        err_prefix(&err, "%s: ", entry->setting.pruner->name);
        answer = reason_json("failed", err.text);
    }
    return answer;
}

static double number(const json_t *answer, const char *name)
{
    return json_number_value(json_object_get(answer, name));
}

static const char *reason_of(const json_t *answer, const char *name)
{
    return json_string_value(json_object_get(answer, name));
}

static bool is_measured(const json_t *answer)
{
    return json_object_get(answer, "rounds") != NULL;
}

static void measure(struct job *job)
{
    for (size_t i = 0; i < job->count; i++)
        for (size_t s = 0; s < job->size_count; s++) {
            struct entry *entry = &job->entries[i];
            cmd_say("[%zu/%zu] %s, %zu samples: ", i + 1, job->count, entry->label, job->sizes[s]);
            fflush(stderr);
            const json_t *answer = entry->answers[s] = ask(job, entry, job->sizes[s]);
            if (is_measured(answer))
                cmd_say("%.3g s, %.0f MiB\n", number(answer, "round_s"),
                        number(answer, "peak_bytes") / mebibyte);
            else
                cmd_say("%s\n", reason_of(answer, "failed") ? "failed" : "left out");
        }
}

/* Between the first and the last size that were measured; NAN where there are not two. */
static double growth(const struct job *job, const struct entry *entry)
{
    size_t first = job->size_count, last = 0;
    for (size_t s = 0; s < job->size_count; s++)
        if (is_measured(entry->answers[s])) {
            first = s < first ? s : first;
            last = s;
        }
    if (last <= first)
        return (double)NAN;
    return bench_pruner_growth(job->sizes[first], number(entry->answers[first], "round_s"),
                               job->sizes[last], number(entry->answers[last], "round_s"));
}

/* Seconds at asked->to samples, by what was measured at the last size and that growth. */
static double extrapolated(const struct job *job, const struct entry *entry)
{
    const size_t last = job->size_count - 1;
    const double times = (double)job->asked->to / (double)job->sizes[last];
    return number(entry->answers[last], "round_s") * pow(times, growth(job, entry));
}

/* ---- For programs ---- */

static json_t *real_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static void print_json(const struct job *job, double foreign)
{
    const struct bench_values *asked = job->asked;
    json_t *pruners = json_array();
    for (size_t i = 0; i < job->count; i++) {
        const struct entry *entry = &job->entries[i];
        const double at_to = job->asked->to ? extrapolated(job, entry) : (double)NAN;
        json_t *sizes = json_array();
        for (size_t s = 0; s < job->size_count; s++) {
            json_t *size = json_pack("{s:I}", "samples", (json_int_t)job->sizes[s]);
            json_object_update(size, entry->answers[s]);
            json_array_append_new(sizes, size);
        }
        json_array_append_new(pruners,
                              json_pack("{s:s, s:o, s:o, s:o}", "pruner", entry->label, "growth",
                                        real_or_null(growth(job, entry)), "extrapolated_s",
                                        real_or_null(at_to), "sizes", sizes));
    }
    cmd_print_json(json_pack(
        "{s:i, s:i, s:f, s:i, s:i, s:s, s:o, s:o}", "features", asked->features, "classes",
        asked->classes, "rate", asked->rate, "epochs", asked->epochs, "threads", asked->threads,
        "cpu", cpu_model().name, "foreign_cpu", real_or_null(foreign), "pruners", pruners));
}

/* ---- For people ---- */

static void print_if_any(struct table *table)
{
    if (table_rows(table) > 0) {
        printf("\n");
        bench_table_print(table);
    } else {
        table_release(table);
    }
}

/* 0.0123 s, 0.0004 s, 0 s; "-" where there was nothing to measure. */
static void add_seconds(struct table *table, double seconds)
{
    const double small = 1e-3;
    if (seconds < small)
        seconds = seconds > 0 ? num_rounded(seconds, 4) : (double)NAN;
    bench_table_number(table, seconds, 3);
}

/* 1234, 12, 0.76, 0.01 MiB. */
static void add_memory(struct table *table, double bytes)
{
    const double small = 0.1, mebibytes = bytes / mebibyte;
    bench_table_number(table, mebibytes < small ? num_rounded(mebibytes, 2) : mebibytes, 2);
}

static bool any_drops(const struct job *job)
{
    for (size_t i = 0; i < job->count; i++)
        for (size_t s = 0; s < job->size_count; s++)
            if (number(job->entries[i].answers[s], "drop_s") > 0)
                return true;
    return false;
}

static void add_costs(struct table *table, const struct entry *entry, size_t n,
                      const json_t *answer, bool drops)
{
    const double passes = number(answer, "passes"), observe_s = number(answer, "observe_s");
    bench_table_text(table, entry->label);
    bench_table_number(table, (double)n, 1);
    bench_table_number(table, passes, 1);
    bench_table_number(table, passes > 0 ? 1e3 * observe_s : (double)NAN, 2);
    add_seconds(table, number(answer, "score_s"));
    add_seconds(table, number(answer, "select_s"));
    if (drops)
        add_seconds(table, number(answer, "drop_s"));
    add_seconds(table, number(answer, "round_s"));
    add_memory(table, number(answer, "peak_bytes"));
    add_memory(table, number(answer, "made_up_bytes"));
    add_memory(table, number(answer, "state_bytes"));
    bench_table_number(table, number(answer, "rounds"), 1);
}

static void print_costs(const struct job *job)
{
    char to[32];
    snprintf(to, sizeof to, "at %d s", job->asked->to);
    const char *const names[] = {
        "pruner", "samples",  "passes", "observe ms", "score s", "select s", "drop s",
        "all s",  "peak MiB", "lent",   "state",      "rounds",  "growth",   to};
    const bool drops = any_drops(job), extrapolates = job->asked->to > 0;
    const size_t count = sizeof names / sizeof *names - !extrapolates;
    struct table table = {.columns = drops ? count : count - 1};
    for (size_t c = 0; c < count; c++)
        if (drops || strcmp(names[c], "drop s") != 0)
            bench_table_text(&table, names[c]);
    for (size_t i = 0; i < job->count; i++) {
        const struct entry *entry = &job->entries[i];
        for (size_t s = 0; s < job->size_count; s++) {
            const bool last = s + 1 == job->size_count;
            if (!is_measured(entry->answers[s]))
                continue;
            add_costs(&table, entry, job->sizes[s], entry->answers[s], drops);
            bench_table_number(&table, last ? growth(job, entry) : (double)NAN, 3);
            if (extrapolates)
                bench_table_number(&table, last ? extrapolated(job, entry) : (double)NAN, 3);
        }
    }
    print_if_any(&table);
}

static void print_solutions(const struct job *job)
{
    static const char *const names[] = {"pruner", "samples", "solution", "objective", "moves", "s"};
    struct table table;
    bench_table_start(&table, names, sizeof names / sizeof *names);
    for (size_t i = 0; i < job->count; i++)
        for (size_t s = 0; s < job->size_count; s++) {
            const json_t *solution;
            size_t j;
            json_array_foreach(json_object_get(job->entries[i].answers[s], "solutions"), j,
                               solution)
            {
                bench_table_text(&table, job->entries[i].label);
                bench_table_number(&table, (double)job->sizes[s], 1);
                bench_table_text(&table, reason_of(solution, "method"));
                bench_table_number(&table, number(solution, "objective"), 5);
                bench_table_number(&table, number(solution, "moves"), 1);
                add_seconds(&table, number(solution, "seconds"));
            }
        }
    print_if_any(&table);
}

static void print_reasons(const struct job *job, const char *name, const char *title)
{
    for (size_t i = 0; i < job->count; i++)
        for (size_t s = 0; s < job->size_count; s++) {
            const char *reason = reason_of(job->entries[i].answers[s], name);
            if (reason)
                printf("\n%s at %zu samples: %s\n", title, job->sizes[s], reason);
        }
}

static void print_all(const struct job *job)
{
    const struct bench_values *asked = job->asked;
    printf("%s: %d thread%s; a made-up training of %d epochs, %d features, %d classes, rate %g; "
           "medians;\nmemory in MiB: the process's peak, and in it the arrays it is lent and its "
           "state\n",
           cpu_model().name, asked->threads, STR_PLURAL(asked->threads), asked->epochs,
           asked->features, asked->classes, asked->rate);
    print_costs(job);
    print_solutions(job);
    print_reasons(job, "left_out", "left out");
    print_reasons(job, "failed", "FAILED");
}

static bool any_failed(const struct job *job)
{
    for (size_t i = 0; i < job->count; i++)
        for (size_t s = 0; s < job->size_count; s++)
            if (reason_of(job->entries[i].answers[s], "failed"))
                return true;
    return false;
}

static int run(struct job *job)
{
    struct bench_watch watch;
    bench_watch_start(&watch);
    measure(job);
    const double foreign = bench_watch_foreign(&watch);
    if (job->asked->json)
        print_json(job, foreign);
    else
        print_all(job);
    bench_warn_of_others(foreign, "the seconds are too many");
    const int code = any_failed(job) ? EXIT_CELLS_FAILED : EXIT_DONE;
    for (size_t i = 0; i < job->count; i++)
        for (size_t s = 0; s < job->size_count; s++)
            json_decref(job->entries[i].answers[s]);
    return code;
}

int cmd_bench_pruners(const struct cmd_line *line, char **argv, const struct bench_values *asked,
                      const char *const *names)
{
    struct job *job;
    struct err err;
    int code = EXIT_DONE;
    MEM_NEW(job, 1);
    job->asked = asked;
    job->names = names;
    if (read_job(job, &err)) {
        code = cmd_fail(line, EXIT_USAGE, err.text);
    } else {
        if (environment_correct_blas(argv, asked->threads, &err))
            cmd_say("winnow bench: %s\n", err.text);
        if (asked->serve)
            serve(job);
        else
            code = run(job);
    }
    arena_release(&job->arena);
    mem_free(job);
    return code;
}
