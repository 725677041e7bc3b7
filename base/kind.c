#include "base/kind.h"

#include "base/json.h"

#include <string.h>

const struct kind *shelf_at(const struct shelf *shelf, size_t i)
{
    return i < shelf->count ? shelf->kinds[i] : NULL;
}

const struct kind *shelf_find(const struct shelf *shelf, const char *name)
{
    const struct kind *kind;
    for (size_t i = 0; (kind = shelf_at(shelf, i)); i++)
        if (option_is_called(kind->name, kind->keyed_as, kind->aliases, name))
            return kind;
    return NULL;
}

const char *shelf_name_at(const void *shelf, size_t i)
{
    const struct kind *kind = shelf_at(shelf, i);
    return kind ? kind->name : NULL;
}

const char *shelf_near(const struct shelf *shelf, const char *name)
{
    return str_nearest(name, shelf_name_at, shelf);
}

int shelf_unknown(const struct shelf *shelf, const char *name, struct err *err)
{
    struct str otherwise = {0};
    str_addf(&otherwise, "; winnow list %s shows them", shelf->plural);
    err_set(err, "unknown %s '%.64s'%s", shelf->word, name,
            str_near(shelf_near(shelf, name), str_text(&otherwise)).text);
    str_release(&otherwise);
    return -1;
}

const char *kind_key(const struct kind *kind)
{
    return kind->keyed_as ? kind->keyed_as : kind->name;
}

void *kind_defaults(const struct kind *kind, struct arena *arena)
{
    void *options = kind->options_size ? arena_alloc(arena, 1, kind->options_size) : NULL;
    option_defaults(kind->options, options);
    return options;
}

/* ---- Presets ---- */

static const char PRESET[] = "preset";

bool kind_takes_preset(const struct kind *kind, const char *key)
{
    return kind->presets && strcmp(key, PRESET) == 0;
}

static const char *preset_name_at(const void *kind, size_t i)
{
    return ((const struct kind *)kind)->presets[i].name;
}

int kind_set_preset(const struct kind *kind, const char *name, void *options, struct arena *arena,
                    struct err *err)
{
    for (const struct kind_preset *p = kind->presets; p->name; p++)
        if (strcmp(p->name, name) == 0)
            return option_assign(kind->options, kind->name, p->values, " ", options, arena, err);
    struct str all = {0};
    for (const struct kind_preset *p = kind->presets; p->name; p++)
        str_addf(&all, "%s%s", all.length ? ", " : "; it has ", p->name);
    err_set(err, "%s has no preset '%.64s'%s", kind->name, name,
            str_near(str_nearest(name, preset_name_at, kind), str_text(&all)).text);
    str_release(&all);
    return -1;
}

int kind_assign(const struct kind *kind, const char *text, const char *separators, void *options,
                struct arena *arena, struct err *err)
{
    struct str rest = {0};
    int failed = 0;
    for (const char *word = text + strspn(text, separators); *word && !failed;) {
        const size_t length = strcspn(word, separators), key = strcspn(word, "=");
        if (key < length && key == strlen(PRESET) && !strncmp(word, PRESET, key) && kind->presets)
            failed = kind_set_preset(
                kind, arena_printf(arena, "%.*s", (int)(length - key - 1), word + key + 1), options,
                arena, err);
        else
            str_addf(&rest, "%.*s%.1s", (int)length, word, separators);
        word += length + strspn(word + length, separators);
    }
    if (!failed)
        failed = option_assign(kind->options, kind->name, str_text(&rest), separators, options,
                               arena, err);
    str_release(&rest);
    return failed;
}

/* ---- Choices ---- */

int choice_parse(const struct shelf *shelf, const char *text, struct arena *arena,
                 struct choice *ret_choice, struct err *err)
{
    const size_t length = strcspn(text, "(:");
    const char *name = arena_printf(arena, "%.*s", (int)length, text);
    const struct kind *kind = shelf_find(shelf, name);
    char *rest = arena_strdup(arena, text[length] ? text + length + 1 : "");
    if (!kind)
        return shelf_unknown(shelf, name, err);
    if (text[length] == '(') {
        char *end = strchr(rest, ')');
        if (!end || end[1])
            return err_set(err, "'%.64s': the options' ')' must be there, and last", text);
        *end = '\0';
    }
    void *options = kind_defaults(kind, arena);
    if (kind_assign(kind, rest, " ,", options, arena, err))
        return -1;
    *ret_choice = (struct choice){kind, options};
    return 0;
}

json_t *choice_to_json(const struct choice *choice)
{
    json_t *object = json_made(option_to_json(choice->kind->options, choice->options));
    json_put(object, "name", json_text(kind_key(choice->kind)));
    return object;
}

int choice_from_json(const struct shelf *shelf, json_t *object, struct arena *arena,
                     struct choice *ret_choice, struct err *err)
{
    const json_t *name = json_object_get(object, "name");
    const char *text = json_is_string(name) ? json_string_value(name) : "";
    const struct kind *kind = shelf_find(shelf, text);
    if (!kind)
        return err_set(err, "unknown %s '%s'", shelf->word, text);
    json_object_del(object, "name");
    void *options = kind_defaults(kind, arena);
    if (option_from_json(kind->options, object, arena, options, err))
        return err_prefix(err, "%s %s: ", shelf->word, kind->name);
    *ret_choice = (struct choice){kind, options};
    return 0;
}
