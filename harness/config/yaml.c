/*
 * yaml: strict reading with libyaml.
 *
 * Two passes. The first looks at the tokens alone, for what the second would hide or choke on: a
 * document's nodes no longer tell `!!str 5` from `5`, and libyaml takes time quadratic in the depth
 * of nesting and in the number of anchors (32,000 brackets: 2 s). The second loads the document,
 * whose nodes carry their line and column, and copies it into our own: the copy can be patched
 * (--set), and an alias is simply a second pointer to a node.
 *
 * Worked example. `a: &x [1, *x]` passes the tokens and loads; weigh() then meets the list while it
 * is still weighing it, and says that it contains itself. A "bomb" (nine lists, each of nine
 * aliases of the one before) has 90 nodes but weighs 9^9: it is refused without being unfolded.
 */
#include "harness/config/yaml.h"

#include "base/err.h"

#include <stdint.h>
#include <string.h>
#include <yaml.h>

enum {
    DEEPEST = 32,         /* an experiment needs 6 */
    MOST_TOKENS = 300000, /* brackets, keys, values, commas */
    MOST_NODES = 300000,  /* once aliases are followed */
    MOST_ANCHORS = 1000,
    MOST_KEYS = 256, /* of one mapping: the search for duplicates is quadratic */
};

struct source {
    const char *text;
    size_t length;
    const char *set;
    struct arena *arena;
    struct mistakes *mistakes;
};

static struct place place_at(const struct source *source, yaml_mark_t mark)
{
    return (struct place){source->set, (int)mark.line + 1, (int)mark.column + 1};
}

/* The reader's errors come with a byte offset only. */
static struct place place_of_byte(const struct source *source, size_t offset)
{
    struct place place = {source->set, 1, 1};
    for (size_t i = 0; i < offset && i < source->length; i++) {
        const unsigned char byte = (unsigned char)source->text[i];
        if (byte == '\n') {
            place.line++;
            place.column = 1;
        } else if ((byte & 0xC0) != 0x80) { /* not the inside of a character */
            place.column++;
        }
    }
    return place;
}

/* From 1; "" where there is none. */
static const char *find_line(const struct source *source, size_t number)
{
    const char *line = source->text;
    while (number > 1 && line[strcspn(line, "\n")]) {
        line += strcspn(line, "\n") + 1;
        number--;
    }
    return number == 1 ? line : "";
}

/* "rate:0.5", "- {name:el2n}": a key whose colon has its value behind it. */
static bool lacks_space(const char *line)
{
    line += strspn(line, " -{");
    const size_t key = strspn(line, "abcdefghijklmnopqrstuvwxyz_");
    return key > 0 && line[key] == ':' && !strchr(" \t\r\n", line[key + 1]);
}

/* What people do that libyaml calls by other names, often a line later. */
static void add_cause(const struct source *source, size_t line, struct str *text)
{
    const char *at = find_line(source, line), *blank = at + strspn(at, " \t");
    if (memchr(at, '\t', (size_t)(blank - at)))
        str_addf(text, ": %s",
                 strchr("\r\n", *blank) ? "a tab in a line that is empty otherwise, take it away"
                                        : "a tab, indent with spaces");
    for (size_t i = line; i > 0 && i + 1 >= line; i--)
        if (lacks_space(find_line(source, i))) {
            str_addf(text, ": a colon wants a space behind it (line %zu)", i);
            return;
        }
}

/* What libyaml says, with the place where it began and not only the one where it stopped. */
static void describe_error(const struct source *source, const yaml_parser_t *parser,
                           struct str *ret_text)
{
    const bool elsewhere =
        parser->context && parser->context_mark.index != parser->problem_mark.index;
    struct str start = {0};
    place_write(place_at(source, parser->context_mark), &start);
    if (parser->error == YAML_READER_ERROR) {
        str_add(ret_text, parser->problem);
        if (parser->problem_value >= 0)
            str_addf(ret_text, " (0x%02x)", (unsigned)parser->problem_value);
        str_add(ret_text, ": an experiment is a text in UTF-8");
    } else if (parser->error == YAML_COMPOSER_ERROR && parser->context) {
        str_addf(ret_text, "an anchor given twice, first at %s", str_text(&start));
    } else if (parser->error == YAML_COMPOSER_ERROR) {
        str_add(ret_text, "an alias of an anchor that is not there");
    } else {
        str_addf(ret_text, "not YAML: %s", parser->problem);
        if (parser->context)
            str_addf(ret_text, " %s", parser->context);
        if (elsewhere && !source->set)
            str_addf(ret_text, " that starts at %s", str_text(&start));
        add_cause(source, parser->problem_mark.line + 1, ret_text);
    }
    str_release(&start);
}

