#include "results/record/wire.h"

#include "results/record/fields.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static struct record round_trip(const struct record *record, struct arena *arena)
{
    struct str line = {0};
    struct record back;
    struct err err;
    wire_encode(record, &line);
    cr_assert_eq(line.text[line.length - 1], '\n');
    cr_assert_eq(strchr(line.text, '\n'), line.text + line.length - 1, "one line: %s", line.text);
    cr_assert_eq(wire_decode(line.text, arena, &back, &err), 0, "%s", err.text);
    cr_assert_eq(back.kind, record->kind);
    str_release(&line);
    return back;
}

Test(wire, an_epoch_keeps_every_bit)
{
    struct arena arena = {0};
    const struct record record = {
        .kind = RECORD_EPOCH,
        .epoch = {.epoch = 3,
                  .kept = 30000,
                  .lr = 0.1 / 3,
                  .train_loss = 1e-300,
                  .val_accuracy = (double)NAN,
                  .test_accuracy = 0.8412345678901234,
                  .charged_ns = INT64_MAX,
                  .wall_ns = 1,
                  .work = {1, 2, 3e15 + 1}},
    };
    const struct record back = round_trip(&record, &arena);
    cr_assert_eq(back.epoch.epoch, 3);
    cr_assert_eq(back.epoch.kept, 30000);
    cr_assert(back.epoch.lr == record.epoch.lr);
    cr_assert(back.epoch.train_loss == 1e-300);
    cr_assert(isnan(back.epoch.val_accuracy));
    cr_assert(back.epoch.test_accuracy == record.epoch.test_accuracy);
    cr_assert_eq(back.epoch.charged_ns, INT64_MAX);
    cr_assert(back.epoch.work.flops == 3e15 + 1);
    arena_release(&arena);
}

/* As a checkpoint has it that a winnow of version 6 of the database made. */
Test(wire, what_an_older_program_did_not_measure_is_not_measured)
{
    static const char line[] =
        "{\"type\":\"epoch\",\"epoch\":1,\"kept\":1,\"lr\":0.1,\"train_loss\":0.1,"
        "\"val_accuracy\":null,\"test_accuracy\":0.5,\"test_worst_class_accuracy\":0.1,"
        "\"charged_ns\":1,\"wall_ns\":1,\"samples_forward\":1,\"samples_backward\":1,"
        "\"flops\":1.0}";
    struct arena arena = {0};
    struct record record;
    struct err err = {0};
    cr_assert_eq(wire_decode(line, &arena, &record, &err), 0, "%s", err.text);
    cr_expect_eq(record.epoch.test_worst_class_accuracy, 0.1);
    for (const struct field *f = record_forms[RECORD_EPOCH].fields; f->name; f++)
        if (f->rule == FIELD_ADDED)
            cr_expect(isnan(*(const double *)field_at(f, &record)), "%s", f->name);
    arena_release(&arena);
}

Test(wire, data_keep_where_they_were_read_and_how_many_tests_they_have)
{
    struct arena arena = {0};
    const struct record record = {.kind = RECORD_DATA, .data = {"/data/mnist", "abc", 1LL << 40}};
    const struct record back = round_trip(&record, &arena);
    cr_assert_str_eq(back.data.folder, "/data/mnist");
    cr_assert_str_eq(back.data.hash, "abc");
    cr_assert_eq(back.data.test_n, 1LL << 40);
    arena_release(&arena);
}

Test(wire, an_engine_keeps_its_names)
{
    static const char *const names[] = {"winograd, onednn jit:avx512_core", ""};
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct record record = {.kind = RECORD_ENGINE, .engine = {names[i]}};
        const struct record back = round_trip(&record, &arena);
        cr_assert_str_eq(back.engine.implementations, names[i]);
    }
    arena_release(&arena);
}

Test(wire, a_selection_keeps_its_bitmap_and_counts)
{
    struct arena arena = {0};
    const uint8_t bitmap[] = {0x00, 0xff, 0xa5, 0x01};
    const int64_t kept[] = {7, 0, 6};
    for (int64_t n = 25; n <= 32; n++) {
        const struct record record = {.kind = RECORD_SELECTION,
                                      .selection = {2, n, 13, bitmap, 3, kept, n, n + 1}};
        const struct record back = round_trip(&record, &arena);
        cr_assert_eq(back.selection.n, n);
        cr_assert_eq(memcmp(back.selection.bitmap, bitmap, sizeof bitmap), 0);
        cr_assert_eq(memcmp(back.selection.class_kept, kept, sizeof kept), 0);
        cr_assert_eq(back.selection.noise_kept, n);
        cr_assert_eq(back.selection.corrupt_kept, n + 1);
    }
    arena_release(&arena);
}

