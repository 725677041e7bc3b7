#include "harness/cmd/kit/cmd.h"

#include "base/json.h"
#include "harness/cmd/kit/complete.h"
#include "harness/cmd/kit/man.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { TERMINAL_WIDTH = 80 };

static void replace(char *text, char old, char new)
{
    for (char *p = text; *p; p++)
        if (*p == old)
            *p = new;
}

void cmd_flag_name(const char *option, char ret_name[CMD_FLAG_SIZE])
{
    snprintf(ret_name, CMD_FLAG_SIZE, "--%s", option);
    replace(ret_name, '_', '-');
}

/* What a flag does, with its choices or its default. */
void cmd_add_flag_help(const struct option *option, struct str *ret_text)
{
    str_add(ret_text, option->help);
    if (option->type == OPTION_ENUM) {
        struct option shown = *option;
        if (strcmp(option->fallback, "none") == 0) { /* it says that the flag is not given */
            shown.choices++;
            shown.fallback = NULL;
        }
        str_add(ret_text, " (");
        option_describe(&shown, ret_text);
        str_add(ret_text, ")");
    } else if ((option->type == OPTION_INT || option->type == OPTION_DOUBLE) && option->fallback) {
        str_addf(ret_text, " (default %s)", option->fallback);
    }
}

static void print_help(const struct cmd_line *line)
{
    struct str usage = {0};
    str_addf(&usage, "%s%s %s", line->name, line->flags ? " [FLAGS]" : "", line->arguments);
    cmd_print_wrapped(str_text(&usage), 14, printf("usage: winnow "));
    str_release(&usage);
    printf("\n");
    cmd_print_wrapped(line->about, 0, 0);
    if (line->flags && line->flags->option.name)
        printf("\n");
    for (const struct cmd_flag *f = line->flags; f && f->option.name; f++) {
        char name[CMD_FLAG_SIZE], left[96];
        if (!f->option.help)
            continue;
        cmd_flag_name(f->option.name, name);
        if (f->letter)
            snprintf(left, sizeof left, "-%c, %s %s", f->letter, name, f->value ? f->value : "");
        else
            snprintf(left, sizeof left, "    %s %s", name, f->value ? f->value : "");
        struct str help = {0};
        cmd_add_flag_help(&f->option, &help);
        cmd_print_wrapped(str_text(&help), 31, printf("  %-28s", left));
        str_release(&help);
    }
}

static void say(FILE *out, const char *format, va_list args)
{
    struct str text = {0}, shown = {0};
    str_vaddf(&text, format, args);
    const bool ends = text.length && text.text[text.length - 1] == '\n';
    str_add_shown(&shown, str_text(&text), "");
    if (ends)
        shown.text[shown.length - 1] = '\n';
    fputs(str_text(&shown), out);
    STR_RELEASE(&text, &shown);
}

void cmd_say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(stderr, format, args);
    va_end(args);
}

void cmd_tell(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(stdout, format, args);
    va_end(args);
}

void cmd_say_lines(const char *text)
{
    struct str shown = {0};
    str_add_shown(&shown, text, "\n");
    fputs(str_text(&shown), stderr);
    str_release(&shown);
}

int cmd_fail(const struct cmd_line *line, int code, const char *message)
{
    struct str text = {0};
    str_addf(&text, "winnow %s: %s\n", line->name, message);
    cmd_say_lines(str_text(&text));
    str_release(&text);
    return code;
}

/* Of what stays in one line: a word, or something short in brackets, as "[0 to 100000]". */
static int unbroken_length(const char *text)
{
    enum { SHORT = 28 };
    const size_t word = strcspn(text, " \n"), bracketed = strcspn(text, "]\n") + 1;
    return *text == '[' && bracketed <= SHORT && text[bracketed - 1] == ']' &&
                   strchr(" \n", text[bracketed])
               ? (int)bracketed
               : (int)word;
}

void cmd_print_wrapped(const char *text, int indent, int column)
{
    bool first = true;
    while (*text) {
        const int length = unbroken_length(text);
        if (!first && column + 1 + length > TERMINAL_WIDTH) {
            printf("\n");
            column = 0;
            first = true;
        }
        if (column < indent)
            column += printf("%*s", indent - column, "");
        column += printf("%s%.*s", first ? "" : " ", length, text);
        first = false;
        text += length;
        text += strspn(text, " \n");
    }
    printf("\n");
}

