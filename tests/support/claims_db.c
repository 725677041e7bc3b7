#include "tests/support/claims_db.h"

#include "harness/ask/cell_functions.h"
#include "tests/support/made_db.h"

#include <criterion/criterion.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 64, SAMPLES = 10 };

static const char made_hash[] = "0000000000000000000000000000000000000000000000000000000000000000";
static const double tolerance = 1e-4; /* t has seven digits, means are sums of a few */

struct store *claims_store;
static struct arena arena;
struct claims_run claims_runs[MOST];
static size_t count;

void claims_open(const char *name)
{
    struct err err;
    claims_store = must_open(made_path(name), STORE_WRITE);
    cr_assert_eq(cell_functions_register(store_sqlite(claims_store), &err), 0, "%s", err.text);
    count = 0;
}

void claims_close(void)
{
    store_close(claims_store);
    arena_release(&arena);
}

void claims_add(struct claims_run run)
{
    cr_assert_lt(count, MOST);
    claims_runs[count++] = run;
}

/* Three seeds, whose accuracies are percent - spread, percent, percent + spread. */
void claims_add_seeds(struct claims_run run, double spread)
{
    for (int seed = 0; seed < 3; seed++) {
        struct claims_run one = run;
        const double slower = run.pace > 0 ? pow(run.pace, seed - 1) : 1;
        one.seed = seed;
        one.percent += spread * (seed - 1);
        one.score_s *= slower;
        one.select_s *= slower;
        one.train_s *= slower;
        one.early_s *= slower;
        claims_add(one);
    }
}

static int64_t ns(double seconds)
{
    return llround(seconds * 1e9);
}

static void record_parts(int64_t attempt, const struct claims_run *run)
{
    struct err err;
    const double charged = run->score_s + run->select_s + run->train_s;
    const struct record_epoch epochs[CLAIMS_EPOCHS] = {
        {.epoch = 1,
         .val_accuracy = (double)NAN,
         .test_accuracy = run->early_percent / 100,
         .charged_ns = ns(run->early_s)},
        {.epoch = 2,
         .val_accuracy = (double)NAN,
         .test_accuracy = run->percent / 100,
         .charged_ns = ns(charged)},
    };
    const struct record_solver solver = {0, 1, "annealed", run->objective, 1, 1};
    for (int i = 0; i < CLAIMS_EPOCHS; i++) {
        const uint8_t bitmap[] = {(uint8_t)run->chosen[i], (uint8_t)(run->chosen[i] >> 8)};
        const struct record_selection selection = {
            .epoch = i,
            .n = SAMPLES,
            .kept = __builtin_popcount(run->chosen[i]),
            .bitmap = bitmap,
            .classes = 1,
            .class_kept = (const int64_t[]){__builtin_popcount(run->chosen[i])},
            .noise_kept = -1,
        };
        if (run->early_s > 0)
            cr_assert_eq(store_put(claims_store, attempt,
                                   &(struct record){.kind = RECORD_EPOCH, .epoch = epochs[i]},
                                   &err),
                         0, "%s", err.text);
        if (run->chosen[i])
            cr_assert_eq(
                store_put(claims_store, attempt,
                          &(struct record){.kind = RECORD_SELECTION, .selection = selection}, &err),
                0, "%s", err.text);
    }
    const struct record_data data = {"", made_hash, run->test_n};
    if (run->test_n)
        cr_assert_eq(store_put(claims_store, attempt,
                               &(struct record){.kind = RECORD_DATA, .data = data}, &err),
                     0, "%s", err.text);
    if (run->gap != 0)
        cr_assert_eq(store_put(claims_store, attempt,
                               &(struct record){.kind = RECORD_SOLVER, .solver = solver}, &err),
                     0, "%s", err.text);
}

