/* A cell's state in a file: the same bytes back, and nothing from a file that will not do. */
#include "harness/keep/checkpoint.h"

#include "base/mem.h"
#include "base/seal.h"
#include "harness/keep/keeper.h"
#include "results/record/wire.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PARAMS = 3, STATE = 5, BUFFERS = 2, N = 5, KEPT = 2 };

static const struct checkpoint sample = {
    .identity = {"cell", "2", "1", "this CPU"},
    .stage = CHECKPOINT_TRAIN,
    .epoch = 7,
    .epochs = 30,
    .average = true,
    .spread = true,
    .steps = 11,
    .param_count = PARAMS,
    .optimizer_count = STATE,
    .buffer_count = BUFFERS,
    .n = N,
    .kept = KEPT,
    .state_size = 7,
    .record_bytes = 8,
    .end = {.state = ATTEMPT_DONE,
            .test_accuracy = 0.1 + 0.2,
            .phase_ns = {1, 2, 3},
            .wall_ns = 5,
            .work = {6, 7, 8.5},
            .resumed = 2},
    .carried_ns = 4,
    .unscored_ns = 9,
    .trained = 10,
    .params = (float[PARAMS]){1, -2, 3e-30f},
    .optimizer = (float[STATE]){4, 5, 6, 7, 8},
    .buffers = (float[BUFFERS]){7, 8},
    .scores = (float[N]){1, 2, 3, 4, 5},
    .index = (uint32_t[KEPT]){1, 4},
    .weight = (float[KEPT]){1, 1.5f},
    .state = (char[]){"\0state"},
    .records = "{\"a\":1}\n",
};

/* What a cell like that expects. */
static const struct checkpoint expected = {
    .identity = {"cell", "2", "1", "this CPU"},
    .param_count = PARAMS,
    .optimizer_count = STATE,
    .buffer_count = BUFFERS,
    .n = N,
    .state_size = 7,
};

static const char *place(void)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/checkpoints/0123", test_dir());
    return path;
}

static void save(const struct checkpoint *checkpoint)
{
    struct err err;
    cr_assert_eq(checkpoint_write(place(), checkpoint, &err), 0, "%s", err.text);
}

static void expect_equal_ends(const struct record_end *a, const struct record_end *b)
{
    struct str one = {0}, other = {0};
    wire_encode(&(struct record){.kind = RECORD_END, .end = *a}, &one);
    wire_encode(&(struct record){.kind = RECORD_END, .end = *b}, &other);
    cr_expect_str_eq(str_text(&one), str_text(&other));
    str_release(&one);
    str_release(&other);
}

static void expect_equal(const struct checkpoint *a, const struct checkpoint *b)
{
    cr_expect(a->stage == b->stage && a->run == b->run && a->epoch == b->epoch);
    cr_expect(a->epochs == b->epochs && a->average == b->average && a->spread == b->spread);
    expect_equal_ends(&a->end, &b->end);
    cr_expect(a->carried_ns == b->carried_ns && a->unscored_ns == b->unscored_ns);
    cr_expect_eq(a->trained, b->trained);
    cr_expect_eq(a->steps, b->steps);
    cr_expect_eq(memcmp(a->params, b->params, PARAMS * sizeof *a->params), 0);
    cr_expect_eq(memcmp(a->optimizer, b->optimizer, STATE * sizeof *a->optimizer), 0);
    cr_expect_eq(memcmp(a->buffers, b->buffers, BUFFERS * sizeof *a->buffers), 0);
    cr_expect_eq(memcmp(a->scores, b->scores, N * sizeof *a->scores), 0);
    cr_expect_eq(memcmp(a->index, b->index, KEPT * sizeof *a->index), 0);
    cr_expect_eq(memcmp(a->weight, b->weight, KEPT * sizeof *a->weight), 0);
    cr_expect_eq(memcmp(a->state, b->state, a->state_size), 0);
}

Test(checkpoint, comes_back_as_it_was)
{
    struct checkpoint back;
    struct err err;
    save(&sample);
    save(&sample); /* in place of the first */
    cr_assert_eq(checkpoint_read(place(), &expected, &back, &err), CHECKPOINT_LOADED, "%s",
                 err.text);
    expect_equal(&back, &sample);
    cr_expect_eq(back.record_bytes, sample.record_bytes);
    cr_expect_eq(memcmp(back.records, sample.records, sample.record_bytes), 0);
    checkpoint_release(&back);
}

/* They are of the process that ends, and would point nowhere in another. */
Test(checkpoint, an_end_comes_back_without_its_texts)
{
    struct checkpoint ended = sample, back;
    struct err err;
    ended.end.reason = ended.end.log = ended.end.timing.pinned = ended.end.timing.reason = "text";
    save(&ended);
    cr_assert_eq(checkpoint_read(place(), &expected, &back, &err), CHECKPOINT_LOADED, "%s",
                 err.text);
    cr_expect(!back.end.reason && !back.end.log);
    cr_expect(!back.end.timing.pinned && !back.end.timing.reason);
    expect_equal_ends(&back.end, &sample.end);
    checkpoint_release(&back);
}

