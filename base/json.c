#include "base/json.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <stdlib.h>

static void *take(size_t size)
{
    void *bytes = malloc(size);
    if (!bytes && size)
        DIE("out of memory: %zu bytes wanted", size);
    return bytes;
}

void json_begin(void)
{
    json_set_alloc_funcs(take, free);
}

json_t *json_made(json_t *value)
{
    if (!value)
        DIE("bug: no JSON value, as its text is not UTF-8");
    return value;
}

void json_put(json_t *object, const char *key, json_t *value)
{
    REQUIRE(json_object_set_new(object, key, json_made(value)) == 0);
}

void json_push(json_t *array, json_t *value)
{
    REQUIRE(json_array_append_new(array, json_made(value)) == 0);
}

void json_add_dump(struct str *ret_text, const json_t *value, size_t flags)
{
    char *text = json_dumps(value, flags);
    REQUIRE(text);
    str_add(ret_text, text);
    free(text);
}

json_t *json_text(const char *text)
{
    if (!text)
        return json_null();
    if (str_is_utf8(text))
        return json_made(json_string(text));
    struct str safe = {0};
    str_add_utf8(&safe, text);
    json_t *value = json_made(json_string(str_text(&safe)));
    str_release(&safe);
    return value;
}

json_t *json_path(const char *path)
{
    if (!path || str_is_utf8(path))
        return json_text(path);
    json_t *bytes = json_made(json_array());
    for (; *path; path++)
        json_push(bytes, json_integer((unsigned char)*path));
    return bytes;
}

const char *json_path_of(const json_t *value, struct arena *arena)
{
    if (json_is_string(value))
        return arena_strdup(arena, json_string_value(value));
    if (!json_is_array(value))
        return NULL;
    char *path;
    const size_t length = json_array_size(value);
    ARENA_NEW(arena, path, length + 1);
    for (size_t i = 0; i < length; i++) {
        const json_int_t byte = json_integer_value(json_array_get(value, i));
        if (byte < 1 || byte > 255)
            return NULL;
        path[i] = (char)byte;
    }
    return path;
}
