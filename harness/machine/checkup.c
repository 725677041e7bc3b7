#include "harness/machine/checkup.h"

#include "base/cpu.h"
#include "base/disk.h"
#include "base/json.h"
#include "base/linalg.h"
#include "base/num.h"
#include "base/process.h"
#include "base/time.h"
#include "harness/data/data.h"
#include "harness/machine/disturbance.h"
#include "harness/machine/environment.h"
#include "harness/machine/pin.h"
#include "models/nn/nn.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

const char *const checkup_level_names[] = {"ok", "note", "warning", "missing"};

static const int64_t gibibyte = 1 << 30;
static const double busy_load = 0.3;   /* of a core: others' work shows in the times */
static const double slower_core = 0.9; /* of the other's speed: beyond what noise does */
static const char needed_dataset[] = "fashion-mnist"; /* what the README's first experiment reads */

struct checkup {
    void (*take)(void *context, const struct checkup_finding *finding);
    void *context;
    struct arena arena; /* texts, until the end */
};

/* advice may be NULL; facts: a JSON object for programs, taken over, or NULL. */
static void add(struct checkup *checkup, const char *name, enum checkup_level level, json_t *facts,
                const char *advice, const char *text)
{
    checkup->take(checkup->context, &(struct checkup_finding){name, level, text, advice, facts});
    json_decref(facts);
}

/* All that a program writes to stdout; "" where it cannot be run. */
static const char *output_of(const struct process_setup *setup, struct arena *arena)
{
    struct str text = {0};
    struct process_end end;
    process_run(setup, &text, &end, NULL);
    return str_keep(&text, arena);
}

/* ---- The machine ---- */

static void check_cpu(struct checkup *checkup, const struct record_environment *environment)
{
    const enum cpu_set has = cpu_has(), runs = cpu_runs();
    const struct cpu_model model = cpu_model();
    json_t *names = json_array();
    for (int set = 0; set <= (int)has; set++)
        json_array_append_new(names, json_text(cpu_set_names[set]));
    const char *cores = arena_printf(&checkup->arena, "%s, %d core%s", model.name,
                                     environment->cores, STR_PLURAL(environment->cores));
    add(checkup, "cpu", runs < has ? CHECKUP_NOTE : CHECKUP_OK,
        json_pack("{s:s, s:i, s:o, s:s}", "model", model.name, "cores", environment->cores,
                  "instruction_sets", names, "runs", cpu_set_names[runs]),
        NULL,
        runs < has
            ? arena_printf(&checkup->arena,
                           "%s; its kernels could be %s, and are %s at most, as WINNOW_CPU says",
                           cores, cpu_set_title(has), cpu_set_title(runs))
            : arena_printf(&checkup->arena, "%s; runs kernels up to %s", cores,
                           cpu_set_title(runs)));
}

static void check_load(struct checkup *checkup, const struct record_environment *environment)
{
    const double load = environment_load_average();
    const bool busy = load > busy_load * environment->cores;
    add(checkup, "load", busy ? CHECKUP_WARNING : CHECKUP_OK,
        isnan(load) ? NULL : json_pack("{s:f}", "load_average", load),
        busy ? "other work disturbs the times: wait for it, or stop it" : NULL,
        isnan(load) ? "not reported"
                    : arena_printf(&checkup->arena, "%.2f over the last minute, on %d core%s", load,
                                   environment->cores, STR_PLURAL(environment->cores)));
}

static void check_governor(struct checkup *checkup, const struct record_environment *environment)
{
    const bool known = strcmp(environment->governor, "unknown") != 0;
    const bool steady = strcmp(environment->governor, "performance") == 0;
    add(checkup, "governor", steady || !known ? CHECKUP_OK : CHECKUP_NOTE,
        json_pack("{s:s}", "governor", environment->governor),
        steady || !known ? NULL
                         : "the clock rate follows the load; for steadier times: cpupower "
                           "frequency-set -g performance",
        known ? environment->governor : "not reported, as on most virtual machines");
}