static void expect_refused(const struct checkpoint *wish, const char *wanted)
{
    struct checkpoint back;
    struct err err;
    cr_assert_eq(checkpoint_read(place(), wish, &back, &err), CHECKPOINT_REFUSED, "%s", wanted);
    cr_expect(strstr(err.text, wanted), "'%s', expected '%s'", err.text, wanted);
    cr_expect(strstr(err.text, "/checkpoints/0123: "), "%s", err.text);
}

/* Format 1 had the books as bytes, of which these are as many as they were. */
Test(checkpoint, of_the_format_before_is_refused)
{
    static const char header[] =
        "{\"format\":\"winnow checkpoint 1\",\"cell\":\"cell\",\"engine\":\"2\",\"pruners\":\"1\","
        "\"machine\":\"this CPU\",\"stage\":1,\"run\":0,\"epoch\":0,\"epochs\":0,\"resumed\":2,"
        "\"average\":false,\"params\":0,\"buffers\":0,\"samples\":0,\"kept\":0,\"state\":7,"
        "\"records\":0}\n";
    struct seal *seal;
    struct err err;
    cr_assert_eq(seal_open(place(), &seal, &err), 0, "%s", err.text);
    seal_put(seal, header, sizeof header - 1);
    seal_put(seal, (const char[176 + 7]){0}, 176 + 7);
    cr_assert_eq(seal_close(seal, &err), 0, "%s", err.text);
    expect_refused(&expected, "its format is not 'winnow checkpoint 2'");
    cr_expect_not(checkpoint_peek(place(), &(struct checkpoint){0}));
}

/* Before optimisers had states of other sizes: as many velocities as parameters, no steps. */
Test(checkpoint, with_velocities_alone_goes_on)
{
    static const char header[] =
        "{\"format\":\"winnow checkpoint 2\",\"cell\":\"cell\",\"engine\":\"2\",\"pruners\":\"1\","
        "\"machine\":\"this CPU\",\"stage\":2,\"run\":0,\"epoch\":7,\"epochs\":30,\"average\":true,"
        "\"params\":3,\"buffers\":2,\"samples\":0,\"kept\":0,\"state\":7,\"records\":0,\"end\":%zu,"
        "\"carried_ns\":4,\"unscored_ns\":9,\"trained\":10}";
    static const float arrays[] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct checkpoint wish = expected, back;
    struct str text = {0}, end = {0};
    struct seal *seal;
    struct err err;
    wire_encode(&(struct record){.kind = RECORD_END, .end = sample.end}, &end);
    str_addf(&text, header, end.length);
    while (text.length % 64 != 63)
        str_add(&text, " ");
    str_add(&text, "\n");
    cr_assert_eq(seal_open(place(), &seal, &err), 0, "%s", err.text);
    seal_put(seal, str_text(&text), text.length);
    seal_put(seal, arrays, sizeof arrays);
    seal_put(seal, sample.state, sample.state_size);
    seal_put(seal, str_text(&end), end.length);
    cr_assert_eq(seal_close(seal, &err), 0, "%s", err.text);
    wish.optimizer_count = PARAMS;
    cr_assert_eq(checkpoint_read(place(), &wish, &back, &err), CHECKPOINT_LOADED, "%s", err.text);
    cr_expect(back.steps == 0 && !back.spread && back.params[2] == 3 && back.optimizer[0] == 4);
    cr_expect(back.buffers[0] == 7 && back.epoch == 7);
    checkpoint_release(&back);
    STR_RELEASE(&text, &end);
}

Test(checkpoint, of_scores_alone_needs_no_network)
{
    struct checkpoint scored = sample, back;
    struct err err;
    scored.stage = CHECKPOINT_SCORED;
    scored.param_count = scored.optimizer_count = scored.buffer_count = scored.kept = 0;
    save(&scored);
    cr_assert_eq(checkpoint_read(place(), &expected, &back, &err), CHECKPOINT_LOADED, "%s",
                 err.text);
    cr_expect_null(back.params);
    cr_expect_eq(memcmp(back.scores, sample.scores, N * sizeof *sample.scores), 0);
    checkpoint_release(&back);
}

Test(checkpoint, a_copy_uses_its_memory_again)
{
    struct checkpoint copy = {0}, larger = sample;
    checkpoint_copy(&copy, &sample);
    expect_equal(&copy, &sample);
    cr_expect_neq(copy.params, sample.params);
    const void *memory = copy.memory;
    larger.epoch = 8;
    checkpoint_copy(&copy, &larger);
    cr_expect_eq(copy.memory, memory);
    expect_equal(&copy, &larger);
    checkpoint_release(&copy);
}

