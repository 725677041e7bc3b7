#include "base/option.h"

#include "base/json.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static void *field_of(const struct option *option, void *values)
{
    return (char *)values + option->offset;
}

static const void *const_field_of(const struct option *option, const void *values)
{
    return (const char *)values + option->offset;
}

const char *option_choice(const struct option *option, size_t i)
{
    return option->choice_at ? option->choice_at(i) : option->choices[i];
}

static void describe_range(const struct option *option, struct str *ret_text)
{
    switch (option->type) {
    case OPTION_INT:
        if (option->zero)
            str_addf(ret_text, "%s or ", option->zero);
        str_addf(ret_text, "a whole number from %.15g to %.15g",
                 option->zero ? option->min + 1 : option->min, option->max);
        break;
    case OPTION_DOUBLE:
        str_addf(ret_text, "a number from %.15g to %.15g", option->min, option->max);
        break;
    case OPTION_BOOL:
        str_add(ret_text, "true or false");
        break;
    case OPTION_ENUM:
        str_add(ret_text, "one of ");
        for (size_t i = 0; option_choice(option, i); i++)
            str_addf(ret_text, "%s%s", i ? ", " : "", option_choice(option, i));
        break;
    case OPTION_STRING:
        str_add(ret_text, "a text");
        break;
    case OPTION_DURATION:
    case OPTION_BYTES:
        str_addf(ret_text, "%s%s%s", option->zero ? option->zero : "", option->zero ? " or " : "",
                 option->type == OPTION_BYTES ? "a size like 512MiB or 2GiB"
                                              : "a time like 90s, 5m, 2h or 1d");
        break;
    case OPTION_NUMBERS:
        str_addf(ret_text, "none or up to %d numbers from %.15g to %.15g, as in [1, 2.5]",
                 OPTION_MOST_NUMBERS, option->min, option->max);
        break;
    }
}

struct unit {
    const char *name;
    double size;
};

static const struct unit times[] = {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {NULL, 0}};
static const struct unit sizes[] = {
    {"KiB", 0x1p10}, {"MiB", 0x1p20}, {"GiB", 0x1p30}, {"TiB", 0x1p40}, {NULL, 0}};

/* "1.5h", or a bare number, which is in units of one. */
static bool parse_quantity(const char *text, const struct unit *units, double *ret_value)
{
    const size_t digits = strspn(text, "0123456789.");
    char number[32];
    double value, size = 1;
    if (digits == 0 || digits >= sizeof number)
        return false;
    memcpy(number, text, digits);
    number[digits] = '\0';
    if (text[digits]) {
        while (units->name && strcmp(units->name, text + digits) != 0)
            units++;
        if (!units->name)
            return false;
        size = units->size;
    }
    if (!str_parse_double(number, &value))
        return false;
    *ret_value = value * size;
    return true;
}

static bool parse_numbers(const struct option *option, const char *text,
                          struct option_numbers *ret_numbers)
{
    struct option_numbers numbers = {0};
    if (strcmp(text, "none") == 0) {
        *ret_numbers = numbers;
        return true;
    }
    for (size_t length;; text += length + 1) {
        char number[32];
        double *item = &numbers.items[numbers.count];
        length = strcspn(text, "/");
        if (numbers.count++ == OPTION_MOST_NUMBERS || length >= sizeof number)
            return false;
        snprintf(number, sizeof number, "%.*s", (int)length, text);
        if (!str_parse_double(number, item) || *item < option->min || *item > option->max)
            return false;
        if (!text[length])
            break;
    }
    *ret_numbers = numbers;
    return true;
}

void option_write_numbers(const struct option_numbers *numbers, struct str *ret_text)
{
    for (int i = 0; i < numbers->count; i++)
        str_addf(ret_text, "%s%.15g", i ? "/" : "", numbers->items[i]);
    if (numbers->count == 0)
        str_add(ret_text, "none");
}

static int refuse(const struct option *option, const char *text, struct err *err)
{
    struct str wanted = {0};
    describe_range(option, &wanted);
    err_set(err, "expected %s, found '%.60s'", str_text(&wanted), text);
    str_release(&wanted);
    return -1;
}

