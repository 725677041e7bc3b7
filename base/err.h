/*
 * err: how a function says what went wrong.
 *
 * A function that can fail returns int, 0 or -1, and takes a struct err * as its last argument.
 * On failure it fills it with one sentence that names the place and what to do; its other outputs
 * stay untouched. The caller owns the struct (usually on its stack); it holds no memory.
 *
 *     struct err err;
 *     if (dataset_load(type, &spec, seed, dirs, &data, &err))
 *         fprintf(stderr, "winnow: %s\n", err.text);
 *
 * A bug or lack of memory is not an error: DIE() ends the process with the file and the line.
 */
#pragma once

/* Whether the same call may succeed later. */
enum err_cause {
    ERR_OTHER, /* no */
    ERR_FULL,  /* once there is room on the disk */
    ERR_BUSY,  /* once another program lets go */
};

struct err {
    char text[1024];
    enum err_cause cause;
};

/* Writes the message, made UTF-8 (str.h), and returns -1, so that `return err_set(err, ...)` fails.
 * err may be NULL. The cause is ERR_OTHER then; who knows better sets it afterwards. */
int err_set(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* As err_set, of "FORMAT: what errno means", and with its cause. */
int err_errno(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Of an errno. */
enum err_cause err_cause_of(int number);

/* Puts a prefix, usually a place ("cell 3f2a: "), before the message; returns -1. */
int err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Ends the process (abort) with "file:line: message": for bugs and lack of memory only. */
#define DIE(...) err_die(__FILE__, __LINE__, __VA_ARGS__)
_Noreturn void err_die(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* An assertion that stays in release builds. */
#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            DIE("bug: %s", #condition);                                                            \
    } while (0)
