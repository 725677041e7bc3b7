/*
 * winnow bench: how fast the models train here, and what the pruners cost.
 *
 *     winnow bench                                      the usual models, fp32, one thread
 *     winnow bench resnet18 --precision bf16 --layers   one of them, layer by layer
 *     winnow bench resnet8 --cells                      a second cell, or a second thread?
 *     winnow bench resnet8 --batch 512 --rows 60        60 pictures that are left of an epoch
 *     winnow bench mlp --json                           an object; for several models an array
 *     winnow bench --pruners el2n ucb                   see harness/cmd/machine/bench_pruners.h
 *
 * Medians over rounds; each round goes through all models, so that what disturbs the machine for a
 * while disturbs all of them. See harness/bench/bench.h for what a step is.
 */
#include "harness/bench/bench.h"
#include "base/json.h"
#include "base/num.h"
#include "harness/bench/cells.h"
#include "harness/cell/engine.h"
#include "harness/cmd/kit/cmd.h"
#include "harness/cmd/machine/bench_pruners.h"
#include "harness/cmd/machine/bench_table.h"
#include "harness/data/data.h"
#include "harness/machine/environment.h"
#include "harness/train/clock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_MODELS = 32, MOST_ARGUMENTS = 128 };

static const char *const usual_models[] = {"mlp",     "lenet",    "convnet",
                                           "resnet8", "resnet20", "resnet18"};

static const char too_low[] = "the figures are too low";
static const double peak_seconds = 0.02; /* of a slice that measures the machine */

static const struct cmd_flag flags[] = {
    CMD_ENUM(struct bench_values, precision, 0, "P", "fp32", precision_names,
             "precision of the operands of matrix products"),
    CMD_INT(struct bench_values, threads, 0, "N", "1", 1, ENGINE_MAX_THREADS,
            "threads of a network, or of BLAS under pruners; with --cells: the number of cells, or "
            "threads"),
    CMD_INT(struct bench_values, batch, 0, "N", "128", 1, 65536, "pictures in a step"),
    CMD_INT(struct bench_values, eval_batch, 0, "N", "512", 1, 65536,
            "pictures in a forward pass outside training"),
    CMD_TEXT(struct bench_values, input, 0, "HxWxC",
             "size of the pictures; default 28x28x1 or 32x32x3, as the model's paper has it"),
    CMD_DOUBLE(struct bench_values, seconds, 0, "S", "1", 0.001, 3600,
               "duration of a measurement; forward passes take half of it"),
    CMD_INT(struct bench_values, rounds, 0, "N", "5", 1, 10000,
            "measurements of each model or pruner; their median counts"),
    CMD_TEXT(struct bench_values, conv, 0, "NAME",
             "the implementation of convolutions, where it applies; default: the fastest"),
    CMD_SWITCH(struct bench_values, layers, 0,
               "the time of each layer, and the implementation that runs it"),
    CMD_INT(struct bench_values, rows, 0, "N", "0", 0, 65536,
            "what N pictures cost in a network planned for --batch, beside one planned for N"),
    CMD_SWITCH(struct bench_values, cells, 0,
               "compare two cells of one thread each with one cell of two threads"),
    CMD_SWITCH(struct bench_values, pruners, 0,
               "measure pruners instead, on a made-up training: seconds, memory, growth"),
    CMD_TEXT(struct bench_values, samples, 0, "N,...",
             "the numbers of samples of that training, rising; default "
             "5000,50000"),
    CMD_INT(struct bench_values, to, 0, "N", "0", 0, 1000000000,
            "extrapolate the measured growth to N samples; 0: do not"),
    CMD_INT(struct bench_values, features, 0, "N", "512", 1, 65536,
            "features of that training's last layer"),
    CMD_INT(struct bench_values, classes, 0, "N", "10", 1, DATA_MAX_CLASSES,
            "classes of its samples"),
    CMD_DOUBLE(struct bench_values, rate, 0, "R", "0.3", 0, 0.999,
               "the fraction of the samples that is removed"),
    CMD_INT(struct bench_values, epochs, 0, "N", "20", 1, 100000, "epochs of that training"),
    CMD_SWITCH(struct bench_values, json, 0, "print JSON"),
    CMD_SWITCH(struct bench_values, serve, 0, NULL),
    CMD_END,
};

