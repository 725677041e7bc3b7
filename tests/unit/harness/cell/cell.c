/* Canonical JSON, keys and labels, over every entry of the registries. */
#include "harness/cell/cell.h"

#include "models/nn/nn.h"
#include "tests/support/config_help.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const char some_hash[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

static struct cell default_cell(const struct dataset_type *dataset, const struct model *model,
                                const struct pruner *pruner, struct arena *arena)
{
    struct cell cell = {
        .dataset = dataset,
        .model = model,
        .model_options = kind_defaults(&model->is, arena),
        .pruner = pruner,
        .pruner_options = kind_defaults(&pruner->is, arena),
        .seed = 1,
    };
    cell.data = kind_defaults(&dataset->is, arena);
    option_defaults(engine_options, &cell.engine);
    option_defaults(recipe_options, &cell.recipe);
    return cell;
}

static void expect_round_trip(const struct cell *cell, struct arena *arena)
{
    struct cell read = {0};
    struct err err;
    const char *json = cell_to_json(cell, arena);
    cr_assert_eq(cell_from_json(json, arena, &read, &err), 0, "%s: %s", json, err.text);
    const char *again = cell_to_json(&read, arena);
    cr_expect_str_eq(again, json, "%s\nbecame\n%s", json, again);
}

Test(cell, every_entry_survives_the_round_trip)
{
    static const double rates[] = {0, 0.3, 0.1 + 0.2, 1.0 / 3, 0.5, 0.999999999999999};
    struct arena arena = {0};
    for (size_t d = 0; dataset_at(d); d++)
        for (size_t m = 0; model_at(m); m++)
            for (size_t p = 0; pruner_at(p); p++) {
                struct cell cell = default_cell(dataset_at(d), model_at(m), pruner_at(p), &arena);
                cell.rate = rates[(d + m + p) % (sizeof rates / sizeof *rates)];
                expect_round_trip(&cell, &arena);
            }
    arena_release(&arena);
}

/* Scores belong to the network that made them, whatever is trained on what they choose. */
Test(cell, scoring_by_another_network)
{
    struct arena arena = {0};
    const struct model *mlp = model_find("mlp"), *softmax = model_find("softmax");
    struct cell own = default_cell(dataset_find("synthetic"), mlp, pruner_find("el2n"), &arena);
    struct cell other = default_cell(dataset_find("synthetic"), softmax, own.pruner, &arena);
    const char *plain = cell_to_json(&other, &arena);
    cr_expect_null(strstr(plain, "prune_with"), "%s", plain);
    cr_expect_null(strstr(plain, "score_only"), "%s", plain);
    other.scoring.model = mlp;
    other.scoring.model_options = own.model_options;
    other.rate = 0.5;
    expect_round_trip(&other, &arena);
    cr_expect_str_neq(cell_to_json(&other, &arena), plain);
    cr_expect_str_eq(cell_shared_json(&other, &arena), cell_shared_json(&own, &arena));
    cr_expect_str_eq(cell_describe(&other, &arena),
                     "synthetic softmax el2n(prune_with=mlp) rate 0.5 seed 1");
    other.scoring.only = true;
    expect_round_trip(&other, &arena);
    cr_expect_str_eq(
        cell_pruner_options(other.pruner, other.pruner_options, &other.scoring, &arena),
        "prune_with=mlp score_only=true");
    arena_release(&arena);
}

/* What a static pruner knows serves every rate; a dynamic one's proxy has trained at its own. */
Test(cell, a_rate_is_shared_or_not)
{
    static const char *const names[] = {"el2n", "proxy-filter"};
    struct arena arena = {0};
    for (int dynamic = 0; dynamic < 2; dynamic++) {
        struct cell one = default_cell(dataset_find("synthetic"), model_find("mlp"),
                                       pruner_find(names[dynamic]), &arena);
        struct cell other = one;
        one.rate = 0.3;
        other.rate = 0.5;
        const bool same = !strcmp(cell_shared_json(&one, &arena), cell_shared_json(&other, &arena));
        cr_expect_neq(same, dynamic, "%s", names[dynamic]);
    }
    arena_release(&arena);
}

