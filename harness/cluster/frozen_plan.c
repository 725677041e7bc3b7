#include "harness/cluster/frozen_plan.h"

#include "base/time.h"

#include "base/anytime.h"
#include "base/json.h"
#include "harness/decide/decide.h"
#include "models/nn/nn.h"

#include <string.h>

enum { FORMAT = 1, ID_LENGTH = HASH_HEX_SIZE - 1 };

/* ---- Writing ----------------------------------------------------------------------------------*/

static void add_dump(struct str *ret_text, const json_t *value)
{
    json_add_dump(ret_text, value, JSON_COMPACT | JSON_SORT_KEYS);
}

static json_t *notes_of(const struct plan *plan)
{
    json_t *notes = json_made(json_array());
    for (size_t i = 0; i < plan->note_count; i++) {
        json_t *note = json_made(json_object());
        json_put(note, "place", json_text(plan->notes[i].place));
        json_put(note, "text", json_text(plan->notes[i].text));
        json_array_append_new(notes, note);
    }
    return notes;
}

/* Of each question the cells, by their number: arm, reference, arm, ... seed by seed. */
static json_t *questions_of(const struct config *config)
{
    json_t *list = json_made(json_array());
    for (size_t i = 0; i < config->question_count; i++) {
        const struct question *question = &config->questions[i];
        json_t *item = json_made(json_object()), *cells = json_made(json_array());
        for (size_t k = 0; k < 2 * config->seed_count; k++)
            json_array_append_new(
                cells, json_made(json_integer((json_int_t)question->cells[k / 2][k % 2])));
        json_put(item, "claim", json_integer(question->claim));
        json_put(item, "margin", json_real(question->margin));
        json_put(item, "cells", cells);
        json_array_append_new(list, item);
    }
    return list;
}

static json_t *header_of(const struct config *config, const struct plan *plan, const char *data_dir,
                         size_t elements)
{
    json_t *header = json_made(json_object()), *targets = json_made(json_array());
    json_t *figures = json_made(json_array());
    for (size_t i = 0; i < config->target_count; i++)
        json_array_append_new(targets, json_made(json_real(config->targets[i])));
    for (size_t i = 0; i < config->figure_count; i++)
        json_array_append_new(figures, json_text(config->figures[i]));
    json_put(header, "winnow_plan", json_integer(FORMAT));
    json_put(header, "engine", json_text(NN_VERSION));
    json_put(header, "name", json_text(config->name));
    json_put(header, "file", json_text(config->path));
    json_put(header, "yaml", json_text(config->text));
    json_put(header, "targets", targets);
    json_put(header, "figures", figures);
    json_put(header, "notes", notes_of(plan));
    json_put(header, "threads", json_integer(config->engine.threads));
    json_put(header, "elements", json_integer((json_int_t)elements));
    json_put(header, "data_dir", json_path(data_dir));
    if (config->question_count) {
        json_put(header, "at_least", json_integer((json_int_t)config->at_least));
        json_put(header, "seeds", json_integer((json_int_t)config->seed_count));
        json_put(header, "questions", questions_of(config));
    }
    return header;
}

static void add_cell(struct str *ret_text, const struct plan_cell *cell)
{
    json_t *line = json_made(json_object());
    json_put(line, "key", json_text(cell->key));
    json_put(line, "label", json_text(cell->label));
    json_put(line, "shared", json_text(cell->shared));
    json_put(line, "data", json_text(cell->data_hash));
    json_put(line, "file_hash", json_text(cell->file_hash));
    if (cell->cell.recipe.steps) /* which are so many epochs */
        json_put(line, "samples", json_integer((json_int_t)cell->train_n));
    json_put(line, "limits", option_to_json(limits_options, &cell->limits));
    json_put(line, "cell", json_loads(cell->json, 0, NULL));
    add_dump(ret_text, line);
    str_add(ret_text, "\n");
    json_decref(line);
}

void frozen_plan_id(const json_t *header, const char *cells, char ret_id[HASH_HEX_SIZE])
{
    struct str text = {0};
    json_t *bare = json_made(json_copy((json_t *)(uintptr_t)header));
    struct hash *hash = hash_new();
    json_object_del(bare, "id");
    json_object_del(bare, "frozen_at");
    json_object_del(bare, "notes");
    add_dump(&text, bare);
    hash_add(hash, str_text(&text), text.length + 1);
    hash_add(hash, cells, strlen(cells));
    hash_finish(hash, ret_id);
    json_decref(bare);
    str_release(&text);
}

