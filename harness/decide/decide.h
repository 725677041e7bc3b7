/*
 * decide: the questions of an experiment, and what its runs answer.
 *
 *     struct store_questions questions;
 *     decide_questions(config, plan, &arena, &questions);       as rows, for store_experiment
 *     decide_answer(db, "night", &questions, &arena, &decisions, &err);
 *     decide_update(store, "night", &err);                      the same, from and into a database
 *
 * Answers are those of base/anytime.h: of differences paired over seeds, in the order of the file,
 * up to the first seed that still is to run. So they depend on what was measured and on nothing
 * else: neither on when cells ended, nor on whether the grid was killed in between, nor on which
 * machine trained which of them.
 *
 * A seed of which a run failed or diverged is left out, and counted. Where the arm diverged, no
 * claim on its accuracy holds: without a network there is no accuracy to average, but it is a loss.
 */
#pragma once

#include "harness/plan/plan.h"
#include "results/decision.h"

/* Of an experiment and its plan, in the arena; none where the file asks nothing. */
void decide_questions(const struct config *config, const struct plan *plan, struct arena *arena,
                      struct store_questions *ret_questions);

/* By the runs of an experiment of the database, where that has it; [questions->count], in the
 * arena. */
int decide_answer(struct sqlite3 *db, const char *experiment,
                  const struct store_questions *questions, struct arena *arena,
                  struct store_decision **ret_decisions, struct err *err);
/* The same where there are no runs. */
void decide_nothing_known(const struct store_questions *questions, struct arena *arena,
                          struct store_decision **ret_decisions);
/* Answers what the database has of an experiment's questions, and keeps the answers there. */
int decide_update(struct store *store, const char *experiment, struct err *err);
/* The same of all experiments that ask something. */
int decide_update_all(struct store *store, struct err *err);
/* Whether more seeds are wanted. */
bool decide_is_open(const struct store_decision *decision);
/* Appends "TEXT: holds after 5 seeds, 0.12 points [-0.10, 0.30]" as a line. */
void decide_add_line(const struct store_question *question, const struct store_decision *decision,
                     struct str *ret_text);
