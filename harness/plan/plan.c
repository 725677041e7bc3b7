#include "harness/plan/plan.h"

#include "base/num.h"

#include <string.h>

/* A cell's dataset without limits, splits, imbalance, noise and worse pictures: its hash depends on
 * none of these. */
static const struct data_spec *content_of(const struct cell *cell, struct arena *arena)
{
    const size_t size = cell->dataset->options_size;
    struct data_spec *content = arena_alloc(arena, 1, size);
    memcpy(content, cell->data, size);
    content->train_limit = content->test_limit = 0;
    content->val_fraction = content->noise = 0;
    content->noise_kind = NOISE_SYMMETRIC;
    content->corrupt = 0;
    content->corrupt_kind = CORRUPT_NOISE;
    content->imbalance = 1;
    return content;
}

/* Only for a plan from a file: a frozen one has its notes already. */
static void note_doubts(struct plan *plan, const struct config *config, const struct dataset *data)
{
    struct str lines = {0}, line = {0};
    if (config->places)
        dataset_doubts(data, &lines);
    for (const char *at = str_text(&lines); str_next(&line, &at, "\n");)
        mistakes_add(&plan->data_notes, config->places[plan->count], data->type->name, "%s",
                     str_text(&line));
    STR_RELEASE(&lines, &line);
}

static int load_data(struct plan *plan, const struct config *config, const struct cell *cell,
                     const struct data_spec *spec, const char *made_of, struct err *err)
{
    const char *const *dirs = dataset_dirs(config->data_dir, &plan->arena);
    struct plan_data *found;
    struct dataset *data;
    struct str folder = {0};
    size_t dir = 0;
    if ((dataset_is_read(cell->dataset) && dataset_check_dirs(config->data_dir, "data_dir", err)) ||
        dataset_locate(cell->dataset, spec, dirs, &folder, &dir, err))
        return -1;
    str_release(&folder);
    if (dataset_load(cell->dataset, spec, 0, dirs, &data, err))
        return -1;
    ARENA_NEW(&plan->arena, found, 1);
    *found = (struct plan_data){
        .type = cell->dataset,
        .made_of = made_of,
        .folder = arena_strdup(&plan->arena, data->folder),
        .strayed = dataset_strayed(config->data_dir, dir),
        .train_n = data->train.n,
        .test_n = data->test.n,
        .next = plan->data,
    };
    memcpy(found->hash, data->hash, sizeof found->hash);
    note_doubts(plan, config, data);
    dataset_free(data);
    plan->data = found;
    return 0;
}

/* The cell's dataset, loaded where it is the first cell of it. */
static int find_data(struct plan *plan, const struct config *config, const struct cell *cell,
                     const struct plan_data **ret_data, struct err *err)
{
    const struct data_spec *spec = content_of(cell, &plan->arena);
    const char *made_of = cell_options(cell->dataset->options, spec, &plan->arena);
    const struct plan_data *data = plan->data;
    while (data && (data->type != cell->dataset || strcmp(data->made_of, made_of) != 0))
        data = data->next;
    if (!data) {
        if (load_data(plan, config, cell, spec, made_of, err))
            return -1;
        data = plan->data;
    }
    *ret_data = data;
    return 0;
}

/* Of cell i; an error says where the file has its dataset. */
static int check_limits(const struct config *config, size_t i, const struct plan_data *data,
                        struct err *err)
{
    const struct cell *cell = &config->cells[i];
    struct str place = {0};
    if (dataset_check_limits(cell->data, data->train_n, data->test_n, err) == 0)
        return 0;
    err_prefix(err, "%s: ", cell->dataset->name);
    if (config->places) {
        place_introduce(config->places[i], config->path, &place);
        err_prefix(err, "%s", str_text(&place));
    }
    str_release(&place);
    return -1;
}

/* In the training split, of n in the file; with an imbalance, the most that it leaves. */
static size_t train_samples(const struct cell *cell, size_t n)
{
    const struct data_spec *data = cell->data;
    const size_t limited = data->train_limit ? (size_t)data->train_limit : n;
    return limited - num_round_share(data->val_fraction, limited);
}