void frozen_plan_text(const struct config *config, const struct plan *plan, const char *data_dir,
                      size_t elements, struct str *ret_text)
{
    struct str cells = {0};
    char id[HASH_HEX_SIZE];
    REQUIRE(elements >= 1 && elements <= plan->count);
    json_t *header = header_of(config, plan, data_dir, elements);
    for (size_t i = 0; i < plan->count; i++)
        add_cell(&cells, &plan->cells[i]);
    frozen_plan_id(header, str_text(&cells), id);
    json_put(header, "id", json_text(id));
    json_put(header, "frozen_at", json_integer(time_of_day()));
    add_dump(ret_text, header);
    str_add(ret_text, "\n");
    str_add(ret_text, str_text(&cells));
    json_decref(header);
    str_release(&cells);
}

/* ---- Reading ----------------------------------------------------------------------------------*/

/* Plans of before there were notes have none. */
static void read_notes(const json_t *header, struct plan *plan)
{
    const json_t *list = json_object_get(header, "notes");
    struct store_note *notes;
    ARENA_NEW(&plan->arena, notes, json_array_size(list));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *note = json_array_get(list, i);
        const char *place = json_string_value(json_object_get(note, "place"));
        const char *text = json_string_value(json_object_get(note, "text"));
        notes[i].place = arena_strdup(&plan->arena, place ? place : "");
        notes[i].text = arena_strdup(&plan->arena, text ? text : "");
    }
    plan->notes = notes;
    plan->note_count = json_array_size(list);
}

static int read_header(const json_t *header, struct frozen_plan *frozen, struct err *err)
{
    struct arena *arena = &frozen->plan->arena;
    const char *id, *engine, *name, *file, *yaml;
    json_t *targets, *figures;
    json_int_t format, frozen_at, elements, threads;
    json_error_t why;
    struct str text = {0};
    double *numbers;
    if (json_unpack_ex((json_t *)(uintptr_t)header, &why, 0,
                       "{s:I, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:I, s:I, s:I}", "winnow_plan",
                       &format, "id", &id, "engine", &engine, "name", &name, "file", &file, "yaml",
                       &yaml, "targets", &targets, "figures", &figures, "frozen_at", &frozen_at,
                       "elements", &elements, "threads", &threads))
        return err_set(err, "line 1 is no plan's: %s", why.text);
    if (format != FORMAT)
        return err_set(err, "a plan of format %lld, and this program reads format %d",
                       (long long)format, FORMAT);
    if (strcmp(engine, NN_VERSION) != 0)
        return err_set(err,
                       "its cells are the engine's version %s, and this program's is %s: emit it "
                       "again, or use the program that made it",
                       engine, NN_VERSION);
    if (strlen(id) != ID_LENGTH || elements < 1 || threads < 1 || threads > INT16_MAX)
        return err_set(err, "line 1 is no plan's");
    snprintf(frozen->id, sizeof frozen->id, "%s", id);
    frozen->name = arena_strdup(arena, name);
    frozen->file = arena_strdup(arena, file);
    frozen->yaml = arena_strdup(arena, yaml);
    add_dump(&text, figures);
    frozen->figures = arena_strdup(arena, str_text(&text));
    str_release(&text);
    frozen->data_dir = json_path_of(json_object_get(header, "data_dir"), arena);
    frozen->target_count = json_array_size(targets);
    ARENA_NEW(arena, numbers, frozen->target_count);
    for (size_t i = 0; i < frozen->target_count; i++)
        numbers[i] = json_number_value(json_array_get(targets, i));
    frozen->targets = numbers;
    read_notes(header, frozen->plan);
    frozen->frozen_at = frozen_at;
    frozen->elements = (size_t)elements;
    frozen->threads = (int)threads;
    return 0;
}

static int read_cell(json_t *line, struct arena *arena, struct plan_cell *ret_cell, struct err *err)
{
    const char *key, *shared, *data, *file_hash;
    json_int_t samples = 0;
    json_t *cell, *limits;
    json_error_t why;
    struct plan_cell planned = {.state = CELL_NEW};
    struct str text = {0};
    char expected[HASH_HEX_SIZE];
    if (json_unpack_ex(line, &why, 0, "{s:s, s:s, s:s, s:s, s?I, s:o, s:o}", "key", &key, "shared",
                       &shared, "data", &data, "file_hash", &file_hash, "samples", &samples,
                       "limits", &limits, "cell", &cell))
        return err_set(err, "not a cell: %s", why.text);
    add_dump(&text, cell);
    const int failed = cell_from_json(str_text(&text), arena, &planned.cell, err) ||
                       option_from_json(limits_options, limits, arena, &planned.limits, err);
    str_release(&text);
    if (failed)
        return -1;
    if (samples < 0 || samples > UINT32_MAX)
        return err_set(err, "samples: expected a number of samples, found %lld",
                       (long long)samples);
    planned.train_n = (size_t)samples;
    planned.json = cell_to_json(&planned.cell, arena);
    planned.data_hash = arena_strdup(arena, data);
    planned.file_hash = arena_strdup(arena, file_hash);
    cell_key(planned.json, data, file_hash, expected);
    if (strcmp(expected, key) != 0)
        return err_set(err,
                       "its key is %.10s, and this program gives it %.10s: emit it again, or "
                       "use the program that made it",
                       key, expected);
    snprintf(planned.key, sizeof planned.key, "%s", key);
    snprintf(planned.shared, sizeof planned.shared, "%.64s", shared);
    *ret_cell = planned;
    plan_describe(ret_cell, arena); /* what is stored points to the key of the cell in its place */
    return 0;
}

