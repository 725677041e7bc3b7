/*
 * scratch: a folder to work in, that is gone when the work is done or stopped.
 *
 *     struct scratch scratch;
 *     if (scratch_make(&scratch, NULL, "winnow-report", &err))
 *         return -1;
 *     ... files in str_text(&scratch.path), and no folders ...
 *     if (scratch_remove(&scratch, &err)) ...
 *
 * SIGINT, SIGTERM and SIGHUP are caught from its making on (signals.h), and do what they do when it
 * has been removed: so what lies between the two must not take long, or look for them.
 *
 * A process that is killed, or aborts, leaves its folder; who next makes one of that name there
 * removes it, and knows by a lock (flock) whether somebody still works in it.
 *
 * Limits: where the file system has no such locks, what is left stays.
 */
#pragma once

#include "base/err.h"
#include "base/signals.h"
#include "base/str.h"

struct scratch {
    struct str path;
    struct signals caught;
    int lock; /* an open file: the folder itself */
};

/* In a folder that is there; NULL: where temporary files go ($TMPDIR, else /tmp). Its name is
 * NAME.winnow- and six letters. */
int scratch_make(struct scratch *ret_scratch, const char *parent, const char *name,
                 struct err *err);
/* With the files in it; -1: the folder stays, and nothing else of it. Does not return where one of
 * the signals came meanwhile, unless somebody else ignores or catches it. */
int scratch_remove(struct scratch *scratch, struct err *err);
