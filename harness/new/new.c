/*
 * new: see new.h.
 *
 * A page is read once, block by block. Everything is worked out before anything is written, and the
 * files that exist (registries) are replaced last, each as a whole: until then taking back is no
 * more than removing what was not there before.
 */
#include "harness/new/new.h"

#include "base/save.h"
#include "base/str.h"

#include <ctype.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGEST_FILE = 1 << 20, LONGEST_NAME = 40 };

struct names {
    const char *old_name, *new_name;     /* with '-' */
    const char *old_symbol, *new_symbol; /* with '_' */
};

/* ---- Names ---- */

static bool is_name(const char *name)
{
    const size_t length = strlen(name);
    if (!islower((unsigned char)name[0]) || length > LONGEST_NAME || name[length - 1] == '-' ||
        strstr(name, "--"))
        return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static const char *symbol_of(const char *name, struct arena *arena)
{
    char *symbol = arena_strdup(arena, name);
    for (char *p = symbol; *p; p++)
        if (*p == '-')
            *p = '_';
    return symbol;
}

/* Whether old stands at text[at], as a word or as the beginning of one ("hardest_options"). */
static bool stands_at(const char *text, size_t at, const char *old)
{
    const size_t length = strlen(old);
    const unsigned char before = at ? (unsigned char)text[at - 1] : ' ';
    return !isalnum(before) && before != '_' && strncmp(text + at, old, length) == 0 &&
           !isalnum((unsigned char)text[at + length]);
}

/* Where in C a place is: in code, where names have '_', or in a text or a comment. */
enum where { CODE, TEXT, COMMENT };

static enum where step(enum where where, const char *at, const char *start)
{
    const bool escaped = at > start && at[-1] == '\\';
    switch (where) {
    case CODE:
        return *at == '"' ? TEXT : strncmp(at, "/*", 2) == 0 ? COMMENT : CODE;
    case TEXT:
        return *at == '"' && !escaped ? CODE : TEXT;
    case COMMENT:
        return at > start && at[-1] == '*' && *at == '/' ? CODE : COMMENT;
    }
    DIE("bug: %d is nowhere", (int)where);
}

/* The block with the new name in the place of the old; of C, by where it stands. */
static void rename_in(const char *text, bool is_c, const struct names *names, struct str *ret_text)
{
    enum where where = is_c ? CODE : TEXT;
    for (size_t i = 0; text[i];) {
        const bool code = is_c && where == CODE;
        const char *old = stands_at(text, i, names->old_name)     ? names->old_name
                          : stands_at(text, i, names->old_symbol) ? names->old_symbol
                                                                  : NULL;
        if (old) {
            const bool joined =
                text[i + strlen(old)] == '_'; /* "struct hardest_options" in prose */
            str_add(ret_text, code || joined ? names->new_symbol : names->new_name);
            i += strlen(old);
            continue;
        }
        if (is_c)
            where = step(where, text + i, text);
        str_add_bytes(ret_text, text + i++, 1);
    }
}

/* ---- The page ---- */

struct block {
    const char *path; /* below the root */
    bool adds;        /* to a file that is there */
    const char *text;
};

static const char *line_end(const char *line)
{
    return line + strcspn(line, "\n");
}

/* "c pruners/x.c", "c pruners/x.def +"; false: a block without a path in the tree. */
static bool read_fence(const char *words, size_t length, struct arena *arena,
                       struct block *ret_block)
{
    const char *text = arena_printf(arena, "%.*s", (int)length, words);
    const char *path = strchr(text, ' ');
    if (!path || !strchr(path, '/'))
        return false;
    const size_t name = strcspn(++path, " ");
    *ret_block = (struct block){
        .path = arena_printf(arena, "%.*s", (int)name, path),
        .adds = strcmp(path + name, " +") == 0,
    };
    return true;
}

static size_t read_blocks(const char *page, struct arena *arena, struct block *ret_blocks)
{
    static const char fence[] = "```";
    size_t count = 0;
    for (const char *line = page; *line; line = *line_end(line) ? line_end(line) + 1 : "") {
        if (strncmp(line, fence, 3) != 0)
            continue;
        struct block block;
        const char *start = *line_end(line) ? line_end(line) + 1 : "", *end = start;
        while (*end && strncmp(end, fence, 3) != 0)
            end = *line_end(end) ? line_end(end) + 1 : line_end(end);
        if (read_fence(line + 3, (size_t)(line_end(line) - line) - 3, arena, &block)) {
            REQUIRE(count < NEW_MOST_FILES);
            block.text = arena_printf(arena, "%.*s", (int)(end - start), start);
            ret_blocks[count++] = block;
        }
        line = end;
    }
    return count;
}

/* ---- Files ---- */

static const char *below(const char *root, const char *path, struct arena *arena)
{
    return arena_printf(arena, "%s/%s", root, path);
}

static bool ends_in(const char *path, const char *ending)
{
    const char *dot = strrchr(path, '.');
    return dot && strcmp(dot, ending) == 0;
}

/* A new file's path: pruners/my_score.c, plots/my-figure.sql */
static const char *path_of(const struct block *block, const struct names *names,
                           struct arena *arena)
{
    const char *slash = strrchr(block->path, '/');
    return arena_printf(arena, "%.*s/%s%s", (int)(slash - block->path), block->path,
                        ends_in(block->path, ".c") ? names->new_symbol : names->new_name,
                        strrchr(block->path, '.'));
}

static int plan_new(const char *root, const struct block *block, const struct names *names,
                    struct arena *arena, struct new_file *ret_file, struct err *err)
{
    struct str text = {0};
    struct stat about;
    const char *path = path_of(block, names, arena);
    if (stat(below(root, path, arena), &about) == 0)
        return err_set(err, "%s is there already; choose another name", path);
    rename_in(block->text, ends_in(block->path, ".c"), names, &text);
    *ret_file = (struct new_file){path, str_keep(&text, arena), true};
    return 0;
}

/* The place below the line in text; NULL: it has no such line. */
static const char *after_line(const char *text, const char *line, size_t length)
{
    for (; *text; text = line_end(text) + (*line_end(text) == '\n'))
        if ((size_t)(line_end(text) - text) == length && strncmp(text, line, length) == 0)
            return line_end(text) + (*line_end(text) == '\n');
    return NULL;
}

static int plan_addition(const char *root, const struct block *block, const struct names *names,
                         struct arena *arena, struct new_file *ret_file, struct err *err)
{
    struct str old = {0}, added = {0}, text = {0};
    const size_t length = strcspn(block->text, "\n");
    if (str_add_file(&old, below(root, block->path, arena), LARGEST_FILE, err))
        return -1;
    const char *there = str_text(&old), *place = after_line(there, block->text, length);
    rename_in(block->text + length + (block->text[length] == '\n'), true, names, &added);
    int failed = 0;
    if (!place)
        failed = err_set(err, "%s has no line '%.*s' to go below", block->path, (int)length,
                         block->text);
    else if (after_line(there, str_text(&added), strcspn(str_text(&added), "\n")))
        failed = err_set(err, "%s has it already; choose another name", block->path);
    if (!failed) {
        str_add_bytes(&text, there, (size_t)(place - there));
        str_add(&text, str_text(&added));
        str_add(&text, place);
        *ret_file = (struct new_file){block->path, str_keep(&text, arena), false};
    }
    STR_RELEASE(&old, &added);
    return failed;
}

/* ---- The two steps ---- */

static int find_names(const char *page, const struct block *blocks, size_t count, const char *name,
                      struct arena *arena, struct names *ret_names, struct err *err)
{
    if (!is_name(name))
        return err_set(err,
                       "'%.60s' is no name: it has small letters, digits and '-', begins with a "
                       "letter, and is at most %d long",
                       name, LONGEST_NAME);
    for (size_t i = 0; i < count; i++) {
        const char *slash = strrchr(blocks[i].path, '/');
        if (blocks[i].adds)
            continue;
        const char *stem = arena_printf(arena, "%.*s", (int)strcspn(slash + 1, "."), slash + 1);
        *ret_names = (struct names){stem, name, symbol_of(stem, arena), symbol_of(name, arena)};
        return 0;
    }
    return err_set(err, "%s: no block of it is a file", page);
}

int new_read(const char *root, const char *kind, const char *name, struct arena *arena,
             struct new_plan *ret_plan, struct err *err)
{
    struct new_plan plan = {.root = arena_strdup(arena, root)};
    struct block blocks[NEW_MOST_FILES];
    struct names names;
    struct str text = {0};
    const char *page = arena_printf(arena, "docs/howto/%s.md", kind);
    if (str_add_file(&text, below(root, page, arena), LARGEST_FILE, err))
        return err_prefix(err, "run it in winnow's source tree: ");
    const size_t count = read_blocks(str_text(&text), arena, blocks);
    str_release(&text);
    if (find_names(page, blocks, count, name, arena, &names, err))
        return -1;
    for (int adds = 0; adds <= 1; adds++)
        for (size_t i = 0; i < count; i++)
            if (blocks[i].adds == adds &&
                (adds ? plan_addition : plan_new)(root, &blocks[i], &names, arena,
                                                  &plan.files[plan.count++], err))
                return -1;
    *ret_plan = plan;
    return 0;
}

int new_write(const struct new_plan *plan, struct err *err)
{
    struct arena arena = {0};
    size_t written = 0;
    while (written < plan->count && save_file(below(plan->root, plan->files[written].path, &arena),
                                              plan->files[written].text, err) == 0)
        written++;
    const bool failed = written < plan->count;
    for (size_t i = 0; failed && i < written; i++)
        if (plan->files[i].is_new)
            unlink(below(plan->root, plan->files[i].path, &arena));
    arena_release(&arena);
    return failed ? -1 : 0;
}
