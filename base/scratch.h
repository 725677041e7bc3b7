/*
 * scratch: a folder to work in, that is gone when the work is done or stopped.
 *
 *     struct scratch scratch;
 *     if (scratch_make(&scratch, NULL, "winnow-report", &err))
 *         return -1;
 *     ... files in str_text(&scratch.path), and no folders ...
 *     scratch_remove(&scratch);
 *
 * SIGINT, SIGTERM and SIGHUP are caught from its making on (signals.h), and do what they do when it
 * has been removed: so what lies between the two must not take long, or look for them.
 *
 * Limits: a process that is killed, or aborts, leaves its folder.
 */
#pragma once

#include "base/err.h"
#include "base/signals.h"
#include "base/str.h"

struct scratch {
    struct str path;
    struct signals caught;
};

/* In a folder that is there; NULL: where temporary files go ($TMPDIR, else /tmp). Its name is NAME-
 * and six letters. */
int scratch_make(struct scratch *ret_scratch, const char *parent, const char *name,
                 struct err *err);
/* With the files in it. Does not return where one of the signals came meanwhile, unless somebody
 * else ignores or catches it. */
void scratch_remove(struct scratch *scratch);
