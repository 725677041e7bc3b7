#include "harness/cmd/kit/man.h"

#include "base/str.h"

#include <stdio.h>
#include <string.h>

/* A text in roff: backslashes, hyphens, and dots and quotes where a line begins. */
static void print_roff(const char *text)
{
    bool begins = true;
    for (const char *p = text; *p; p++) {
        if (begins && (*p == '.' || *p == '\''))
            printf("\\&");
        if (*p == '\\')
            printf("\\e");
        else
            printf("%s%c", *p == '-' ? "\\" : "", *p);
        begins = *p == '\n';
    }
}

static void print_flags_roff(const struct cmd_flag *flags)
{
    if (flags && flags->option.name)
        printf(".SH OPTIONS\n");
    for (const struct cmd_flag *f = flags; f && f->option.name; f++) {
        char name[CMD_FLAG_SIZE];
        struct str help = {0};
        if (!f->option.help)
            continue;
        cmd_flag_name(f->option.name, name);
        cmd_add_flag_help(&f->option, &help);
        printf(".TP\n\\fB");
        if (f->letter)
            printf("\\-%c\\fR, \\fB", f->letter);
        print_roff(name);
        printf("\\fR%s\\fI", f->value ? " " : "");
        print_roff(f->value ? f->value : "");
        printf("\\fR\n");
        print_roff(str_text(&help));
        printf("\n");
        str_release(&help);
    }
}

/* The first line of a page; about: its first sentence is what the command does, on one line. */
static void print_head(const char *name, const char *about)
{
    struct str title = {0}, first = {0};
    str_addf(&title, "winnow%s%s", *name ? "-" : "", name);
    for (char *p = title.text; *p; p++)
        if (*p == ' ')
            *p = '-';
    str_add_bytes(&first, about, strcspn(about, ".:;"));
    for (char *p = first.text; p && *p; p++)
        if (*p == '\n')
            *p = ' ';
    printf(".TH \"%s\" 1 \"\" \"winnow\" \"winnow\"\n.SH NAME\n", str_text(&title));
    print_roff(str_text(&title));
    printf(" \\- ");
    print_roff(str_text(&first));
    printf("\n");
    STR_RELEASE(&title, &first);
}

static void print_part(const char *title, const char *text)
{
    printf(".SH %s\n", title);
    print_roff(text);
    printf("\n");
}

int cmd_print_man(const struct cmd_line *line)
{
    struct str usage = {0};
    str_addf(&usage, "winnow %s%s%s%s", line->name, line->flags ? " [FLAGS]" : "",
             line->arguments[0] ? " " : "", line->arguments);
    print_head(line->name, line->about);
    print_part("SYNOPSIS", str_text(&usage));
    print_part("DESCRIPTION", line->about);
    print_flags_roff(line->flags);
    print_part("SEE ALSO", "winnow(1)");
    str_release(&usage);
    return EXIT_DONE;
}

int cmd_print_man_of_many(const char *name, const char *arguments, const char *word,
                          const struct cmd *items, size_t count)
{
    struct str usage = {0}, about = {0};
    str_addf(&usage, "winnow %s%s%s %s", name, *name ? " " : "", word, arguments);
    for (size_t i = 0; *name && i < count; i++)
        if (items[i].help)
            str_addf(&about, "%s%s", about.length ? ", " : "", items[i].name);
    print_head(name, *name ? str_text(&about) : "an experiment harness for data pruning");
    print_part("SYNOPSIS", str_text(&usage));
    printf(".SH %sS\n", word);
    for (size_t i = 0; i < count; i++) {
        if (!items[i].help)
            continue;
        printf(".TP\n\\fB%s\\fR\n", items[i].name);
        print_roff(items[i].help);
        printf("\n");
    }
    STR_RELEASE(&usage, &about);
    return EXIT_DONE;
}
