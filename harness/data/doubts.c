/*
 * doubts: what is odd about a dataset that can be trained on all the same.
 *
 * Training pictures that are there twice, and test pictures that are among them, are found by a
 * table of the training pictures: a slot is looked for at the hash of a picture, and holds the
 * first that has these bytes. Names of files say nothing of what is in them; what a loader knows of
 * that it says itself (data->note).
 *
 * A class that no training picture has is seldom meant: a label that is damaged, or counted from
 * elsewhere, leaves some.
 *
 * Cost, on one core of a server: 90 ms for the 70,000 pictures of Fashion-MNIST, once for each
 * plan, in no cell.
 */
#include "harness/data/split.h"

#include <string.h>

/* Of whole pictures: 64 bits at a time, the rest as if zeros followed. */
static uint64_t hash_picture(const uint8_t *picture, size_t size)
{
    uint64_t hash = size;
    for (size_t i = 0; i < size; i += sizeof hash) {
        uint64_t part = 0;
        memcpy(&part, picture + i, size - i < sizeof part ? size - i : sizeof part);
        hash = (hash ^ part) * UINT64_C(0x9E3779B97F4A7C15); /* 2^64 / golden ratio */
        hash ^= hash >> 32;
    }
    return hash;
}

/* The slot of a picture: of the one that has its bytes, or else free (0). slots[mask + 1]: numbers
 * from 1 of the pictures. */
static size_t find_slot(const uint32_t *slots, size_t mask, const uint8_t *pictures,
                        const uint8_t *picture, size_t size)
{
    size_t slot = hash_picture(picture, size) & mask;
    while (slots[slot] && memcmp(pictures + (slots[slot] - 1) * size, picture, size) != 0)
        slot = (slot + 1) & mask;
    return slot;
}

struct copies {
    size_t train;    /* training pictures that an earlier one is equal to, */
    size_t contrary; /* and those of them with another label than the first of these */
    size_t test;     /* test pictures that are in the training set */
};

static struct copies count_copies(const struct dataset *data)
{
    const size_t size = (size_t)data->h * (size_t)data->w * (size_t)data->c;
    const struct split *train = &data->train, *test = &data->test;
    struct copies copies = {0};
    size_t room = 2;
    uint32_t *slots;
    while (room < 2 * train->n)
        room *= 2;
    MEM_NEW(slots, room);
    for (size_t i = 0; i < train->n; i++) {
        uint32_t *slot =
            &slots[find_slot(slots, room - 1, train->pixels, train->pixels + i * size, size)];
        copies.train += *slot > 0;
        copies.contrary += *slot > 0 && train->labels[*slot - 1] != train->labels[i];
        *slot = *slot > 0 ? *slot : (uint32_t)i + 1;
    }
    for (size_t i = 0; i < test->n; i++)
        copies.test +=
            slots[find_slot(slots, room - 1, train->pixels, test->pixels + i * size, size)] > 0;
    mem_free(slots);
    return copies;
}

static void add_empty_classes(const struct dataset *data, struct str *lines)
{
    size_t sizes[DATA_MAX_CLASSES];
    int empty = 0, first = 0;
    split_sizes(&data->train, data->classes, sizes);
    for (int k = data->classes - 1; k >= 0; k--)
        if (sizes[k] == 0) {
            empty++;
            first = k;
        }
    if (empty)
        str_addf(lines, "%d of the %d classes ha%s no training sample, the first is %d\n", empty,
                 data->classes, empty == 1 ? "s" : "ve", first);
}

void dataset_doubts(const struct dataset *data, struct str *ret_lines)
{
    const struct copies copies = count_copies(data);
    if (data->note)
        str_addf(ret_lines, "%s\n", data->note);
    if (data->type->path) /* of the others the classes are known */
        add_empty_classes(data, ret_lines);
    if (copies.train)
        str_addf(ret_lines,
                 "%zu of the %zu training pictures %s of another, %zu of them with another label\n",
                 copies.train, data->train.n, copies.train == 1 ? "is a copy" : "are copies",
                 copies.contrary);
    if (copies.test)
        str_addf(ret_lines,
                 "%zu of the %zu test pictures stand%s in the training set too: accuracy is no "
                 "measure of what was learnt there\n",
                 copies.test, data->test.n, copies.test == 1 ? "s" : "");
}
