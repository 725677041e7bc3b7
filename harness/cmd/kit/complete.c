#include "harness/cmd/kit/complete.h"

#include "base/folder.h"
#include "harness/cell/engine.h"
#include "harness/cell/recipe.h"
#include "harness/cmd/kit/db.h"
#include "harness/cmd/kit/experiments.h"
#include "harness/cmd/kit/find.h"
#include "harness/data/data.h"
#include "models/model.h"
#include "plots/render.h"
#include "pruners/pruner.h"
#include "pruners/sampler.h"
#include "results/db.h"
#include "results/store.h"

#include <stdio.h>
#include <string.h>

/* ---- The shelves ---- */

static const struct kind train = {
    .name = "train",
    .help = "how a network is trained: the train: mapping of an experiment",
    KIND_OPTIONS(struct recipe, recipe_options),
};
static const struct kind engine = {
    .name = "engine",
    .help = "how a cell computes: the engine: mapping of an experiment",
    KIND_OPTIONS(struct engine, engine_options),
};
static const struct kind *const trains[] = {&train}, *const engines[] = {&engine};
static const struct shelf train_shelf = SHELF("train", "train", trains),
                          engine_shelf = SHELF("engine", "engine", engines);

static const struct shelf *const named[] = {&dataset_shelf, &model_shelf, &pruner_shelf,
                                            &sampler_shelf, &train_shelf, &preset_shelf,
                                            &engine_shelf,  &figure_shelf};

const struct shelf *const *cmd_shelves(struct arena *arena)
{
    enum { NAMED = sizeof named / sizeof *named };
    const struct shelf **all;
    struct shelf *experiments;
    struct err err;
    ARENA_NEW(arena, all, NAMED + 2);
    ARENA_NEW(arena, experiments, 1);
    memcpy(all, named, sizeof named);
    if (experiments_read(arena, experiments, &err) == 0)
        all[NAMED] = experiments;
    return all;
}

const struct shelf *cmd_shelf_find(const char *word, struct arena *arena)
{
    const struct shelf *const *shelf = cmd_shelves(arena);
    while (*shelf && strcmp(word, (*shelf)->plural) != 0 && strcmp(word, (*shelf)->word) != 0)
        shelf++;
    return *shelf;
}

/* ---- What has been typed ---- */

enum { MOST_ARGUMENTS = 128 };

struct typed {
    const char *arguments[MOST_ARGUMENTS]; /* those before the word */
    size_t count;
    const struct cmd_flag *flag; /* whose value the word is; NULL: an argument, or a flag */
    const char *db;              /* of --db; NULL: not given */
    const char *word;
    bool flags_over; /* after -- */
};

static void read_flag(const struct cmd_line *line, const char *word, struct typed *typed)
{
    const char *equals = word[1] == '-' ? strchr(word, '=') : NULL;
    const struct cmd_flag *flag =
        cmd_find_flag(line, word, equals ? (size_t)(equals - word) : strlen(word));
    if (flag && strcmp(flag->option.name, "db") == 0 && equals)
        typed->db = equals + 1;
    if (flag && flag->value && !equals && (word[1] == '-' || !word[2]))
        typed->flag = flag;
}

static struct typed read_words(const struct cmd_line *line, int count, char **words)
{
    struct typed typed = {.word = count ? words[count - 1] : ""};
    for (int i = 0; i < count - 1; i++) {
        const char *word = words[i];
        if (strcmp(word, "=") == 0 && typed.flag) /* bash takes --flag=value apart */
            continue;
        if (typed.flag) {
            if (strcmp(typed.flag->option.name, "db") == 0)
                typed.db = word;
            typed.flag = NULL;
        } else if (!typed.flags_over && strcmp(word, "--") == 0) {
            typed.flags_over = true;
        } else if (!typed.flags_over && word[0] == '-' && word[1]) {
            read_flag(line, word, &typed);
        } else if (typed.count < MOST_ARGUMENTS) {
            typed.arguments[typed.count++] = word;
        }
    }
    if (typed.flag && strcmp(typed.word, "=") == 0)
        typed.word = "";
    return typed;
}

/* ---- What may stand there ---- */

void cmd_complete_name(const char *name, const char *word)
{
    if (strncmp(name, word, strlen(word)) == 0)
        printf("%s\n", name);
}

static void offer_shelf(const struct shelf *shelf, const char *word)
{
    const char *name;
    for (size_t i = 0; shelf && (name = shelf_name_at(shelf, i)); i++)
        cmd_complete_name(name, word);
}

