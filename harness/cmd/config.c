#include "harness/cmd/config.h"

#include <stdio.h>

int cmd_load_config(const char *path, const struct cmd_values *sets, struct config **ret_config)
{
    struct str mistakes = {0};
    const int failed = config_load(path, sets->items, sets->count, ret_config, &mistakes);
    fputs(str_text(&mistakes), stderr);
    str_release(&mistakes);
    return failed ? EXIT_USAGE : -1;
}

const char *cmd_config_db(const struct config *config, const char *given, struct arena *arena)
{
    return given ? given : arena_printf(arena, "results/%s.db", config->name);
}
