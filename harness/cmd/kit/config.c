#include "harness/cmd/kit/config.h"

#include <stdio.h>

int cmd_load_config(const char *path, const struct cmd_values *sets, bool strict,
                    struct config **ret_config)
{
    struct config *config = NULL;
    struct str said = {0};
    int failed = config_load(path, sets->items, sets->count, &config, &said);
    if (!failed) {
        failed = strict && config->notes.count > 0;
        mistakes_write(&config->notes, path, strict ? "" : "note: ", &said);
    }
    fputs(str_text(&said), stderr);
    str_release(&said);
    if (failed) {
        config_free(config);
        return EXIT_USAGE;
    }
    *ret_config = config;
    return -1;
}

const char *cmd_config_db(const struct config *config, const char *given, struct arena *arena)
{
    return given ? given : arena_printf(arena, "results/%s.db", config->name);
}