static void record_run(const char *key, const struct claims_run *run)
{
    struct record_end end = record_end_of(run->diverged ? ATTEMPT_DIVERGED : ATTEMPT_DONE);
    int64_t attempt;
    struct err err;
    cr_assert_eq(store_attempt_begin(claims_store, key, &made_environment, 0, &attempt, &err), 0);
    record_parts(attempt, run);
    end.test_accuracy = run->diverged ? (double)NAN : run->percent / 100;
    end.phase_ns[PHASE_SCORE] = ns(run->score_s);
    end.phase_ns[PHASE_SELECT] = ns(run->select_s);
    end.phase_ns[PHASE_TRAIN] = ns(run->train_s);
    end.wall_ns = ns(run->score_s + run->select_s + run->train_s);
    end.train_n = CLAIMS_TRAIN_N;
    end.kept_fraction = 1 - run->rate;
    end.work.flops = run->flops;
    if (run->gap != 0) {
        end.train_loss = 1;
        end.test_loss = 1 + run->gap;
    }
    end.timing.reason = run->doubtful ? "disturbed" : NULL;
    cr_assert_eq(
        store_put(claims_store, attempt, &(struct record){.kind = RECORD_END, .end = end}, &err), 0,
        "%s", err.text);
}

void claims_record(void)
{
    static const struct store_experiment made = {.name = "made", .file = "made.yaml", .yaml = ""};
    static struct store_cell cells[MOST];
    static char keys[MOST][65];
    struct err err;
    for (size_t i = 0; i < count; i++) {
        const struct claims_run *run = &claims_runs[i];
        snprintf(keys[i], sizeof keys[i], "%064zx", i + 1);
        cells[i] = (struct store_cell){
            .key = keys[i],
            .json = "{}",
            .dataset = "d",
            .model = "mlp",
            .model_label = run->model ? run->model : "mlp",
            .pruner = run->pruner,
            .options = run->options ? run->options : "",
            .rate = run->rate,
            .seed = run->seed,
            .epochs = CLAIMS_EPOCHS,
        };
    }
    cr_assert_eq(store_experiment(claims_store, &made, cells, count, &err), 0, "%s", err.text);
    for (size_t i = 0; i < count; i++)
        record_run(keys[i], &claims_runs[i]);
}

/* What becomes of a claim with the runs that were added. */
struct paper_finding claims_find(const char *id)
{
    struct paper_finding finding = {0};
    struct err err;
    claims_record();
    for (size_t i = 0; paper_claim_at(i); i++)
        if (strcmp(paper_claim_at(i)->id, id) == 0)
            cr_assert_eq(paper_find(store_sqlite(claims_store), paper_claim_at(i), "made", &arena,
                                    &finding, &err),
                         0, "%s", err.text);
    cr_assert_not_null(finding.claim, "no claim %s", id);
    return finding;
}

void claims_expect(const struct paper_finding *finding, enum paper_verdict expected)
{
    cr_expect_eq(finding->verdict, expected, "%s: %s, expected %s", finding->claim->id,
                 paper_verdict_names[finding->verdict], paper_verdict_names[expected]);
}

const struct paper_line *claims_line_of(const struct paper_finding *finding, const char *arm,
                                        const char *measure)
{
    for (size_t i = 0; i < finding->count; i++)
        if (strcmp(finding->lines[i].arm, arm) == 0 &&
            strcmp(finding->lines[i].measure, measure) == 0)
            return &finding->lines[i];
    for (size_t i = 0; i < finding->count; i++)
        fprintf(stderr, "line: '%s', '%s'\n", finding->lines[i].arm, finding->lines[i].measure);
    cr_assert_fail("%s has no line '%s', '%s'", finding->claim->id, arm, measure);
    return NULL;
}

static void expect_near(const char *what, double found, double expected)
{
    cr_expect(fabs(found - expected) <= tolerance * fmax(1, fabs(expected)), "%s: %.9g, not %.9g",
              what, found, expected);
}

void claims_expect_line(const struct paper_finding *finding, const char *arm, const char *measure,
                        size_t n, double mean, double low, double high, enum paper_verdict verdict)
{
    const struct paper_line *line = claims_line_of(finding, arm, measure);
    cr_expect_eq(line->n, n, "%s, %s: n = %zu, expected %zu", arm, measure, line->n, n);
    expect_near(arm, line->mean, mean);
    if (n > 1 && !isnan(low)) {
        expect_near(arm, line->interval.low, low);
        expect_near(arm, line->interval.high, high);
    } else {
        cr_expect(isnan(line->interval.low) && isnan(line->interval.high));
    }
    cr_expect_eq(line->verdict, verdict, "%s, %s: %s, expected %s", arm, measure,
                 paper_verdict_names[line->verdict], paper_verdict_names[verdict]);
}
