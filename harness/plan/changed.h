/*
 * changed: whether an experiment's file still says what it said when it was read. A plan is frozen
 * when its grid starts; a file that is edited meanwhile is named, with what the change comes to.
 *
 *     struct changed *changed = changed_new(config, sets, set_count);
 *     if (changed_look(changed, &text))      once a minute, and at the end
 *         fputs(str_text(&text), stderr);
 */
#pragma once

#include "harness/config/config.h"

struct changed;

/* Borrows all of it: what --set said belongs to what was read. */
struct changed *changed_new(const struct config *config, const char *const *sets, size_t set_count);
/* NULL is fine. */
void changed_free(struct changed *changed);
/*
 * Reads the file again. true: it says something else than at the last look; appends lines that name
 * the cells that came, went or changed since the start, compared with the plan that runs.
 */
bool changed_look(struct changed *changed, struct str *ret_text);