static const struct cmd_line line = {
    "bench",
    "[MODEL...] | --pruners [PRUNER...]",
    "Measures how fast models train here: images/s of complete steps and of forward passes,\n"
    "the phases of a step, and the share of the CPU's peak. A model may have options:\n"
    "convnet:depth=2,width=32. Without one: mlp, lenet, convnet, resnet8, resnet20,\n"
    "resnet18. With --pruners: the cost of the pruners themselves, all of them or those\n"
    "named.",
    flags,
    0,
    MOST_ARGUMENTS,
};

/* What is asked for. */
struct job {
    struct bench_values values;
    struct bench_setting settings[MOST_MODELS];
    size_t count;
    struct arena arena;
};

/* Of one model. */
struct result {
    struct bench bench;
    double *train, *forward, *peak; /* [rounds] images/s, images/s, GFLOP/s; sorted in the end */
    double *phase_s[BENCH_PHASES];  /* [rounds] */
    double gemm;                    /* GFLOP/s */
    int64_t peak_memory;            /* bytes */
    double layer_steps;             /* that the layers' seconds are the sums of; 0: not asked */
};

/* ---- The command line ---- */

static const char *conv_name_at(const void *unused, size_t i)
{
    (void)unused;
    return nn_conv_name(i);
}

/* The engine's own pointer to the name. */
static int find_conv(const char *name, const char **ret_name, struct err *err)
{
    const char *found;
    for (size_t i = 0; (found = nn_conv_name(i)); i++)
        if (strcmp(found, name) == 0) {
            *ret_name = found;
            return 0;
        }
    struct str known = {0};
    for (size_t i = 0; (found = nn_conv_name(i)); i++)
        str_addf(&known, "%s%s", i ? ", " : "; there are ", found);
    err_set(err, "--conv: unknown implementation '%.64s'%s", name,
            str_near(str_nearest(name, conv_name_at, NULL), str_text(&known)).text);
    str_release(&known);
    return -1;
}

static int read_job(struct job *job, const char *const *arguments, struct err *err)
{
    const struct bench_values *v = &job->values;
    struct nn_engine engine = {.precision = (enum nn_type)v->precision, .threads = v->threads};
    struct nn_shape input = {0};
    if (v->conv && find_conv(v->conv, &engine.conv, err))
        return -1;
    if (v->rows > v->batch)
        return err_set(err, "--rows: %d are no part of a --batch of %d", v->rows, v->batch);
    if (v->input && bench_input_parse(v->input, &input, err))
        return err_prefix(err, "--input: ");
    const bool usual = !arguments[0];
    const size_t most = usual ? sizeof usual_models / sizeof *usual_models : MOST_MODELS;
    if (arguments[MOST_MODELS])
        return err_set(err, "at most %d models", MOST_MODELS);
    for (size_t i = 0; i < most; i++) {
        const char *text = usual ? usual_models[i] : arguments[i];
        if (!text)
            break;
        struct bench_setting *setting = &job->settings[job->count++];
        *setting = (struct bench_setting){
            .engine = engine, .batch = v->batch, .eval_batch = v->eval_batch};
        if (bench_model_parse(text, &job->arena, &setting->model, err))
            return -1;
        setting->input = v->input ? input : bench_usual_input(setting->model.model);
    }
    return 0;
}

static char *input_text(struct nn_shape input, struct arena *arena)
{
    return arena_printf(arena, "%dx%dx%d", input.h, input.w, input.c);
}

/* ---- Measuring ---- */