Test(checkpoint, absent)
{
    struct checkpoint back;
    struct err err;
    cr_expect_eq(checkpoint_read(place(), &expected, &back, &err), CHECKPOINT_ABSENT);
    cr_expect_not(checkpoint_peek(place(), &back));
    cr_expect_eq(checkpoint_write("/dev/null/x/0123", &sample, &err), -1);
}

static FILE *open_file(long *ret_size)
{
    FILE *file = fopen(place(), "r+");
    cr_assert(file);
    fseek(file, 0, SEEK_END);
    *ret_size = ftell(file);
    return file;
}

Test(checkpoint, each_flipped_byte_is_found)
{
    long size;
    save(&sample);
    FILE *file = open_file(&size);
    for (long at = 0; at < size; at++) {
        fseek(file, at, SEEK_SET);
        const int byte = fgetc(file);
        fseek(file, at, SEEK_SET);
        fputc(byte ^ 4, file);
        fflush(file);
        expect_refused(&expected, "its checksum is wrong");
        fseek(file, at, SEEK_SET);
        fputc(byte, file);
    }
    fclose(file);
}

Test(checkpoint, each_length_but_its_own_is_found)
{
    long size;
    save(&sample);
    fclose(open_file(&size));
    while (size-- > 0) {
        cr_assert_eq(truncate(place(), size), 0);
        expect_refused(&expected, size < 64 ? "it has " : "its checksum is wrong");
    }
}

Test(checkpoint, of_another_cell_version_or_machine_is_refused)
{
    struct checkpoint other;
    save(&sample);
    other = expected;
    other.identity.cell = "other";
    expect_refused(&other, "it belongs to another cell, or the data have changed");
    other = expected;
    other.identity.engine = "3";
    expect_refused(&other, "it was made by version 2 of the engine, this is 3");
    other = expected;
    other.identity.pruners = "2";
    expect_refused(&other, "it was made by version 1 of the pruners, this is 2");
    other = expected;
    other.identity.machine = "that CPU";
    expect_refused(&other, "it was made on 'this CPU', this is 'that CPU'");
}

Test(checkpoint, other_sizes_are_refused)
{
    static const char wrong[] = "its sizes do not match this cell";
    struct checkpoint other;
    save(&sample);
    other = expected;
    other.param_count--;
    expect_refused(&other, wrong);
    other = expected;
    other.optimizer_count = PARAMS;
    expect_refused(&other, wrong);
    other = expected;
    other.buffer_count = 0;
    expect_refused(&other, wrong);
    other = expected;
    other.n++;
    expect_refused(&other, wrong);
    other = expected;
    other.state_size++;
    expect_refused(&other, wrong);
    other = sample;
    other.index = (uint32_t[KEPT]){1, N};
    save(&other);
    expect_refused(&expected, "its selection holds sample 5 of 5");
    other = sample;
    other.stage = CHECKPOINT_PROXY; /* has neither scores nor a selection yet */
    save(&other);
    expect_refused(&expected, wrong);
}

static void expect_says(const struct checkpoint *checkpoint, const char *wanted)
{
    struct str text = {0};
    checkpoint_describe(checkpoint, &text);
    cr_expect_str_eq(str_text(&text), wanted);
    str_release(&text);
}

Test(checkpoint, tells_how_far_it_came)
{
    struct checkpoint found;
    save(&sample);
    cr_assert(checkpoint_peek(place(), &found));
    expect_says(&found, "epoch 7 of 30");
    expect_says(&(struct checkpoint){.stage = CHECKPOINT_PROXY, .run = 2, .epoch = 1, .epochs = 2},
                "epoch 1 of 2 of proxy 3");
    expect_says(&(struct checkpoint){.stage = CHECKPOINT_SCORED}, "its scores");
    test_write_file(place(), "{\"format\":\"winnow checkpoint 0\"}\n");
    cr_expect_not(checkpoint_peek(place(), &found));
}

Test(checkpoint, lies_beside_the_database)
{
    struct str path = {0};
    checkpoint_folder("results/x.db", &path);
    cr_expect_str_eq(str_text(&path), "results/x.db.checkpoints");
    str_clear(&path);
    checkpoint_folder("x.db", &path);
    cr_expect_str_eq(str_text(&path), "x.db.checkpoints");
    str_release(&path);
}

/* ---- The keeper ---- */

static struct record warning(const char *text)
{
    return (struct record){.kind = RECORD_WARNING, .warning = {"CODE", text}};
}

static void take(struct keeper *keeper, int epoch, bool must)
{
    struct checkpoint now = sample;
    struct err err;
    now.epoch = epoch;
    cr_assert_eq(keeper_take(keeper, &now, must, &err), 0, "%s", err.text);
}

