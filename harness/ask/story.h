/*
 * story: what became of one cell, in sentences: is it done, to run, failed or stale, and why; each
 * attempt; and what to do, as a command.
 *
 *     struct story story;
 *     if (story_tell(db, key, "results/fashion.db", &story, &err) == 0)
 *         puts(str_text(&story.state));
 *     story_release(&story);
 *
 * For people: programs ask v_run. The same rules hold: an attempt that was lost with its scheduler
 * counts as no try, and what is "running" in a database that nobody writes was interrupted.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

struct sqlite3;

struct story {
    struct str name; /* "fashion-mnist mlp ucb(c=2) rate 0.5 seed 1" */
    /* Paragraphs, each ended by a line break: of the state, of the attempts, of what to do. One
     * that begins with "winnow " is a command. */
    struct str state, attempts, advice;
    struct str log; /* of the last attempt, if it was kept */
    int64_t last_attempt;
};

/* key: all of it. path: the database's, for the commands. */
int story_tell(struct sqlite3 *db, const char *key, const char *path, struct story *ret_story,
               struct err *err);
void story_release(struct story *story);