/* Whatever was opened must be closed, also after an error. */
static int open_results(struct job *job, struct result *results, size_t *ret_opened,
                        struct err *err)
{
    const size_t rounds = (size_t)job->values.rounds;
    for (size_t i = 0; i < job->count; i++) {
        struct result *r = &results[i];
        if (bench_open(&r->bench, &job->settings[i], err))
            return -1;
        *ret_opened = i + 1;
        ARENA_NEW(&job->arena, r->train, rounds);
        ARENA_NEW(&job->arena, r->forward, rounds);
        ARENA_NEW(&job->arena, r->peak, rounds);
        for (int phase = 0; phase < BENCH_PHASES; phase++)
            ARENA_NEW(&job->arena, r->phase_s[phase], rounds);
        bench_warm(&r->bench);
    }
    return 0;
}

static void measure_round(struct result *r, int round, double seconds)
{
    const struct bench_slice slice = bench_train(&r->bench, seconds);
    r->train[round] = slice.images_per_s;
    for (int phase = 0; phase < BENCH_PHASES; phase++)
        r->phase_s[phase][round] = slice.phase_s[phase];
    r->forward[round] = bench_forward(&r->bench, seconds / 2);
    r->peak[round] = bench_peak(&r->bench, fmin(peak_seconds, seconds));
}

/* Returns the share of the processors that others took. */
static double measure(const struct job *job, struct result *results)
{
    const struct bench_values *v = &job->values;
    struct bench_watch watch;
    bench_watch_start(&watch);
    for (int round = 0; round < v->rounds; round++)
        for (size_t i = 0; i < job->count; i++)
            measure_round(&results[i], round, v->seconds);
    const double foreign = bench_watch_foreign(&watch);
    /* Before the matrices of the last measurement take some memory too. */
    const int64_t peak_memory = environment_peak_memory();
    for (size_t i = 0; i < job->count; i++) {
        struct result *r = &results[i];
        r->peak_memory = peak_memory;
        if (v->layers) {
            nn_profile(r->bench.net, true);
            r->layer_steps = bench_train(&r->bench, v->seconds).steps;
            nn_profile(r->bench.net, false);
        }
        r->gemm = bench_gemm(&r->bench);
    }
    return foreign;
}

static double quantile(const struct job *job, double *values, double q)
{
    return num_quantile(values, (size_t)job->values.rounds, q);
}

static double gflops(const struct job *job, struct result *r)
{
    const struct nn_net *net = r->bench.net;
    return 1e-9 * quantile(job, r->train, 0.5) *
           (nn_flops_forward(net) + nn_flops_backward(net, 0));
}

/* ---- For programs ---- */

static json_t *text_list(const char *text)
{
    json_t *array = json_array();
    struct str one = {0};
    while (str_next(&one, &text, ","))
        json_push(array, json_text(str_text(&one) + strspn(str_text(&one), " ")));
    str_release(&one);
    return array;
}

static json_t *shape_json(struct nn_shape shape)
{
    return json_pack("[i, i, i]", shape.h, shape.w, shape.c);
}

static json_t *layers_json(const struct result *r)
{
    json_t *array = json_array();
    for (int i = 0; i < nn_use_count(r->bench.net); i++) {
        const struct nn_use use = nn_use_at(r->bench.net, i);
        json_array_append_new(
            array, json_pack("{s:s, s:o, s:o, s:s, s:f, s:f, s:f, s:f}", "op", use.op, "in",
                             shape_json(use.in), "out", shape_json(use.out), "implementation",
                             use.detail, "forward_ms", 1e3 * use.seconds[0] / r->layer_steps,
                             "backward_ms", 1e3 * use.seconds[1] / r->layer_steps, "forward_flops",
                             use.flops[0], "backward_flops", use.flops[1]));
    }
    return array;
}

