/*
 * option: one table, and all that follows from it.
 */
#include "base/option.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct thing {
    int count;
    double share;
    bool loud;
    int mode;
    const char *label;
};

enum { MODE_MEAN, MODE_MAX, MODE_LAST };
static const char *const modes[] = {"mean", "max", "last", NULL};

static const struct option table[] = {
    OPTION_INT(struct thing, count, "10", 1, 100000, "how many"),
    OPTION_DOUBLE(struct thing, share, "0.8", 0, 1, "of the whole"),
    OPTION_BOOL(struct thing, loud, "true", "says so"),
    OPTION_ENUM(struct thing, mode, "max", modes, "of the losses"),
    OPTION_STRING(struct thing, label, "for people"),
    OPTION_END,
};

static struct arena arena;

static void open_arena(void)
{
}

static void close_arena(void)
{
    arena_release(&arena);
}

TestSuite(option, .init = open_arena, .fini = close_arena);

static const struct thing odd = {-77, -77, false, -77, "odd"};

Test(option, defaults)
{
    struct thing thing = odd;
    option_defaults(table, &thing);
    cr_expect_eq(thing.count, 10);
    cr_expect_eq(thing.share, 0.8);
    cr_expect_eq(thing.loud, true);
    cr_expect_eq(thing.mode, MODE_MAX);
    cr_expect_null(thing.label);
}

Test(option, no_table_is_no_options)
{
    struct thing thing = odd;
    struct err err;
    option_defaults(NULL, &thing);
    cr_expect_eq(thing.count, odd.count);
    cr_expect_null(option_find(NULL, "count"));
    cr_expect_null(option_nearest(NULL, "count"));
    json_t *object = option_to_json(NULL, &thing);
    cr_expect_eq(json_object_size(object), 0);
    cr_expect_eq(option_from_json(NULL, object, &arena, &thing, &err), 0);
    json_object_set_new(object, "count", json_integer(1));
    cr_expect_eq(option_from_json(NULL, object, &arena, &thing, &err), -1);
    json_decref(object);
}

Test(option, find_and_nearest)
{
    for (const struct option *o = table; o->name; o++)
        cr_expect_eq(option_find(table, o->name), o, "%s was not found", o->name);
    cr_expect_null(option_find(table, "Count"));
    cr_expect_null(option_find(table, ""));
    cr_expect_str_eq(option_nearest(table, "cuont"), "count");
    cr_expect_null(option_nearest(table, "temperature"));
}

static const struct {
    const char *name, *text;
    const char *refusal; /* NULL: accepted */
} settings[] = {
    {"count", "1", NULL},
    {"count", "100000", NULL},
    {"count", "0", "expected a whole number from 1 to 100000, found '0'"},
    {"count", "100001", "expected a whole number from 1 to 100000, found '100001'"},
    {"count", "99999999999", "expected a whole number from 1 to 100000, found '99999999999'"},
    {"count", "1.5", "expected a whole number from 1 to 100000, found '1.5'"},
    {"count", "020", "expected a whole number from 1 to 100000, found '020'"},
    {"count", "", "expected a whole number from 1 to 100000, found ''"},
    {"share", "0", NULL},
    {"share", "1", NULL},
    {"share", "1.0000001", "expected a number from 0 to 1, found '1.0000001'"},
    {"share", "-1e-9", "expected a number from 0 to 1, found '-1e-9'"},
    {"share", "nan", "expected a number from 0 to 1, found 'nan'"},
    {"share", "half", "expected a number from 0 to 1, found 'half'"},
    {"loud", "true", NULL},
    {"loud", "false", NULL},
    {"loud", "True", "expected true or false, found 'True'"},
    {"loud", "yes", "expected true or false, found 'yes'"},
    {"loud", "1", "expected true or false, found '1'"},
    {"mode", "last", NULL},
    {"mode", "Mean", "expected one of mean, max, last, found 'Mean'"},
    {"mode", "", "expected one of mean, max, last, found ''"},
    {"mode", "0", "expected one of mean, max, last, found '0'"},
    {"label", "", NULL},
    {"label", "any text: 'at' all", NULL},
};

