/*
 * plots/README.md, "The script": what the shared scripts want of a figure's and what they give is
 * what is listed there, all of it. A name is assigned where it stands before '=', as a variable, an
 * array's element, a function or its argument; behind "array"; or begins as stats names it.
 */
#include "base/mem.h"
#include "base/str.h"
#include "plots/render.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NAMES = 512, MOST_SCRIPTS = 64 };

struct name {
    const char *text;
    bool used, assigned, is_start; /* is_start: of the names that `stats` makes */
};

struct script {
    const char *file, *text;
    bool is_shared;
    struct name names[MOST_NAMES];
    size_t count;
    bool loads[MOST_SCRIPTS]; /* those that are in force when it plots */
};

static struct arena arena;
static struct script *scripts;
static size_t script_count;

/* NULL: the script has no such name. */
static struct name *find_name(struct script *script, const char *text)
{
    for (size_t i = 0; i < script->count; i++)
        if (strcmp(script->names[i].text, text) == 0)
            return &script->names[i];
    return NULL;
}

static struct name *add_name(struct script *script, const char *start, const char *end)
{
    const char *text = arena_printf(&arena, "%.*s", (int)(end - start), start);
    struct name *name = find_name(script, text);
    if (name)
        return name;
    cr_assert_lt(script->count, MOST_NAMES);
    script->names[script->count] = (struct name){.text = text};
    return &script->names[script->count++];
}

static bool is_used(struct script *script, const char *text)
{
    const struct name *name = find_name(script, text);
    return name && name->used;
}

static bool is_assigned(struct script *script, const char *text)
{
    const struct name *found = find_name(script, text);
    bool assigned = found && found->assigned;
    for (size_t i = 0; i < script->count; i++) {
        const struct name *name = &script->names[i];
        const size_t length = strlen(name->text);
        assigned = assigned || (name->is_start && strncmp(text, name->text, length) == 0 &&
                                text[length] == '_');
    }
    return assigned;
}

/* ---- Reading gnuplot ---- */

static bool is_letter(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Strings and comments become blanks, but for the names of stats, whose quotes do; lines that go on
   in the next are one. */
static char *without_texts(const char *text)
{
    char *clean = arena_strdup(&arena, text);
    for (char *p = clean; *p; p++) {
        if (*p == '#')
            while (p[1] && *p != '\n')
                *p++ = ' ';
        if (*p == '\\' && p[1] == '\n')
            p[0] = p[1] = ' ';
        if (*p != '"' && *p != '\'')
            continue;
        const char quote = *p;
        const bool is_name = p - clean > 5 && strncmp(p - 5, "name ", 5) == 0;
        for (*p++ = ' '; *p && *p != quote; p++)
            if (!is_name) {
                if (*p == '\\' && quote == '"')
                    *p++ = ' ';
                *p = ' ';
            }
        *p = ' ';
    }
    return clean;
}

static const char *after_blanks(const char *p)
{
    return p + strspn(p, " \t");
}

/* Behind a group in parentheses or brackets, if there is one. */
static const char *after_group(const char *p)
{
    int depth = 0;
    if (*p != '(' && *p != '[')
        return p;
    do {
        depth += (*p == '(' || *p == '[') - (*p == ')' || *p == ']');
        p++;
    } while (*p && depth);
    return after_blanks(p);
}

static bool is_set(const char *p)
{
    return *p == '=' && p[1] != '=';
}

/* The arguments of a function that is defined are its own. */
static void assign_arguments(struct script *script, const char *p)
{
    while (*p != ')') {
        const char *start = p + strspn(p, "(, ");
        p = start + strcspn(start, ",) ");
        if (p > start)
            add_name(script, start, p)->assigned = true;
        p = after_blanks(p);
    }
}

static void read_names(struct script *script, const char *clean)
{
    const char *before = "";
    for (const char *p = clean; *p;) {
        if (!is_letter(*p)) {
            p++;
            continue;
        }
        const char *start = p;
        while (is_letter(*p))
            p++;
        if (isdigit((unsigned char)*start) || (start > clean && start[-1] == '$'))
            continue;
        struct name *name = add_name(script, start, p);
        const char *next = after_blanks(p);
        const bool set = is_set(after_group(next)) || strcmp(before, "array") == 0 ||
                         strncmp(next, "in ", 3) == 0;
        if (start - clean > 6 && strncmp(start - 6, "name  ", 6) == 0)
            name->is_start = true;
        else if (set)
            name->assigned = true;
        else
            name->used = true;
        if (set && *next == '(')
            assign_arguments(script, next);
        before = name->text;
    }
}

static void add_script(const char *file, const char *text, bool is_shared)
{
    cr_assert_lt(script_count, MOST_SCRIPTS);
    struct script *script = &scripts[script_count++];
    script->file = file;
    script->is_shared = is_shared;
    script->text = text;
    read_names(script, without_texts(script->text));
}

static void read_loads(struct script *script)
{
    for (size_t i = 0; i < script_count; i++)
        script->loads[i] =
            strcmp(scripts[i].file, "style.gp") == 0 ||
            strstr(script->text, arena_printf(&arena, "load \"%s\"", scripts[i].file));
}

/* What is loaded by what a script loads; such files stand in the order of their names. */
static void add_loads_of_loads(struct script *script)
{
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < script_count; i++)
            for (size_t k = 0; script->loads[i] && k < script_count; k++)
                script->loads[k] = script->loads[k] || scripts[i].loads[k];
}