static void offer_flags(const struct cmd_line *line, const char *word)
{
    for (const struct cmd_flag *f = line->flags; f && f->option.name; f++) {
        char name[CMD_FLAG_SIZE];
        cmd_flag_name(f->option.name, name);
        if (f->option.help)
            cmd_complete_name(name, word);
    }
    cmd_complete_name("--help", word);
}

static void offer_value(const struct cmd_flag *flag, const char *word, struct arena *arena)
{
    for (size_t i = 0; flag->option.type == OPTION_ENUM && option_choice(&flag->option, i); i++)
        cmd_complete_name(option_choice(&flag->option, i), word);
    offer_shelf(cmd_shelf_find(flag->option.name, arena), word);
}

/* By the beginnings of their keys. The shell takes words as they are, and in a database of somebody
 * else a key may be anything. */
static void offer_cells(const struct cmd_line *line, const char *db, const char *word)
{
    static const char sql[] =
        "SELECT substr(key, 1, max(12, length(?1))) FROM cell "
        "WHERE substr(key, 1, length(?1)) = ?1 AND key NOT GLOB '*[^0-9a-f]*' "
        "ORDER BY 1 LIMIT 1000";
    struct store *store;
    struct db_rows rows;
    struct err err;
    if (cmd_open_store(line, db, NULL, &store) >= 0)
        return;
    for (db_ask(&rows, store_sqlite(store), sql, DB_VALUES(db_text(word))); db_next(&rows);)
        printf("%s\n", row_text(&rows, 0));
    db_close(&rows, &err);
    store_close(store);
}

/* The usage's word for the i-th argument, bare of brackets and dots: "CELL", "a|b"; "" for one too
   many. */
static void usage_word(const char *usage, size_t i, char *ret_word, size_t size)
{
    char last[256] = "";
    for (const char *p = usage; *p; p += strspn(p, " ")) {
        const size_t length = strcspn(p, " "), start = strspn(p, "["), end = strcspn(p, ".] ");
        if (p[0] == '|')
            break;
        snprintf(last, sizeof last, "%.*s", (int)(end - start), p + start);
        const bool again = length >= 3 && memchr(p, '.', length);
        p += length;
        if (i == 0 || again)
            break;
        i--;
        last[0] = '\0';
    }
    snprintf(ret_word, size, "%s", last);
}

static void offer_list(const char *list, const char *word)
{
    struct str name = {0};
    while (str_next(&name, &list, "|"))
        cmd_complete_name(str_text(&name), word);
    str_release(&name);
}

/* The shell offers no files where it is told of names. */
static void offer_experiments(const char *word, struct arena *arena)
{
    struct folder here = {0};
    offer_shelf(cmd_shelf_find("experiments", arena), word);
    for (const char *name; (name = folder_next(&here, "."));)
        if (experiments_is_file(name) && !str_not_shown(name, ""))
            cmd_complete_name(name, word);
    folder_close(&here, ".", NULL);
}

static void offer_argument(const struct cmd_line *line, const struct typed *typed,
                           struct arena *arena)
{
    static const struct {
        const char *word;
        const struct shelf *shelf;
    } shelves[] = {{"DATASET", &dataset_shelf},
                   {"FIGURE", &figure_shelf},
                   {"MODEL", &model_shelf},
                   {"A", &pruner_shelf},
                   {"B", &pruner_shelf}};
    char wanted[256];
    usage_word(line->arguments, typed->count, wanted, sizeof wanted);
    if (strchr(wanted, '|'))
        offer_list(wanted, typed->word);
    else if (strcmp(wanted, "CELL") == 0)
        offer_cells(line, typed->db, typed->word);
    else if (strcmp(wanted, "NAME") == 0 && typed->count && strcmp(line->name, "list") == 0)
        offer_shelf(cmd_shelf_find(typed->arguments[0], arena), typed->word);
    else if (strcmp(wanted, "KIND") == 0)
        for (const struct shelf *const *all = cmd_shelves(arena); *all; all++)
            cmd_complete_name((*all)->plural, typed->word);
    else if (strcmp(wanted, "FILE") == 0)
        offer_experiments(typed->word, arena);
    for (size_t i = 0; i < sizeof shelves / sizeof *shelves; i++)
        if (strcmp(wanted, shelves[i].word) == 0)
            offer_shelf(shelves[i].shelf, typed->word);
}

int cmd_complete_words(const struct cmd_line *line, int count, char **words)
{
    const struct typed typed = read_words(line, count, words);
    struct arena arena = {0};
    if (typed.flag)
        offer_value(typed.flag, typed.word, &arena);
    else if (typed.word[0] == '-' && !typed.flags_over)
        offer_flags(line, typed.word);
    else
        offer_argument(line, &typed, &arena);
    arena_release(&arena);
    return EXIT_DONE;
}