/* Whether this process may bind itself to one of its processors; a child tries. */
static bool can_bind(const struct pin_machine *machine)
{
    char list[12];
    const char *const argv[] = {"winnow", "doctor", "--bind", list, NULL};
    const struct process_setup setup = {
        .argv = argv, .self = true, .streams = {[STDERR_FILENO] = PROCESS_NOTHING}};
    struct process_end end;
    if (!machine->count)
        return false;
    snprintf(list, sizeof list, "%d", machine->processors[0].number);
    return process_run(&setup, NULL, &end, NULL) == 0 && end.code == 0;
}

static void check_pinning(struct checkup *checkup)
{
    struct pin_machine machine;
    struct str text = {0};
    pin_machine_read("", &machine);
    const bool works = can_bind(&machine), limited = isfinite(machine.quota);
    const bool steal = disturbance_ticks("", NULL).all > 0;
    const bool throttling = disturbance_throttled("", NULL) >= 0;
    const size_t cores = pin_cores(&machine);
    str_addf(&text, "%zu processor%s on %zu core%s of %d kind%s", machine.count,
             STR_PLURAL(machine.count), cores, STR_PLURAL(cores), pin_kinds(&machine),
             STR_PLURAL(pin_kinds(&machine)));
    if (limited)
        str_addf(&text, ", a quota of %.1f", machine.quota);
    str_addf(&text, "; cells %s bound to them; stolen time is %s, throttling is %s",
             works ? "can be" : "cannot be", steal ? "reported" : "not reported",
             throttling ? "reported" : "not reported");
    add(checkup, "pinning", works ? CHECKUP_OK : CHECKUP_WARNING,
        json_pack("{s:b, s:I, s:I, s:i, s:i, s:b, s:b}", "works", works, "processors",
                  (json_int_t)machine.count, "physical_cores", (json_int_t)cores, "kinds",
                  pin_kinds(&machine), "room", pin_room(&machine), "steal_told", steal,
                  "throttling_told", throttling),
        works ? NULL : "the kernel moves cells around: their times vary more", str_text(&text));
    str_release(&text);
    pin_machine_release(&machine);
}

static void check_memory(struct checkup *checkup, const struct record_environment *environment)
{
    const int64_t told = environment_available_memory();
    const int64_t available = told ? told : environment->memory_bytes;
    const bool little = available < gibibyte;
    add(checkup, "memory", little ? CHECKUP_WARNING : CHECKUP_OK,
        json_pack("{s:I, s:I}", "total_bytes", (json_int_t)environment->memory_bytes,
                  "available_bytes", (json_int_t)available),
        little ? "run fewer cells at a time (-j)" : NULL,
        arena_printf(&checkup->arena, "%.1f GiB, %.1f of them free",
                     (double)environment->memory_bytes / (double)gibibyte,
                     (double)available / (double)gibibyte));
}

/* ---- The kernels ---- */

struct measurement {
    char core[32];
    double gflops;
};

double checkup_gemm(size_t n, int runs)
{
    enum { MOST_RUNS = 16 };
    double seconds[MOST_RUNS];
    float *a, *b, *c;
    REQUIRE(runs >= 1 && runs <= MOST_RUNS);
    MEM_NEW(a, n * n);
    MEM_NEW(b, n * n);
    MEM_NEW(c, n * n);
    for (size_t i = 0; i < n * n; i++)
        a[i] = b[i] = 1;
    for (int run = -1; run < runs; run++) { /* the first one warms up */
        const double start = time_seconds();
        linalg_gemm(c, n, a, n, false, b, n, false, n, n, n, 1, 0);
        if (run >= 0)
            seconds[run] = time_seconds() - start;
    }
    MEM_FREE(a, b, c);
    return 2e-9 * (double)(n * n * n) / num_quantile(seconds, (size_t)runs, 0.5);
}

void checkup_measure(struct str *ret_text)
{
    enum { SIZE = 768, RUNS = 9 };
    str_addf(ret_text, "%s %.1f\n", linalg_core(), checkup_gemm(SIZE, RUNS));
}