Test(option, set_is_strict_and_leaves_the_rest_alone)
{
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        const char *name = settings[i].name, *text = settings[i].text;
        struct thing thing;
        struct err err = {0};
        memset(&thing, 0, sizeof thing);
        option_defaults(table, &thing);
        const struct thing before = thing;
        const int failed = option_set(option_find(table, name), &thing, text, &arena, &err);
        cr_expect_eq(failed, settings[i].refusal ? -1 : 0, "%s: '%s' gave %d", name, text, failed);
        if (settings[i].refusal) {
            cr_expect_str_eq(err.text, settings[i].refusal);
            cr_expect_arr_eq(&thing, &before, sizeof thing, "%s: '%s' changed something", name,
                             text);
        }
    }
}

Test(option, set_stores)
{
    struct thing thing;
    char label[] = "mine";
    option_defaults(table, &thing);
    cr_expect_eq(option_set(&table[0], &thing, "77", &arena, NULL), 0);
    cr_expect_eq(option_set(&table[1], &thing, "2.5e-1", &arena, NULL), 0);
    cr_expect_eq(option_set(&table[2], &thing, "false", &arena, NULL), 0);
    cr_expect_eq(option_set(&table[3], &thing, "last", &arena, NULL), 0);
    cr_expect_eq(option_set(&table[4], &thing, label, &arena, NULL), 0);
    label[0] = 'x'; /* it must have been copied */
    cr_expect_eq(thing.count, 77);
    cr_expect_eq(thing.share, 0.25);
    cr_expect_eq(thing.loud, false);
    cr_expect_eq(thing.mode, MODE_LAST);
    cr_expect_str_eq(thing.label, "mine");
}

