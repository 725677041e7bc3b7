/*
 * winnow why: the story of one cell (harness/ask/story.h), with the end of the log of its last
 * attempt.
 */
#include "harness/ask/story.h"
#include "harness/cmd/kit/db.h"
#include "harness/cmd/kit/find.h"
#include "harness/cmd/kit/log.h"

#include <stdio.h>
#include <string.h>

enum { INDENT = 2, LOG_LINES = 10 };

static const struct cmd_line line = {
    "why",
    "CELL",
    "Tells the story of one cell: its state and the reason, each attempt, and what to do\n"
    "next. CELL is the beginning of its key, as winnow status shows it.",
    cmd_db_flags,
    1,
    1,
};

/* Each line of text, wrapped; but a command stays in one piece, to be copied. */
static void print_paragraphs(const struct str *text, const char *title)
{
    struct str one = {0};
    if (text->length && *title)
        printf("\n%s\n", title);
    for (const char *at = str_text(text); str_next(&one, &at, "\n");)
        if (strncmp(str_text(&one), "winnow ", 7) == 0)
            printf("%*s%s\n", 2 * INDENT, "", str_text(&one));
        else
            cmd_print_wrapped(str_text(&one), INDENT, 0);
    str_release(&one);
}

static int print_story(const struct story *story, const char *key)
{
    struct str text = {0};
    printf("cell %.10s: %s\n", key, str_text(&story->name));
    print_paragraphs(&story->state, "");
    print_paragraphs(&story->attempts, "What happened");
    if (story->log.length) {
        cmd_add_log(&text, str_text(&story->log), LOG_LINES);
        printf("\nThe end of the log of attempt %lld:\n%s", (long long)story->last_attempt,
               str_text(&text));
    }
    print_paragraphs(&story->advice, "What to do");
    str_release(&text);
    return cmd_flush(&line);
}

static int tell(struct sqlite3 *db, const char *key, const void *path)
{
    struct story story;
    struct err err;
    if (story_tell(db, key, path, &story, &err))
        return cmd_fail(&line, EXIT_DATABASE, err.text);
    const int code = print_story(&story, key);
    story_release(&story);
    return code;
}

int cmd_why(int argc, char **argv)
{
    struct cmd_db_values values;
    const char *cell;
    struct str path = {0};
    int code = cmd_parse(&line, argc, argv, &values, &cell);
    if (code < 0)
        code = cmd_choose_db(&line, values.db, &path);
    if (code < 0)
        code = cmd_with_cell(&line, str_text(&path), cell, tell, str_text(&path));
    str_release(&path);
    return code;
}
