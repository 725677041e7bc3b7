/*
 * read: what the files of this room share while an experiment is read. Nothing else includes it.
 *
 * The way of a file: text -> nodes (yaml.c) -> nodes with --set applied (set.c) -> axes, rules and
 * trainings with their places (named.c, axes.c, train.c) -> cells (grid.c).
 */
#pragma once

#include "harness/config/config.h"
#include "harness/config/yaml.h"

/* The axes whose values have a name and options. */
enum named_axis { AXIS_DATASET, AXIS_MODEL, AXIS_PRUNER, NAMED_AXES };

/* One value of a named axis. Equal values are one struct: pointers compare. */
struct pick {
    struct choice choice;
    struct scoring scoring;  /* of a pruner */
    const char *label;       /* "ucb(c=2)" */
    const struct node *node; /* where it was first written */
    size_t number;           /* in order of appearance */
    /* A pruner with prune_with: what it is where that is the cell's own model, and its label. */
    const struct pick *own;
    const char *with;
    struct pick *next; /* of all that were read */
};

/* The numbered axes, of a grid or of a selector. */
struct levels {
    double *rates;
    size_t rate_count;
    int *seeds;
    size_t seed_count;
};

/* A grid: the experiment's own, or one include's. */
struct axes {
    const struct node *node;
    const struct pick **picks[NAMED_AXES];
    const struct node **pick_nodes[NAMED_AXES]; /* where each was written */
    size_t pick_count[NAMED_AXES];
    struct levels levels;
};

/* The cells that an override or an exclude speaks of. An empty axis means: any. */
struct selector {
    const struct node *node;
    const struct kind **kinds[NAMED_AXES];
    size_t kind_count[NAMED_AXES];
    struct levels levels;
};

struct override {
    struct selector when;
    const struct node *train, *limits; /* NULL: stays */
};

/* One rule of `decide`: a question of each pair of arms wherever the grid has both. */
struct decide_rule {
    const struct node *node;
    struct axes arms, references; /* their pruners */
    struct selector where;
    enum question_claim claim;
    double margin;
};

/* A cell before its recipe. */
struct point {
    const struct pick *picks[NAMED_AXES];
    double rate;
    int seed;
    size_t seed_rank; /* place of the seed in the lists */
    size_t order;     /* in which it came */
    size_t source;    /* 0: the experiment's product; i + 1: include i */
};

struct points {
    struct point *items;
    size_t count, made; /* made: with those that were taken out again */
    int *seeds;         /* those that came, in order: what ranks are of */
    size_t seed_count;
};

enum { MOST_RECIPE_OPTIONS = 64 };

/* A recipe that remembers where each of its options was set. */
struct training {
    struct recipe recipe;
    const struct node *where[MOST_RECIPE_OPTIONS]; /* as in recipe_options; NULL: the default */
    const struct node *preset;                     /* the last, which set some of them, or NULL */
};

/* Options of recipes, as in recipe_options, that some cell uses, or that were set for nothing. */
struct uses {
    bool used[MOST_RECIPE_OPTIONS];
    const struct node *idle[MOST_RECIPE_OPTIONS];
};

struct reader {
    struct config *config;
    struct arena *arena; /* the config's */
    struct mistakes mistakes;
    struct node *root; /* a mapping */
    struct pick *picks;
    size_t pick_count;
    struct axes grid;
    struct axes *includes;
    size_t include_count;
    struct selector *excludes;
    size_t exclude_count;
    struct override *overrides;
    size_t override_count;
    struct decide_rule *decides;
    size_t decide_count;
    struct training training; /* of cells without an override */
    struct limits limits;     /* likewise */
    bool narrowed;            /* --set changed an axis: rules of the file may then fit no cell */
};

/* Mistakes so far: the same before and after means that nothing was wrong between. */
size_t reader_mistakes(const struct reader *reader);

/* ---- set.c ---- */

