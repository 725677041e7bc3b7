/* The engine: mapping, the rule for -j, and what of it is in a cell's key. */
#include "harness/cell/engine.h"

#include "tests/support/config_help.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "name: e\ndataset: synthetic\nmodel: [mlp, softmax]\npruner: full\n"

Test(engine, defaults_are_one_thread_and_the_best)
{
    struct config *config = config_good(HEAD, NULL);
    for (size_t i = 0; i < config->cell_count; i++) {
        const struct cell *cell = &config->cells[i];
        const struct nn_engine setting = engine_setting(&cell->engine, &cell->recipe);
        cr_expect_null(setting.conv, "%s", setting.conv);
        cr_expect_eq(setting.threads, 1, "%d", setting.threads);
        cr_expect_eq(setting.precision, NN_FLOAT32, "%d", (int)setting.precision);
    }
    config_free(config);
}

Test(engine, every_cell_gets_what_the_file_says)
{
    const char *name;
    size_t i = 0;
    for (; (name = nn_conv_name(i)); i++) {
        struct str yaml = {0};
        str_addf(&yaml, HEAD "engine: {conv: %s, threads: 2}\ntrain: {precision: bf16}\n", name);
        struct config *config = config_good(str_text(&yaml), NULL);
        for (size_t c = 0; c < config->cell_count; c++) {
            const struct cell *cell = &config->cells[c];
            const struct nn_engine setting = engine_setting(&cell->engine, &cell->recipe);
            cr_expect_str_eq(setting.conv, name);
            cr_expect_eq(setting.threads, 2, "%d", setting.threads);
            cr_expect_eq(setting.precision, NN_BFLOAT16, "%d", (int)setting.precision);
        }
        config_free(config);
        str_release(&yaml);
    }
    cr_expect_gt(i, 0);
}

Test(engine, may_be_set_on_the_command_line)
{
    static const char *const sets[] = {"engine.threads=4", "engine.conv=auto", NULL};
    struct config *config = config_good(HEAD "engine: {threads: 2}\n", sets);
    cr_expect_eq(config->cells[0].engine.threads, 4, "%d", config->cells[0].engine.threads);
    cr_expect_eq(config->cells[0].engine.conv, 0, "%d", config->cells[0].engine.conv);
    config_free(config);
}

Test(engine, a_precision_may_be_one_models_own)
{
    struct config *config =
        config_good(HEAD "overrides: [{when: {model: softmax}, train: {precision: bf16}}]\n", NULL);
    cr_expect_eq(config->cells[0].recipe.precision, NN_FLOAT32);
    cr_expect_eq(config->cells[1].recipe.precision, NN_BFLOAT16);
    config_free(config);
}

/* The names are the registry's, so the whole message cannot stand in a file of golden tests. */
Test(engine, an_unknown_convolution_is_refused_with_the_choices)
{
    struct str expected = {0};
    str_add(&expected, "e.yaml:5:16: conv: expected one of auto");
    for (size_t i = 0; nn_conv_name(i); i++)
        str_addf(&expected, ", %s", nn_conv_name(i));
    str_add(&expected, ", found 'fastest'\n");
    config_expect(HEAD "engine: {conv: fastest}\n", NULL, str_text(&expected));
    str_release(&expected);
}

static char *key_of(struct cell *cell, struct arena *arena, char ret_key[HASH_HEX_SIZE])
{
    char *json = cell_to_json(cell, arena);
    cell_key(json, "", "", ret_key);
    return json;
}

/* What was written out and what was left to its default is one cell. */
Test(engine, the_key_spells_it_out)
{
    struct config *silent = config_good(HEAD, NULL);
    struct config *said =
        config_good(HEAD "engine: {threads: 1, conv: auto}\ntrain: {precision: fp32}\n", NULL);
    struct config *forced = config_good(HEAD "engine: {conv: naive}\n", NULL);
    char keys[3][HASH_HEX_SIZE];
    struct arena arena = {0};
    const char *json = key_of(&silent->cells[0], &arena, keys[0]);
    key_of(&said->cells[0], &arena, keys[1]);
    key_of(&forced->cells[0], &arena, keys[2]);
    cr_expect(strstr(json, "\"engine\":{\"conv\":\"auto\",\"threads\":1}"), "%s", json);
    cr_expect(strstr(json, "\"precision\":\"fp32\""), "%s", json);
    cr_expect_str_eq(keys[0], keys[1]);
    cr_expect_str_neq(keys[0], keys[2]);
    arena_release(&arena);
    config_free(silent);
    config_free(said);
    config_free(forced);
}

Test(engine, room_is_cores_by_threads_and_never_none)
{
    static const struct {
        int cores, threads, room;
    } cases[] = {{1, 1, 1}, {2, 1, 2}, {2, 2, 1}, {8, 2, 4}, {8, 3, 2}, {2, 4, 1}, {64, 64, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int room = engine_room(cases[i].cores, cases[i].threads);
        cr_expect_eq(room, cases[i].room, "%d cores, %d threads: %d cells, expected %d",
                     cases[i].cores, cases[i].threads, room, cases[i].room);
    }
}
