#include "harness/cluster/frozen_plan.h"

#include "base/json.h"
#include "models/nn/nn.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void add_line(struct str *text, json_t *line)
{
    json_add_dump(text, line, JSON_COMPACT | JSON_SORT_KEYS);
    str_add(text, "\n");
    json_decref(line);
}

/* A cell's line, with the key that belongs to it. */
static void add_cell(struct str *text, const char *bytes)
{
    struct arena arena = {0};
    struct cell cell;
    struct str json = {0};
    struct err err;
    char key[HASH_HEX_SIZE];
    json_t *line = json_loads(bytes, 0, NULL);
    const char *data = json_string_value(json_object_get(line, "data")),
               *file = json_string_value(json_object_get(line, "file_hash"));
    json_t *described = json_object_get(line, "cell");
    if (!line) {
        str_addf(text, "%s\n", bytes);
        return;
    }
    if (data && file && described) {
        json_add_dump(&json, described, JSON_ENCODE_ANY);
        if (cell_from_json(str_text(&json), &arena, &cell, &err) == 0) {
            cell_key(cell_to_json(&cell, &arena), data, file, key);
            json_put(line, "key", json_text(key));
        }
    }
    add_line(text, line);
    str_release(&json);
    arena_release(&arena);
}

/* A plan with the id, the keys and the version that belong to it. */
int fuzz_frozen_plan(const uint8_t *bytes, size_t size)
{
    struct str text = {0}, line = {0}, cells = {0}, whole = {0};
    struct frozen_plan *frozen;
    struct err err;
    char id[HASH_HEX_SIZE];
    str_add_bytes(&text, (const char *)bytes, size);
    const char *at = str_text(&text);
    str_next(&line, &at, "\n");
    json_t *header = json_loads(str_text(&line), 0, NULL);
    while (str_next(&line, &at, "\n"))
        add_cell(&cells, str_text(&line));
    if (header) {
        json_put(header, "engine", json_text(NN_VERSION));
        frozen_plan_id(header, str_text(&cells), id);
        json_put(header, "id", json_text(id));
        add_line(&whole, header);
    }
    str_add(&whole, str_text(&cells));
    if (frozen_plan_parse(str_text(&whole), "p", &frozen, &err) == 0) {
        size_t first = 0, end = 0;
        for (size_t i = 0; i < frozen->elements; i++) {
            frozen_plan_range(frozen, i, &first, &end);
            REQUIRE(first < end && end <= frozen->plan->count);
        }
        REQUIRE(end == frozen->plan->count);
        frozen_plan_free(frozen);
    }
    STR_RELEASE(&text, &line, &cells, &whole);
    return 0;
}
