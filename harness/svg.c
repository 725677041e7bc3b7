#include "harness/svg.h"

#include "harness/base/mem.h"
#include "harness/html.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ATTRIBUTES = 24, MOST_DEPTH = 64 };

struct attribute {
    const char *name, *value; /* as in the file: escaped */
};

/* An element; or a text, whose name is NULL. */
struct node {
    const char *name, *text;
    struct attribute attributes[MOST_ATTRIBUTES];
    size_t count;
    struct node *first, *last, *next;
};

/* What elements take over from those around them, and what holds where none says anything. */
static const struct attribute inherited[] = {
    {"fill", "black"},     {"stroke", "none"},         {"color", NULL}, /* the page's */
    {"stroke-width", "1"}, {"stroke-linecap", "butt"}, {"stroke-linejoin", "miter"},
    {"font-family", NULL}, {"font-size", NULL},        {"text-anchor", "start"},
};
enum { INHERITED = sizeof inherited / sizeof *inherited };

static bool is(const struct node *node, const char *name)
{
    return node->name && strcmp(node->name, name) == 0;
}

static const char *get(const struct node *node, const char *name)
{
    for (size_t i = 0; i < node->count; i++)
        if (strcmp(node->attributes[i].name, name) == 0)
            return node->attributes[i].value;
    return NULL;
}

static void drop(struct node *node, const char *name)
{
    for (size_t i = 0; i < node->count; i++)
        if (strcmp(node->attributes[i].name, name) == 0) {
            node->count--;
            memmove(&node->attributes[i], &node->attributes[i + 1],
                    (node->count - i) * sizeof *node->attributes);
            return;
        }
}

static void set(struct node *node, const char *name, const char *value)
{
    drop(node, name);
    REQUIRE(node->count < MOST_ATTRIBUTES);
    node->attributes[node->count++] = (struct attribute){name, value};
}

static void append(struct node *parent, struct node *child)
{
    child->next = NULL;
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
}

/* ---- Reading ----------------------------------------------------------------------------------*/

static bool starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static const char *copy(struct arena *arena, const char *text, size_t length)
{
    return arena_printf(arena, "%.*s", (int)length, text);
}

/* At '<' of a tag that opens: its node, and behind it. NULL: it is not whole. */
static struct node *read_tag(const char **at, bool *ret_closed, struct arena *arena)
{
    struct node *node;
    const char *p = *at + 1;
    ARENA_NEW(arena, node, 1);
    size_t length = strcspn(p, " \t\n/>");
    node->name = copy(arena, p, length);
    for (p += length; *(p += strspn(p, " \t\n")) && *p != '/' && *p != '>';) {
        length = strcspn(p, " \t\n=");
        const char *name = copy(arena, p, length);
        p += length;
        p += strspn(p, " \t\n=");
        const char *end = *p == '\'' || *p == '"' ? strchr(p + 1, *p) : NULL;
        if (!end || node->count == MOST_ATTRIBUTES)
            return NULL;
        node->attributes[node->count++] =
            (struct attribute){name, copy(arena, p + 1, (size_t)(end - p - 1))};
        p = end + 1;
    }
    *ret_closed = *p == '/';
    p += *p == '/';
    if (*p != '>')
        return NULL;
    *at = p + 1;
    return node;
}

/* White space counts within texts alone. */
static void add_text(struct node *parent, const char *text, size_t length, struct arena *arena)
{
    struct node *node;
    if (length == 0 ||
        (strspn(text, " \t\n") >= length && !is(parent, "text") && !is(parent, "tspan")))
        return;
    ARENA_NEW(arena, node, 1);
    node->text = copy(arena, text, length);
    append(parent, node);
}