int option_set(const struct option *option, void *values, const char *text, struct arena *arena,
               struct err *err)
{
    void *field = field_of(option, values);
    const bool word = option->zero && strcmp(text, option->zero) == 0;
    switch (option->type) {
    case OPTION_INT: {
        int64_t value = 0;
        if ((!word && !str_parse_int(text, &value)) || (double)value < option->min ||
            (double)value > option->max || value < INT_MIN || value > INT_MAX)
            return refuse(option, text, err);
        *(int *)field = (int)value;
        return 0;
    }
    case OPTION_DOUBLE: {
        double value;
        if (!str_parse_double(text, &value) || value < option->min || value > option->max)
            return refuse(option, text, err);
        *(double *)field = value;
        return 0;
    }
    case OPTION_BOOL:
        if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
            return refuse(option, text, err);
        *(bool *)field = text[0] == 't';
        return 0;
    case OPTION_ENUM:
        for (size_t i = 0; option_choice(option, i); i++)
            if (strcmp(text, option_choice(option, i)) == 0) {
                *(int *)field = (int)i;
                return 0;
            }
        return refuse(option, text, err);
    case OPTION_STRING:
        *(const char **)field = arena_strdup(arena, text);
        return 0;
    case OPTION_DURATION: {
        double value = 0;
        if (!word && (!parse_quantity(text, times, &value) || value > option->max))
            return refuse(option, text, err);
        *(double *)field = value;
        return 0;
    }
    case OPTION_BYTES: {
        double value = 0;
        if (!word && (!parse_quantity(text, sizes, &value) || value > 0x1p53))
            return refuse(option, text, err);
        *(int64_t *)field = (int64_t)value;
        return 0;
    }
    case OPTION_NUMBERS:
        return parse_numbers(option, text, field) ? 0 : refuse(option, text, err);
    }
    DIE("bug: option %s has no type", option->name);
}

void option_defaults(const struct option *table, void *values)
{
    for (const struct option *o = table; o && o->name; o++) {
        struct err err;
        if (o->type == OPTION_STRING)
            *(const char **)field_of(o, values) = o->fallback;
        else if (option_set(o, values, o->fallback, NULL, &err))
            DIE("bug: default of option %s: %s", o->name, err.text);
    }
}

bool option_is_called(const char *name, const char *keyed_as, const char *const *aliases,
                      const char *word)
{
    if (strcmp(name, word) == 0 || (keyed_as && strcmp(keyed_as, word) == 0))
        return true;
    for (; aliases && *aliases; aliases++)
        if (strcmp(*aliases, word) == 0)
            return true;
    return false;
}

const struct option *option_find(const struct option *table, const char *name)
{
    for (const struct option *o = table; o && o->name; o++)
        if (option_is_called(o->name, o->keyed_as, o->aliases, name))
            return o;
    return NULL;
}

const char *option_key(const struct option *option)
{
    return option->keyed_as ? option->keyed_as : option->name;
}

static const char *name_at(const void *table, size_t i)
{
    const struct option *options = table;
    return options ? options[i].name : NULL;
}

const char *option_nearest(const struct option *table, const char *name)
{
    return str_nearest(name, name_at, table);
}

/* "name=value"; ends the name in place. */
static int assign(const struct option *table, const char *owner, char *assignment, void *values,
                  struct arena *arena, struct err *err)
{
    char *value = strchr(assignment, '=');
    if (!value)
        return err_set(err, "%s: '%.64s' is not of the form name=value", owner, assignment);
    *value++ = '\0';
    const struct option *option = option_find(table, assignment);
    if (!option)
        return err_set(err, "%s has no option '%.64s'%s", owner, assignment,
                       str_near(option_nearest(table, assignment), "").text);
    return option_set(option, values, value, arena, err)
               ? err_prefix(err, "%s: %s: ", owner, assignment)
               : 0;
}

int option_assign(const struct option *table, const char *owner, const char *text,
                  const char *separators, void *values, struct arena *arena, struct err *err)
{
    char *word = arena_strdup(arena, text);
    for (word += strspn(word, separators); *word; word += strspn(word, separators)) {
        char *assignment = word;
        word += strcspn(word, separators);
        if (*word)
            *word++ = '\0';
        if (assign(table, owner, assignment, values, arena, err))
            return -1;
    }
    return 0;
}