static json_t *result_json(struct job *job, struct result *r, double foreign)
{
    const struct bench_setting *setting = &r->bench.setting;
    const struct nn_net *net = r->bench.net;
    char implementations[512] = "";
    nn_implementations(net, implementations, sizeof implementations);
    json_t *phases = json_object();
    for (int phase = 0; phase < BENCH_PHASES; phase++)
        json_object_set_new(phases, bench_phase_names[phase],
                            json_real(1e3 * quantile(job, r->phase_s[phase], 0.5)));
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:f}", "model", setting->model.label,
                  "input", input_text(setting->input, &job->arena), "precision",
                  precision_names[setting->engine.precision], "threads", setting->engine.threads,
                  "batch", setting->batch, "eval_batch", setting->eval_batch, "rounds",
                  job->values.rounds, "seconds", job->values.seconds);
    REQUIRE(object);
    json_t *speed = json_pack(
        "{s:f, s:[f, f], s:f, s:[f, f], s:o, s:f, s:f, s:f}", "train_images_per_s",
        quantile(job, r->train, 0.5), "train_quartiles", quantile(job, r->train, 0.25),
        quantile(job, r->train, 0.75), "forward_images_per_s", quantile(job, r->forward, 0.5),
        "forward_quartiles", quantile(job, r->forward, 0.25), quantile(job, r->forward, 0.75),
        "phases_ms", phases, "gflops", gflops(job, r), "peak_gflops", quantile(job, r->peak, 0.5),
        "gemm_gflops", r->gemm);
    REQUIRE(speed);
    json_object_update_new(object, speed);
    json_t *rest = json_pack(
        "{s:f, s:f, s:I, s:{s:I, s:I}, s:o, s:s, s:o}", "forward_flops", nn_flops_forward(net),
        "backward_flops", nn_flops_backward(net, 0), "parameters", (json_int_t)nn_param_count(net),
        "memory", "planned_bytes", (json_int_t)nn_memory(net), "peak_bytes",
        (json_int_t)r->peak_memory, "implementations", text_list(implementations), "cpu",
        cpu_model().name, "foreign_cpu", isnan(foreign) ? json_null() : json_real(foreign));
    REQUIRE(rest);
    json_object_update_new(object, rest);
    if (r->layer_steps > 0)
        json_object_set_new(object, "layers", layers_json(r));
    return object;
}

/* One model: an object. Several: an array of them. Takes the array over. */
static void print_json(json_t *array)
{
    cmd_print_json(json_array_size(array) == 1 ? json_incref(json_array_get(array, 0))
                                               : json_incref(array));
    json_decref(array);
}

/* ---- For people ---- */

static void print_speeds(struct job *job, struct result *results)
{
    static const char *const names[] = {"model",     "input",       "train/s", "quartiles",
                                        "forward/s", "x train",     "GFLOP/s", "% of peak",
                                        "MiB",       "convolutions"};
    struct table table;
    bench_table_start(&table, names, sizeof names / sizeof *names);
    for (size_t i = 0; i < job->count; i++) {
        struct result *r = &results[i];
        const double train = quantile(job, r->train, 0.5), forward = quantile(job, r->forward, 0.5);
        char implementations[512] = "";
        nn_implementations(r->bench.net, implementations, sizeof implementations);
        bench_table_text(&table, r->bench.setting.model.label);
        bench_table_text(&table, input_text(r->bench.setting.input, &job->arena));
        bench_table_number(&table, train, 3);
        bench_table_text(&table, arena_printf(&job->arena, "%.*f-%.*f", train < 10,
                                              quantile(job, r->train, 0.25), train < 10,
                                              quantile(job, r->train, 0.75)));
        bench_table_number(&table, forward, 3);
        bench_table_number(&table, forward / train, 2);
        bench_table_number(&table, gflops(job, r), 3);
        bench_table_number(&table, 100 * gflops(job, r) / quantile(job, r->peak, 0.5), 2);
        bench_table_number(&table, (double)nn_memory(r->bench.net) / mebibyte, 2);
        bench_table_text(&table, implementations[0] ? implementations : "-");
    }
    bench_table_print(&table);
}

static void print_phases(const struct job *job, struct result *results)
{
    struct table table = {.columns = 2 + 2 * BENCH_PHASES};
    bench_table_text(&table, "model");
    bench_table_text(&table, "step ms");
    for (int phase = 0; phase < BENCH_PHASES; phase++) {
        bench_table_text(&table, bench_phase_names[phase]);
        bench_table_text(&table, "%");
    }
    for (size_t i = 0; i < job->count; i++) {
        struct result *r = &results[i];
        double seconds[BENCH_PHASES], sum = 0;
        for (int phase = 0; phase < BENCH_PHASES; phase++)
            sum += seconds[phase] = quantile(job, r->phase_s[phase], 0.5);
        bench_table_text(&table, r->bench.setting.model.label);
        bench_table_number(&table, 1e3 * sum, 3);
        for (int phase = 0; phase < BENCH_PHASES; phase++) {
            bench_table_number(&table, 1e3 * seconds[phase], 3);
            bench_table_number(&table, 100 * seconds[phase] / sum, 2);
        }
    }
    bench_table_print(&table);
}

