/*
 * What docs/statistics.md promises of base/anytime.h, counted: `make bench-anytime`, or
 *
 *     build/bench/anytime [RUNS]      100,000 by default: ten seconds of one processor
 *
 * Prints the tables of that page, the same each time. A path is the t after each of 20 values;
 * boundaries are compared on the same paths. Ends with 1 where a promise is broken.
 */
#include "base/anytime.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"

#include <math.h>
#include <stdio.h>

enum { LEAST = ANYTIME_USUAL_LEAST, MOST = ANYTIME_USUAL_MOST, LOOKS = MOST - LEAST + 1 };

/* ---- Paired differences -----------------------------------------------------------------------*/

/* Each of mean 0 and standard deviation 1, but for steps. */

static double normal(struct rng *rng)
{
    return rng_normal(rng);
}

static double t3(struct rng *rng)
{
    double squares = 0;
    for (size_t i = 0; i < 3; i++) {
        const double z = rng_normal(rng);
        squares += z * z;
    }
    return rng_normal(rng) / sqrt(squares); /* sqrt(3) t / sqrt(3), t's standard deviation */
}

static double lognormal(struct rng *rng, double sd)
{
    const double mean = exp(sd * sd / 2);
    return (exp(sd * rng_normal(rng)) - mean) / (mean * sqrt(exp(sd * sd) - 1));
}

static double skewed_half(struct rng *rng)
{
    return lognormal(rng, 0.16414);
}

static double skewed_one(struct rng *rng)
{
    return lognormal(rng, 0.31434);
}

static double exponential(struct rng *rng)
{
    return -log(1 - rng_uniform(rng)) - 1;
}

static double uniform(struct rng *rng)
{
    return sqrt(12) * (rng_uniform(rng) - 0.5);
}

/* Of accuracies of 10,000 samples; the difference has a standard deviation of 20 of them, and 1. */
static double twenty_steps(struct rng *rng)
{
    return nearbyint(20 * rng_normal(rng)) / 20;
}

static double one_step(struct rng *rng)
{
    return nearbyint(rng_normal(rng));
}

/* Two arms that share most of what a seed decides; the second one has twice the own spread. */
static double correlated(struct rng *rng)
{
    const double seed = 3 * rng_normal(rng);
    const double reference = seed + rng_normal(rng), arm = seed + 2 * rng_normal(rng);
    return (arm - reference) / sqrt(5);
}

