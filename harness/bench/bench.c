#include "harness/bench/bench.h"

#include "base/num.h"
#include "base/time.h"
#include "harness/cell/cell.h"
#include "harness/machine/checkup.h"
#include "harness/machine/disturbance.h"
#include "models/nn/peak.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { CLASSES = 10, WARM_STEPS = 2, MOST_THREADS = 256, GEMM_SIZE = 1024, GEMM_RUNS = 5 };

/* The reference recipe, with a rate that made-up data cannot make diverge. */
static const double LR = 0.01, MOMENTUM = 0.9, WEIGHT_DECAY = 5e-4;

const char *const bench_phase_names[] = {
    [BENCH_FORWARD] = "forward", [BENCH_LOSS] = "loss", [BENCH_BACKWARD] = "backward",
    [BENCH_UPDATE] = "update",   [BENCH_PHASES] = NULL,
};

/* ---- What is asked for ---- */

int bench_model_parse(const char *text, struct arena *arena, struct bench_model *ret_model,
                      struct err *err)
{
    struct choice choice;
    if (choice_parse(&model_shelf, text, arena, &choice, err))
        return -1;
    *ret_model = (struct bench_model){
        .model = (const void *)choice.kind,
        .options = choice.options,
        .label = cell_label(choice.kind, choice.options, arena),
    };
    return 0;
}

struct nn_shape bench_usual_input(const struct model *model)
{
    static const char *const of_digits[] = {"softmax", "mlp", "lenet"};
    for (size_t i = 0; i < sizeof of_digits / sizeof *of_digits; i++)
        if (strcmp(model->name, of_digits[i]) == 0)
            return (struct nn_shape){28, 28, 1};
    return (struct nn_shape){32, 32, 3};
}

int bench_input_parse(const char *text, struct nn_shape *ret_input, struct err *err)
{
    enum { MOST = 4096 };
    int sides[3] = {0};
    const char *p = text;
    for (int i = 0; i < 3; i++) {
        for (; isdigit((unsigned char)*p) && sides[i] <= MOST; p++)
            sides[i] = 10 * sides[i] + (*p - '0');
        const char expected = i < 2 ? 'x' : '\0';
        if (sides[i] < 1 || sides[i] > MOST || *p != expected)
            return err_set(err, "expected HEIGHTxWIDTHxCHANNELS, as in 28x28x1, not '%.64s'", text);
        p++;
    }
    *ret_input = (struct nn_shape){sides[0], sides[1], sides[2]};
    return 0;
}

/* ---- One network ---- */

int bench_open(struct bench *bench, const struct bench_setting *setting, struct err *err)
{
    const struct bench_model *model = &setting->model;
    struct nn_net *net;
    if (model_build(model->model, model->options, setting->input, CLASSES, &net, err))
        return -1;
    nn_net_plan(net, setting->batch, setting->eval_batch, &setting->engine);
    nn_net_init(net, 0);
    nn_zero_gradients(net); /* from here on each update leaves them so */
    *bench = (struct bench){.setting = *setting, .net = net};
    const struct optimizer_setting usual = {.momentum = MOMENTUM, .weight_decay = WEIGHT_DECAY};
    optimizer_init(&bench->optimizer, &usual, net);
    MEM_NEW(bench->labels, (size_t)setting->batch);
    struct rng rng = rng_stream(0, RNG_SYNTHETIC, 0, 0);
    for (int i = 0; i < setting->batch; i++)
        bench->labels[i] = (uint8_t)rng_below(&rng, CLASSES);
    const struct nn_shape in = setting->input;
    const int rows = setting->batch > setting->eval_batch ? setting->batch : setting->eval_batch;
    const size_t count = (size_t)rows * (size_t)in.h * (size_t)in.w * (size_t)in.c;
    float *pictures = nn_input_buffer(net);
    for (size_t i = 0; i < count; i++)
        pictures[i] = (float)(2 * rng_uniform(&rng) - 1);
    if (model->model->prepare)
        model->model->prepare(net, model->options, pictures, (size_t)rows);
    return 0;
}

void bench_close(struct bench *bench)
{
    nn_net_free(bench->net);
    optimizer_release(&bench->optimizer);
    MEM_FREE(bench->labels, bench->times);
    *bench = (struct bench){0};
}

static double seconds_between(int64_t start, int64_t end)
{
    return 1e-9 * (double)(end - start);
}

static int rows_of(const struct bench *bench)
{
    return bench->setting.rows ? bench->setting.rows : bench->setting.batch;
}

/* Adds the phases' seconds to phase_s; returns those of the whole step. */
static double step(struct bench *bench, double phase_s[BENCH_PHASES])
{
    struct nn_net *net = bench->net;
    const int n = rows_of(bench);
    int64_t at[BENCH_PHASES + 1];
    at[BENCH_FORWARD] = time_now();
    nn_forward(net, n, &(struct nn_mode){.train = true, .step = bench->steps++});
    at[BENCH_LOSS] = time_now();
    nn_loss(net, n, bench->labels, NULL, 0, NULL);
    at[BENCH_BACKWARD] = time_now();
    nn_backward(net, n);
    at[BENCH_UPDATE] = time_now();
    optimizer_step(&bench->optimizer, net, LR, 0);
    at[BENCH_PHASES] = time_now();
    for (int phase = 0; phase < BENCH_PHASES; phase++)
        phase_s[phase] += seconds_between(at[phase], at[phase + 1]);
    return seconds_between(at[0], at[BENCH_PHASES]);
}

