/*
 * support: what tests share: temporary folders, and running programs as a user does.
 */
#pragma once

#include <stdbool.h>

/* The winnow under test: $WINNOW_BINARY, or build/winnow. */
const char *test_binary(void);

/* Whether tests have their full size (make soak, WINNOW_SOAK=1), or the one of every day. */
bool test_soak(void);

/* Whether the tests are built by `make SANITIZE=...`. */
#ifdef WINNOW_SANITIZE
enum { TEST_SANITIZED = true };
#else
enum { TEST_SANITIZED = false };
#endif
/* Whether by that or by `make coverage`: what they run is several times as slow, and objects of a
 * release build cannot be linked with it. */
#ifdef WINNOW_COVERAGE
enum { TEST_INSTRUMENTED = true };
#else
enum { TEST_INSTRUMENTED = TEST_SANITIZED };
#endif
/* The first line of a test that is impossible there; it is compiled all the same. */
#define SKIP_SANITIZED(why)                                                                        \
    do                                                                                             \
        if (TEST_SANITIZED)                                                                        \
            cr_skip_test(why);                                                                     \
    while (0)

/* A new empty folder; removed with all it holds when the test's process ends normally. */
const char *test_dir(void);

struct test_output {
    int status;      /* exit code, or 128 + signal */
    char *out, *err; /* all of stdout and stderr; never NULL */
};

/* Runs a shell command line. `winnow` in it is the binary under test, "$W" its path, and `start
 * run x.yaml` begins it in the background, as $pid, where signals find it as in a terminal. Free
 * with test_output_release. */
struct test_output test_run(const char *format, ...) __attribute__((format(printf, 1, 2)));
void test_output_release(struct test_output *output);

/* A whole file as text; free it. NULL where it cannot be read. */
char *test_read_file(const char *path);
/* Writes text to a file, replacing it; ends the test where that fails. */
void test_write_file(const char *path, const char *text);