static int broken(const struct source *source, const yaml_parser_t *parser)
{
    if (parser->error == YAML_MEMORY_ERROR)
        DIE("out of memory: YAML");
    const struct place place = parser->error == YAML_READER_ERROR
                                   ? place_of_byte(source, parser->problem_offset)
                                   : place_at(source, parser->problem_mark);
    struct str text = {0};
    describe_error(source, parser, &text);
    mistakes_add(source->mistakes, place, NULL, "%s", str_text(&text));
    str_release(&text);
    return -1;
}

static void parser_start(const struct source *source, yaml_parser_t *ret_parser)
{
    if (!yaml_parser_initialize(ret_parser))
        DIE("out of memory: YAML");
    yaml_parser_set_encoding(ret_parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(ret_parser, (const unsigned char *)source->text, source->length);
}

/* What the tokens have shown so far. */
struct tally {
    size_t depth, tokens, anchors;
};

/* -1: do not go on. */
static int count_token(const struct source *source, const yaml_token_t *token, struct tally *tally)
{
    const struct place place = place_at(source, token->start_mark);
    switch (token->type) {
    case YAML_TAG_TOKEN:
        mistakes_add(source->mistakes, place, NULL,
                     "a tag (%s%s): values are read without them, take it away",
                     (const char *)token->data.tag.handle, (const char *)token->data.tag.suffix);
        break;
    case YAML_BLOCK_SEQUENCE_START_TOKEN:
    case YAML_BLOCK_MAPPING_START_TOKEN:
    case YAML_FLOW_SEQUENCE_START_TOKEN:
    case YAML_FLOW_MAPPING_START_TOKEN:
        if (++tally->depth > DEEPEST) {
            mistakes_add(source->mistakes, place, NULL, "nested more than %d deep", DEEPEST);
            return -1;
        }
        break;
    case YAML_BLOCK_END_TOKEN:
    case YAML_FLOW_SEQUENCE_END_TOKEN:
    case YAML_FLOW_MAPPING_END_TOKEN:
        tally->depth -= tally->depth > 0;
        break;
    case YAML_ANCHOR_TOKEN:
        if (++tally->anchors > MOST_ANCHORS) {
            mistakes_add(source->mistakes, place, NULL, "more than %d anchors", MOST_ANCHORS);
            return -1;
        }
        break;
    default:
        break;
    }
    if (++tally->tokens > MOST_TOKENS) {
        mistakes_add(source->mistakes, place, NULL, "more than %d tokens in one file", MOST_TOKENS);
        return -1;
    }
    return 0;
}

static int scan_tokens(const struct source *source)
{
    struct tally tally = {0};
    yaml_parser_t parser;
    parser_start(source, &parser);
    int failed = 0;
    for (bool more = true; more && !failed;) {
        yaml_token_t token;
        if (!yaml_parser_scan(&parser, &token)) {
            failed = broken(source, &parser);
            break;
        }
        more = token.type != YAML_STREAM_END_TOKEN;
        failed = count_token(source, &token, &tally);
        yaml_token_delete(&token);
    }
    yaml_parser_delete(&parser);
    return failed;
}

static const char *copy_text(const struct source *source, const yaml_node_t *from,
                             struct place place)
{
    const char *value = (const char *)from->data.scalar.value;
    char *text = arena_alloc(source->arena, from->data.scalar.length + 1, 1);
    memcpy(text, value, from->data.scalar.length);
    /* "\e[31m": what is read here is shown, and goes into databases that others read. */
    const bool block = from->data.scalar.style == YAML_LITERAL_SCALAR_STYLE ||
                       from->data.scalar.style == YAML_FOLDED_SCALAR_STYLE;
    if (strlen(text) != from->data.scalar.length || str_not_shown(text, block ? "\n\t" : "")) {
        mistakes_add(source->mistakes, place, NULL,
                     "a text with a control character in it: write it without");
        return str_shown(text, source->arena);
    }
    return text;
}

/* nodes[i] is the copy of the document's i-th node; libyaml numbers them from 1. */
static void copy_node(const struct source *source, const yaml_node_t *from, struct node *nodes,
                      struct node *to)
{
    to->place = place_at(source, from->start_mark);
    switch (from->type) {
    case YAML_SEQUENCE_NODE: {
        const yaml_node_item_t *items = from->data.sequence.items.start;
        to->kind = NODE_LIST;
        to->count = (size_t)(from->data.sequence.items.top - items);
        ARENA_NEW(source->arena, to->items, to->count);
        for (size_t i = 0; i < to->count; i++)
            to->items[i] = &nodes[items[i] - 1];
        break;
    }
    case YAML_MAPPING_NODE: {
        const yaml_node_pair_t *pairs = from->data.mapping.pairs.start;
        to->kind = NODE_MAP;
        to->count = (size_t)(from->data.mapping.pairs.top - pairs);
        ARENA_NEW(source->arena, to->keys, to->count);
        ARENA_NEW(source->arena, to->items, to->count);
        for (size_t i = 0; i < to->count; i++) {
            to->keys[i] = &nodes[pairs[i].key - 1];
            to->items[i] = &nodes[pairs[i].value - 1];
        }
        break;
    }
    case YAML_SCALAR_NODE:
        to->kind = NODE_TEXT;
        to->text = copy_text(source, from, to->place);
        to->quoted = from->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
        break;
    case YAML_NO_NODE:
        DIE("bug: a YAML node of no kind");
    }
}

/*
 * Each node once, so the time is that of the file, not of what it unfolds to. An alias points back,
 * at a node that is done or open: the recursion is no deeper than the brackets. 0: refused.
 */
static size_t weigh(const struct source *source, struct node *node)
{
    static const size_t open = SIZE_MAX;
    if (node->weight == open) {
        mistakes_add(source->mistakes, node->place, NULL, "contains itself through an alias");
        return 0;
    }
    if (node->weight)
        return node->weight;
    node->weight = open;
    size_t sum = 1;
    for (size_t i = 0; i < node->count; i++) {
        if (node->keys) { /* may be a mapping itself: it is refused later, but weighed first */
            const size_t key = weigh(source, node->keys[i]);
            if (!key)
                return 0;
            sum += key;
        }
        const size_t item = weigh(source, node->items[i]);
        if (!item)
            return 0;
        sum += item;
    }
    if (sum > MOST_NODES) {
        mistakes_add(source->mistakes, node->place, NULL,
                     "holds more than %d values once aliases are followed", MOST_NODES);
        return 0;
    }
    return node->weight = sum;
}

static void say_twice(const struct source *source, const struct node *key, const struct node *first)
{
    struct str name = {0}, place = {0};
    mistakes_quote(&name, key->text);
    place_write(first->place, &place);
    mistakes_add(source->mistakes, key->place, NULL, "'%s' is given twice, first at %s",
                 str_text(&name), str_text(&place));
    STR_RELEASE(&name, &place);
}

/* `name:softmax` is one word to YAML: says so, and goes on with what was meant. */
static void split_key(const struct source *source, struct node *key, struct node **item)
{
    const char *colon = strchr(key->text, ':');
    if (key->quoted || !colon || colon == key->text)
        return;
    struct str name = {0};
    mistakes_quote(&name, key->text);
    mistakes_add(source->mistakes, key->place, NULL, "'%s': a colon wants a space behind it",
                 str_text(&name));
    str_release(&name);
    ARENA_NEW(source->arena, *item, 1);
    **item = (struct node){.kind = NODE_TEXT, .place = key->place, .text = colon + 1};
    key->text = arena_printf(source->arena, "%.*s", (int)(colon - key->text), key->text);
}

/* Keys are texts, and each comes once. */
static void check_keys(const struct source *source, struct node *map)
{
    if (map->count > MOST_KEYS) {
        mistakes_add(source->mistakes, map->place, NULL, "a mapping of more than %d keys",
                     MOST_KEYS);
        map->count = 0;
        return;
    }
    size_t kept = 0;
    for (size_t i = 0; i < map->count; i++) {
        struct node *key = map->keys[i];
        if (key->kind != NODE_TEXT) {
            mistakes_add(source->mistakes, key->place, NULL, "a key must be a text, not a %s",
                         key->kind == NODE_LIST ? "list" : "mapping");
            continue;
        }
        if (strcmp(key->text, "<<") == 0 && !key->quoted) {
            mistakes_add(source->mistakes, key->place, NULL,
                         "'<<' (another mapping's keys) is not read: write the keys here");
            continue;
        }
        split_key(source, key, &map->items[i]);
        size_t first = 0;
        while (first < kept && strcmp(map->keys[first]->text, key->text) != 0)
            first++;
        if (first < kept) {
            say_twice(source, key, map->keys[first]);
            continue;
        }
        map->keys[kept] = key;
        map->items[kept++] = map->items[i];
    }
    map->count = kept;
}

static int copy_document(const struct source *source, const yaml_document_t *document,
                         struct node **ret_root)
{
    const size_t count = (size_t)(document->nodes.top - document->nodes.start);
    struct node *nodes;
    ARENA_NEW(source->arena, nodes, count);
    for (size_t i = 0; i < count; i++)
        copy_node(source, &document->nodes.start[i], nodes, &nodes[i]);
    if (!weigh(source, nodes))
        return -1;
    for (size_t i = 0; i < count; i++)
        if (nodes[i].kind == NODE_MAP)
            check_keys(source, &nodes[i]);
    *ret_root = nodes; /* libyaml's first node is the root */
    return 0;
}

static int load_document(const struct source *source, yaml_parser_t *parser, struct node **ret_root)
{
    yaml_document_t document;
    if (!yaml_parser_load(parser, &document))
        return broken(source, parser);
    const bool empty = document.nodes.top == document.nodes.start;
    *ret_root = NULL;
    const int failed = empty ? 0 : copy_document(source, &document, ret_root);
    yaml_document_delete(&document);
    if (failed || empty)
        return failed;
    if (!yaml_parser_load(parser, &document))
        return broken(source, parser);
    const yaml_node_t *second = yaml_document_get_root_node(&document);
    if (second)
        mistakes_add(source->mistakes, place_at(source, document.start_mark), NULL,
                     "a second document: one file holds one experiment");
    yaml_document_delete(&document);
    return 0;
}

int yaml_read(const char *text, size_t length, const char *set, struct arena *arena,
              struct mistakes *mistakes, struct node **ret_root)
{
    static const char mark[] = "\xef\xbb\xbf"; /* some editors' byte order mark */
    const bool marked = length >= 3 && memcmp(text, mark, 3) == 0;
    const struct source source = {text + 3 * marked, length - 3 * marked, set, arena, mistakes};
    if (scan_tokens(&source))
        return -1;
    yaml_parser_t parser;
    struct node *root = NULL;
    parser_start(&source, &parser);
    const int failed = load_document(&source, &parser, &root);
    yaml_parser_delete(&parser);
    if (!failed)
        *ret_root = root;
    return failed;
}

struct node *node_find(const struct node *map, const char *key)
{
    for (size_t i = 0; i < map->count; i++)
        if (strcmp(map->keys[i]->text, key) == 0)
            return map->items[i];
    return NULL;
}

const char *yaml_find_text(const char *text, const char *key, struct arena *arena)
{
    struct mistakes mistakes = {0};
    struct node *root = NULL;
    const struct node *found = NULL;
    if (yaml_read(text, strlen(text), NULL, arena, &mistakes, &root) == 0 && root &&
        root->kind == NODE_MAP)
        found = node_find(root, key);
    mistakes_release(&mistakes);
    return found && found->kind == NODE_TEXT ? found->text : NULL;
}