static double look(struct bench *bench)
{
    const int64_t start = time_now();
    nn_forward(bench->net, bench->setting.eval_batch, &(struct nn_mode){.train = false});
    return seconds_between(start, time_now());
}

void bench_warm(struct bench *bench)
{
    double unused[BENCH_PHASES] = {0};
    for (int i = 0; i < WARM_STEPS; i++)
        step(bench, unused);
    look(bench);
}

static void keep_time(struct bench *bench, size_t i, double seconds)
{
    if (i == bench->time_room) {
        const size_t room = i ? 2 * i : 1024;
        MEM_GROW(bench->times, i, room);
        bench->time_room = room;
    }
    bench->times[i] = seconds;
}

struct bench_slice bench_train(struct bench *bench, double seconds)
{
    struct bench_slice slice = {.steps = 0};
    const double batch = rows_of(bench);
    const int64_t start = time_now();
    double elapsed;
    do {
        keep_time(bench, (size_t)slice.steps++, step(bench, slice.phase_s));
        elapsed = seconds_between(start, time_now());
    } while (elapsed < seconds);
    for (int phase = 0; phase < BENCH_PHASES; phase++)
        slice.phase_s[phase] /= slice.steps;
    slice.images_per_s = batch / num_quantile(bench->times, (size_t)slice.steps, 0.5);
    slice.through_images_per_s = batch * slice.steps / elapsed;
    return slice;
}

double bench_computed(const struct bench *bench)
{
    return (double)nn_rows(bench->net).backward / bench->steps;
}

double bench_forward(struct bench *bench, double seconds)
{
    const int64_t start = time_now();
    size_t count = 0;
    do {
        keep_time(bench, count++, look(bench));
    } while (seconds_between(start, time_now()) < seconds);
    return bench->setting.eval_batch / num_quantile(bench->times, count, 0.5);
}

/* ---- The machine's own speed ---- */

struct speeds {
    double seconds;
    double gflops[MOST_THREADS]; /* of each thread */
};

static double sum_speeds(const struct speeds *speeds)
{
    double sum = 0;
    for (size_t i = 0; i < MOST_THREADS; i++)
        sum += speeds->gflops[i];
    return sum;
}

/* The median of slices too short for much to come between. */
static void measure_peak(void *context, int rank, int threads)
{
    enum { SLICES = 21 };
    struct speeds *speeds = context;
    double slices[SLICES];
    REQUIRE(threads <= MOST_THREADS);
    for (int i = 0; i < SLICES; i++)
        slices[i] = nn_peak_gflops(speeds->seconds / SLICES);
    speeds->gflops[rank] = num_quantile(slices, SLICES, 0.5);
}

double bench_peak(struct bench *bench, double seconds)
{
    struct speeds speeds = {.seconds = seconds};
    nn_parallel(bench->net, measure_peak, &speeds);
    return sum_speeds(&speeds);
}

static void measure_gemm(void *context, int rank, int threads)
{
    struct speeds *speeds = context;
    REQUIRE(threads <= MOST_THREADS);
    speeds->gflops[rank] = checkup_gemm(GEMM_SIZE, GEMM_RUNS);
}

double bench_gemm(struct bench *bench)
{
    struct speeds speeds = {.seconds = 0};
    nn_parallel(bench->net, measure_gemm, &speeds);
    return sum_speeds(&speeds);
}

/* ---- What else the machine does meanwhile ---- */

/* Seconds that all processors together have worked since the machine started. */
static double busy_seconds(void)
{
    const struct disturbance_ticks ticks = disturbance_ticks("", NULL);
    return ticks.all ? (double)(ticks.all - ticks.idle) / (double)sysconf(_SC_CLK_TCK)
                     : (double)NAN;
}

static double used_seconds(void)
{
    double sum = 0;
    const int who[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
    for (size_t i = 0; i < sizeof who / sizeof *who; i++) {
        struct rusage usage;
        getrusage(who[i], &usage);
        sum += (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
               1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    }
    return sum;
}

void bench_watch_start(struct bench_watch *watch)
{
    *watch = (struct bench_watch){time_now(), busy_seconds(), used_seconds()};
}

double bench_watch_foreign(const struct bench_watch *watch)
{
    const double elapsed = seconds_between(watch->start, time_now());
    const double all = elapsed * (double)sysconf(_SC_NPROCESSORS_ONLN);
    const double foreign = busy_seconds() - watch->busy - (used_seconds() - watch->used);
    if (isnan(foreign) || all <= 0)
        return (double)NAN;
    return fmin(fmax(foreign / all, 0),
                1); /* ticks are coarse: a little less than 0 can come out */
}
