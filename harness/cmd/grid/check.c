#include "harness/cmd/kit/config.h"

#include <stdio.h>

struct values {
    bool strict;
    struct cmd_values set;
};

static const struct cmd_flag flags[] = {
    CMD_SWITCH(struct values, strict, 0, CMD_STRICT_HELP),
    CMD_TEXTS(struct values, set, 0, "K=V", CMD_SET_HELP),
    CMD_END,
};

static const struct cmd_line line = {
    "check",
    "FILE",
    "Reads an experiment and reports how many cells it has, or every mistake in it, with its\n"
    "place. Notes name what is correct but cannot do what it says: a dynamic pruner that\n"
    "chooses only once, a folder without the data.",
    flags,
    1,
    1,
};

static void print_axis(size_t count, const char *word)
{
    printf("%zu %s%s", count, word, STR_PLURAL(count));
}

/* "(4 pruners x 3 rates + 1 pruner without rate)"; returns how many cells of one model, data set
   and seed that makes. */
static size_t print_pruned(const struct config *config)
{
    size_t once = 0;
    for (size_t i = 0; i < config->pruners.count; i++) {
        const struct pruner *pruner = (const void *)config->pruners.items[i].kind;
        once += pruner->flags & PRUNER_IGNORES_RATE ? 1 : 0;
    }
    const size_t rated = config->pruners.count - once;
    const bool both = once && rated;
    fputs(both ? "(" : "", stdout);
    if (rated) {
        print_axis(rated, "pruner");
        printf(" x ");
        print_axis(config->rate_count, "rate");
    }
    fputs(both ? " + " : "", stdout);
    if (once)
        print_axis(once, "pruner");
    fputs(both ? " without rate)" : "", stdout);
    return rated * config->rate_count + once;
}

static void print_size(const struct config *config)
{
    cmd_tell("%s: ", config->path);
    print_axis(config->cell_count, "cell");
    printf(" (");
    print_axis(config->datasets.count, "dataset");
    printf(" x ");
    print_axis(config->models.count, "model");
    printf(" x ");
    const size_t pruned = print_pruned(config);
    printf(" x ");
    print_axis(config->seed_count, "seed");
    const size_t product =
        config->datasets.count * config->models.count * pruned * config->seed_count;
    printf("%s)\n", product == config->cell_count ? ""
                    : config->question_count      ? ", as far as questions need them"
                                                  : ", with exclude and include");
    if (config->question_count)
        printf("%zu question%s, of %zu to %zu seeds\n", config->question_count,
               STR_PLURAL(config->question_count), config->at_least, config->seed_count);
}

int cmd_check(int argc, char **argv)
{
    struct values values;
    const char *file;
    const int done = cmd_parse(&line, argc, argv, &values, &file);
    if (done >= 0)
        return done;
    struct config *config;
    const int wrong = cmd_load_config(file, &values.set, values.strict, &config);
    if (wrong >= 0)
        return wrong;
    print_size(config);
    config_free(config);
    return EXIT_DONE;
}