static void print_layers(struct job *job, const struct result *r)
{
    static const char *const names[] = {"layer",   "in",          "out",     "forward ms",
                                        "GFLOP/s", "backward ms", "GFLOP/s", "runs as"};
    struct table table;
    bench_table_start(&table, names, sizeof names / sizeof *names);
    for (int i = 0; i < nn_use_count(r->bench.net); i++) {
        const struct nn_use use = nn_use_at(r->bench.net, i);
        bench_table_text(&table, use.op);
        bench_table_text(&table, input_text(use.in, &job->arena));
        bench_table_text(&table, input_text(use.out, &job->arena));
        for (int way = 0; way < 2; way++) {
            const double seconds = use.seconds[way] / r->layer_steps;
            bench_table_number(&table, 1e3 * seconds, 3);
            bench_table_number(&table, 1e-9 * use.flops[way] * r->bench.setting.batch / seconds, 3);
        }
        bench_table_text(&table, use.detail);
    }
    printf("\n%s\n", r->bench.setting.model.label);
    bench_table_print(&table);
}

static void print_all(struct job *job, struct result *results)
{
    const struct bench_values *v = &job->values;
    const struct result *first = &results[0];
    printf("%s: %s, %d thread%s, batches of %d (forward alone: %d), %d round%s of %g s\n",
           cpu_model().name, precision_names[v->precision], v->threads, STR_PLURAL(v->threads),
           v->batch, v->eval_batch, v->rounds, STR_PLURAL(v->rounds), v->seconds);
    printf("peak: %.0f GFLOP/s fp32 (multiply-adds on registers), %.0f in a product of 1024 x "
           "1024 matrices\n\n",
           quantile(job, first->peak, 0.5), first->gemm);
    print_speeds(job, results);
    printf("\n");
    print_phases(job, results);
    for (size_t i = 0; i < job->count && v->layers; i++)
        print_layers(job, &results[i]);
}

/* ---- The ways to be run ---- */

static int run_measurement(struct job *job, struct err *err)
{
    struct result *results;
    size_t opened = 0;
    ARENA_NEW(&job->arena, results, job->count);
    const int failed = open_results(job, results, &opened, err);
    if (!failed) {
        const double foreign = measure(job, results);
        if (job->values.json) {
            json_t *array = json_array();
            for (size_t i = 0; i < job->count; i++)
                json_array_append_new(array, result_json(job, &results[i], foreign));
            print_json(array);
        } else {
            print_all(job, results);
        }
        bench_warn_of_others(foreign, too_low);
    }
    while (opened-- > 0)
        bench_close(&results[opened].bench);
    return failed;
}

/* Waits for orders on stdin: harness/bench/cells.h. */
static int run_server(const struct job *job, struct err *err)
{
    struct bench bench;
    char order[64];
    if (bench_open(&bench, &job->settings[0], err))
        return -1;
    bench_warm(&bench);
    printf("ready\n");
    fflush(stdout);
    while (fgets(order, sizeof order, stdin)) {
        printf("%.15g\n", bench_train(&bench, job->values.seconds).through_images_per_s);
        fflush(stdout);
    }
    bench_close(&bench);
    return 0;
}