Test(wire, a_test_keeps_its_classes)
{
    struct arena arena = {0};
    const int64_t n[] = {5, 0, 6}, correct[] = {5, 0, 1};
    const struct record record = {
        .kind = RECORD_TEST,
        .test = {"noise", 5, 0.5, 1 / 6.0, 0.25, (double)INFINITY, 0.125, 3, n, correct}};
    const struct record back = round_trip(&record, &arena);
    cr_assert_str_eq(back.test.corruption, "noise");
    cr_assert(back.test.severity == 5 && back.test.accuracy == 0.5);
    cr_assert(back.test.worst_class_accuracy == 1 / 6.0 && back.test.class_sd == 0.25);
    cr_assert(isnan(back.test.loss) && back.test.calibration_error == 0.125);
    cr_assert_eq(memcmp(back.test.class_n, n, sizeof n), 0);
    cr_assert_eq(memcmp(back.test.class_correct, correct, sizeof correct), 0);
    arena_release(&arena);
}

Test(wire, what_scores_cost_and_solvers_reached)
{
    struct arena arena = {0};
    const struct record artifact = {.kind = RECORD_ARTIFACT, .artifact = {"abc", 1, 1LL << 40}};
    const struct record none = {.kind = RECORD_ARTIFACT, .artifact = {NULL, 0, 7}};
    const struct record solver = {.kind = RECORD_SOLVER,
                                  .solver = {3, 2, "annealed", 0.1, 1000000, 5}};
    const uint8_t bitmap[] = {0x81};
    const struct record noise = {.kind = RECORD_NOISE, .noise = {8, 2, bitmap}};
    const struct record corrupt = {.kind = RECORD_CORRUPT, .corrupt = {8, 2, bitmap}};
    struct record back = round_trip(&artifact, &arena);
    cr_assert_str_eq(back.artifact.key, "abc");
    cr_assert(back.artifact.reused == 1 && back.artifact.carried_ns == 1LL << 40);
    back = round_trip(&none, &arena);
    cr_assert(back.artifact.key == NULL && back.artifact.carried_ns == 7);
    back = round_trip(&solver, &arena);
    cr_assert_str_eq(back.solver.method, "annealed");
    cr_assert(back.solver.epoch == 3 && back.solver.position == 2 && back.solver.moves == 1000000);
    cr_assert(back.solver.objective == 0.1 && back.solver.ns == 5);
    back = round_trip(&noise, &arena);
    cr_assert(back.noise.flipped == 2 && back.noise.bitmap[0] == 0x81);
    back = round_trip(&corrupt, &arena);
    cr_assert(back.corrupt.corrupted == 2 && back.corrupt.bitmap[0] == 0x81);
    arena_release(&arena);
}

Test(wire, an_end_keeps_its_phases_and_texts)
{
    struct arena arena = {0};
    struct record record = {.kind = RECORD_END,
                            .end = {.state = ATTEMPT_DIVERGED,
                                    .reason = "line one\nline \"two\" \xc3\xa9",
                                    .test_accuracy = (double)NAN}};
    for (int i = 0; i < PHASE_COUNT; i++)
        record.end.phase_ns[i] = 1000 + i;
    const struct record back = round_trip(&record, &arena);
    cr_assert_eq(back.end.state, ATTEMPT_DIVERGED);
    cr_assert_str_eq(back.end.reason, record.end.reason);
    cr_assert_null(back.end.log);
    cr_assert_eq(memcmp(back.end.phase_ns, record.end.phase_ns, sizeof back.end.phase_ns), 0);
    arena_release(&arena);
}

Test(wire, damaged_lines_are_refused_with_the_field)
{
    struct arena arena = {0};
    struct record record;
    struct err err;
    const struct {
        const char *line, *wanted;
    } cases[] = {
        {"", "not a record"},
        {"{\"type\":\"epoch\",", "not a record"},
        {"[1,2]", "of unknown type"},
        {"{\"type\":\"nonsense\"}", "of unknown type"},
        {"{\"type\":\"warning\",\"code\":\"X\"}", "'text'"},
        {"{\"type\":\"epoch\",\"epoch\":1,\"kept\":1}", "'lr'"},
        {"{\"type\":\"epoch\",\"epoch\":4294967297,\"kept\":1}", "'epoch'"},
        {"{\"type\":\"warning\",\"code\":1,\"text\":\"\"}", "'code'"},
        {"{\"type\":\"selection\",\"epoch\":0,\"n\":33,\"kept\":1,\"bitmap\":\"AA==\"}",
         "'bitmap'"},
        {"{\"type\":\"selection\",\"epoch\":0,\"n\":-9,\"kept\":1,\"bitmap\":\"\"}", "'bitmap'"},
        {"{\"type\":\"selection\",\"epoch\":0,\"n\":8,\"kept\":1,\"bitmap\":\"AA==\",\"classes\":-"
         "1,"
         "\"class_kept\":[]}",
         "'class_kept'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert_neq(wire_decode(cases[i].line, &arena, &record, &err), 0, "accepted: %s",
                      cases[i].line);
        cr_assert(strstr(err.text, cases[i].wanted), "'%s' does not say %s", err.text,
                  cases[i].wanted);
    }
    arena_release(&arena);
}
