/*
 * cmd_config: what the commands share that take an experiment's file: reading it, and where its
 * database is.
 *
 *     const int done = cmd_load_config(path, &values.set, values.strict, &config);
 *     if (done >= 0)
 *         return done;
 */
#pragma once

#include "harness/cmd/kit/cmd.h"
#include "harness/config/config.h"
#include "harness/plan/plan.h"

/* The texts of --set and --db in --help, the same for all of them. */
#define CMD_SET_HELP "change a key of the file, e.g. train.epochs=3; may be repeated"
#define CMD_STRICT_HELP "treat notes on the file as mistakes"
#define CMD_CONFIG_DB_HELP "the database; default results/NAME.db"

/* word: a file, or the name of an experiment that comes with winnow (experiments.h). -1: go on, and
 * the file's notes were printed; with strict they are mistakes. Otherwise the exit code, and the
 * mistakes were printed. */
int cmd_load_config(const char *word, const struct cmd_values *sets, bool strict,
                    struct config **ret_config);

/* plan_make(), likewise: with what is to be noted about the data. */
int cmd_make_plan(const struct cmd_line *line, const struct config *config, bool strict,
                  struct plan **ret_plan);

/* given, or results/NAME.db of the experiment's name, in the arena. */
const char *cmd_config_db(const struct config *config, const char *given, struct arena *arena);
