/*
 * kind: shelves of plug-ins, and names that plug-ins and their options had before.
 */
#include "base/kind.h"
#include "base/json.h"

#include <criterion/criterion.h>
#include <string.h>

struct tool {
    KIND;
    int weight;
};

struct saw_options {
    int teeth, period;
};

static const struct option saw_table[] = {
    OPTION_INT(struct saw_options, teeth, "20", 1, 100, "how many"),
    OPTION_INT(struct saw_options, period, "10", 1, 100, "millimetres", .keyed_as = "every",
               .aliases = OPTION_ALIASES("interval", "step")),
    OPTION_END,
};

static const struct tool hammer_tool = {.name = "hammer", .help = "for nails", .weight = 3};
static const struct tool saw_tool = {
    .name = "hand-saw",
    .help = "for wood",
    .keyed_as = "saw",
    .aliases = OPTION_ALIASES("ripper"),
    KIND_OPTIONS(struct saw_options, saw_table),
    .presets =
        KIND_PRESETS({"fine", "teeth=60 period=2", "for veneer"}, {"rough", "teeth=5", "for logs"}),
    .weight = 1,
};

static const struct kind *const kinds[] = {&hammer_tool.is, &saw_tool.is};
SHELF_OF(struct tool, tool);
const struct shelf tool_shelf = SHELF("tool", "tools", kinds);

static struct arena arena;

static void open_arena(void)
{
}

static void close_arena(void)
{
    arena_release(&arena);
}

TestSuite(kind, .init = open_arena, .fini = close_arena);

Test(kind, is_found_by_position_and_by_every_name_it_had)
{
    cr_expect_eq(tool_at(0), &hammer_tool);
    cr_expect_eq(tool_at(1), &saw_tool);
    cr_expect_null(tool_at(2));
    cr_expect_null(tool_at(1000));
    static const char *const names[] = {"hand-saw", "saw", "ripper"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        cr_expect_eq(tool_find(names[i]), &saw_tool, "%s", names[i]);
    cr_expect_eq(tool_find("hammer")->weight, 3);
    cr_expect_null(tool_find("Saw"));
    cr_expect_null(tool_find(""));
}

Test(kind, a_slip_is_answered_with_the_present_name)
{
    struct err err;
    cr_expect_str_eq(shelf_near(&tool_shelf, "hamer"), "hammer");
    cr_expect_null(shelf_near(&tool_shelf, "screwdriver"));
    cr_expect_eq(shelf_unknown(&tool_shelf, "hnad-saw", &err), -1);
    cr_expect_str_eq(err.text, "unknown tool 'hnad-saw', did you mean hand-saw?");
    shelf_unknown(&tool_shelf, "screwdriver", &err);
    cr_expect_str_eq(err.text, "unknown tool 'screwdriver'; winnow list tools shows them");
}

static struct choice parsed(const char *text)
{
    struct choice choice;
    struct err err;
    cr_assert_eq(choice_parse(&tool_shelf, text, &arena, &choice, &err), 0, "%s", err.text);
    return choice;
}

Test(kind, a_choice_is_read_by_any_name_and_keyed_by_the_first)
{
    static const char *const texts[] = {"hand-saw(period=3)", "saw:every=3", "ripper(interval=3)",
                                        "saw(step=3,teeth=20)"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct choice choice = parsed(texts[i]);
        struct str text = {0};
        json_t *object = choice_to_json(&choice);
        json_add_dump(&text, object, JSON_SORT_KEYS | JSON_COMPACT);
        cr_expect_str_eq(str_text(&text), "{\"every\":3,\"name\":\"saw\",\"teeth\":20}", "%s: %s",
                         texts[i], str_text(&text));
        str_release(&text);
        json_decref(object);
    }
}

/* Cells hold values: the same as if they were written out. */
Test(kind, a_preset_is_its_values_and_what_stands_beside_it_wins)
{
    static const struct {
        const char *text;
        int teeth, period;
    } cases[] = {
        {"saw:preset=fine", 60, 2},
        {"saw(preset=rough)", 5, 10},
        {"saw(period=7 preset=fine)", 60, 7},
        {"saw:preset=fine,teeth=61", 61, 2},
        {"saw:preset=fine,preset=rough", 5, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct saw_options *options = parsed(cases[i].text).options;
        cr_expect_eq(options->teeth, cases[i].teeth, "%s: %d", cases[i].text, options->teeth);
        cr_expect_eq(options->period, cases[i].period, "%s: %d", cases[i].text, options->period);
    }
}

/* What an older version wrote, what this one writes, and what a person writes into a plan. */
Test(kind, json_is_read_by_any_name)
{
    static const char *const texts[] = {"{\"name\":\"saw\",\"every\":3}",
                                        "{\"name\":\"hand-saw\",\"period\":3}",
                                        "{\"name\":\"ripper\",\"interval\":3,\"teeth\":20}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct choice choice;
        struct err err;
        json_t *object = json_made(json_loads(texts[i], 0, NULL));
        cr_assert_eq(choice_from_json(&tool_shelf, object, &arena, &choice, &err), 0, "%s: %s",
                     texts[i], err.text);
        const struct saw_options *options = choice.options;
        cr_expect_eq(choice.kind, &saw_tool.is);
        cr_expect_eq(options->period, 3, "%s: %d", texts[i], options->period);
        cr_expect_eq(options->teeth, 20, "%s: %d", texts[i], options->teeth);
        json_decref(object);
    }
}

Test(kind, what_is_wrong_with_a_choice_is_said)
{
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"saw(teeth=20", "'saw(teeth=20': the options' ')' must be there, and last"},
        {"saw(teeht=20)", "hand-saw has no option 'teeht', did you mean teeth?"},
        {"saw:teeth", "hand-saw: 'teeth' is not of the form name=value"},
        {"hammer:teeth=2", "hammer has no option 'teeth'"},
        {"saw:preset=fien", "hand-saw has no preset 'fien', did you mean fine?"},
        {"saw:preset=new", "hand-saw has no preset 'new'; it has fine, rough"},
        {"hammer:preset=fine", "hammer has no option 'preset'"},
        {"saw:every=0", "hand-saw: every: expected a whole number from 1 to 100, found '0'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct choice choice = {.options = &arena};
        struct err err;
        cr_expect_eq(choice_parse(&tool_shelf, cases[i].text, &arena, &choice, &err), -1);
        cr_expect_str_eq(err.text, cases[i].error, "%s: %s", cases[i].text, err.text);
        cr_expect_eq(choice.options, &arena, "%s", cases[i].text);
    }
}