/* From <svg to </svg>; NULL: it is not whole. */
static struct node *read_svg(const char *p, struct arena *arena)
{
    struct node *open[MOST_DEPTH], *root = NULL;
    size_t depth = 0;
    while (*p) {
        const char *tag = strchr(p, '<');
        if (!tag)
            return NULL;
        if (depth)
            add_text(open[depth - 1], p, (size_t)(tag - p), arena);
        p = tag;
        if (starts(p, "<!--")) {
            p = strstr(p, "-->");
            if (!p)
                return NULL;
            p += strlen("-->");
        } else if (p[1] == '/') {
            p = strchr(p, '>');
            if (!p || depth == 0)
                return NULL;
            p++;
            if (--depth == 0)
                return root;
        } else {
            bool closed;
            struct node *node = read_tag(&p, &closed, arena);
            if (!node || (!closed && depth == MOST_DEPTH))
                return NULL;
            /* Browsers show a title over all of it. */
            if (depth && !is(node, "title") && !is(node, "desc"))
                append(open[depth - 1], node);
            else if (!depth)
                root = node;
            if (!closed)
                open[depth++] = node;
        }
    }
    return NULL;
}

/* ---- Values -----------------------------------------------------------------------------------*/

/* "rgb( 51,  34, 136)" as "#332288"; anything else as it is. */
static const char *short_colour(const char *value, struct arena *arena)
{
    unsigned long parts[3];
    const char *p = value + strlen("rgb(");
    if (!starts(value, "rgb("))
        return value;
    for (int i = 0; i < 3; i++) {
        char *end;
        p += strspn(p, " ,");
        parts[i] = strtoul(p, &end, 10);
        if (end == p || parts[i] > 255)
            return value;
        p = end;
    }
    return strcmp(p, ")") == 0
               ? arena_printf(arena, "#%02lx%02lx%02lx", parts[0], parts[1], parts[2])
               : value;
}

/* A number of tenths; after another number it wants something between, unless it has a sign. */
static void add_tenths(struct str *out, long tenths, bool first)
{
    const long rest = labs(tenths) % 10;
    if (!first && tenths >= 0)
        str_add(out, " ");
    str_addf(out, "%s%ld", tenths < 0 ? "-" : "", labs(tenths) / 10);
    if (rest)
        str_addf(out, ".%ld", rest);
}

/* A decimal number, rounded; false: there is none, or one that no picture has. */
static bool read_tenths(const char **at, long *ret_tenths)
{
    const char *p = *at;
    const bool negative = *p == '-';
    long tenths = 0;
    p += negative || *p == '+';
    if (!isdigit((unsigned char)*p))
        return false;
    for (; isdigit((unsigned char)*p); p++)
        if ((tenths = 10 * tenths + (*p - '0')) > 1000000)
            return false;
    tenths *= 10;
    if (*p == '.' && isdigit((unsigned char)p[1])) {
        tenths += p[1] - '0' + (p[2] >= '5' && p[2] <= '9');
        for (p++; isdigit((unsigned char)*p);)
            p++;
    }
    *ret_tenths = negative ? -tenths : tenths;
    *at = p;
    return *p != 'e' && *p != 'E';
}

/* "x,y" and what follows it; false: there is none. */
static bool read_point(const char **at, long ret_tenths[2])
{
    const char *p = *at;
    for (int i = 0; i < 2; i++) {
        p += strspn(p, " \t\n,");
        if (!read_tenths(&p, &ret_tenths[i]))
            return false;
    }
    *at = p;
    return true;
}

static void add_line(struct str *out, const long from[2], const long to[2])
{
    const long right = to[0] - from[0], down = to[1] - from[1];
    if (down == 0 || right == 0) {
        str_add(out, down == 0 ? "h" : "v");
        add_tenths(out, down == 0 ? right : down, true);
    } else {
        str_add(out, "l");
        add_tenths(out, right, true);
        add_tenths(out, down, false);
    }
}

/*
 * A path of absolute M, L and z as one with relative lines, on points that are rounded one by one,
 * so that nothing adds up. first: for points without letters, what the first is ('M'), the others
 * being lines. Moves from which no line goes are left out. false: it has anything else in it.
 */