static size_t count_lines(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += *text == '\n';
    return count;
}

static int read_cells(const char *text, struct frozen_plan *frozen, struct err *err)
{
    struct plan *plan = frozen->plan;
    const size_t count = count_lines(text);
    if (count < frozen->elements)
        return err_set(err, "it has %zu cells and %zu elements", count, frozen->elements);
    ARENA_NEW(&plan->arena, plan->cells, count);
    for (const char *end; (end = strchr(text, '\n')); text = end + 1) {
        json_error_t why;
        json_t *line = json_loadb(text, (size_t)(end - text), JSON_REJECT_DUPLICATES, &why);
        const int failed = line ? read_cell(line, &plan->arena, &plan->cells[plan->count], err)
                                : err_set(err, "%s", why.text);
        json_decref(line);
        if (failed)
            return err_prefix(err, "line %zu: ", plan->count + 2);
        plan->count++;
    }
    return 0;
}

static bool read_question(const json_t *item, const struct frozen_plan *frozen,
                          struct question *ret_question)
{
    const json_t *cells = json_object_get(item, "cells");
    const json_int_t claim = json_integer_value(json_object_get(item, "claim"));
    const size_t seeds = frozen->asks.seed_count;
    *ret_question = (struct question){
        .claim = (enum question_claim)claim,
        .margin = json_number_value(json_object_get(item, "margin")),
    };
    if (claim < 0 || claim > CLAIM_SLOWER || json_array_size(cells) != 2 * seeds)
        return false;
    ARENA_NEW(&frozen->plan->arena, ret_question->cells, seeds);
    for (size_t k = 0; k < 2 * seeds; k++) {
        const json_int_t cell = json_integer_value(json_array_get(cells, k));
        if (cell < 0 || (size_t)cell >= frozen->plan->count)
            return false;
        ret_question->cells[k / 2][k % 2] = (size_t)cell;
    }
    return true;
}

/* Nothing of a plan with a fixed number of seeds. Its cells have been read. */
static int read_questions(const json_t *header, struct frozen_plan *frozen, struct err *err)
{
    const json_t *list = json_object_get(header, "questions");
    struct config *asks = &frozen->asks;
    asks->name = frozen->name;
    asks->at_least = (size_t)json_integer_value(json_object_get(header, "at_least"));
    asks->seed_count = (size_t)json_integer_value(json_object_get(header, "seeds"));
    asks->question_count = json_array_size(list);
    if (!asks->question_count)
        return 0;
    if (asks->at_least < ANYTIME_LEAST || asks->at_least > asks->seed_count ||
        asks->seed_count > ANYTIME_MOST)
        return err_set(err, "line 1 is no plan's");
    ARENA_NEW(&frozen->plan->arena, asks->questions, asks->question_count);
    for (size_t i = 0; i < asks->question_count; i++)
        if (!read_question(json_array_get(list, i), frozen, &asks->questions[i]))
            return err_set(err, "line 1 is no plan's: question %zu", i + 1);
    return 0;
}

static int parse(const char *text, struct frozen_plan *frozen, struct err *err)
{
    char id[HASH_HEX_SIZE];
    json_error_t why;
    const size_t first = strcspn(text, "\n");
    const char *rest = text[first] ? text + first + 1 : "";
    json_t *header = json_loadb(text, first, JSON_REJECT_DUPLICATES, &why);
    if (!header)
        return err_set(err, "no plan of winnow's: line 1: %s", why.text);
    int failed = read_header(header, frozen, err);
    if (!failed) {
        frozen_plan_id(header, rest, id);
        if (strcmp(id, frozen->id) != 0)
            failed = err_set(err, "it was changed or is damaged: emit it again");
    }
    failed = failed || read_cells(rest, frozen, err) || read_questions(header, frozen, err);
    json_decref(header);
    return failed ? -1 : 0;
}