static json_t *numbers_to_json(const struct option_numbers *numbers)
{
    json_t *array = json_made(json_array());
    for (int i = 0; i < numbers->count; i++)
        json_array_append_new(array, json_made(json_real(numbers->items[i])));
    return array;
}

static json_t *value_to_json(const struct option *option, const void *values)
{
    const void *field = const_field_of(option, values);
    switch (option->type) {
    case OPTION_INT:
        return json_integer(*(const int *)field);
    case OPTION_DOUBLE:
    case OPTION_DURATION:
        return json_real(*(const double *)field);
    case OPTION_BOOL:
        return json_boolean(*(const bool *)field);
    case OPTION_ENUM:
        return json_text(option_choice(option, (size_t)(*(const int *)field)));
    case OPTION_STRING:
        return json_text(*(const char *const *)field);
    case OPTION_BYTES:
        return json_integer(*(const int64_t *)field);
    case OPTION_NUMBERS:
        return numbers_to_json(field);
    }
    DIE("bug: option %s has no type", option->name);
}

json_t *option_fallback_json(const struct option *option)
{
    union option_value fallback;
    struct option alone[] = {*option, OPTION_END};
    alone[0].offset = 0;
    option_defaults(alone, &fallback);
    return value_to_json(alone, &fallback);
}

bool option_is_default(const struct option *option, const void *values)
{
    json_t *value = value_to_json(option, values), *fallback = option_fallback_json(option);
    const bool same = json_equal(value, fallback);
    json_decref(value);
    json_decref(fallback);
    return same;
}

json_t *option_to_json(const struct option *table, const void *values)
{
    json_t *object = json_object();
    for (const struct option *o = table; o && o->name; o++)
        if (!o->added_later || !option_is_default(o, values))
            json_put(object, option_key(o), value_to_json(o, values));
    return object;
}

/* An array of numbers, each with 17 digits: those that were written. */
static int set_numbers(const struct option *option, const json_t *array, void *values,
                       struct err *err)
{
    struct str text = {0};
    for (size_t i = 0; i < json_array_size(array); i++)
        if (!json_is_number(json_array_get(array, i)))
            return err_set(err, "expected numbers alone in the list");
    for (size_t i = 0; i < json_array_size(array); i++)
        str_addf(&text, "%s%.17g", i ? "/" : "", json_number_value(json_array_get(array, i)));
    const int failed =
        option_set(option, values, text.length ? str_text(&text) : "none", NULL, err);
    str_release(&text);
    return failed;
}

static int set_from_json(const struct option *option, const json_t *value, struct arena *arena,
                         void *values, struct err *err)
{
    char text[64];
    if (json_is_integer(value))
        snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        snprintf(text, sizeof text, "%.17g", json_real_value(value));
    else if (json_is_boolean(value))
        snprintf(text, sizeof text, "%s", json_is_true(value) ? "true" : "false");
    else if (json_is_string(value))
        return option_set(option, values, json_string_value(value), arena, err);
    else if (json_is_array(value) && option->type == OPTION_NUMBERS)
        return set_numbers(option, value, values, err);
    else if (json_is_null(value) && option->type == OPTION_STRING)
        return 0;
    else
        return err_set(err, "neither a number, a text nor a truth value");
    return option_set(option, values, text, arena, err);
}

int option_from_json(const struct option *table, const json_t *object, struct arena *arena,
                     void *ret_values, struct err *err)
{
    const char *name;
    json_t *value;
    option_defaults(table, ret_values);
    if (object && !json_is_object(object))
        return err_set(err, "expected an object of options");
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        const struct option *option = option_find(table, name);
        if (!option)
            return err_set(err, "unknown option '%s'", name);
        if (set_from_json(option, value, arena, ret_values, err))
            return err_prefix(err, "%s: ", name);
    }
    return 0;
}

void option_describe(const struct option *option, struct str *ret_text)
{
    describe_range(option, ret_text);
    if (option->fallback)
        str_addf(ret_text, "; default %s", option->fallback);
}