/* Cells that were hashed before there was such an option keep their keys. */
Test(option, one_added_later_is_spelled_out_only_where_it_is_not_the_default)
{
    static const struct option grown[] = {
        OPTION_INT(struct thing, count, "10", 1, 100000, "how many"),
        OPTION_DOUBLE(struct thing, share, "0.8", 0, 1, "of the whole", .added_later = true),
        OPTION_BOOL(struct thing, loud, "true", "says so", .added_later = true),
        OPTION_ENUM(struct thing, mode, "max", modes, "of the losses", .added_later = true),
        OPTION_STRING(struct thing, label, "for people", .added_later = true),
        OPTION_END,
    };
    static const struct {
        struct thing thing;
        const char *json;
    } cases[] = {
        {{10, 0.8, true, MODE_MAX, NULL}, "{\"count\":10}"},
        {{10, 0.5, true, MODE_MAX, NULL}, "{\"count\":10,\"share\":0.5}"},
        {{10, 0.8, false, MODE_LAST, "a"},
         "{\"count\":10,\"label\":\"a\",\"loud\":false,\"mode\":\"last\"}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct thing back = odd;
        struct err err = {0};
        json_t *object = option_to_json(grown, &cases[i].thing);
        char *text = json_dumps(object, JSON_SORT_KEYS | JSON_COMPACT);
        cr_expect_str_eq(text, cases[i].json);
        cr_assert_eq(option_from_json(grown, object, &arena, &back, &err), 0, "%s", err.text);
        cr_expect_eq(back.share, cases[i].thing.share, "%s", text);
        cr_expect_eq(back.loud, cases[i].thing.loud, "%s", text);
        cr_expect_eq(back.mode, cases[i].thing.mode, "%s", text);
        json_decref(object);
        free(text);
    }
}

Test(option, json_round_trip)
{
    const struct thing things[] = {
        {10, 0.8, true, MODE_MAX, NULL},
        {1, 0, false, MODE_MEAN, ""},
        {100000, 1, true, MODE_LAST, "a \"label\"\n\xc3\xa4"},
        {3, 0.1 + 0.2, false, MODE_MAX, "all seventeen digits"},
        {3, 5e-324, false, MODE_MAX, "the smallest"},
    };
    for (size_t i = 0; i < sizeof things / sizeof *things; i++) {
        struct thing back = odd;
        struct err err = {0};
        /* Through text, as it is stored. */
        json_t *object = option_to_json(table, &things[i]);
        char *text = json_dumps(object, JSON_SORT_KEYS);
        json_t *read = json_loads(text, 0, NULL);
        cr_assert_eq(option_from_json(table, read, &arena, &back, &err), 0, "%s: %s", text,
                     err.text);
        cr_expect_eq(back.count, things[i].count, "%s: count %d", text, back.count);
        cr_expect_eq(back.share, things[i].share, "%s: share %.17g", text, back.share);
        cr_expect_eq(back.loud, things[i].loud, "%s: loud %d", text, back.loud);
        cr_expect_eq(back.mode, things[i].mode, "%s: mode %d", text, back.mode);
        cr_expect_eq(!back.label, !things[i].label, "%s: label %p", text, (const void *)back.label);
        if (back.label && things[i].label)
            cr_expect_str_eq(back.label, things[i].label);
        json_decref(read);
        json_decref(object);
        free(text);
    }
}

Test(option, absent_in_json_means_the_default)
{
    struct thing thing = odd;
    json_t *object = json_pack("{s:i}", "count", 3);
    cr_expect_eq(option_from_json(table, object, &arena, &thing, NULL), 0);
    cr_expect_eq(thing.count, 3);
    cr_expect_eq(thing.share, 0.8);
    cr_expect_null(thing.label);
    json_decref(object);
    thing = odd;
    cr_expect_eq(option_from_json(table, NULL, &arena, &thing, NULL), 0);
    cr_expect_eq(thing.count, 10);
}

static const struct {
    const char *json, *message;
} wrong_json[] = {
    {"{\"cuont\": 3}", "unknown option 'cuont'"},
    {"{\"count\": 0}", "count: expected a whole number from 1 to 100000, found '0'"},
    {"{\"count\": 1.5}", "count: expected a whole number from 1 to 100000, found '1.5'"},
    {"{\"count\": true}", "count: expected a whole number from 1 to 100000, found 'true'"},
    {"{\"count\": null}", "count: neither a number, a text nor a truth value"},
    {"{\"share\": []}", "share: neither a number, a text nor a truth value"},
    {"{\"share\": 2}", "share: expected a number from 0 to 1, found '2'"},
    {"{\"mode\": 1}", "mode: expected one of mean, max, last, found '1'"},
    {"[]", "expected an object of options"},
    {"\"count\"", "expected an object of options"},
};

Test(option, wrong_json)
{
    for (size_t i = 0; i < sizeof wrong_json / sizeof *wrong_json; i++) {
        struct thing thing;
        struct err err = {0};
        json_t *value = json_loads(wrong_json[i].json, JSON_DECODE_ANY, NULL);
        cr_assert_not_null(value, "%s", wrong_json[i].json);
        cr_expect_eq(option_from_json(table, value, &arena, &thing, &err), -1, "%s was accepted",
                     wrong_json[i].json);
        cr_expect_str_eq(err.text, wrong_json[i].message);
        json_decref(value);
    }
}

Test(option, describe)
{
    static const char *const expected[] = {
        "a whole number from 1 to 100000; default 10",
        "a number from 0 to 1; default 0.8",
        "true or false; default true",
        "one of mean, max, last; default max",
        "a text",
    };
    for (size_t i = 0; table[i].name; i++) {
        struct str text = {0};
        option_describe(&table[i], &text);
        cr_expect_str_eq(str_text(&text), expected[i]);
        str_release(&text);
    }
}

Test(option, a_default_out_of_range_is_a_bug, .signal = SIGABRT)
{
    static const struct option wrong[] = {
        OPTION_INT(struct thing, count, "0", 1, 10, "how many"),
        OPTION_END,
    };
    struct thing thing;
    option_defaults(wrong, &thing);
}

/* ---- A word for 0 ---- */

static const struct option worded[] = {
    OPTION_INT_OR(struct thing, count, "none", "none", 50, "how many"),
    OPTION_END,
};

Test(option, a_word_may_stand_for_0)
{
    struct thing thing = {.count = 7};
    struct err err;
    struct str text = {0};
    option_defaults(worded, &thing);
    cr_expect_eq(thing.count, 0);
    cr_expect_eq(option_set(worded, &thing, "50", NULL, &err), 0);
    cr_expect_eq(thing.count, 50);
    cr_expect_eq(option_set(worded, &thing, "none", NULL, &err), 0);
    cr_expect_eq(thing.count, 0);
    cr_expect_eq(option_set(worded, &thing, "nothing", NULL, &err), -1);
    cr_expect_str_eq(err.text, "expected none or a whole number from 1 to 50, found 'nothing'");
    cr_expect_eq(option_set(table, &thing, "none", NULL, &err), -1, "a word for every number");
    option_describe(worded, &text);
    cr_expect_str_eq(str_text(&text), "none or a whole number from 1 to 50; default none");
    str_release(&text);
}

Test(option, a_word_for_0_is_a_number_in_json)
{
    struct thing thing = {.count = 0}, back = {.count = 3};
    struct err err;
    json_t *json = option_to_json(worded, &thing);
    cr_expect(json_is_integer(json_object_get(json, "count")));
    cr_expect_eq(json_integer_value(json_object_get(json, "count")), 0);
    cr_expect_eq(option_from_json(worded, json, NULL, &back, &err), 0, "%s", err.text);
    cr_expect_eq(back.count, 0);
    json_decref(json);
}

struct quantities {
    double wait;
    int64_t room;
};

static const struct option quantity_options[] = {
    OPTION_DURATION(struct quantities, wait, "none", "90s", 86400, "for"),
    OPTION_BYTES(struct quantities, room, "none", "1.5GiB", "of memory"),
    OPTION_END,
};

Test(option, numbers)
{
    struct many {
        struct option_numbers at;
    } many, back;
    static const struct option numbers[] = {OPTION_NUMBERS_OF(struct many, at, 0, 200, "epochs"),
                                            OPTION_END};
    static const char *const wrong[] = {
        "",     "1/",     "/1",
        "1//2", "1/201",  "-1",
        "1 2",  "1/none", "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"};
    struct err err;
    struct str text = {0};
    option_defaults(numbers, &many);
    cr_expect_eq(many.at.count, 0);
    cr_assert_eq(option_set(numbers, &many, "60/120.5/200", NULL, &err), 0);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        cr_expect_eq(option_set(numbers, &many, wrong[i], NULL, &err), -1, "'%s'", wrong[i]);
    cr_expect(many.at.count == 3 && many.at.items[0] == 60 && many.at.items[1] == 120.5 &&
              many.at.items[2] == 200);
    option_write_numbers(&many.at, &text);
    cr_expect_str_eq(str_text(&text), "60/120.5/200");
    json_t *json = option_to_json(numbers, &many);
    cr_expect_eq(json_array_size(json_object_get(json, "at")), 3);
    cr_assert_eq(option_from_json(numbers, json, NULL, &back, &err), 0, "%s", err.text);
    cr_expect(back.at.count == 3 && back.at.items[1] == 120.5);
    json_decref(json);
    cr_assert_eq(option_set(numbers, &many, "none", NULL, &err), 0);
    json = option_to_json(numbers, &many);
    cr_expect_eq(json_array_size(json_object_get(json, "at")), 0);
    cr_assert_eq(option_from_json(numbers, json, NULL, &back, &err), 0, "%s", err.text);
    cr_expect_eq(back.at.count, 0);
    json_decref(json);
    json = json_pack("{s:[f,s]}", "at", 1.0, "2");
    cr_expect_eq(option_from_json(numbers, json, NULL, &back, &err), -1);
    json_decref(json);
    str_release(&text);
}

Test(option, times_and_sizes_have_units)
{
    struct quantities values;
    struct err err;
    option_defaults(quantity_options, &values);
    cr_expect_eq(values.wait, 90);
    cr_expect_eq(values.room, 1610612736);
    cr_expect_eq(option_set(&quantity_options[0], &values, "1.5h", NULL, &err), 0);
    cr_expect_eq(values.wait, 5400);
    cr_expect_eq(option_set(&quantity_options[0], &values, "1d", NULL, &err), 0);
    cr_expect_eq(option_set(&quantity_options[0], &values, "none", NULL, &err), 0);
    cr_expect_eq(values.wait, 0);
    cr_expect_eq(option_set(&quantity_options[1], &values, "64KiB", NULL, &err), 0);
    cr_expect_eq(values.room, 65536);
}

Test(option, times_and_sizes_are_strict)
{
    static const char *const times[] = {"", "h", "-1s", "1 h", "1w", "1.2.3s", "25h", "1e3", "nan"};
    static const char *const sizes[] = {"4GB", "GiB", "-1", "9999999TiB"};
    struct quantities values;
    struct err err;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        cr_expect_eq(option_set(&quantity_options[0], &values, times[i], NULL, &err), -1, "%s",
                     times[i]);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        cr_expect_eq(option_set(&quantity_options[1], &values, sizes[i], NULL, &err), -1, "%s",
                     sizes[i]);
    option_set(&quantity_options[0], &values, "1w", NULL, &err);
    cr_expect_str_eq(err.text, "expected none or a time like 90s, 5m, 2h or 1d, found '1w'");
}
