/*
 * config_help: what the tests of config, cell and plan share. Experiments are written to
 * "e.yaml" in the test's own folder, which becomes the current one, so that messages are the same
 * everywhere.
 */
#pragma once

#include "harness/config/config.h"

#include <stddef.h>

/* Writes e.yaml, byte for byte. */
void config_write(const char *bytes, size_t count);

/* Loads yaml with the texts of --set (NULL at the end; sets may be NULL). The test fails where
   there is a mistake in it. Free with config_free. */
struct config *config_good(const char *yaml, const char *const *sets);

/* What is said of a wrong one; the test fails where it is right. free() it. */
char *config_bad(const char *yaml, const char *const *sets);

/* Fails unless config_bad(yaml, sets) is expected. */
void config_expect(const char *yaml, const char *const *sets, const char *expected);

/* The cells, one cell_describe a line. free() it. */
char *config_cells(const struct config *config);