static void read_scripts(void)
{
    const char *file, *text;
    ARENA_NEW(&arena, scripts, MOST_SCRIPTS);
    for (size_t i = 0; (text = figure_shared_at(i, &file)); i++)
        if (strstr(file, ".gp"))
            add_script(file, text, true);
    for (size_t i = 0; figure_at(i); i++)
        add_script(arena_printf(&arena, "%s.gp", figure_at(i)->name), figure_gp(figure_at(i)),
                   false);
    for (size_t i = 0; i < script_count; i++)
        read_loads(&scripts[i]);
    for (size_t i = 0; i < script_count; i++)
        add_loads_of_loads(&scripts[i]);
}

static void release_scripts(void)
{
    arena_release(&arena);
    script_count = 0;
}

TestSuite(variables, .init = read_scripts, .fini = release_scripts);

/* ---- What plots/README.md lists ---- */

/* "`page.gp` wants" is a heading; what stands between backquotes in the first column of the table
   below it are names. NULL: there is no such heading. */
static char *listed(const char *file, const char *verb)
{
    char *readme = test_read_file("plots/README.md");
    cr_assert_not_null(readme);
    const char *heading = arena_printf(&arena, "\n#### `%s` %s\n", file, verb);
    const char *start = strstr(readme, heading);
    struct str names = {0};
    str_add(&names, " ");
    for (const char *line = start ? start + strlen(heading) : ""; *line && *line != '#';) {
        const char *end = line + strcspn(line, "\n");
        const char *cell = *line == '|' ? line + 1 : end;
        for (const char *p = cell; p < end && *p != '|'; p++)
            if (*p == '`') {
                const size_t length = strcspn(p + 1, "`");
                str_addf(&names, "%.*s ", (int)strspn(p + 1, "abcdefghijklmnopqrstuvwxyz_"), p + 1);
                p += 1 + length;
            }
        line = *end ? end + 1 : end;
    }
    char *list = start ? arena_strdup(&arena, str_text(&names)) : NULL;
    str_release(&names);
    free(readme);
    return list;
}

static bool lists(const char *file, const char *verb, const char *name)
{
    const char *list = listed(file, verb);
    return list && strstr(list, arena_printf(&arena, " %s ", name));
}

/* Names that are gnuplot's too: what they mean there is another thing. */
static bool is_gnuplots(const char *name)
{
    static const char *const words[] = {"array", "at",   "first", "format", "from",
                                        "label", "line", "lines", "name",   "to"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], name) == 0)
            return true;
    return false;
}

/* Whether a script that is in force when the figure plots assigns it. */
static bool is_given(const struct script *figure, const char *name)
{
    for (size_t i = 0; i < script_count; i++)
        if (figure->loads[i] && is_assigned(&scripts[i], name))
            return true;
    return false;
}

/* What a figure gives to a shared script, and no other gives. */
Test(variables, all_that_is_wanted_is_listed)
{
    for (size_t f = 0; f < script_count; f++)
        for (size_t i = 0; !scripts[f].is_shared && i < scripts[f].count; i++) {
            const char *name = scripts[f].names[i].text;
            if (!scripts[f].names[i].assigned || is_given(&scripts[f], name) || is_gnuplots(name))
                continue;
            for (size_t s = 0; s < script_count; s++)
                cr_expect(!scripts[f].loads[s] || !is_used(&scripts[s], name) ||
                              lists(scripts[s].file, "wants", name),
                          "plots/README.md: `%s` wants: no `%s`, which %s gives", scripts[s].file,
                          name, scripts[f].file);
        }
}

/* What a figure has from a shared script. */
Test(variables, all_that_is_given_is_listed)
{
    for (size_t f = 0; f < script_count; f++)
        for (size_t i = 0; !scripts[f].is_shared && i < scripts[f].count; i++) {
            const char *name = scripts[f].names[i].text;
            if (!scripts[f].names[i].used || is_assigned(&scripts[f], name) || is_gnuplots(name) ||
                !is_given(&scripts[f], name))
                continue;
            bool found = false;
            for (size_t s = 0; s < script_count; s++)
                found = found || (scripts[f].loads[s] && lists(scripts[s].file, "gives", name));
            cr_expect(found, "plots/README.md: no script gives `%s`, which %s uses", name,
                      scripts[f].file);
        }
}

/* Whether any script but this one assigns it, or uses it. */
static bool is_elsewhere(const struct script *here, const char *name, bool assigned)
{
    for (size_t i = 0; i < script_count; i++)
        if (&scripts[i] != here &&
            (assigned ? is_assigned(&scripts[i], name) : is_used(&scripts[i], name)))
            return true;
    return false;
}

static void check_list(struct script *script, const char *verb, bool wanted)
{
    char *list = listed(script->file, verb), *rest = list;
    for (char *name = list ? strtok_r(list, " ", &rest) : NULL; name;
         name = strtok_r(NULL, " ", &rest)) {
        cr_expect(wanted ? is_used(script, name) : is_assigned(script, name),
                  "plots/README.md: `%s` %s `%s`, which is not in it", script->file, verb, name);
        cr_expect(is_elsewhere(script, name, wanted),
                  "plots/README.md: `%s` %s `%s`, which no other script has", script->file, verb,
                  name);
    }
}

Test(variables, nothing_is_listed_that_is_not_there)
{
    size_t lists_found = 0;
    for (size_t i = 0; i < script_count; i++) {
        lists_found += listed(scripts[i].file, "wants") != NULL;
        check_list(&scripts[i], "wants", true);
        check_list(&scripts[i], "gives", false);
    }
    cr_expect_gt(lists_found, 5, "%zu lists", lists_found);
}