void cmd_print_json(json_t *value)
{
    /* C1 in UTF-8 commands a terminal. */
    json_dumpf(json_made(value), stdout,
               JSON_INDENT(2) | JSON_REAL_PRECISION(15) |
                   (isatty(STDOUT_FILENO) == 1 ? JSON_ENSURE_ASCII : 0));
    printf("\n");
    json_decref(value);
}

const struct cmd_flag *cmd_find_flag(const struct cmd_line *line, const char *word, size_t length)
{
    char name[64] = "";
    if (word[1] == '-' && !memchr(word, '_', length))
        snprintf(name, sizeof name, "%.*s", (int)length - 2, word + 2);
    replace(name, '-', '_');
    for (const struct cmd_flag *f = line->flags; f && f->option.name; f++)
        if (word[1] == '-' ? option_is_called(f->option.name, NULL, f->option.aliases, name)
                           : f->letter && word[1] == f->letter)
            return f;
    return NULL;
}

static const char *flag_at(const void *flags, size_t i)
{
    const struct cmd_flag *table = flags;
    return table ? table[i].option.name : NULL;
}

static int unknown_flag(const struct cmd_line *line, const char *word)
{
    char name[64], nearest[CMD_FLAG_SIZE];
    struct err err;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 2, "="), word + 2);
    replace(name, '-', '_');
    const char *near = word[1] == '-' ? str_nearest(name, flag_at, line->flags) : NULL;
    if (near)
        cmd_flag_name(near, nearest);
    err_set(&err, "unknown flag '%.64s'%s; see winnow %s --help", word,
            str_near(near ? nearest : NULL, "").text, line->name);
    return cmd_fail(line, EXIT_USAGE, err.text);
}

/* Stores one flag's value; -1: fine, else the exit code. */
static int store_value(const struct cmd_line *line, const struct cmd_flag *flag, const char *value,
                       void *values)
{
    void *field = (char *)values + flag->option.offset;
    if (flag->many) {
        struct cmd_values *many = field;
        if (many->count == CMD_MAX_VALUES)
            return cmd_fail(line, EXIT_USAGE, "a flag is given too often");
        many->items[many->count++] = value;
        return -1;
    }
    if (flag->option.type == OPTION_STRING) {
        *(const char **)field = value;
        return -1;
    }
    struct err err;
    if (option_set(&flag->option, values, value, NULL, &err)) {
        char name[CMD_FLAG_SIZE];
        cmd_flag_name(flag->option.name, name);
        err_prefix(&err, "%s: ", name);
        return cmd_fail(line, EXIT_USAGE, err.text);
    }
    return -1;
}

static void set_defaults(const struct cmd_line *line, void *values)
{
    for (const struct cmd_flag *f = line->flags; f && f->option.name; f++) {
        const struct option one[] = {f->option, OPTION_END};
        if (f->many)
            *(struct cmd_values *)(void *)((char *)values + f->option.offset) =
                (struct cmd_values){.count = 0};
        else
            option_defaults(one, values);
    }
}

int cmd_parse(const struct cmd_line *line, int argc, char **argv, void *ret_values,
              const char **ret_arguments)
{
    int arguments = 0;
    bool flags_over = false;
    if (argc > 1 && strcmp(argv[1], CMD_ASK_MAN) == 0)
        return cmd_print_man(line);
    if (argc > 1 && strcmp(argv[1], CMD_ASK_WORDS) == 0)
        return cmd_complete_words(line, argc - 2, argv + 2);
    set_defaults(line, ret_values);
    for (int i = 0; i < line->max_arguments; i++)
        ret_arguments[i] = NULL;
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        if (!flags_over && strcmp(word, "--") == 0) {
            flags_over = true;
            continue;
        }
        if (flags_over || word[0] != '-' || !word[1]) {
            if (arguments == line->max_arguments) {
                char text[256];
                snprintf(text, sizeof text, "unexpected '%.100s'; see winnow %s --help", word,
                         line->name);
                return cmd_fail(line, EXIT_USAGE, text);
            }
            ret_arguments[arguments++] = word;
            continue;
        }
        if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            print_help(line);
            return EXIT_DONE;
        }
        const char *equals = word[1] == '-' ? strchr(word, '=') : NULL;
        const size_t length = equals ? (size_t)(equals - word) : strlen(word);
        const struct cmd_flag *flag = cmd_find_flag(line, word, length);
        if (!flag)
            return unknown_flag(line, word);
        const bool attached = word[1] != '-' && word[2]; /* -j2 */
        const char *value = equals ? equals + 1 : attached ? word + 2 : NULL;
        if (flag->value && !value)
            value = i + 1 < argc ? argv[++i] : NULL;
        if (!flag->value == (value != NULL)) {
            char text[128];
            snprintf(text, sizeof text, "%.64s %s", word,
                     flag->value ? "wants a value" : "takes no value");
            return cmd_fail(line, EXIT_USAGE, text);
        }
        const int stored = store_value(line, flag, flag->value ? value : "true", ret_values);
        if (stored >= 0)
            return stored;
    }
    if (arguments < line->min_arguments) {
        char text[128];
        snprintf(text, sizeof text, "%s is missing; see winnow %s --help", line->arguments,
                 line->name);
        return cmd_fail(line, EXIT_USAGE, text);
    }
    return -1;
}

