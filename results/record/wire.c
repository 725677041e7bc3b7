#include "results/record/wire.h"

#include "base/json.h"
#include "results/record/bitmap.h"
#include "results/record/fields.h"

#include <math.h>
#include <nettle/base64.h>
#include <string.h>

static json_t *base64(const uint8_t *bytes, size_t count)
{
    char *text;
    MEM_NEW(text, BASE64_ENCODE_RAW_LENGTH(count));
    base64_encode_raw(text, count, bytes);
    json_t *value = json_stringn(text, BASE64_ENCODE_RAW_LENGTH(count));
    mem_free(text);
    return value;
}

static json_t *int64_array(const int64_t *values, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_integer(values[i]));
    return array;
}

static json_t *field_to_json(const struct field *field, const struct record *record)
{
    const void *at = field_at(field, record);
    const void *count = field_count_at(field, record);
    switch (field->type) {
    case FIELD_INT:
        return json_integer(*(const int *)at);
    case FIELD_INT64:
        return json_integer(*(const int64_t *)at);
    case FIELD_DOUBLE:
        return isfinite(*(const double *)at) ? json_real(*(const double *)at) : json_null();
    case FIELD_TEXT:
        return json_text(*(const char *const *)at);
    case FIELD_NAME:
        return json_text(field->names[*(const int *)at]);
    case FIELD_BITS:
        return base64(*(const uint8_t *const *)at, bitmap_bytes((size_t)(*(const int64_t *)count)));
    case FIELD_INT64S:
        return int64_array(*(const int64_t *const *)at, (size_t)(*(const int *)count));
    case FIELD_PHASES:
        return int64_array(at, PHASE_COUNT);
    }
    DIE("bug: field %s has no type", field->name);
}

void wire_encode(const struct record *record, struct str *ret_line)
{
    json_t *object = json_made(json_object());
    json_put(object, "type", json_text(record_forms[record->kind].type));
    for (const struct field *f = record_forms[record->kind].fields; f->name; f++)
        json_put(object, f->name, field_to_json(f, record));
    json_add_dump(ret_line, object, JSON_COMPACT | JSON_REAL_PRECISION(17));
    str_add(ret_line, "\n");
    json_decref(object);
}

static int read_bits(const json_t *value, int64_t bits, struct arena *arena,
                     const uint8_t **ret_bits)
{
    const size_t size = bitmap_bytes((size_t)bits), length = json_string_length(value);
    if (!json_is_string(value) || bits < 0 || length != (size + 2) / 3 * 4)
        return -1;
    struct base64_decode_ctx context;
    uint8_t *bytes;
    ARENA_NEW(arena, bytes, BASE64_DECODE_LENGTH(length));
    size_t found;
    base64_decode_init(&context);
    if (!base64_decode_update(&context, &found, bytes, length, json_string_value(value)) ||
        !base64_decode_final(&context) || found != size)
        return -1;
    *ret_bits = bytes;
    return 0;
}

static int read_name(const json_t *value, const char *const *names, int *ret_number)
{
    for (int i = 0; json_is_string(value) && names[i]; i++)
        if (strcmp(json_string_value(value), names[i]) == 0) {
            *ret_number = i;
            return 0;
        }
    return -1;
}

static int read_int64s(const json_t *value, size_t count, int64_t *ret_values)
{
    if (!json_is_array(value) || json_array_size(value) != count)
        return -1;
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(value, i);
        if (!json_is_integer(item))
            return -1;
        ret_values[i] = json_integer_value(item);
    }
    return 0;
}

static int field_from_json(const struct field *field, const json_t *value, struct arena *arena,
                           struct record *record)
{
    void *at = (char *)record + field->offset;
    const void *count = field_count_at(field, record);
    switch (field->type) {
    case FIELD_INT:
        *(int *)at = (int)json_integer_value(value);
        return json_is_integer(value) && *(int *)at == json_integer_value(value) ? 0 : -1;
    case FIELD_INT64:
        *(int64_t *)at = value ? json_integer_value(value) : -1;
        return json_is_integer(value) || (!value && field->rule == FIELD_MEASURED) ? 0 : -1;
    case FIELD_DOUBLE: {
        const bool none = json_is_null(value) || (!value && field->rule == FIELD_ADDED);
        *(double *)at = none ? (double)NAN : json_number_value(value);
        return none || json_is_number(value) ? 0 : -1;
    }
    case FIELD_TEXT:
        *(const char **)at = arena_strdup(arena, json_string_value(value));
        return json_is_string(value) || json_is_null(value) ? 0 : -1;
    case FIELD_NAME:
        return read_name(value, field->names, at);
    case FIELD_BITS:
        return read_bits(value, *(const int64_t *)count, arena, at);
    case FIELD_INT64S: {
        int64_t *values;
        const int n = *(const int *)count;
        if (n < 0 || (size_t)n != json_array_size(value))
            return -1;
        ARENA_NEW(arena, values, (size_t)n);
        *(const int64_t **)at = values;
        return read_int64s(value, (size_t)n, values);
    }
    case FIELD_PHASES:
        return read_int64s(value, PHASE_COUNT, at);
    }
    DIE("bug: field %s has no type", field->name);
}

static int find_kind(const json_t *object)
{
    const char *type = json_string_value(json_object_get(object, "type"));
    for (int i = 0; type && i < RECORD_KINDS; i++)
        if (strcmp(type, record_forms[i].type) == 0)
            return i;
    return -1;
}

int wire_decode(const char *line, struct arena *arena, struct record *ret_record, struct err *err)
{
    json_error_t why;
    json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, &why);
    if (!object)
        return err_set(err, "not a record: %s: %.80s", why.text, line);
    const int kind = find_kind(object);
    if (kind < 0) {
        json_decref(object);
        return err_set(err, "a record of unknown type: %.80s", line);
    }
    struct record record = {.kind = (enum record_kind)kind};
    for (const struct field *f = record_forms[kind].fields; f->name; f++) {
        if (field_from_json(f, json_object_get(object, f->name), arena, &record)) {
            json_decref(object);
            return err_set(err, "%s record: bad or missing '%s'", record_forms[kind].type, f->name);
        }
    }
    json_decref(object);
    *ret_record = record;
    return 0;
}