/* Replaces values in the tree as the texts of --set say. */
void config_apply_sets(struct reader *reader, const char *const *sets, size_t count);

/* ---- named.c ---- */

const struct shelf *axis_shelf(enum named_axis axis);
const char *axis_word(enum named_axis axis); /* "dataset" */
/* How many values of an axis a node stands for; more than MOST_VALUES: some number above that. */
size_t named_count(const struct node *node);
/* Those values, in the arena. 0: refused. */
size_t named_read(struct reader *reader, enum named_axis axis, const struct node *node,
                  const struct pick ***ret_picks);
/* What a bare name means. NULL: refused. */
const struct kind *named_kind(struct reader *reader, enum named_axis axis, const struct node *node);

/* ---- axes.c ---- */

/* An axis of the experiment's, by its name; one number as seed is a count of them. */
void axes_read(struct reader *reader, const char *name, struct node *const *node);
/* Says so where a pruner needs a rate and there is none. */
void axes_check_rates(struct reader *reader, const struct axes *axes);
/* The experiment's axes must have been read. */
void axes_read_include(struct reader *reader, const struct node *node, struct axes *ret_axes);
/* Pruners that the experiment's axis is to have: a bare name means all of that name. */
void axes_read_arms(struct reader *reader, struct node *const *node, struct axes *ret_axes);
/* label: the key that it is below, for messages. */
void selector_read(struct reader *reader, const struct node *node, const char *label,
                   struct selector *ret_selector);

/* ---- train.c ---- */

/*
 * Sets the options that node, a mapping, gives; the others stay. apart: a key that the caller reads
 * itself, or NULL; example: a mapping as it should be, for messages; where[option's number], unless
 * NULL, gets the node of each that was set.
 */
void options_apply(struct reader *reader, const struct node *node, const char *label,
                   const char *apart, const char *example, const struct option *table, void *values,
                   const struct node **where);
/* The same for a `limits:` mapping. */
void limits_apply(struct reader *reader, const struct node *node, struct limits *limits);
/* The same for a `train:` mapping, whose `preset` comes before its options. */
void train_apply(struct reader *reader, const struct node *node, struct training *training);
/* Where an option was set; the file's start where it has its default. */
struct place train_place(const struct reader *reader, const struct training *training,
                         const char *name);
/* Adds the reasons why a cell's values do not go together. */
void train_check(struct reader *reader, const struct training *training, const struct cell *cell,
                 const struct pick *const picks[NAMED_AXES]);
/* Adds a cell's to the options that are used, or set for nothing. */
void train_note_use(const struct training *training, struct uses *uses);
/* Adds a note on each option that was set and that no cell uses. */
void train_say_idle(struct reader *reader, const struct uses *uses);

/* ---- notes.c ---- */

/* Adds what a cell's pruner and lookahead cannot do in its training. The cell must be good. */
void notes_of_cell(struct reader *reader, const struct training *training, const struct cell *cell,
                   const struct pick *const picks[NAMED_AXES]);
/* Adds which dataset is not where somebody said; a mistake where $WINNOW_DATA is no folder. */
void notes_of_data(struct reader *reader);

/* ---- decide.c ---- */

/* How many rules a list has; 0 also where it is refused. Of config.c. */
size_t reader_count_rules(struct reader *reader, const struct node *node, const char *label);
void decide_read(struct reader *reader, struct node *const *node);
/* Fills config->questions. Of points that are in the order of config->cells. */
void decide_build(struct reader *reader, const struct points *points);

/* ---- grid.c ---- */

bool point_is_selected(const struct selector *selector, const struct point *point);
/* Whether a point has no rate of its own. */
bool point_ignores_rate(const struct point *point);
/* The pruner as it is beside a model: proxies of the model itself are nothing apart. */
const struct pick *pick_beside(const struct pick *pruner, const struct pick *model);

/* Fills config->cells; without_trainings: the recipes are not to be looked at. */
void grid_build(struct reader *reader, bool with_trainings);