struct cmd_terminal cmd_terminal_of(int descriptor)
{
    const char *no_colour = getenv("NO_COLOR"), *type = getenv("TERM");
    struct winsize size;
    const bool known = ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col;
    const bool live = isatty(descriptor) == 1 && type && strcmp(type, "dumb") != 0;
    return (struct cmd_terminal){
        .live = live,
        .colours = live && !(no_colour && *no_colour),
        .columns = known ? size.ws_col : TERMINAL_WIDTH,
        .lines = known ? size.ws_row : 24,
    };
}

void cmd_open_streams(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

/* ---- Commands of several verbs ---- */

struct verbs {
    const struct cmd *items;
    size_t count;
};

static const char *verb_at(const void *verbs, size_t i)
{
    const struct verbs *all = verbs;
    return i < all->count ? all->items[i].name : NULL;
}

static void print_verbs(const char *name, const char *arguments, const struct verbs *verbs,
                        FILE *out)
{
    fprintf(out, "usage: winnow %s VERB %s\n\n", name, arguments);
    for (size_t i = 0; i < verbs->count; i++)
        fprintf(out, "  %-8s %s\n", verbs->items[i].name, verbs->items[i].help);
    fprintf(out, "\nwinnow %s VERB --help lists a verb's flags.\n", name);
}

/* `--man` alone, or before a verb. */
static int verb_man(const char *name, const char *arguments, const struct verbs *verbs, int argc,
                    char **argv)
{
    for (size_t i = 0; argc > 2 && i < verbs->count; i++)
        if (strcmp(argv[2], verbs->items[i].name) == 0)
            return verbs->items[i].run(2, (char *[]){argv[2], argv[1], NULL});
    return cmd_print_man_of_many(name, arguments, "VERB", verbs->items, verbs->count);
}

/* `--complete` before the beginning of a verb, or before a verb and more words. */
static int verb_words(const struct verbs *verbs, int argc, char **argv)
{
    for (size_t i = 0; i < verbs->count; i++)
        if (argc < 4) {
            cmd_complete_name(verbs->items[i].name, argc == 3 ? argv[2] : "");
        } else if (strcmp(argv[2], verbs->items[i].name) == 0) {
            char *const ask = argv[1];
            argv[1] = argv[2];
            argv[2] = ask;
            return verbs->items[i].run(argc - 1, argv + 1);
        }
    return EXIT_DONE;
}

int cmd_run_verb(const char *name, const char *arguments, const struct cmd *items, size_t count,
                 int argc, char **argv)
{
    const struct verbs verbs = {items, count};
    if (argc < 2) {
        print_verbs(name, arguments, &verbs, stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_verbs(name, arguments, &verbs, stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], CMD_ASK_MAN) == 0)
        return verb_man(name, arguments, &verbs, argc, argv);
    if (strcmp(argv[1], CMD_ASK_WORDS) == 0)
        return verb_words(&verbs, argc, argv);
    for (size_t i = 0; i < count; i++)
        if (strcmp(argv[1], items[i].name) == 0)
            return items[i].run(argc - 1, argv + 1);
    cmd_say("winnow %s: unknown verb '%.64s'%s; see winnow %s --help\n", name, argv[1],
            str_near(str_nearest(argv[1], verb_at, &verbs), "").text, name);
    return EXIT_USAGE;
}
