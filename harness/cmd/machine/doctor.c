/*
 * winnow doctor: prints what harness/machine/checkup.h finds, each finding as soon as it is made.
 *
 *     cpu            ok       AMD EPYC, 2 cores; runs kernels up to avx512-bf16
 *     kernels        warning  OpenBLAS takes this CPU for Prescott (31 GFLOP/s); winnow runs
 *                             SkylakeX (148 GFLOP/s)
 *                             -> for other programs: export OPENBLAS_CORETYPE=SkylakeX
 */
#include "base/json.h"
#include "harness/cmd/kit/db.h"
#include "harness/machine/checkup.h"
#include "harness/machine/pin.h"

#include <stdio.h>

struct values {
    const char *bind;
    bool json, measure;
};

static const struct cmd_flag flags[] = {
    CMD_SWITCH(struct values, json, 0, "print JSON"),
    CMD_SWITCH(struct values, measure, 0, NULL),
    CMD_TEXT(struct values, bind, 0, "LIST", NULL),
    CMD_END,
};

static const struct cmd_line line = {
    "doctor",
    "",
    "Shows what this machine offers and how winnow uses it. Each finding is ok, a note, a\n"
    "warning with advice, or missing: winnow cannot work without it (exit code 4).",
    flags,
    0,
    0,
};

struct report {
    json_t *findings; /* an array, or NULL: print as they come */
    bool missing;
};

static void take(void *context, const struct checkup_finding *found)
{
    struct report *report = context;
    const char *level = checkup_level_names[found->level];
    report->missing |= found->level == CHECKUP_MISSING;
    if (report->findings) {
        json_t *finding =
            json_made(json_pack("{s:s, s:s, s:o, s:o}", "name", found->name, "level", level, "text",
                                json_text(found->text), "advice", json_text(found->advice)));
        json_object_update(finding, found->facts);
        json_array_append_new(report->findings, finding);
    } else {
        const int indent = 25;
        cmd_print_wrapped(found->text, indent, printf("%-15s %-8s", found->name, level));
        if (found->advice)
            cmd_print_wrapped(found->advice, indent + 3, printf("%*s->", indent, ""));
        fflush(stdout);
    }
}

static int print_measurement(void)
{
    struct str text = {0};
    checkup_measure(&text);
    const int code = cmd_print(&line, &text);
    str_release(&text);
    return code;
}

int cmd_doctor(int argc, char **argv)
{
    struct values values;
    const int done = cmd_parse(&line, argc, argv, &values, NULL);
    if (done >= 0)
        return done;
    if (values.measure)
        return print_measurement();
    struct err err = {0};
    if (values.bind && pin_bind(values.bind, &err))
        return cmd_fail(&line, EXIT_ENVIRONMENT, err.text);
    if (values.bind)
        return EXIT_DONE;
    struct report report = {.findings = values.json ? json_array() : NULL};
    checkup_run(take, &report);
    if (values.json)
        cmd_print_json(json_pack("{s:o}", "findings", report.findings));
    return report.missing ? EXIT_ENVIRONMENT : EXIT_DONE;
}