static bool short_path(const char *p, char first, struct str *out)
{
    long at[2] = {0, 0}, start[2] = {0, 0}, to[2];
    char command = first;
    bool moved = false;
    while (*(p += strspn(p, " \t\n"))) {
        if (isalpha((unsigned char)*p))
            command = *p++;
        if (command == 'z' || command == 'Z') {
            str_add(out, moved ? "" : "z");
            memcpy(at, start, sizeof at);
            continue;
        }
        if ((command != 'M' && command != 'L') || !read_point(&p, to))
            return false;
        if (command == 'L' && moved) {
            str_add(out, "M");
            add_tenths(out, at[0], true);
            add_tenths(out, at[1], false);
        }
        if (command == 'L')
            add_line(out, at, to);
        moved = command == 'M';
        if (moved)
            memcpy(start, to, sizeof start);
        memcpy(at, to, sizeof at);
        command = 'L';
    }
    return true;
}

/* "translate(215.61,138.56) scale(2.52)": of the first the tenths. */
static const char *short_transform(const char *value, struct arena *arena)
{
    struct str out = {0};
    long to[2];
    const char *p = value + strlen("translate(");
    if (!starts(value, "translate(") || !read_point(&p, to) || *p != ')')
        return value;
    str_add(&out, "translate(");
    add_tenths(&out, to[0], true);
    add_tenths(&out, to[1], false);
    str_add(&out, ")");
    for (p++; *p; p++)
        if (*p != ' ')
            str_add_bytes(&out, p, 1);
    value = arena_strdup(arena, str_text(&out));
    str_release(&out);
    return value;
}

static void shorten_shape(struct node *node, struct arena *arena)
{
    struct str path = {0};
    const bool polygon = is(node, "polygon");
    const char *points = get(node, polygon ? "points" : "d");
    if ((polygon || is(node, "path")) && points && short_path(points, 'M', &path)) {
        str_add(&path, polygon ? "z" : "");
        drop(node, polygon ? "points" : "d");
        set(node, "d", arena_strdup(arena, str_text(&path)));
        node->name = "path";
    }
    str_release(&path);
}

/* ids, and the places that refer to them: href="#id", url(#id). */
static void rename_ids(struct node *node, const char *prefix, struct arena *arena)
{
    for (size_t i = 0; i < node->count; i++) {
        struct attribute *a = &node->attributes[i];
        if (strcmp(a->name, "xlink:href") == 0)
            a->name = "href";
        if (strcmp(a->name, "id") == 0)
            a->value = arena_printf(arena, "%s%s", prefix, a->value);
        else if (strcmp(a->name, "href") == 0 && a->value[0] == '#')
            a->value = arena_printf(arena, "#%s%s", prefix, a->value + 1);
        else if (starts(a->value, "url(#"))
            a->value = arena_printf(arena, "url(#%s%s", prefix, a->value + strlen("url(#"));
    }
}

/* ---- Groups -----------------------------------------------------------------------------------*/

struct job {
    const char *prefix;
    struct arena *arena;
};

static bool same_attributes(const struct node *a, const struct node *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; i < a->count && same; i++) {
        const char *value = get(b, a->attributes[i].name);
        same = value && strcmp(value, a->attributes[i].value) == 0;
    }
    return same;
}

/* Moves the group's attributes to its only child, where none of them is the child's too. */
static struct node *only_child(struct node *group)
{
    struct node *child = group->first;
    bool disjoint = child && !child->next && child->name &&
                    child->count + group->count <= MOST_ATTRIBUTES && !get(group, "clip-path") &&
                    !get(child, "clip-path") && !get(group, "filter") && !get(child, "filter");
    for (size_t i = 0; disjoint && i < group->count; i++)
        disjoint = !get(child, group->attributes[i].name);
    if (!disjoint)
        return group;
    for (size_t i = 0; i < group->count; i++)
        set(child, group->attributes[i].name, group->attributes[i].value);
    return child;
}