/* core NULL: OpenBLAS's own choice. false: the child gave no answer. */
static bool measure(const char *core, struct arena *arena, struct measurement *ret_measurement)
{
    static const char *const argv[] = {"winnow", "doctor", "--measure", NULL};
    const char *const environment[] = {
        "WINNOW_BLAS_FOUND", "OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1",
        core ? arena_printf(arena, "OPENBLAS_CORETYPE=%s", core) : "OPENBLAS_CORETYPE", NULL};
    const struct process_setup setup = {.argv = argv,
                                        .self = true,
                                        .streams = {[STDOUT_FILENO] = PROCESS_PIPE},
                                        .environment = environment};
    const char *answer = output_of(&setup, arena);
    struct measurement found;
    char gflops[32];
    if (sscanf(answer, "%31s %31s", found.core, gflops) != 2 ||
        !str_parse_double(gflops, &found.gflops))
        return false;
    *ret_measurement = found;
    return true;
}

/* The speeds of OpenBLAS's own choice and of the core type that winnow's cells run; measured once
   where that is the same. false: a finding says why not. */
static bool measure_both(struct checkup *checkup, struct measurement *ret_own,
                         struct measurement *ret_chosen)
{
    struct arena *arena = &checkup->arena;
    const struct environment_blas blas = environment_blas();
    const char *chosen = blas.core ? blas.core : linalg_core();
    if (!measure(NULL, arena, ret_own)) {
        add(checkup, "kernels", CHECKUP_WARNING, json_pack("{s:s}", "chosen", chosen), NULL,
            arena_printf(arena, "%s; its speed could not be measured", chosen));
        return false;
    }
    if (strcmp(ret_own->core, chosen) == 0) {
        *ret_chosen = *ret_own;
    } else if (!measure(chosen, arena, ret_chosen)) {
        add(checkup, "kernels", CHECKUP_WARNING,
            json_pack("{s:s, s:s}", "found", ret_own->core, "chosen", chosen),
            arena_printf(arena, "export OPENBLAS_CORETYPE=%s", ret_own->core),
            arena_printf(arena, "%s does not run on this CPU", chosen));
        return false;
    }
    return true;
}

static void check_kernels(struct checkup *checkup)
{
    struct arena *arena = &checkup->arena;
    struct measurement own, chosen;
    if (!measure_both(checkup, &own, &chosen))
        return;
    const char *user = getenv("WINNOW_BLAS_FOUND") ? NULL : getenv("OPENBLAS_CORETYPE");
    if (user && !*user)
        user = NULL;
    const bool same = strcmp(own.core, chosen.core) == 0, limited = cpu_runs() < cpu_has();
    enum checkup_level level = CHECKUP_OK;
    const char *text, *advice = NULL;
    if (user && strcasecmp(user, chosen.core) != 0) {
        level = CHECKUP_WARNING;
        text = arena_printf(arena,
                            "OPENBLAS_CORETYPE=%.64s means nothing to OpenBLAS, which runs "
                            "%s: %.0f GFLOP/s on one thread",
                            user, chosen.core, chosen.gflops);
        advice = "unset OPENBLAS_CORETYPE";
    } else if (same) {
        text = arena_printf(arena, "%s, OpenBLAS's own choice: %.0f GFLOP/s on one thread",
                            own.core, own.gflops);
    } else if (user || limited) {
        text = arena_printf(arena,
                            "%s, as %s says: %.0f GFLOP/s on one thread; OpenBLAS's own choice "
                            "would be %s: %.0f",
                            chosen.core, user ? "OPENBLAS_CORETYPE" : "WINNOW_CPU", chosen.gflops,
                            own.core, own.gflops);
    } else {
        level = CHECKUP_WARNING;
        text = arena_printf(arena,
                            "OpenBLAS takes this CPU for %s: %.0f GFLOP/s on one thread; "
                            "winnow runs %s: %.0f GFLOP/s",
                            own.core, own.gflops, chosen.core, chosen.gflops);
        advice = arena_printf(arena,
                              "nothing for winnow; for other programs: export "
                              "OPENBLAS_CORETYPE=%s",
                              chosen.core);
    }
    if (chosen.gflops < slower_core * own.gflops) {
        level = CHECKUP_WARNING;
        advice = user      ? "the slower one runs: unset OPENBLAS_CORETYPE"
                 : limited ? "the slower one runs: unset WINNOW_CPU"
                           : arena_printf(arena, "the slower one runs: export OPENBLAS_CORETYPE=%s",
                                          own.core);
    }
    add(checkup, "kernels", level,
        json_pack("{s:s, s:f, s:s, s:f}", "found", own.core, "found_gflops", own.gflops, "chosen",
                  chosen.core, "chosen_gflops", chosen.gflops),
        advice, text);
}

