#include "harness/forecast/measure.h"

#include "base/time.h"

#include "harness/run/worker.h"
#include "harness/train/trainer.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

enum {
    SLICE_NS = 300000000, /* of training, and of evaluating, at least */
    LONGEST_MS = 60000,   /* that a worker may take for all of it */
    BATCHES_A_LOOK = 4,   /* trained between two looks at the clock */
    TWO_CLASSES = 2,
};

/* ---- In the worker ----------------------------------------------------------------------------*/

static double seconds_since(int64_t start)
{
    return (double)(time_now() - start) * 1e-9;
}

/* Seconds of an epoch on all data. The first batch warms up caches and kernels. */
static int time_training(struct trainer *trainer, const struct cell *cell,
                         const struct dataset *data, double *ret_seconds, struct err *err)
{
    const size_t n = data->train.n, batch = (size_t)cell->recipe.batch;
    struct pruner_selection some = {.count = batch < n ? batch : n};
    struct work work = {0};
    double loss;
    int64_t start = 0;
    size_t trained = 0;
    MEM_NEW(some.index, n);
    MEM_NEW(some.weight, n);
    for (size_t i = 0; i < n; i++) {
        some.index[i] = (uint32_t)i;
        some.weight[i] = 1;
    }
    int failed =
        trainer_epoch(trainer, 0, cell->recipe.epochs, &some, NULL, NULL, &work, &loss, err);
    some.count = BATCHES_A_LOOK * batch < n ? BATCHES_A_LOOK * batch : n;
    for (start = time_now(); !failed && (trained == 0 || time_now() - start < SLICE_NS);
         trained += some.count)
        failed =
            trainer_epoch(trainer, 0, cell->recipe.epochs, &some, NULL, NULL, &work, &loss, err);
    *ret_seconds = trained ? seconds_since(start) * (double)n / (double)trained : 0;
    MEM_FREE(some.index, some.weight);
    return failed;
}

/* Seconds of a forward pass for each sample. */
static double time_evaluation(struct trainer *trainer, const struct dataset *data)
{
    struct split part = data->train;
    size_t seen = 0;
    if (part.n > TRAINER_EVAL_BATCH)
        part.n = TRAINER_EVAL_BATCH;
    trainer_evaluate(trainer, &part);
    const int64_t start = time_now();
    while (seen == 0 || time_now() - start < SLICE_NS) {
        trainer_evaluate(trainer, &part);
        seen += TRAINER_EVAL_BATCH; /* a part is padded to that */
    }
    return seconds_since(start) / (double)seen;
}

static int64_t ns(double seconds)
{
    return (int64_t)(seconds * 1e9);
}

int measure_mini_epoch(const struct cell *cell, const struct train_places *places,
                       struct record_end *ret_end, struct err *err)
{
    struct dataset *data;
    struct trainer trainer = {0};
    struct record_end end = record_end_of(ATTEMPT_DONE);
    double train_s = 0;
    const int64_t start = time_now();
    if (dataset_load(cell->dataset, cell->data, (uint64_t)cell->seed, places->data_dirs, &data,
                     err))
        return -1;
    const int64_t loaded = time_now();
    int failed = trainer_init(&trainer, cell->model, cell->model_options, data, &cell->recipe,
                              &cell->engine, (uint64_t)cell->seed, err);
    const int64_t made = time_now();
    trainer.steps = 0; /* as many as it takes */
    if (!failed)
        failed = time_training(&trainer, cell, data, &train_s, err);
    if (!failed) {
        const double each = time_evaluation(&trainer, data);
        end.phase_ns[PHASE_LOAD] = loaded - start;
        end.phase_ns[PHASE_INIT] = made - loaded;
        end.phase_ns[PHASE_TRAIN] = ns(train_s);
        end.phase_ns[PHASE_SCORE] = ns(each * (double)data->train.n);
        const size_t looks = trainer_test_views(&cell->recipe) * data->test.n + data->validation.n;
        end.phase_ns[PHASE_EVAL] = ns(each * (double)looks);
        end.train_n = (int64_t)data->train.n;
        *ret_end = end;
    }
    trainer_release(&trainer);
    dataset_free(data);
    return failed;
}

/* ---- From outside -----------------------------------------------------------------------------*/

static void ignore(void *context, const struct record *record)
{
    (void)context;
    (void)record;
}

static void wait_for(struct worker *worker)
{
    const int64_t start = time_now();
    struct pollfd fds[WORKER_FDS];
    do {
        const int64_t left = LONGEST_MS - (time_now() - start) / 1000000;
        if (left <= 0)
            worker_signal(worker, SIGKILL);
        worker_poll(worker, fds);
        poll(fds, WORKER_FDS, left > 0 ? (int)left : -1);
    } while (worker_read(worker, ignore, NULL));
}