static bool is_empty(const struct node *node)
{
    return !node->first && (is(node, "g") || is(node, "text"));
}

/* Whether both say the same of what is inherited; some: and say anything. */
static bool same_inherited(const struct node *a, const struct node *b, bool *ret_some)
{
    *ret_some = false;
    for (size_t i = 0; i < INHERITED; i++) {
        const char *left = get(a, inherited[i].name), *right = get(b, inherited[i].name);
        if (!left != !right || (left && strcmp(left, right) != 0))
            return false;
        *ret_some = *ret_some || left;
    }
    return true;
}

/* A run of shapes or texts that say the same begins with first: a group says it for them. */
static struct node *group_of(struct node *first, size_t count, struct arena *arena)
{
    struct node *group;
    ARENA_NEW(arena, group, 1);
    group->name = "g";
    for (size_t i = 0; i < INHERITED; i++)
        if (get(first, inherited[i].name))
            set(group, inherited[i].name, get(first, inherited[i].name));
    for (struct node *child = first, *next; count; child = next, count--) {
        next = child->next;
        for (size_t i = 0; i < INHERITED; i++)
            drop(child, inherited[i].name);
        append(group, child);
    }
    return group;
}

static void say_once_for_runs(struct node *parent, struct arena *arena)
{
    struct node *child = parent->first;
    parent->first = parent->last = NULL;
    while (child) {
        struct node *end = child->next;
        size_t count = 1;
        bool some = false;
        while (child->name && end && end->name && same_inherited(child, end, &some) && some) {
            end = end->next;
            count++;
        }
        append(parent, count > 1 ? group_of(child, count, arena) : child);
        child = end;
    }
}

/* Puts a child that was made smaller behind those that are there. */
static void settle(struct node *parent, struct node *child)
{
    struct node *last = parent->last;
    if (is_empty(child))
        return;
    if (is(child, "g") && child->count == 0) {
        for (struct node *inner = child->first, *next; inner; inner = next) {
            next = inner->next;
            settle(parent, inner);
        }
    } else if (last && is(child, "g") && is(last, "g") && same_attributes(last, child) &&
               !get(child, "filter") && !get(child, "opacity") && !get(child, "clip-path")) {
        for (struct node *inner = child->first, *next; inner; inner = next) {
            next = inner->next;
            settle(last, inner);
        }
    } else
        append(parent, child);
}

static void slim(struct node *node, const char *const around[INHERITED], const struct job *job);

static void slim_children(struct node *node, const char *const around[INHERITED],
                          const struct job *job)
{
    struct node *child = node->first;
    node->first = node->last = NULL;
    for (struct node *next; child; child = next) {
        next = child->next;
        slim(child, around, job);
        settle(node, child);
    }
    /* Not before all are there: neighbours alike become one. */
    child = node->first;
    node->first = node->last = NULL;
    for (struct node *next; child; child = next) {
        next = child->next;
        append(node, is(child, "g") ? only_child(child) : child);
    }
    if (is(node, "g") || is(node, "svg"))
        say_once_for_runs(node, job->arena);
}

static void slim_defs(struct node *node, const struct job *job)
{
    rename_ids(node, job->prefix, job->arena);
    for (struct node *child = node->first; child; child = child->next)
        slim_defs(child, job);
}