/* Which of them a convolution gets depends on its shape too: an attempt's record tells. */
static void check_convolutions(struct checkup *checkup)
{
    struct str text = {0}, others = {0};
    json_t *names = json_array(), *absent = json_array();
    enum checkup_level level = CHECKUP_OK;
    const char *name;
    for (size_t i = 0; (name = nn_conv_name(i)); i++) {
        const bool works = nn_conv_works(i);
        const char *missing = nn_conv_missing(i);
        if (works)
            str_addf(&text, "%s%s", json_array_size(names) ? ", " : "", name);
        else
            str_addf(&others, "; not %s: %s", name,
                     missing ? missing
                             : arena_printf(&checkup->arena, "not with kernels up to %s",
                                            cpu_set_names[cpu_runs()]));
        if (missing)
            level = CHECKUP_NOTE;
        json_array_append_new(works ? names : absent, json_text(name));
    }
    str_add(&text, str_text(&others));
    add(checkup, "convolutions", level,
        json_pack("{s:o, s:o}", "implementations", names, "absent", absent), NULL, str_text(&text));
    STR_RELEASE(&text, &others);
}

/* ---- Around the program ---- */

static void check_gnuplot(struct checkup *checkup)
{
    static const char *const version_words[] = {"gnuplot", "--version", NULL};
    static const char *const list_words[] = {"gnuplot", "-e", "set terminal", NULL};
    static const struct process_setup ask_version = {.argv = version_words,
                                                     .streams = {PROCESS_NOTHING, PROCESS_PIPE,
                                                                 PROCESS_NOTHING}},
                                      ask_list = {.argv = list_words,
                                                  .streams = {PROCESS_NOTHING, PROCESS_PIPE,
                                                              PROCESS_AS_STDOUT}};
    struct arena *arena = &checkup->arena;
    const char *version = output_of(&ask_version, arena);
    if (!*version) {
        add(checkup, "gnuplot", CHECKUP_WARNING, NULL, "apt-get install gnuplot-nox",
            "not found: cells can run, figures cannot be drawn");
        return;
    }
    /* It lists its terminals on stderr, one a line, the name first. */
    const char *list = output_of(&ask_list, arena);
    static const char *const wanted[] = {"svg", "pdfcairo", "pngcairo"};
    struct str has = {0}, lacks = {0};
    json_t *terminals = json_array();
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const bool there = strstr(list, arena_printf(arena, " %s  ", wanted[i]));
        str_addf(there ? &has : &lacks, " %s", wanted[i]);
        if (there)
            json_array_append_new(terminals, json_text(wanted[i]));
    }
    const char *first_line = arena_printf(arena, "%.*s", (int)strcspn(version, "\n"), version);
    struct str text = {0};
    str_addf(&text, "%s with%s", first_line, has.length ? str_text(&has) : " no terminal");
    if (lacks.length)
        str_addf(&text, ", without%s", str_text(&lacks));
    add(checkup, "gnuplot", lacks.length ? CHECKUP_WARNING : CHECKUP_OK,
        json_pack("{s:o, s:o}", "version", json_text(first_line), "terminals", terminals),
        lacks.length ? "apt-get install gnuplot-nox: it has all three" : NULL, str_text(&text));
    STR_RELEASE(&text, &has, &lacks);
}

static void check_data_folders(struct checkup *checkup, const char *const *dirs)
{
    struct str text = {0};
    json_t *found = json_array();
    for (size_t i = 0; dirs[i]; i++) {
        const bool there = access(dirs[i], R_OK | X_OK) == 0;
        str_addf(&text, "%s%s%s", i ? ", " : "", dirs[i], there ? "" : " (not there)");
        if (there)
            json_array_append_new(found, json_text(dirs[i]));
    }
    struct err err;
    const bool wrong = dataset_check_dirs(NULL, NULL, &err) != 0;
    add(checkup, "data", wrong ? CHECKUP_WARNING : CHECKUP_OK, json_pack("{s:o}", "folders", found),
        wrong ? "name an existing folder in $WINNOW_DATA, or unset it" : NULL, str_text(&text));
    str_release(&text);
}

