/*
 * yaml: a YAML document as a tree of nodes that know their place.
 *
 * A strict subset of YAML, for files that people write by hand and that decide what is measured:
 * one document, UTF-8, no tags, no key twice, no key that is not a text, no merge key (`<<`).
 * Anchors and aliases are fine, but nothing may contain itself or unfold to more than 300,000
 * nodes. Scalars stay texts here: what a text means (and that 020 and nan mean nothing) param.h
 * decides.
 *
 *     struct node *root;
 *     if (yaml_read(text, length, NULL, &arena, &mistakes, &root) == 0 && root) ...
 */
#pragma once

#include "base/mem.h"
#include "harness/config/mistakes.h"

#include <stdbool.h>
#include <stddef.h>

enum node_kind { NODE_TEXT, NODE_LIST, NODE_MAP };

struct node {
    enum node_kind kind;
    struct place place;
    const char *text;    /* NODE_TEXT */
    bool quoted;         /* NODE_TEXT: not a plain scalar: it means a text and nothing else */
    size_t count;        /* NODE_LIST, NODE_MAP */
    struct node **keys;  /* NODE_MAP: [count], all NODE_TEXT */
    struct node **items; /* [count] the list's elements, or the map's values */
    size_t weight;       /* nodes below it, aliases followed; 0: not known yet. Of yaml.c */
};

/*
 * Reads a document of length bytes; set names the --set it is the value of, NULL: a file. Nodes
 * live in the arena; an aliased node is shared. *ret_root is NULL where there is no document
 * (nothing, or only comments). -1: so broken that there is no tree; the reasons are in mistakes.
 * Mistakes that leave a tree (a tag, a key twice) are added too, and give 0.
 */
int yaml_read(const char *text, size_t length, const char *set, struct arena *arena,
              struct mistakes *mistakes, struct node **ret_root);

/* The value of a key of a NODE_MAP, or NULL. */
struct node *node_find(const struct node *map, const char *key);
/* The text of a key at the top of a document, in the arena; NULL where it has none there, or is
 * none that can be read. */
const char *yaml_find_text(const char *text, const char *key, struct arena *arena);