/* The text of a value that is not the default. */
static const char *other_value(const struct option *option, struct arena *arena)
{
    double fallback;
    switch (option->type) {
    case OPTION_INT:
    case OPTION_DOUBLE:
        if (option->zero && strcmp(option->fallback, option->zero) == 0)
            fallback = 0;
        else
            cr_assert(str_parse_double(option->fallback, &fallback));
        return arena_printf(arena, "%.15g", fallback != option->min ? option->min : option->max);
    case OPTION_BOOL:
        return option->fallback[0] == 't' ? "false" : "true";
    case OPTION_ENUM:
        return option_choice(option,
                             strcmp(option->fallback, option_choice(option, 0)) == 0 ? 1 : 0);
    case OPTION_STRING:
        return "a text = \"b\" (c)";
    case OPTION_DURATION:
        return "17s";
    case OPTION_BYTES:
        return "17MiB";
    case OPTION_NUMBERS:
        return "1/2.5";
    }
    DIE("option %s has no type", option->name);
}

/* Sets each option of the table in turn; cell refers to values. */
static void expect_each_option_counts(const struct cell *cell, const struct option *table,
                                      void *values, size_t size, struct arena *arena)
{
    char before[HASH_HEX_SIZE], after[HASH_HEX_SIZE];
    void *defaults = arena_alloc(arena, 1, size);
    if (size) /* else values are NULL */
        memcpy(defaults, values, size);
    cell_key(cell_to_json(cell, arena), some_hash, "", before);
    for (const struct option *o = table; o && o->name; o++) {
        struct err err;
        const char *text = other_value(o, arena);
        cr_assert_eq(option_set(o, values, text, arena, &err), 0, "%s: %s", o->name, err.text);
        cell_key(cell_to_json(cell, arena), some_hash, "", after);
        cr_expect_str_neq(after, before, "%s=%s leaves the key as it is", o->name, text);
        expect_round_trip(cell, arena);
        const char *described = cell_options(table, values, arena);
        cr_expect(strstr(described, option_key(o)) == described, "%s=%s is shown as '%s'", o->name,
                  text, described);
        memcpy(values, defaults, size);
    }
}

Test(cell, every_option_is_part_of_the_key)
{
    struct arena arena = {0};
    struct cell cell = default_cell(dataset_at(0), model_at(0), pruner_at(0), &arena);
    for (size_t d = 0; dataset_at(d); d++) {
        struct cell one = cell;
        one.dataset = dataset_at(d);
        struct data_spec *options = kind_defaults(&one.dataset->is, &arena);
        one.data = options;
        expect_each_option_counts(&one, one.dataset->options, options, one.dataset->options_size,
                                  &arena);
    }
    for (size_t m = 0; model_at(m); m++) {
        const struct model *model = model_at(m);
        struct cell one = cell;
        void *options = kind_defaults(&model->is, &arena);
        one.model = model;
        one.model_options = options;
        expect_each_option_counts(&one, model->options, options, model->options_size, &arena);
    }
    for (size_t p = 0; pruner_at(p); p++) {
        const struct pruner *pruner = pruner_at(p);
        struct cell one = cell;
        void *options = kind_defaults(&pruner->is, &arena);
        one.pruner = pruner;
        one.pruner_options = options;
        expect_each_option_counts(&one, pruner->options, options, pruner->options_size, &arena);
    }
    expect_each_option_counts(&cell, recipe_options, &cell.recipe, sizeof cell.recipe, &arena);
    expect_each_option_counts(&cell, engine_options, &cell.engine, sizeof cell.engine, &arena);
    arena_release(&arena);
}

/* What only chooses is the same artifact; what scores, or a quota that looks, is another. */
Test(cell, cells_share_scores_whatever_chooses_among_them)
{
    static const struct {
        const char *one, *other;
        bool shared;
    } cases[] = {
        {"el2n", "el2n:sampler=window,skip=0.2,ties=random", true},
        {"el2n", "el2n:balance=class", true},
        {"el2n", "el2n:runs=3", false},
        {"el2n", "el2n:quota=error", false},
        {"dual", "dual:beta=true,cD=4", true},
        {"ccs", "ccs:beta=0.4,strata=7", true},
        {"ccs", "ccs:margin=logits", false},
        {"moderate", "moderate:sampler=mixed", true},
        {"moderate", "moderate:balance=class", false}, /* ranks within the class */
        {"gradmatch", "gradmatch:lambda=1,gradient=whole,weights=none", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct err err;
        const char *const texts[] = {cases[i].one, cases[i].other};
        char *shared[2], *whole[2];
        for (int k = 0; k < 2; k++) {
            struct choice choice;
            cr_assert_eq(choice_parse(&pruner_shelf, texts[k], &arena, &choice, &err), 0, "%s",
                         err.text);
            struct cell cell =
                default_cell(dataset_at(0), model_at(0), (const void *)choice.kind, &arena);
            cell.pruner_options = choice.options;
            shared[k] = cell_shared_json(&cell, &arena);
            whole[k] = cell_to_json(&cell, &arena);
        }
        cr_expect_eq(strcmp(shared[0], shared[1]) == 0, cases[i].shared, "%s", cases[i].other);
        cr_expect_str_neq(whole[0], whole[1]);
        arena_release(&arena);
    }
}

Test(cell, names_rate_and_seed_are_part_of_the_key)
{
    struct arena arena = {0};
    const struct cell cell =
        default_cell(dataset_at(0), model_at(0), pruner_find("random"), &arena);
    struct cell others[] = {cell, cell, cell, cell};
    others[0].rate = 0.25;
    others[1].seed = 2;
    others[2] = default_cell(dataset_at(0), model_at(1), pruner_find("random"), &arena);
    others[3] = default_cell(dataset_at(1), model_at(0), pruner_find("random"), &arena);
    char key[HASH_HEX_SIZE], other[HASH_HEX_SIZE];
    cell_key(cell_to_json(&cell, &arena), some_hash, "", key);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        cell_key(cell_to_json(&others[i], &arena), some_hash, "", other);
        cr_expect_str_neq(other, key, "cell %zu has the same key", i);
    }
    arena_release(&arena);
}

