#include "harness/plan.h"

#include <string.h>

/* One content of a dataset and its hash. */
struct content {
    const struct dataset_type *type;
    const char *made_of; /* the options that decide it */
    char hash[HASH_HEX_SIZE];
    struct content *next;
};

/* Without limits, splits, imbalance and noise; the hash does not depend on those. */
static struct data_spec content_spec(const struct data_spec *spec)
{
    struct data_spec content = *spec;
    content.train_limit = content.test_limit = 0;
    content.val_fraction = content.noise = 0;
    content.noise_kind = NOISE_SYMMETRIC;
    content.imbalance = 1;
    return content;
}

/* The content of a cell's dataset, loaded where it is the first cell of it. */
static int find_content(struct plan *plan, const struct cell *cell, const char *const *dirs,
                        struct content **contents, const struct content **ret_content,
                        struct err *err)
{
    const struct data_spec spec = content_spec(&cell->data);
    const char *made_of = cell_options(cell->dataset->options, &spec, &plan->arena);
    for (const struct content *c = *contents; c; c = c->next)
        if (c->type == cell->dataset && strcmp(c->made_of, made_of) == 0) {
            *ret_content = c;
            return 0;
        }
    struct dataset *data;
    if (dataset_load(cell->dataset, &spec, 0, dirs, &data, err))
        return -1;
    struct content *content;
    ARENA_NEW(&plan->arena, content, 1);
    *content = (struct content){.type = cell->dataset, .made_of = made_of, .next = *contents};
    memcpy(content->hash, data->hash, sizeof content->hash);
    dataset_free(data);
    *ret_content = *contents = content;
    return 0;
}

void plan_describe(struct plan_cell *planned, struct arena *arena)
{
    const struct cell *cell = &planned->cell;
    planned->label = cell_describe(cell, arena);
    planned->stored = (struct store_cell){
        .key = planned->key,
        .json = planned->json,
        .dataset = cell_label(cell->dataset->name, cell->dataset->options, &cell->data, arena),
        .model = cell->model->name,
        .pruner = cell->pruner->name,
        .model_label =
            cell_label(cell->model->name, cell->model->options, cell->model_options, arena),
        .options = cell_pruner_options(cell->pruner, cell->pruner_options, &cell->scoring, arena),
        .rate = cell->rate,
        .seed = cell->seed,
        .epochs = cell->recipe.epochs,
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
                             cell_options(cell->dataset->options, &cell->data, arena)[0] != '\0');
    }
    const struct err cause = *err;
    if (names.length && !with_options)
        err_set(err, "%s; without it: --set 'dataset=[%s]'", cause.text, str_text(&names));
    str_release(&names);
}

int plan_make(const struct config *config, struct plan **ret_plan, struct err *err)
{
    struct plan *plan;
    MEM_NEW(plan, 1);
    arena_init(&plan->arena);
    ARENA_NEW(&plan->arena, plan->cells, config->cell_count);
    const char *const *dirs = dataset_dirs(config->data_dir, &plan->arena);
    struct content *contents = NULL;
    for (; plan->count < config->cell_count; plan->count++) {
        struct plan_cell *planned = &plan->cells[plan->count];
        const struct content *content;
        char file_hash[HASH_HEX_SIZE];
        planned->cell = config->cells[plan->count];
        planned->limits = config->limits[plan->count];
        const bool found = find_content(plan, &planned->cell, dirs, &contents, &content, err) == 0;
        if (!found)
            offer_the_others(config, planned->cell.dataset, &plan->arena, err);
        if (!found || cell_file_hash(&planned->cell, file_hash, err)) {
            plan_free(plan);
            return -1;
        }
        planned->data_hash = content->hash;
        planned->file_hash = file_hash[0] ? arena_strdup(&plan->arena, file_hash) : "";
        planned->json = cell_to_json(&planned->cell, &plan->arena);
        cell_key(planned->json, content->hash, file_hash, planned->key);
        if (pruner_has_artifact(planned->cell.pruner))
            cell_key(cell_shared_json(&planned->cell, &plan->arena), content->hash, file_hash,
                     planned->shared);
        plan_describe(planned, &plan->arena);
    }
    *ret_plan = plan;
    return 0;
}

void plan_free(struct plan *plan)
{
    if (!plan)
        return;
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