int measure_start(const struct plan_cell *cell, const struct run_options *options,
                  struct mini_epoch *ret_mini, struct err *err)
{
    const struct worker_job job = {
        .cell = cell->json,
        .data_dir = options->data_dir,
        .measure = true,
        .started = time_now(),
        .scheduler = getpid(),
    };
    struct worker worker;
    struct record_end end;
    struct arena arena = {0};
    int failed = worker_start(&worker, &job, worker_assignments(&arena), err);
    if (!failed) {
        wait_for(&worker);
        worker_finish(&worker, &end);
        if (end.state != ATTEMPT_DONE)
            failed = err_set(err, "%s", end.reason ? end.reason : "it ended without a result");
        else
            *ret_mini = (struct mini_epoch){
                .start_s = (double)end.phase_ns[PHASE_OTHER] * 1e-9,
                .load_s = (double)end.phase_ns[PHASE_LOAD] * 1e-9,
                .init_s = (double)end.phase_ns[PHASE_INIT] * 1e-9,
                .train_s = (double)end.phase_ns[PHASE_TRAIN] * 1e-9,
                .pass_s = (double)end.phase_ns[PHASE_SCORE] * 1e-9,
                .eval_s = (double)end.phase_ns[PHASE_EVAL] * 1e-9,
                .n = (size_t)end.train_n,
                .memory_bytes = end.peak_memory_bytes,
            };
        arena_release(&worker.arena);
    }
    arena_release(&arena);
    return failed;
}

/* ---- Reckoning --------------------------------------------------------------------------------*/

/* A run of the pruner on made-up labels, which only say when it wants to see what; NULL where it
 * cannot be had without the data. */
static struct pruner_run *stand_in(const struct cell *cell, size_t n, uint16_t *labels)
{
    const struct pruner_task task = {
        .n = n,
        .classes = TWO_CLASSES,
        .labels = labels,
        .origin_n = n,
        .validation_n = n,
        .feature_count = 1,
        .rate = cell->rate,
        .epochs = cell_task_epochs(cell, n),
        .seed = (uint64_t)cell->seed,
    };
    struct pruner_run *run;
    struct err err;
    return pruner_begin(cell->pruner, cell->pruner_options, &task, &run, &err) ? NULL : run;
}

/* What knowing the samples takes. Of k folds, k networks train on (k - 1) / k, and see 1 / k. */
static double watching(const struct pruner_run *run, const struct cell *cell,
                       const struct mini_epoch *mini)
{
    const struct pruner_watch watch = pruner_watch(run);
    const double epoch_s = (pruner_drops_of_proxies(run->pruner) ? mini->pass_s : 0) +
                           watch.step_share * mini->train_s;
    double passes = watch.pass_every < 0 ? 0 : 1, seconds = 0;
    if (watch.runs > 0 && watch.pass_every > 0)
        passes = (watch.epochs + watch.pass_every - 1) / watch.pass_every;
    const int networks = cell->scoring.folds ? cell->scoring.folds : 1,
              trainings = cell->scoring.folds ? networks - 1 : 1;
    if (cell_asks_network(cell))
        seconds = watch.runs * (networks * mini->init_s + trainings * watch.epochs * epoch_s +
                                passes * mini->pass_s);
    for (int epoch = 0; epoch < pruner_epochs(run); epoch++) {
        seconds += pruner_due(run, epoch) == DUE_FORWARD ? mini->pass_s : 0;
        seconds += pruner_drops(run, epoch) ? mini->pass_s : 0;
    }
    return seconds;
}

double measure_seconds(const struct cell *cell, const struct mini_epoch *mini)
{
    uint16_t *labels;
    MEM_NEW(labels, mini->n);
    struct pruner_run *run = stand_in(cell, mini->n, labels);
    const struct recipe *recipe = &cell->recipe;
    const int epochs = run && !recipe->steps ? pruner_epochs(run) : cell_epochs(cell, mini->n);
    const int length = recipe->steps ? recipe->steps : epochs,
              due = (length + recipe->eval_every - 1) / recipe->eval_every,
              evaluations = due < epochs ? due : epochs;
    const double share = cell->scoring.only ? 1 : 1 - cell->rate; /* of the samples, trained on */
    /* The corrupted pictures are seen once, each in one view. */
    const double corrupted =
        cell->recipe.corrupted_test
            ? (double)CORRUPTIONS * CORRUPT_SEVERITIES / (double)trainer_test_views(&cell->recipe)
            : 0;
    double seconds = mini->start_s + mini->load_s + mini->init_s + epochs * share * mini->train_s +
                     (evaluations + corrupted) * mini->eval_s;
    if (run)
        seconds += watching(run, cell, mini);
    pruner_end(run);
    mem_free(labels);
    return seconds;
}