static int measure_cells(struct job *job, const struct bench_setting *setting, int n,
                         struct bench_cells *ret_cells, struct err *err)
{
    const struct bench_values *v = &job->values;
    struct arena *arena = &job->arena;
    const char *const argv[] = {
        "winnow",
        "bench",
        setting->model.label,
        "--serve",
        "--threads",
        "1",
        "--precision",
        precision_names[setting->engine.precision],
        "--batch",
        arena_printf(arena, "%d", setting->batch),
        "--eval-batch",
        arena_printf(arena, "%d", setting->eval_batch),
        "--input",
        input_text(setting->input, arena),
        "--seconds",
        arena_printf(arena, "%.15g", v->seconds),
        setting->engine.conv ? "--conv" : NULL,
        setting->engine.conv,
        NULL,
    };
    enum { THREADS_AT = 5 };
    return bench_cells_measure(n, v->rounds, argv, THREADS_AT, ret_cells, err);
}

static json_t *cells_json(const struct job *job, const struct bench_setting *setting, int n,
                          const struct bench_cells *cells)
{
    json_t *object = json_pack(
        "{s:s, s:s, s:i, s:i, s:i, s:f, s:f, s:f, s:f, s:f, s:s}", "model", setting->model.label,
        "precision", precision_names[setting->engine.precision], "batch", setting->batch, "rounds",
        job->values.rounds, "n", n, "one_cell_images_per_s", cells->one, "threads_images_per_s",
        cells->team, "cells_images_per_s", cells->beside, "threads_ratio", cells->team / cells->one,
        "cells_ratio", cells->beside / cells->one, "better",
        cells->beside >= cells->team ? "cells" : "threads");
    REQUIRE(object);
    return object;
}

static int run_cells(struct job *job, struct err *err)
{
    const int n = job->values.threads > 2 ? job->values.threads : 2;
    if (n > BENCH_MOST_CELLS)
        return err_set(err, "--cells: at most %d", BENCH_MOST_CELLS);
    static const char *const names[] = {
        "model", "1 cell x 1 thread", "1 cell x N", "x", "N cells x 1", "x", "better"};
    json_t *array = json_array();
    struct table table;
    struct bench_watch watch;
    int failed = 0;
    bench_table_start(&table, names, sizeof names / sizeof *names);
    bench_watch_start(&watch);
    for (size_t i = 0; i < job->count && !failed; i++) {
        struct bench_cells cells;
        failed = measure_cells(job, &job->settings[i], n, &cells, err);
        if (failed)
            break;
        const bool beside = cells.beside >= cells.team;
        json_array_append_new(array, cells_json(job, &job->settings[i], n, &cells));
        bench_table_text(&table, job->settings[i].model.label);
        bench_table_number(&table, cells.one, 3);
        bench_table_number(&table, cells.team, 3);
        bench_table_number(&table, cells.team / cells.one, 3);
        bench_table_number(&table, cells.beside, 3);
        bench_table_number(&table, cells.beside / cells.one, 3);
        bench_table_text(&table, arena_printf(&job->arena, beside ? "-j %d" : "threads: %d", n));
    }
    if (failed) {
        json_decref(array);
        table_release(&table);
        return -1;
    }
    if (job->values.json) {
        table_release(&table);
        print_json(array);
    } else {
        json_decref(array);
        printf("images/s, N = %d, %s, batches of %d, %d round%s of %g s\n\n", n,
               precision_names[job->values.precision], job->values.batch, job->values.rounds,
               STR_PLURAL(job->values.rounds), job->values.seconds);
        bench_table_print(&table);
    }
    bench_warn_of_others(bench_watch_foreign(&watch), too_low);
    return 0;
}

/* Of a step of --rows pictures, in a network planned for more and in its own. */
struct part {
    double step_s[2];
    double computed;
};

static int measure_part(struct job *job, const struct bench_setting *setting, struct part *ret_part,
                        struct err *err)
{
    const struct bench_values *v = &job->values;
    struct bench_setting settings[2] = {*setting, *setting};
    struct bench benches[2];
    double *steps_s[2];
    settings[0].rows = settings[1].batch = v->rows;
    for (int i = 0; i < 2; i++) {
        if (bench_open(&benches[i], &settings[i], err)) {
            if (i)
                bench_close(&benches[0]);
            return -1;
        }
        ARENA_NEW(&job->arena, steps_s[i], (size_t)v->rounds);
        bench_warm(&benches[i]);
    }
    for (int round = 0; round < v->rounds; round++)
        for (int i = 0; i < 2; i++)
            steps_s[i][round] = v->rows / bench_train(&benches[i], v->seconds).images_per_s;
    ret_part->computed = bench_computed(&benches[0]);
    for (int i = 0; i < 2; i++) {
        ret_part->step_s[i] = quantile(job, steps_s[i], 0.5);
        bench_close(&benches[i]);
    }
    return 0;
}