/* around: what holds where the element says nothing; NULL: not known. */
static void slim(struct node *node, const char *const around[INHERITED], const struct job *job)
{
    const char *here[INHERITED];
    if (is(node, "defs")) {
        slim_defs(node, job);
        return;
    }
    if (is(node, "g"))
        drop(node, "id"); /* of whole plots: gnuplot may give them twice, and nothing refers to */
    drop(node, "class");
    rename_ids(node, job->prefix, job->arena);
    for (size_t i = 0; i < node->count; i++) {
        struct attribute *a = &node->attributes[i];
        a->value = short_colour(a->value, job->arena);
        if (strcmp(a->name, "transform") == 0)
            a->value = short_transform(a->value, job->arena);
    }
    for (size_t i = 0; i < INHERITED; i++) {
        const char *value = get(node, inherited[i].name);
        if (value && around[i] && strcmp(value, around[i]) == 0)
            drop(node, inherited[i].name);
        here[i] = value ? value : around[i];
    }
    shorten_shape(node, job->arena);
    slim_children(node, here, job);
}

/* ---- The whole --------------------------------------------------------------------------------*/

/* Whether it, or all in it, says itself what each of these attributes is. */
static bool covers(const struct node *node, const struct attribute *attributes, size_t count)
{
    bool all = true;
    for (size_t i = 0; i < count && all; i++)
        all = get(node, attributes[i].name) != NULL;
    if (all || !node->name || is(node, "defs"))
        return true;
    if (!is(node, "g"))
        return false;
    for (const struct node *child = node->first; child; child = child->next)
        if (!covers(child, attributes, count))
            return false;
    return true;
}

/* The one group around everything gets what all groups in it begin with; its ground says itself
 * that it has no rim. */
static void say_once(struct node *root)
{
    static const struct attribute common[] = {
        {"fill", "none"}, {"color", "black"}, {"stroke", "currentColor"}};
    struct node *group = root->first;
    while (group && !is(group, "g"))
        group = group->next;
    if (!group)
        return;
    drop(group, "id");
    if (group->count)
        return;
    if (group->first && is(group->first, "rect") && !get(group->first, "stroke"))
        set(group->first, "stroke", "none");
    if (group->first && is(group->first, "rect"))
        set(group->first, "color", "black");
    if (!covers(group, common, sizeof common / sizeof *common))
        return;
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        set(group, common[i].name, common[i].value);
    set(group, "font-family", "sans-serif");
}

static void write_node(const struct node *node, struct str *out)
{
    if (!node->name) {
        str_add(out, node->text);
        return;
    }
    str_addf(out, "<%s", node->name);
    for (size_t i = 0; i < node->count; i++) {
        const char quote = strchr(node->attributes[i].value, '"') ? '\'' : '"';
        str_addf(out, " %s=%c%s%c", node->attributes[i].name, quote, node->attributes[i].value,
                 quote);
    }
    str_add(out, node->first ? ">" : "/>");
    for (const struct node *child = node->first; child; child = child->next)
        write_node(child, out);
    if (node->first)
        str_addf(out, "</%s>", node->name);
}

int svg_add(const char *file, const char *prefix, const char *label, struct str *out,
            struct err *err)
{
    struct arena arena;
    const char *start = strstr(file, "<svg"), *around[INHERITED];
    arena_init(&arena);
    struct node *root = start ? read_svg(start, &arena) : NULL;
    if (!root) {
        arena_release(&arena);
        return err_set(err, "%.60s: gnuplot wrote no whole <svg>", label);
    }
    const char *width_text = get(root, "width"), *box = get(root, "viewBox");
    const int width = width_text ? (int)strtol(width_text, NULL, 10) : 0;
    const struct job job = {prefix, &arena};
    for (size_t i = 0; i < INHERITED; i++)
        around[i] = inherited[i].value;
    say_once(root);
    str_add(out, "<svg role=\"img\" aria-label=\"");
    html_add(out, label);
    str_addf(out, "\" style=\"max-width:%dpx\" viewBox=\"%s\">", width + width / 4, box ? box : "");
    root->count = 0;
    slim_children(root, around, &job);
    for (const struct node *child = root->first; child; child = child->next)
        write_node(child, out);
    str_add(out, "</svg>");
    arena_release(&arena);
    return 0;
}