static const struct kind {
    const char *name;
    double (*draw)(struct rng *rng);
    double step;
    bool promised; /* wrong answers of at most 5 % */
} kinds[] = {
    {"normal", normal, 0, true},
    {"Student's t, 3 degrees of freedom", t3, 0, true},
    {"correlated pairs, unequal spreads", correlated, 0, true},
    {"rounded to 1/10,000, spread of 20 steps", twenty_steps, 0.05, true},
    {"rounded to 1/10,000, spread of 1 step", one_step, 1, true},
    {"lognormal of skewness 0.5", skewed_half, 0, true},
    {"lognormal of skewness 1", skewed_one, 0, false},
    {"exponential (skewness 2)", exponential, 0, false},
    {"uniform", uniform, 0, false},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* ---- Paths ------------------------------------------------------------------------------------*/

struct paths {
    double (*t)[MOST + 1]; /* [runs], by n; 0 without a spread */
    size_t runs;
};

static struct paths simulate(size_t kind, double effect, size_t runs)
{
    struct paths paths = {.runs = runs};
    MEM_NEW(paths.t, runs);
    for (size_t run = 0; run < runs; run++) {
        const uint32_t stream = (uint32_t)(kind + KINDS * (size_t)(100 * effect));
        struct rng rng = rng_stream(1, RNG_BOOTSTRAP, stream, (uint32_t)run);
        double values[MOST];
        for (size_t n = 1; n <= MOST; n++) {
            values[n - 1] = kinds[kind].draw(&rng) + effect;
            if (n >= LEAST && stats_has_spread(values, n))
                paths.t[run][n] = stats_mean(values, n) * sqrt((double)n) /
                                  fmax(stats_sd(values, n), kinds[kind].step);
        }
    }
    return paths;
}

/* ---- Boundaries -------------------------------------------------------------------------------*/

struct boundary {
    double decides[MOST + 1], futile[MOST + 1]; /* as anytime_plan's */
};

struct count {
    double above, below, futile, seeds; /* shares of the runs, and mean */
};

static struct count follow(const struct paths *paths, const struct boundary *boundary)
{
    struct count count = {0};
    for (size_t run = 0; run < paths->runs; run++)
        for (size_t n = LEAST; n <= MOST; n++) {
            const double t = paths->t[run][n];
            const bool decided = fabs(t) >= boundary->decides[n];
            const bool futile = !decided && fabs(t) <= boundary->futile[n];
            if (!decided && !futile && n < MOST)
                continue;
            count.above += decided && t > 0;
            count.below += decided && t < 0;
            count.futile += futile && n < MOST;
            count.seeds += (double)n;
            break;
        }
    const double runs = (double)paths->runs;
    return (struct count){count.above / runs, count.below / runs, count.futile / runs,
                          count.seeds / runs};
}

static double answered(struct count count)
{
    return 100 * (count.above + count.below);
}

static struct boundary planned(const struct anytime_plan *plan, bool gives_up)
{
    struct boundary boundary;
    for (size_t n = 0; n <= MOST; n++) {
        boundary.decides[n] = n < LEAST ? (double)INFINITY : plan->decides[n];
        boundary.futile[n] = gives_up && n < MOST ? plan->futile[n] : -1;
    }
    return boundary;
}

/* Student's quantile at the nominal level of c (MOST / n)^power standard normal deviations: power 0
 * is Pocock's, 0.5 O'Brien and Fleming's, between them Wang and Tsiatis's. */
static struct boundary nominal(double c, double power)
{
    struct boundary boundary;
    for (size_t n = 0; n <= MOST; n++) {
        const double z = n < LEAST ? 0 : c * pow((double)MOST / (double)n, power);
        boundary.decides[n] =
            z > 0 && z < 8 ? -stats_t_quantile(stats_normal_cdf(-z), n - 1) : (double)INFINITY;
        boundary.futile[n] = -1;
    }
    return boundary;
}

static struct boundary calibrated(const struct paths *none, double power)
{
    double low = 1, high = 4;
    while (high - low > 1e-6) {
        const double c = (low + high) / 2;
        const struct boundary boundary = nominal(c, power);
        const struct count count = follow(none, &boundary);
        *(count.above + count.below > STATS_ALPHA ? &low : &high) = c;
    }
    return nominal(high, power);
}

/* One look, after all values. */
static struct boundary one_look(void)
{
    struct boundary boundary;
    for (size_t n = 0; n <= MOST; n++) {
        boundary.decides[n] =
            n < MOST ? (double)INFINITY : stats_t_quantile(1 - STATS_ALPHA / 2, n - 1);
        boundary.futile[n] = -1;
    }
    return boundary;
}

/* ---- Tables -----------------------------------------------------------------------------------*/

static void print_plan(const struct anytime_plan *plan)
{
    puts("| seeds | decided from abs(t) | in place of | given up to abs(t) |\n|--:|--:|--:|--:|");
    for (size_t n = LEAST; n <= MOST; n++) {
        printf("| %zu | %.2f | %.2f | ", n, plan->decides[n],
               stats_t_quantile(1 - STATS_ALPHA / 2, n - 1));
        printf(n < MOST && plan->futile[n] >= 0 ? "%.2f |\n" : "- |\n", plan->futile[n]);
    }
}

/* Per cent of the runs that were answered, though the mean is at the bound. */
static bool print_levels(const struct anytime_plan *plan, size_t runs)
{
    const struct boundary gives_up = planned(plan, true), patient = planned(plan, false),
                          once = one_look(),
                          careless = nominal(stats_normal_quantile(1 - STATS_ALPHA / 2), 0);
    bool kept = true;
    puts("\n| differences | any answer | the likelier one | interval misses | t once, after 20 | t "
         "at every look |\n|---|--:|--:|--:|--:|--:|");
    for (size_t k = 0; k < KINDS; k++) {
        struct paths paths = simulate(k, 0, runs);
        const struct count ours = follow(&paths, &gives_up);
        const double worse = fmax(ours.above, ours.below);
        printf("| %s | %.2f | %.2f | %.2f | %.2f | %.2f |\n", kinds[k].name, answered(ours),
               100 * worse, answered(follow(&paths, &patient)), answered(follow(&paths, &once)),
               answered(follow(&paths, &careless)));
        kept = kept && (!kinds[k].promised || worse <= STATS_ALPHA);
        mem_free(paths.t);
    }
    return kept;
}

/* Answers by the true effect, the bound being 0. */
static bool print_seeds(const struct anytime_plan *plan, size_t runs)
{
    static const struct {
        double effect, seeds; /* at most so many; 0: no promise */
    } rows[] = {{0, 0},     {0.1, 0}, {0.25, 0}, {0.5, 0}, {1, 10.6},
                {1.5, 7.0}, {2, 5.6}, {3, 4.4},  {5, 0},   {20, 0}};
    const struct boundary ours = planned(plan, true), fixed = one_look();
    bool kept = true;
    puts("\n| effect, sd | seeds | answered | wrongly | given up | answered by 20 seeds, looked at "
         "once |\n|--:|--:|--:|--:|--:|--:|");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct paths paths = simulate(0, rows[i].effect, runs);
        const struct count count = follow(&paths, &ours), once = follow(&paths, &fixed);
        printf("| %g | %.2f | %.1f | %.2f | %.1f | %.1f |\n", rows[i].effect, count.seeds,
               answered(count), rows[i].effect > 0 ? 100 * count.below : answered(count),
               100 * count.futile, answered(once));
        kept = kept && (!rows[i].seeds || count.seeds <= rows[i].seeds) &&
               (rows[i].effect != 1 || count.above >= once.above - 0.05);
        mem_free(paths.t);
    }
    return kept;
}