/* Epoch of the file, 0: there is none that will do. lines: newlines that its records hold. */
static int written(int *ret_lines)
{
    struct checkpoint back;
    struct err err;
    const enum checkpoint_found found = checkpoint_read(place(), &expected, &back, &err);
    cr_expect_neq(found, CHECKPOINT_REFUSED, "%s", err.text);
    if (found != CHECKPOINT_LOADED)
        return 0;
    *ret_lines = 0;
    for (size_t i = 0; i < back.record_bytes; i++)
        *ret_lines += back.records[i] == '\n';
    const int epoch = back.epoch;
    checkpoint_release(&back);
    return epoch;
}

/* It stays as it is until the process ends, and is no leak. */
static struct keeper *stopped;

static void expect_stop(struct keeper *keeper, const char *wanted)
{
    struct str text = {0};
    stopped = keeper;
    cr_expect(keeper_stop(keeper, &text));
    cr_expect(strstr(str_text(&text), wanted), "'%s', expected '%s'", str_text(&text), wanted);
    str_release(&text);
}

Test(keeper, writes_when_it_is_time)
{
    int lines = -1;
    struct keeper *often = keeper_new(place(), 1e-9), *rarely = keeper_new(place(), 3600);
    take(rarely, 1, false);
    cr_expect_eq(access(place(), F_OK), -1);
    take(often, 2, false);
    cr_expect_eq(written(&lines), 2);
    take(rarely, 3, true);
    cr_expect_eq(written(&lines), 3);
    keeper_free(often);
    keeper_free(rarely);
}

Test(keeper, stopped_it_writes_the_last_state_with_the_records_until_then)
{
    int lines = -1;
    struct record one = warning("one"), two = warning("two"), three = warning("three");
    const struct record progress = {.kind = RECORD_PROGRESS, .progress = {"train", 1, 2, 3}};
    struct keeper *keeper = keeper_new(place(), 3600);
    keeper_record(keeper, &one);
    take(keeper, 1, false);
    keeper_record(keeper, &progress);
    keeper_record(keeper, &two);
    take(keeper, 2, false);
    keeper_record(keeper, &three); /* of an epoch that was not finished */
    expect_stop(keeper, "checkpointed after epoch 2 of 30, to be resumed");
    cr_expect_eq(written(&lines), 2);
    cr_expect_eq(lines, 2, "%d lines", lines);
}

Test(keeper, stopped_with_nothing_to_keep_it_writes_nothing)
{
    expect_stop(keeper_new(place(), 0), "stopped before there was anything to keep");
    cr_expect_eq(access(place(), F_OK), -1);
}

Test(keeper, stopped_where_it_cannot_write_it_says_so)
{
    struct keeper *keeper = keeper_new("/dev/null/x/y", 3600);
    take(keeper, 1, false);
    expect_stop(keeper, "stopped, and not checkpointed: cannot write /dev/null/x/y: ");
}

Test(keeper, resumed_it_goes_on_with_the_records_that_were)
{
    int lines = -1;
    struct record again = warning("again");
    struct str line = {0}, text = {0};
    struct checkpoint from = sample;
    wire_encode(&again, &line);
    from.records = str_text(&line);
    from.record_bytes = line.length;
    struct keeper *keeper = keeper_new(place(), 3600);
    keeper_resume(keeper, &from);
    keeper_record(keeper, &again);
    take(keeper, 8, true);
    cr_expect_eq(written(&lines), 8);
    cr_expect_eq(lines, 2, "%d lines", lines);
    keeper_finish(keeper);
    cr_expect_not(keeper_stop(keeper, &text), "at its end a cell is not stopped");
    keeper_free(keeper);
    str_release(&line);
}

enum { EPOCHS = 30 };

static atomic_int taken;

/* A record and a state an epoch, for ever. */
static void *keep_on(void *keeper)
{
    const struct record one = warning("one");
    for (;;) {
        keeper_record(keeper, &one);
        take(keeper, 1 + taken % EPOCHS, false);
        taken++;
    }
    return NULL;
}

Test(keeper, another_thread_may_stop_it_at_any_moment)
{
    struct keeper *keeper = keeper_new(place(), 1e-3);
    pthread_t thread;
    int lines = 0;
    cr_assert_eq(pthread_create(&thread, NULL, keep_on, keeper), 0);
    while (taken < 20)
        usleep(100);
    expect_stop(keeper, "checkpointed after epoch ");
    const int epoch = written(&lines), before = taken;
    cr_expect_eq(epoch, 1 + (lines - 1) % EPOCHS, "epoch %d, %d lines", epoch, lines);
    usleep(10000);
    cr_expect_leq(taken - before, 1, "%d epochs more", taken - before);
}