Test(cell, canonical_form)
{
    struct config *config =
        config_good("name: c\ndataset: {name: fashion-mnist, val_fraction: 0.10}\nmodel: softmax\n"
                    "pruner: random\nrate: .50\ntrain: {weight_decay: 0.0005, lr: 1}\n",
                    NULL);
    struct arena arena = {0};
    const char *json = cell_to_json(&config->cells[0], &arena);
    cr_expect_str_eq(
        json,
        "{\"dataset\":{\"imbalance\":1.0,\"name\":\"fashion-mnist\",\"noise\":0.0,"
        "\"noise_kind\":\"symmetric\",\"test_limit\":0,\"train_limit\":0,"
        "\"val_fraction\":0.1},\"engine\":{\"conv\":\"auto\",\"threads\":1},"
        "\"model\":{\"bottleneck\":0,\"name\":\"softmax\"},\"pruner\":{\"name\":\"random\"},"
        "\"rate\":0.5,\"recipe\":{\"augment\":\"none\",\"batch\":128,\"crop_pad\":4,"
        "\"cycle_rise\":0.3,\"epochs\":15,\"eval_every\":1,\"label_smoothing\":0.0,\"lr\":1.0,"
        "\"momentum\":0.9,\"nesterov\":false,\"precision\":\"fp32\",\"schedule\":\"cosine\",\"step_"
        "every\":0.3,"
        "\"step_factor\":0.1,\"warmup\":0.0,\"weight_decay\":0.0005},\"seed\":0}",
        "found\n%s", json);
    arena_release(&arena);
    config_free(config);
}

static void key_of(const char *yaml, char ret_key[HASH_HEX_SIZE])
{
    struct arena arena = {0};
    struct config *config = config_good(yaml, NULL);
    cr_assert_eq(config->cell_count, 1, "%zu cells", config->cell_count);
    cell_key(cell_to_json(&config->cells[0], &arena), some_hash, "", ret_key);
    config_free(config);
    arena_release(&arena);
}

Test(cell, key_does_not_depend_on_how_a_file_is_written)
{
    static const char *const same[] = {
        "name: a\ndataset: synthetic\nmodel: mlp\npruner: ucb\nrate: 0.3\ntrain: {lr: 0.05}\n",
        "# Other order, other name, comments, JSON style, defaults spelled out.\n"
        "rate: [3e-1]\n"
        "seed: [0]\n"
        "train: {\"epochs\": 15, momentum: .9, nesterov: false, schedule: cosine}\n"
        "pruner: {name: ucb, period: 10, alpha: 0.80, c: 1.0}\n"
        "model: [{width: 256, name: mlp}]\n"
        "dataset: {train_limit: 0, name: synthetic, val_fraction: 0}\n"
        "hypothesis: none\n"
        "data_dir: /usr\n"
        "name: b\n",
        "name: c\ndataset: synthetic\nmodel: mlp\npruner: ucb\nrate: 0.30000000000000004\n"
        "overrides: [{when: {}, train: {epochs: 15}}]\n",
    };
    char key[HASH_HEX_SIZE], other[HASH_HEX_SIZE];
    key_of(same[0], key);
    for (size_t i = 1; i < sizeof same / sizeof *same; i++) {
        key_of(same[i], other);
        cr_expect_str_eq(other, key, "file %zu", i);
    }
}

