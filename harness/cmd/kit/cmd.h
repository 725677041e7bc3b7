/*
 * cmd: what the commands share: flags from a table, --help from the same table.
 *
 *     struct values { const char *db; bool json; };
 *     static const struct cmd_flag flags[] = {
 *         CMD_TEXT(struct values, db, 0, "PATH", "the database; default results/winnow.db"),
 *         CMD_SWITCH(struct values, json, 0, "print JSON"),
 *         CMD_END,
 *     };
 *     static const struct cmd_line line = {"status", "", "Shows the progress of a grid.", flags, 0,
 * 0};
 *
 *     int cmd_status(int argc, char **argv)
 *     {
 *         struct values values;
 *         const int done = cmd_parse(&line, argc, argv, &values, NULL);
 *         if (done >= 0)
 *             return done;
 *
 * stdout is data, stderr is progress and errors. Only this folder prints.
 */
#pragma once

#include "base/exit.h"
#include "base/option.h"

#include <jansson.h>
#include <stdbool.h>

enum { CMD_MAX_VALUES = 64 };

/* Of a flag that may be given several times. */
struct cmd_values {
    const char *items[CMD_MAX_VALUES];
    size_t count;
};

struct cmd_flag {
    struct option option; /* name without the dashes; '_' in it is '-' on the command line;
                             help NULL: not listed in --help */
    char letter;          /* 'j' for -j, or 0 */
    const char *value;    /* "N": how --help shows it; NULL for a switch */
    bool many;            /* the field is a struct cmd_values */
};

#define CMD_SWITCH(type, field, letter, help)                                                      \
    BRACED(OPTION_BOOL(type, field, "false", help), letter, NULL, false)
#define CMD_TEXT(type, field, letter, value, help)                                                 \
    BRACED(OPTION_STRING(type, field, help), letter, value, false)
#define CMD_TEXTS(type, field, letter, value, help)                                                \
    BRACED(OPTION_STRING(type, field, help), letter, value, true)
#define CMD_INT(type, field, letter, value, fallback, min, max, help)                              \
    BRACED(OPTION_INT(type, field, fallback, min, max, help), letter, value, false)
#define CMD_DOUBLE(type, field, letter, value, fallback, min, max, help)                           \
    BRACED(OPTION_DOUBLE(type, field, fallback, min, max, help), letter, value, false)
#define CMD_ENUM(type, field, letter, value, fallback, choices, help)                              \
    BRACED(OPTION_ENUM(type, field, fallback, choices, help), letter, value, false)
/* "90s", "5m", "2h", "1d", or the word zero. */
#define CMD_DURATION(type, field, letter, value, zero, fallback, max, help)                        \
    BRACED(OPTION_DURATION(type, field, zero, fallback, max, help), letter, value, false)
#define CMD_END BRACED({0}, 0, NULL, false)

struct cmd_line {
    const char *name;      /* "run" */
    const char *arguments; /* "FILE", "[QUERY]", "" */
    const char *about;     /* a sentence or a paragraph */
    const struct cmd_flag *flags;
    int min_arguments, max_arguments;
};

/* In the place of all flags and arguments: what `winnow help` and `winnow complete` ask a command
 * for. The manual page, in roff; what may stand where the last of the words that follow does. */
#define CMD_ASK_MAN "--print-man"
#define CMD_ASK_WORDS "--print-words"

/*
 * Fills ret_values (defaults first) and ret_arguments[max_arguments] (NULL where absent; may be
 * NULL when there are none). Texts are borrowed from argv. -1: go on. Otherwise the exit code: help
 * was printed, or the command line is wrong and the reason was printed.
 */
int cmd_parse(const struct cmd_line *line, int argc, char **argv, void *ret_values,
              const char **ret_arguments);

/* "--retry-failed" of the option's name, retry_failed. */
enum { CMD_FLAG_SIZE = 66 };
void cmd_flag_name(const char *option, char ret_name[CMD_FLAG_SIZE]);
/* What a flag does, with its choices or its default. */
void cmd_add_flag_help(const struct option *option, struct str *ret_text);
/* word: "--retry-failed", of that length, or "-j..."; NULL: the line has no such flag. */
const struct cmd_flag *cmd_find_flag(const struct cmd_line *line, const char *word, size_t length);

/*
 * stderr is for people: what is not shown (str_add_shown) goes there in no other way. A line, or a
 * part of one where the format does not end in '\n': what its arguments hold does not break it. Or
 * lines.
 */
void cmd_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void cmd_say_lines(const char *text);
/* cmd_say, to stdout. */
void cmd_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Says "winnow NAME: message", in lines, and returns code. */
int cmd_fail(const struct cmd_line *line, int code, const char *message);

/* Opens /dev/null for each of stdin, stdout and stderr that was closed: messages must not go into
 * whatever file is opened next. */
void cmd_open_streams(void);

/*
 * Prints text to stdout, broken between words, and nowhere else, so that it stays between column
 * indent and column 80, and ends the line. column: where the cursor stands, from 0.
 */
void cmd_print_wrapped(const char *text, int indent, int column);

/* Prints value, indented, to stdout, and releases it. */
void cmd_print_json(json_t *value);

/* What a stream is, for those who draw on it. */
struct cmd_terminal {
    bool live;          /* one whose cursor moves */
    bool colours;       /* likewise, and the user wants them (NO_COLOR) */
    int columns, lines; /* 80 and 24 where they are not known */
};
struct cmd_terminal cmd_terminal_of(int descriptor);

struct cmd {
    const char *name;
    int (*run)(int argc, char **argv); /* argv[0] is the command's name */
    const char *help;                  /* NULL: not listed in --help */
};

#define COMMAND(name, help) int cmd_##name(int argc, char **argv);
#include "harness/cmd/kit/commands.def"
int cmd_element(int argc, char **argv); /* of cmd_cell, where it is given flags */

/* For a command of several verbs ("db", "emit"): runs the one that argv[1] names, or tells them. */
int cmd_run_verb(const char *name, const char *arguments, const struct cmd *verbs, size_t count,
                 int argc, char **argv);
