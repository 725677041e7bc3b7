/*
 * experiments: those that come with winnow, known by their names. `make install` puts their files
 * into share/winnow beside bin/; a winnow in build/ has those of its sources. Where they are
 * follows from where the program lies, so that both may be moved together.
 *
 *     winnow run quickstart      # .../share/winnow/experiments/quickstart.yaml
 */
#pragma once

#include "base/kind.h"
#include "base/mem.h"

struct experiment {
    KIND;              /* help: the question that it asks */
    const char *takes; /* how long; NULL: it does not say */
    const char *path;  /* absolute */
};

/* By its name, something.yaml. */
bool experiments_is_file(const char *name);

/* By their names, in the arena. -1: none are found; err says where they were looked for. */
int experiments_read(struct arena *arena, struct shelf *ret_shelf, struct err *err);

/*
 * The file that FILE of a command line means: a word without a slash and without .yaml that is no
 * file here is an experiment's name. In the arena. -1: there is none of that name.
 */
int experiments_find(const char *word, struct arena *arena, const char **ret_path, struct err *err);