void plan_describe(struct plan_cell *planned, struct arena *arena)
{
    const struct cell *cell = &planned->cell;
    planned->label = cell_describe(cell, arena);
    planned->stored = (struct store_cell){
        .key = planned->key,
        .json = planned->json,
        .dataset = cell_label(&cell->dataset->is, cell->data, arena),
        .model = kind_key(&cell->model->is),
        .pruner = kind_key(&cell->pruner->is),
        .model_label = cell_label(&cell->model->is, cell->model_options, arena),
        .options = cell_pruner_options(cell->pruner, cell->pruner_options, &cell->scoring, arena),
        .rate = cell->rate,
        .seed = cell->seed,
        .epochs = cell_epochs(cell, planned->train_n),
    };
}

/*
 * Adds to the error of one dataset how the experiment's others run without it; not where these have
 * options, which a short flag would lose.
 */
static void offer_the_others(const struct config *config, const struct dataset_type *failed,
                             struct arena *arena, struct err *err)
{
    struct str names = {0};
    bool with_options = false;
    for (size_t i = 0; i < config->cell_count; i++) {
        const struct cell *cell = &config->cells[i];
        bool told = cell->dataset == failed;
        for (size_t j = 0; j < i && !told; j++)
            told = config->cells[j].dataset == cell->dataset;
        if (!told)
            str_addf(&names, "%s%s", names.length ? ", " : "", cell->dataset->name);
        with_options =
            with_options || (cell->dataset != failed &&
                             cell_options(cell->dataset->options, cell->data, arena)[0] != '\0');
    }
    const struct err cause = *err;
    if (names.length && !with_options)
        err_set(err, "%s; without it: --set 'dataset=[%s]'", cause.text, str_text(&names));
    str_release(&names);
}

static void take_notes(struct plan *plan, const struct config *config)
{
    const struct mistakes *const lists[] = {&config->notes, &plan->data_notes};
    struct store_note *notes;
    struct str place = {0};
    ARENA_NEW(&plan->arena, notes, lists[0]->count + lists[1]->count);
    for (size_t l = 0; l < 2; l++)
        for (size_t i = 0; i < lists[l]->count; i++) {
            str_clear(&place);
            place_write(lists[l]->items[i].place, &place);
            notes[plan->note_count++] =
                (struct store_note){.place = arena_strdup(&plan->arena, str_text(&place)),
                                    .text = arena_strdup(&plan->arena, lists[l]->items[i].text)};
        }
    str_release(&place);
    plan->notes = notes;
}

int plan_make(const struct config *config, struct plan **ret_plan, struct err *err)
{
    struct plan *plan;
    MEM_NEW(plan, 1);
    ARENA_NEW(&plan->arena, plan->cells, config->cell_count);
    for (; plan->count < config->cell_count; plan->count++) {
        struct plan_cell *planned = &plan->cells[plan->count];
        const struct plan_data *data;
        char file_hash[HASH_HEX_SIZE];
        planned->cell = config->cells[plan->count];
        planned->limits = config->limits[plan->count];
        const bool found = find_data(plan, config, &planned->cell, &data, err) == 0;
        if (!found)
            offer_the_others(config, planned->cell.dataset, &plan->arena, err);
        if (!found || check_limits(config, plan->count, data, err) ||
            cell_file_hash(&planned->cell, file_hash, err)) {
            plan_free(plan);
            return -1;
        }
        planned->data_hash = data->hash;
        planned->file_hash = file_hash[0] ? arena_strdup(&plan->arena, file_hash) : "";
        planned->json = cell_to_json(&planned->cell, &plan->arena);
        cell_key(planned->json, data->hash, file_hash, planned->key);
        if (pruner_has_artifact(planned->cell.pruner))
            cell_key(cell_shared_json(&planned->cell, &plan->arena), data->hash, file_hash,
                     planned->shared);
        planned->train_n = train_samples(&planned->cell, data->train_n);
        plan_describe(planned, &plan->arena);
    }
    take_notes(plan, config);
    *ret_plan = plan;
    return 0;
}

void plan_free(struct plan *plan)
{
    if (!plan)
        return;
    mistakes_release(&plan->data_notes);
    arena_release(&plan->arena);
    mem_free(plan);
}

int plan_states(struct plan *plan, struct store *store, struct err *err)
{
    for (size_t i = 0; i < plan->count; i++)
        if (store_cell_state(store, plan->cells[i].key, &plan->cells[i].state, err))
            return -1;
    return 0;
}