static void check_dataset(struct checkup *checkup, const struct dataset_type *type,
                          const char *const *dirs)
{
    struct dataset *data;
    struct err err;
    if (dataset_load(type, kind_defaults(&type->is, &checkup->arena), 0, dirs, &data, &err)) {
        const bool needed = strcmp(type->name, needed_dataset) == 0;
        add(checkup, type->name, needed ? CHECKUP_MISSING : CHECKUP_NOTE, NULL,
            needed ? type->source : "needed only by experiments that name it", err.text);
        return;
    }
    add(checkup, type->name, CHECKUP_OK,
        json_pack("{s:I, s:I, s:i, s:i, s:i, s:i, s:s, s:s?}", "train",
                  (json_int_t)(data->train.n + data->validation.n), "test",
                  (json_int_t)data->test.n, "height", data->h, "width", data->w, "channels",
                  data->c, "classes", data->classes, "hash", data->hash, "folder", data->folder),
        NULL,
        arena_printf(&checkup->arena, "%zu + %zu samples, %d x %d x %d, %d classes%s%s",
                     data->train.n + data->validation.n, data->test.n, data->h, data->w, data->c,
                     data->classes, data->folder ? ", in " : "", data->folder ? data->folder : ""));
    dataset_free(data);
}

static void check_disk(struct checkup *checkup)
{
    const char *path = access("results", F_OK) == 0 ? "results" : ".";
    struct disk disk;
    struct err err;
    if (disk_stat(path, &disk, &err)) {
        add(checkup, "disk", CHECKUP_MISSING, NULL, NULL, err.text);
        return;
    }
    const bool writable = access(path, W_OK | X_OK) == 0;
    const bool full = disk.free_bytes < gibibyte;
    const char *advice =
        !writable      ? "give yourself the right to write there, or use --db ELSEWHERE"
        : disk.network ? "SQLite's locks do not hold there: use --db with a path on a local disk"
        : full         ? "make room: checkpoints and the database go there"
                       : NULL;
    add(checkup, "disk",
        !writable ? CHECKUP_MISSING
        : advice  ? CHECKUP_WARNING
                  : CHECKUP_OK,
        json_pack("{s:s, s:s, s:b, s:b, s:I}", "path", path, "type", disk.type, "network",
                  disk.network, "writable", writable, "free_bytes", (json_int_t)disk.free_bytes),
        advice,
        arena_printf(&checkup->arena, "%s: %s, %.1f GiB free%s%s", path, disk.type,
                     (double)disk.free_bytes / (double)gibibyte,
                     disk.network ? ", a network file system" : "",
                     writable ? "" : ", not writable"));
}

static void check_program(struct checkup *checkup, const struct record_environment *environment)
{
    add(checkup, "winnow", CHECKUP_OK,
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "version", environment_version(), "revision",
                  environment->revision, "compiler", environment->compiler, "flags",
                  environment->flags, "os", environment->os, "host", environment->host),
        NULL,
        arena_printf(&checkup->arena, "%s (%s), %s, %s; on %s", environment_version(),
                     environment->revision, environment->compiler, environment->flags,
                     environment->os));
    add(checkup, "blas", CHECKUP_OK, json_pack("{s:s}", "version", environment->blas), NULL,
        environment->blas);
}

void checkup_run(void (*take)(void *context, const struct checkup_finding *finding), void *context)
{
    struct checkup checkup = {.take = take, .context = context};
    struct record_environment environment;
    environment_record(0, &checkup.arena, &environment);
    check_program(&checkup, &environment);
    check_cpu(&checkup, &environment);
    check_load(&checkup, &environment);
    check_governor(&checkup, &environment);
    check_pinning(&checkup);
    check_memory(&checkup, &environment);
    check_disk(&checkup);
    check_kernels(&checkup);
    check_convolutions(&checkup);
    check_gnuplot(&checkup);
    const char *const *dirs = dataset_dirs(NULL, &checkup.arena);
    check_data_folders(&checkup, dirs);
    const struct dataset_type *type;
    for (size_t i = 0; (type = dataset_at(i)); i++)
        check_dataset(&checkup, type, dirs);
    arena_release(&checkup.arena);
}
