/*
 * cli_output: what tests of commands share: the last command's output, and what is expected of it.
 *
 *     TestSuite(cli_sql, .init = make_db, .fini = cli_release);
 *     RUN("winnow sql --db '%s' 'SELECT 1'", db);
 *     expect(0, "1", "");
 *
 * Each test has a process of its own, and so its own output.
 */
#pragma once

#include "tests/support/support.h"

extern struct test_output output; /* of the last RUN */

/* Runs a shell command line (test_run); the output of the one before is released. */
#define RUN(...) (test_output_release(&output), output = test_run(__VA_ARGS__))

/* The exit code, and texts that stdout and stderr have in them. */
void expect(int status, const char *out, const char *err);
/* What sqlite3 answers in the test's folder: its first line. */
void expect_sql(const char *db, const char *query, const char *wanted);

/* For .init: the program under test is found from any folder. */
void cli_enter(void);
/* For .fini. */
void cli_release(void);