static int run_parts(struct job *job, struct err *err)
{
    static const char *const names[] = {"model", "computed", "step ms", "of its own ms", "x"};
    const struct bench_values *v = &job->values;
    json_t *array = json_array();
    struct table table;
    struct bench_watch watch;
    int failed = 0;
    bench_table_start(&table, names, sizeof names / sizeof *names);
    bench_watch_start(&watch);
    for (size_t i = 0; i < job->count && !failed; i++) {
        const char *label = job->settings[i].model.label;
        struct part part = {0};
        failed = measure_part(job, &job->settings[i], &part, err);
        const double ratio = part.step_s[0] / part.step_s[1];
        json_push(array, json_pack("{s:s, s:s, s:i, s:i, s:i, s:f, s:f, s:f, s:f}", "model", label,
                                   "precision", precision_names[v->precision], "batch", v->batch,
                                   "rows", v->rows, "rounds", v->rounds, "rows_computed",
                                   part.computed, "step_ms", 1e3 * part.step_s[0], "own_step_ms",
                                   1e3 * part.step_s[1], "ratio", ratio));
        bench_table_text(&table, label);
        bench_table_number(&table, part.computed, 3);
        bench_table_number(&table, 1e3 * part.step_s[0], 3);
        bench_table_number(&table, 1e3 * part.step_s[1], 3);
        bench_table_number(&table, ratio, 3);
    }
    if (!failed && v->json) {
        print_json(json_incref(array));
    } else if (!failed) {
        printf("steps of %d pictures in networks planned for %d, and for %d, %s, %d round%s of %g "
               "s\n\n",
               v->rows, v->batch, v->rows, precision_names[v->precision], v->rounds,
               STR_PLURAL(v->rounds), v->seconds);
        bench_table_print(&table);
    }
    if (failed || v->json)
        table_release(&table);
    json_decref(array);
    if (!failed)
        bench_warn_of_others(bench_watch_foreign(&watch), too_low);
    return failed;
}

static int run_pruners(const struct bench_values *v, char **argv, const char *const *names)
{
    if (v->cells || v->layers || v->conv || v->input || v->rows)
        return cmd_fail(&line, EXIT_USAGE,
                        "--pruners measures no models: --cells, --layers, --rows, --conv and "
                        "--input do not apply");
    return cmd_bench_pruners(&line, argv, v, names);
}

int cmd_bench(int argc, char **argv)
{
    struct job job = {.count = 0};
    const char *arguments[MOST_ARGUMENTS + 1] = {NULL}; /* NULL ends them */
    struct err err;
    const int done = cmd_parse(&line, argc, argv, &job.values, arguments);
    if (done >= 0)
        return done;
    if (job.values.pruners)
        return run_pruners(&job.values, argv, arguments);
    if (job.values.samples || job.values.to)
        return cmd_fail(&line, EXIT_USAGE, "--samples and --to need --pruners");
    int code = EXIT_DONE;
    if (read_job(&job, arguments, &err)) {
        code = cmd_fail(&line, EXIT_USAGE, err.text);
    } else {
        /* The network's threads are its own: a library must not start more of them. */
        if (environment_correct_blas(argv, 1, &err))
            cmd_say("winnow bench: %s\n", err.text);
        const int failed = job.values.serve   ? run_server(&job, &err)
                           : job.values.cells ? run_cells(&job, &err)
                           : job.values.rows  ? run_parts(&job, &err)
                                              : run_measurement(&job, &err);
        if (failed)
            code = cmd_fail(&line, EXIT_USAGE, err.text);
    }
    arena_release(&job.arena);
    return code;
}