/* Seeds until decided, of boundaries of the same level. */
static void print_boundaries(const struct anytime_plan *plan, size_t runs)
{
    static const double effects[] = {1, 1.5, 2, 3, 20};
    enum { EFFECTS = sizeof effects / sizeof *effects };
    struct anytime_plan longer;
    anytime_plan(LEAST, ANYTIME_MOST, STATS_ALPHA, &longer);
    struct paths none = simulate(0, 0, runs), paths[EFFECTS];
    const struct {
        const char *name;
        struct boundary boundary;
    } rows[] = {
        {"winnow's", planned(plan, true)},
        {"without giving up", planned(plan, false)},
        {"the same evidence, looks up to 200 seeds", planned(&longer, false)},
        {"Pocock: the same nominal level at each look", calibrated(&none, 0)},
        {"Wang and Tsiatis, 0.25", calibrated(&none, 0.25)},
        {"O'Brien and Fleming", calibrated(&none, 0.5)},
    };
    for (size_t i = 0; i < EFFECTS; i++)
        paths[i] = simulate(0, effects[i], runs);
    puts("\n| boundary | 1 sd | 1.5 sd | 2 sd | 3 sd | 20 sd | answered at 1 sd "
         "|\n|---|--:|--:|--:|--:|--:|--:|");
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        printf("| %s |", rows[k].name);
        for (size_t i = 0; i < EFFECTS; i++)
            printf(" %.2f |", follow(&paths[i], &rows[k].boundary).seeds);
        printf(" %.1f |\n", 100 * follow(&paths[0], &rows[k].boundary).above);
    }
    for (size_t i = 0; i < EFFECTS; i++)
        mem_free(paths[i].t);
    mem_free(none.t);
    anytime_plan_release(&longer);
}

int main(int argc, char **argv)
{
    int64_t runs = 100000;
    if (argc > 2 || (argc == 2 && (!str_parse_int(argv[1], &runs) || runs < 1 || runs > 1000000))) {
        fputs("usage: anytime [RUNS], up to 1,000,000\n", stderr);
        return 2;
    }
    struct anytime_plan plan;
    anytime_plan(LEAST, MOST, STATS_ALPHA, &plan);
    print_plan(&plan);
    const bool level = print_levels(&plan, (size_t)runs), seeds = print_seeds(&plan, (size_t)runs);
    print_boundaries(&plan, (size_t)runs);
    anytime_plan_release(&plan);
    if (!level || !seeds)
        fprintf(stderr, "anytime: %s\n", level ? "more seeds than promised" : "too many wrong");
    return !level || !seeds;
}