Test(cell, key_covers_data_and_engine_without_running_over)
{
    char key[HASH_HEX_SIZE], other[HASH_HEX_SIZE], whole[HASH_HEX_SIZE];
    cell_key("{}", some_hash, "", key);
    cell_key("{}", "another", "", other);
    cr_expect_str_neq(other, key);
    cell_key("{}a", "b", "", key);
    cell_key("{}", "ab", "", other);
    cr_expect_str_neq(other, key);
    static const char bytes[] = "{}\0ab\0" NN_VERSION;
    struct hash *hash = hash_new();
    hash_add(hash, bytes, sizeof bytes);
    hash_finish(hash, whole);
    cr_expect_str_eq(other, whole);
}

struct sample {
    int count;
    double share;
    bool on;
    int mode;
    const char *path;
};

static const char *const modes[] = {"fast", "slow", NULL};

static const struct option sample_table[] = {
    OPTION_INT(struct sample, count, "3", 0, 10, "x"),
    OPTION_DOUBLE(struct sample, share, "0.1", 0, 10, "x"),
    OPTION_BOOL(struct sample, on, "true", "x"),
    OPTION_ENUM(struct sample, mode, "fast", modes, "x"),
    OPTION_STRING(struct sample, path, "x"),
    OPTION_END,
};

Test(cell, labels_show_what_differs_from_the_defaults)
{
    static const struct {
        struct sample options;
        const char *label;
    } cases[] = {
        {{3, 0.1, true, 0, NULL}, "s"},
        {{4, 0.1, true, 0, NULL}, "s(count=4)"},
        {{3, 1, false, 1, "a.csv"}, "s(share=1 on=false mode=slow path=a.csv)"},
        {{3, 1e-7, true, 0, "a b"}, "s(share=1e-07 path=\"a b\")"},
        {{3, 0.1, true, 0, "x on=false"}, "s(path=\"x on=false\")"},
        {{3, 0.1, true, 0, ""}, "s(path=\"\")"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct kind kind = {.name = "s", .options = sample_table};
        const char *label = cell_label(&kind, &cases[i].options, &arena);
        cr_expect_str_eq(label, cases[i].label, "found %s", label);
    }
    cr_expect_str_eq(cell_label(&(struct kind){.name = "s"}, NULL, &arena), "s");
    cr_expect_str_eq(cell_options(NULL, NULL, &arena), "");
    arena_release(&arena);
}

Test(cell, json_of_others_is_read_strictly)
{
#define REST                                                                                       \
    "\"engine\":{},\"model\":{\"name\":\"softmax\"},\"pruner\":{\"name\":\"random\"},\"recipe\":{" \
    "},\"seed\":0"
    static const struct {
        const char *json, *error;
    } cases[] = {
        {"", "a cell's JSON: "},
        {"[]", "a cell's JSON: Expected object, got array"},
        {"{}", "a cell's JSON: Object item not found: dataset"},
        {"{\"dataset\":{\"name\":\"x\"},\"rate\":0.5," REST "}",
         "a cell's JSON: unknown dataset 'x'"},
        {"{\"dataset\":3,\"rate\":0.5," REST "}", "a cell's JSON: unknown dataset ''"},
        {"{\"dataset\":{\"name\":\"synthetic\",\"colour\":1},\"rate\":0.5," REST "}",
         "a cell's JSON: dataset synthetic: unknown option 'colour'"},
        {"{\"dataset\":{\"name\":\"synthetic\"},\"rate\":1.0," REST "}",
         "a cell's JSON: rate: expected a number from 0 to below 1, found 1"},
        {"{\"dataset\":{\"name\":\"synthetic\"},\"rate\":0.5,\"rate\":0.5," REST "}",
         "a cell's JSON: duplicate object key"},
        {"{\"dataset\":{\"name\":\"synthetic\"},\"engine\":{\"conv\":\"none\"},\"model\":{\"name\":"
         "\"softmax\"},\"pruner\":{\"name\":\"random\"},\"rate\":0.5,\"recipe\":{},\"seed\":0}",
         "a cell's JSON: engine: conv: expected one of auto, "},
        {"{\"dataset\":{\"name\":\"synthetic\"},\"rate\":0.5,\"more\":1," REST "}",
         "a cell's JSON: 1 object item(s) left unpacked: more"},
    };
#undef REST
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cell cell = {.seed = 77};
        struct err err = {0};
        cr_expect_eq(cell_from_json(cases[i].json, &arena, &cell, &err), -1, "%s", cases[i].json);
        cr_expect(strncmp(err.text, cases[i].error, strlen(cases[i].error)) == 0, "%s\ngave %s",
                  cases[i].json, err.text);
        cr_expect_eq(cell.seed, 77, "the output was touched");
    }
    arena_release(&arena);
}