int frozen_plan_parse(const char *text, const char *path, struct frozen_plan **ret_frozen,
                      struct err *err)
{
    struct frozen_plan *frozen;
    MEM_NEW(frozen, 1);
    MEM_NEW(frozen->plan, 1);
    frozen->path = arena_strdup(&frozen->plan->arena, path);
    if (parse(text, frozen, err)) {
        frozen_plan_free(frozen);
        return err_prefix(err, "%s: ", path);
    }
    *ret_frozen = frozen;
    return 0;
}

int frozen_plan_read(const char *path, struct frozen_plan **ret_frozen, struct err *err)
{
    struct str text = {0};
    const int failed = str_add_file(&text, path, SIZE_MAX, err) ||
                       frozen_plan_parse(str_text(&text), path, ret_frozen, err);
    str_release(&text);
    return failed ? -1 : 0;
}

void frozen_plan_free(struct frozen_plan *frozen)
{
    if (!frozen)
        return;
    plan_free(frozen->plan);
    mem_free(frozen);
}

/* ---- Elements ---------------------------------------------------------------------------------*/

void frozen_plan_range(const struct frozen_plan *frozen, size_t element, size_t *ret_first,
                       size_t *ret_end)
{
    const size_t count = frozen->plan->count;
    REQUIRE(element < frozen->elements);
    *ret_first = element * count / frozen->elements;
    *ret_end = (element + 1) * count / frozen->elements;
}

void frozen_plan_element_id(const struct frozen_plan *frozen, size_t element,
                            char ret_id[FROZEN_ELEMENT_SIZE])
{
    char hex[HASH_HEX_SIZE];
    size_t first, end;
    struct hash *hash = hash_new();
    frozen_plan_range(frozen, element, &first, &end);
    for (size_t i = first; i < end; i++)
        hash_add(hash, frozen->plan->cells[i].key, ID_LENGTH);
    hash_finish(hash, hex);
    snprintf(ret_id, FROZEN_ELEMENT_SIZE, "%.*s", FROZEN_ELEMENT_SIZE - 1, hex);
}

static int compare_keys(const struct plan_cell *frozen, const struct plan_cell *here,
                        struct err *err)
{
    if (strcmp(frozen->key, here->key) == 0)
        return 0;
    if (strcmp(frozen->data_hash, here->data_hash) != 0)
        return err_set(
            err, "%s: the dataset here is not the one the plan was made from (%.10s, not %.10s)",
            frozen->label, here->data_hash, frozen->data_hash);
    if (strcmp(frozen->file_hash, here->file_hash) != 0)
        return err_set(err, "%s: the file that its pruner reads is another one here",
                       frozen->label);
    return err_set(err, "%s: its key here is %.10s and not %.10s", frozen->label, here->key,
                   frozen->key);
}

int frozen_plan_element(const struct frozen_plan *frozen, size_t element, const char *data_dir,
                        struct plan **ret_plan, struct err *err)
{
    size_t first, end;
    struct arena arena = {0};
    struct plan *plan;
    frozen_plan_range(frozen, element, &first, &end);
    struct config config = {
        .data_dir = data_dir ? data_dir : frozen->data_dir,
        .cell_count = end - first,
    };
    ARENA_NEW(&arena, config.cells, config.cell_count);
    ARENA_NEW(&arena, config.limits, config.cell_count);
    for (size_t i = 0; i < config.cell_count; i++) {
        config.cells[i] = frozen->plan->cells[first + i].cell;
        config.limits[i] = frozen->plan->cells[first + i].limits;
    }
    int failed = plan_make(&config, &plan, err);
    arena_release(&arena);
    if (failed)
        return -1;
    for (size_t i = 0; i < plan->count && !failed; i++)
        failed = compare_keys(&frozen->plan->cells[first + i], &plan->cells[i], err);
    if (failed) {
        plan_free(plan);
        return -1;
    }
    *ret_plan = plan;
    return 0;
}

int frozen_plan_record(const struct frozen_plan *frozen, const struct plan *plan,
                       struct store *store, struct err *err)
{
    struct store_cell *cells;
    struct store_questions questions = {0};
    if (plan == frozen->plan) /* a shard has no answers */
        decide_questions(&frozen->asks, plan, &frozen->plan->arena, &questions);
    const struct store_experiment experiment = {
        .name = frozen->name,
        .file = frozen->file,
        .yaml = frozen->yaml,
        .targets = frozen->targets,
        .target_count = frozen->target_count,
        .figures = frozen->figures,
        .notes = frozen->plan->notes,
        .note_count = frozen->plan->note_count,
        .questions = questions.items,
        .question_count = questions.count,
    };
    MEM_NEW(cells, plan->count);
    for (size_t i = 0; i < plan->count; i++)
        cells[i] = plan->cells[i].stored;
    const int failed = store_experiment(store, &experiment, cells, plan->count, err);
    mem_free(cells);
    return failed;
}
