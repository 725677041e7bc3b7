#include "harness/cmd/kit/config.h"

#include "harness/cmd/kit/experiments.h"

/* Whether they are mistakes. */
static bool print_notes(struct mistakes *notes, const char *path, bool strict)
{
    struct str said = {0};
    mistakes_write(notes, path, strict ? "" : "note: ", &said);
    cmd_say_lines(str_text(&said));
    str_release(&said);
    return strict && notes->count > 0;
}

int cmd_load_config(const char *word, const struct cmd_values *sets, bool strict,
                    struct config **ret_config)
{
    struct config *config = NULL;
    struct str said = {0};
    struct arena arena = {0};
    struct err err;
    const char *path;
    if (experiments_find(word, &arena, &path, &err)) {
        cmd_say("%s\n", err.text);
        arena_release(&arena);
        return EXIT_USAGE;
    }
    bool failed = config_load(path, sets->items, sets->count, &config, &said) != 0;
    cmd_say_lines(str_text(&said));
    str_release(&said);
    if (!failed)
        failed = print_notes(&config->notes, path, strict);
    arena_release(&arena);
    if (failed) {
        config_free(config);
        return EXIT_USAGE;
    }
    *ret_config = config;
    return -1;
}

int cmd_make_plan(const struct cmd_line *line, const struct config *config, bool strict,
                  struct plan **ret_plan)
{
    struct plan *plan;
    struct err err;
    if (plan_make(config, &plan, &err))
        return cmd_fail(line, EXIT_ENVIRONMENT, err.text);
    if (print_notes(&plan->data_notes, config->path, strict)) {
        plan_free(plan);
        return EXIT_USAGE;
    }
    *ret_plan = plan;
    return -1;
}

const char *cmd_config_db(const struct config *config, const char *given, struct arena *arena)
{
    return given ? given : arena_printf(arena, "results/%s.db", config->name);
}
