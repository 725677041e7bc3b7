/*
 * cell: one training to be done, with every default spelled out.
 *
 * A cell = dataset + model + pruner, each with its options, rate, seed, recipe and engine. Its
 * canonical form is JSON with sorted keys; its key is the SHA-256 of that, of the content hashes of
 * the dataset and of a file that the pruner reads, and of the engine's version. What is not in it
 * (file order, comments, paths of data, worker counts) cannot change its results.
 *
 * A pruner may know its samples by another network than the one that is trained:
 * `prune_with: resnet8` in the pruner's entry; or their features by a file, `embeddings: clip.npy`.
 * A pruner with `score_only: true` chooses, and what it chose is recorded, but the training takes
 * every sample: what it would have chosen had it not interfered.
 */
#pragma once

#include "base/hash.h"
#include "base/str.h"
#include "harness/cell/engine.h"
#include "harness/cell/recipe.h"
#include "harness/data/data.h"
#include "models/model.h"
#include "pruners/pruner.h"

#include <stdbool.h>

/* Beside a pruner's own options: which network tells it of the samples, and what its choice is for.
 */
struct scoring {
    const struct model *model; /* of the pruner's proxies; NULL: the cell's own */
    const void *model_options; /* NULL where that has none */
    const char *embeddings;    /* a file that has the features; NULL: a network does */
    int folds; /* of the samples: a proxy for each, which has not seen it; 0: none */
    bool only; /* the choice is recorded, and the training takes every sample */
};

struct cell {
    const struct dataset_type *dataset;
    const struct data_spec *data; /* the head of the dataset's options */
    const struct model *model;
    const void *model_options; /* NULL where the model has none */
    const struct pruner *pruner;
    const void *pruner_options; /* likewise */
    struct scoring scoring;
    double rate; /* 0 where the pruner ignores it */
    int seed;
    struct recipe recipe;
    struct engine engine;
};

/* {"dataset":{"name":...},"engine":{...},"model":{...},"pruner":{...},"rate":0.5,"recipe":{...},
 * "seed":0}, compact; "prune_with":{"name":...}, "embeddings":"FILE", "unseen":5 and
 * "score_only":true where they are asked for. */
char *cell_to_json(const struct cell *cell, struct arena *arena);
/* What cells have in common that may share what their pruner learns of proxies: the model is the
 * one that scores, and there is no rate if the pruner is static. */
char *cell_shared_json(const struct cell *cell, struct arena *arena);
/* The reverse; options live in the arena. */
int cell_from_json(const char *json, struct arena *arena, struct cell *ret_cell, struct err *err);
/* Of the canonical JSON, the dataset's content hash, cell_file_hash and NN_VERSION. */
void cell_key(const char *json, const char *dataset_hash, const char *file_hash,
              char ret_key[HASH_HEX_SIZE]);
/* The same with another version of the engine. */
void cell_key_of(const char *json, const char *dataset_hash, const char *file_hash,
                 const char *version, char ret_key[HASH_HEX_SIZE]);
/*
 * The epochs of the training, of n samples: passes over what it keeps, the last of which its steps
 * may cut short. At n 0, which is not known, those of the recipe.
 */
int cell_epochs(const struct cell *cell, size_t n);
/* Whether that is no more than a forecast: epochs keep more or less, and there are as many of them
 * as the steps allow. */
bool cell_epochs_vary(const struct cell *cell);
bool cell_rate_moves(const struct cell *cell);
/* Those that the pruner reckons with: of a static one, whose scores serve all rates, with all
 * samples. */
int cell_task_epochs(const struct cell *cell, size_t n);
/* Whether a file can have what a pruner wants to know by features. */
bool cell_embeds(const struct pruner *pruner);
/* How what its pruner wants to know can come of several networks, or why not (pruner_folds). */
enum pruner_folds cell_folds(const struct cell *cell, const char **ret_why);
/* Whether there is anything that a file of embeddings, if any, does not say. */
bool cell_asks_network(const struct cell *cell);
/* Of the file that the cell's pruner reads, or of its embeddings; "" where there is none. An error
 * names the file. */
int cell_file_hash(const struct cell *cell, char ret_hash[HASH_HEX_SIZE], struct err *err);

/* "a=1 b=2": the options that differ from their defaults; "" where none does. */
char *cell_options(const struct option *table, const void *options, struct arena *arena);
/* "name(options)", or just "name" where options is "". */
char *cell_name(const char *name, const char *options, struct arena *arena);
/* "name(a=1 b=2)" with the options that differ from their defaults, or just "name". */
char *cell_label(const struct kind *kind, const void *options, struct arena *arena);
/* The same of a pruner, with its scoring: "at=10 prune_with=convnet(width=64)"; "" and "el2n". */
char *cell_pruner_options(const struct pruner *pruner, const void *options,
                          const struct scoring *scoring, struct arena *arena);
char *cell_pruner_label(const struct pruner *pruner, const void *options,
                        const struct scoring *scoring, struct arena *arena);
/*
 * As databases have them, by kind_key() and option_key(): a pruner's name and its options, "c=2
 * period=5", in which names may be present or former ones. What is not known stays as it is.
 */
const char *cell_stored_pruner(const char *name);
char *cell_stored_options(const char *pruner, const char *options, struct arena *arena);
/* Whether such options of a pruner say score_only: its rate leaves nothing out of the training. */
bool cell_options_train_on_all(const char *options);
/* Whether its rate means anything to a pruner, by its name or label; of one that is not known here,
 * whether there is a rate. */
bool cell_has_rate(const char *pruner, double rate);
/* " rate 0.5 seed 1", without the rate where it means nothing. */
void cell_add_level(struct str *ret_text, const char *pruner, double rate, int64_t seed);
/* "fashion-mnist mlp ucb(c=2) rate 0.5 seed 1" */
char *cell_describe(const struct cell *cell, struct arena *arena);
