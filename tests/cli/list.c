/*
 * winnow list: all of the registries, as people and as programs see them.
 */
#include "harness/data/data.h"
#include "models/model.h"
#include "models/nn/nn.h"
#include "plots/render.h"
#include "pruners/sampler.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDEST = 80 };

static const char *dataset_name(size_t i)
{
    return dataset_at(i) ? dataset_at(i)->name : NULL;
}

static const char *model_name(size_t i)
{
    return model_at(i) ? model_at(i)->name : NULL;
}

static const char *pruner_name(size_t i)
{
    return pruner_at(i) ? pruner_at(i)->name : NULL;
}

static const char *figure_name(size_t i)
{
    return figure_at(i) ? figure_at(i)->name : NULL;
}

static const struct {
    const char *name;
    const char *(*entry_name)(size_t i);
} kinds[] = {
    {"datasets", dataset_name},    {"models", model_name},   {"pruners", pruner_name},
    {"samplers", sampler_name_at}, {"figures", figure_name},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void expect_narrow(const char *text)
{
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        cr_expect_leq(strcspn(line, "\n"), WIDEST, "too wide: %.*s", (int)strcspn(line, "\n"),
                      line);
}

Test(list, names_everything)
{
    struct test_output output = test_run("winnow list");
    cr_assert_eq(output.status, 0, "%s", output.err);
    cr_expect_str_eq(output.err, "");
    expect_narrow(output.out);
    for (size_t k = 0; k < KINDS; k++) {
        const char *name;
        for (size_t i = 0; (name = kinds[k].entry_name(i)); i++) {
            char row[128];
            snprintf(row, sizeof row, "\n  %s ", name);
            cr_expect_not_null(strstr(output.out, row), "%s is not listed in %s", name, output.out);
        }
    }
    test_output_release(&output);
}

/* The text from one pruner's name to the blank line that ends it, in out; free it. */
static char *entry_of(const char *out, const char *name)
{
    char head[128];
    snprintf(head, sizeof head, "\n%s  ", name);
    const char *start = strncmp(out, head + 1, strlen(head + 1)) == 0 ? out : strstr(out, head);
    cr_assert_not_null(start, "'%s' is not in %s", name, out);
    start += *start == '\n';
    const char *end = strstr(start, "\n\n");
    return strndup(start, end ? (size_t)(end + 1 - start) : strlen(start));
}

/* Text with its line breaks and the blanks after them as single blanks. */
static void unwrap(char *text)
{
    char *to = text;
    for (const char *from = text; *from; to++) {
        const size_t blanks = strspn(from, " \n");
        *to = blanks ? ' ' : *from;
        from += blanks ? blanks : 1;
    }
    *to = '\0';
}

Test(list, tells_all_of_every_pruner)
{
    struct test_output output = test_run("winnow list pruners");
    cr_assert_eq(output.status, 0, "%s", output.err);
    expect_narrow(output.out);
    const struct pruner *p, *detailed = NULL;
    /* Static ones first: each is told with its options, or those that follow with the first's. */
    for (size_t i = 0, count = pruner_shelf.count; i < 2 * count; i++) {
        p = pruner_at(i % count);
        if (p->kind != (i < count ? PRUNER_STATIC : PRUNER_DYNAMIC))
            continue;
        char *entry = entry_of(output.out, p->name), line[512];
        snprintf(line, sizeof line, "\n  %s", p->kind == PRUNER_STATIC ? "static" : "dynamic");
        cr_expect_not_null(strstr(entry, line), "the kind of %s in %s", p->name, entry);
        const bool shared = detailed && p->options && p->options == detailed->options;
        snprintf(line, sizeof line, "\n    options: those of %s\n", shared ? detailed->name : "");
        cr_expect_eq(strstr(entry, line) != NULL, shared, "the options of %s in %s", p->name,
                     entry);
        for (const struct option *o = p->options; !shared && o && o->name; o++) {
            if (o->told_in)
                snprintf(line, sizeof line, "winnow list %s", o->told_in);
            else
                snprintf(line, sizeof line, "\n    %s ", o->name);
            cr_expect_not_null(strstr(entry, line), "%s of %s in %s", o->name, p->name, entry);
        }
        detailed = shared ? detailed : p;
        unwrap(entry);
        cr_expect_not_null(strstr(entry, p->help), "the rule of %s in %s", p->name, entry);
        snprintf(line, sizeof line, " cost: %s", p->cost ? p->cost : "");
        cr_expect(p->cost && strstr(entry, line), "the cost of %s in %s", p->name, entry);
        snprintf(line, sizeof line, " from: %s", p->cite ? p->cite : "");
        cr_expect_eq(strstr(entry, line) != NULL, p->cite != NULL, "the source of %s in %s",
                     p->name, entry);
        free(entry);
    }
    test_output_release(&output);
}

static json_t *list_json(const char *arguments)
{
    json_error_t error;
    struct test_output output = test_run("winnow list %s --json", arguments);
    cr_assert_eq(output.status, 0, "%s", output.err);
    json_t *object = json_loads(output.out, 0, &error);
    cr_assert_not_null(object, "%s in %s", error.text, output.out);
    test_output_release(&output);
    return object;
}

Test(list, json_has_the_registries_in_order)
{
    json_t *object = list_json("");
    for (size_t k = 0; k < KINDS; k++) {
        json_t *array = json_object_get(object, kinds[k].name);
        const char *name;
        size_t i = 0;
        for (; (name = kinds[k].entry_name(i)); i++) {
            const json_t *entry = json_array_get(array, i);
            cr_expect_str_eq(json_string_value(json_object_get(entry, "name")), name);
            cr_expect_gt(json_string_length(json_object_get(entry, "help")), 0, "help of %s", name);
        }
        cr_expect_eq(json_array_size(array), i, "%zu %s, expected %zu", json_array_size(array),
                     kinds[k].name, i);
    }
    json_decref(object);
}

Test(list, json_of_pruners)
{
    json_t *object = list_json("pruners"), *entry;
    const json_t *array = json_object_get(object, "pruners");
    size_t i;
    json_array_foreach(array, i, entry)
    {
        const struct pruner *p = pruner_at(i);
        const json_t *cite = json_object_get(entry, "cite");
        cr_expect_str_eq(json_string_value(json_object_get(entry, "kind")),
                         p->kind == PRUNER_STATIC ? "static" : "dynamic");
        cr_expect_str_eq(json_string_value(json_object_get(entry, "cost")), p->cost);
        cr_expect_eq(json_is_null(cite), !p->cite, "cite of %s", p->name);
        cr_expect(json_is_array(json_object_get(entry, "needs")), "needs of %s", p->name);
        cr_expect(json_is_array(json_object_get(entry, "flags")), "flags of %s", p->name);
    }
    json_decref(object);
}

Test(list, convolutions_are_those_of_the_engine)
{
    json_t *object = list_json("engine");
    const json_t *engine = json_array_get(json_object_get(object, "engine"), 0);
    const json_t *conv = json_array_get(json_object_get(engine, "options"), 0);
    const json_t *choices = json_object_get(conv, "choices");
    cr_expect_str_eq(json_string_value(json_object_get(conv, "name")), "conv");
    cr_expect_str_eq(json_string_value(json_array_get(choices, 0)), "auto");
    size_t i = 0;
    for (; nn_conv_name(i); i++)
        cr_expect_str_eq(json_string_value(json_array_get(choices, i + 1)), nn_conv_name(i));
    cr_expect_eq(json_array_size(choices), i + 1);
    json_decref(object);
}
