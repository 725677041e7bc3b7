/*
 * config: options that had other names, in a mapping.
 */
#include "base/mem.h"
#include "harness/config/param.h"
#include "harness/config/read.h"

#include <criterion/criterion.h>
#include <string.h>

struct thing {
    int period, depth;
};

static const struct option table[] = {
    OPTION_INT(struct thing, period, "10", 1, 100, "epochs", .keyed_as = "every",
               .aliases = OPTION_ALIASES("interval")),
    OPTION_INT(struct thing, depth, "1", 1, 9, "layers"),
    OPTION_END,
};

/* The mistakes, a line each. */
static void apply(const char *yaml, struct thing *ret_thing, struct str *ret_mistakes)
{
    struct arena arena = {0};
    struct node *root;
    struct reader reader = {.arena = &arena};
    option_defaults(table, ret_thing);
    cr_assert_eq(yaml_read(yaml, strlen(yaml), NULL, &arena, &reader.mistakes, &root), 0);
    options_apply(&reader, root, "thing", NULL, "{depth: 2}", table, ret_thing, NULL);
    mistakes_write(&reader.mistakes, "x.yaml", "", ret_mistakes);
    mistakes_release(&reader.mistakes);
    arena_release(&arena);
}

Test(config, an_option_is_read_by_every_name_it_had)
{
    static const char *const texts[] = {"{period: 3, depth: 2}", "{every: 3, depth: 2}",
                                        "{depth: 2, interval: 3}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct thing thing;
        struct str mistakes = {0};
        apply(texts[i], &thing, &mistakes);
        cr_expect_str_eq(str_text(&mistakes), "", "%s: %s", texts[i], str_text(&mistakes));
        cr_expect(thing.period == 3 && thing.depth == 2, "%s: %d %d", texts[i], thing.period,
                  thing.depth);
        str_release(&mistakes);
    }
}

Test(config, one_option_by_two_of_its_names_is_refused)
{
    struct thing thing;
    struct str mistakes = {0};
    apply("every: 3\nperiod: 5\n", &thing, &mistakes);
    cr_expect_str_eq(str_text(&mistakes),
                     "x.yaml:2:1: 'period' is given already, as 'every' at 1:1\n", "%s",
                     str_text(&mistakes));
    str_release(&mistakes);
}

Test(config, a_slip_is_answered_with_the_present_name)
{
    struct thing thing;
    struct str mistakes = {0};
    apply("{perriod: 5}", &thing, &mistakes);
    cr_expect(strstr(str_text(&mistakes), "did you mean 'period'?"), "%s", str_text(&mistakes));
    str_release(&mistakes);
}
