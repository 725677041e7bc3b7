/*
 * pickle: Python's protocol 2, as much of it as CIFAR's files use.
 *
 * A pickle is a program for a machine with a stack, which can call whatever Python can import. This
 * machine knows numbers, texts, lists, tuples, dictionaries and numpy's arrays of unsigned bytes;
 * three names stand for an array and its type, and none is called. Anything else is refused with
 * its operation and where it stands.
 *
 * Worked example: `80 02 } U 06 labels ] ( K 06 K 09 e s .` is {"labels": [6, 9]}: an empty
 * dictionary, a text of 6 bytes, an empty list, a mark, two numbers of a byte, which are appended
 * up to the mark, what is set in the dictionary, the end.
 */
#include "harness/data/pickle.h"

#include "base/str.h"

#include <stdio.h>
#include <string.h>

enum { MOST = 1 << 20 }; /* values on the stack, and remembered */

struct machine {
    const char *path;
    const uint8_t *bytes;
    size_t size, at, operation; /* operation: where the one at work stands */
    struct arena *arena;
    struct pickle **stack, **memo;
    size_t height, memo_size;
    struct err *err;
};

static int refuse(const struct machine *m, const char *what)
{
    const uint8_t byte = m->bytes[m->operation];
    char name[8] = "";
    if (byte > ' ' && byte < 0x7f)
        snprintf(name, sizeof name, " '%c'", byte);
    return err_set(m->err, "%s: %s: operation 0x%02x%s at byte %zu of a Python pickle", m->path,
                   what, byte, name, m->operation);
}

/* ---- The stack --------------------------------------------------------------------------------*/

static struct pickle *push(struct machine *m, enum pickle_kind kind)
{
    struct pickle *value;
    ARENA_NEW(m->arena, value, 1);
    value->kind = kind;
    MEM_ROOM(m->stack, m->height);
    m->stack[m->height++] = value;
    return value;
}

/* The i-th from the top, 0 being the top; NULL: there is no such. */
static struct pickle *top(const struct machine *m, size_t i)
{
    return i < m->height ? m->stack[m->height - 1 - i] : NULL;
}

static bool is(const struct pickle *value, enum pickle_kind kind)
{
    return value && value->kind == kind;
}

static void append(struct machine *m, struct pickle *list, struct pickle *value)
{
    struct pickle_item *item;
    ARENA_NEW(m->arena, item, 1);
    item->value = value;
    *(list->last ? &list->last->next : &list->first) = item;
    list->last = item;
    list->n++;
}

/* How many values are above the uppermost mark; SIZE_MAX: there is none. */
static size_t above_mark(const struct machine *m)
{
    for (size_t i = 0; i < m->height; i++)
        if (top(m, i)->kind == PICKLE_MARK)
            return i;
    return SIZE_MAX;
}

/* Moves the upper `count` values into what is below them, and `marks` marks between. */
static int move_into(struct machine *m, enum pickle_kind kind, size_t count, size_t marks)
{
    struct pickle *list = count < m->height ? top(m, count + marks) : NULL;
    if (!is(list, kind) || (kind == PICKLE_DICT && count % 2))
        return refuse(m, "nothing to put it into");
    for (size_t i = m->height - count; i < m->height; i++)
        append(m, list, m->stack[i]);
    m->height -= count + marks;
    return 0;
}

static int make_tuple(struct machine *m, size_t count, size_t marks)
{
    if (count > m->height || count + marks > m->height)
        return refuse(m, "too little is there");
    struct pickle *tuple;
    ARENA_NEW(m->arena, tuple, 1);
    tuple->kind = PICKLE_LIST;
    for (size_t i = m->height - count; i < m->height; i++)
        append(m, tuple, m->stack[i]);
    m->height -= count + marks;
    MEM_ROOM(m->stack, m->height);
    m->stack[m->height++] = tuple;
    return 0;
}

/* ---- Numbers and texts ------------------------------------------------------------------------*/

/* Of so many bytes, the lowest first. */
static int take_number(struct machine *m, size_t count, uint32_t *ret_number)
{
    uint32_t number = 0;
    if (m->size - m->at < count)
        return refuse(m, "cut short");
    for (size_t i = count; i-- > 0;)
        number = number << 8 | m->bytes[m->at + i];
    m->at += count;
    *ret_number = number;
    return 0;
}

static int push_number(struct machine *m, size_t count)
{
    uint32_t number = 0;
    if (take_number(m, count, &number))
        return -1;
    push(m, PICKLE_NUMBER)->number = count == 4 ? (int32_t)number : (int64_t)number;
    return 0;
}

/* Whose length is in the bytes before it. */
static int push_text(struct machine *m, size_t count)
{
    uint32_t length = 0;
    if (take_number(m, count, &length))
        return -1;
    if (m->size - m->at < length)
        return refuse(m, "cut short");
    struct pickle *text = push(m, PICKLE_TEXT);
    text->bytes = m->bytes + m->at;
    text->length = length;
    m->at += length;
    return 0;
}

static bool reads(const struct pickle *value, enum pickle_kind kind, const char *text)
{
    return is(value, kind) && value->length == strlen(text) &&
           memcmp(value->bytes, text, value->length) == 0;
}

/* ---- numpy's arrays ---------------------------------------------------------------------------*/

static const char reconstruct[] = "numpy.core.multiarray\n_reconstruct\n",
                  reconstruct_later[] = "numpy._core.multiarray\n_reconstruct\n",
                  ndarray[] = "numpy\nndarray\n", dtype[] = "numpy\ndtype\n";

/* Two lines: a module and a name in it. */
static int push_name(struct machine *m)
{
    static const char *const known[] = {reconstruct, reconstruct_later, ndarray, dtype};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const size_t length = strlen(known[i]);
        if (m->size - m->at >= length && memcmp(m->bytes + m->at, known[i], length) == 0) {
            struct pickle *name = push(m, PICKLE_NAME);
            name->bytes = m->bytes + m->at;
            name->length = length;
            m->at += length;
            return 0;
        }
    }
    return refuse(m, "imports something, which is not done");
}

/* _reconstruct(ndarray, ...) is an array that is yet to be filled, dtype("u1", ...) stays dtype. */
static int call(struct machine *m)
{
    const struct pickle *name = top(m, 1), *arguments = top(m, 0);
    const struct pickle *first =
        is(arguments, PICKLE_LIST) && arguments->first ? arguments->first->value : NULL;
    const bool array =
        (reads(name, PICKLE_NAME, reconstruct) || reads(name, PICKLE_NAME, reconstruct_later)) &&
        reads(first, PICKLE_NAME, ndarray);
    if (!array && !(reads(name, PICKLE_NAME, dtype) && reads(first, PICKLE_TEXT, "u1")))
        return refuse(m, "calls something other than numpy's array of unsigned bytes");
    m->height--;
    if (array) {
        m->height--;
        push(m, PICKLE_BYTES);
    }
    return 0;
}

/* (version, shape, dtype, whether columns come first, bytes) */
static int fill_array(struct machine *m, struct pickle *array, const struct pickle *state)
{
    struct pickle *parts[5] = {0};
    size_t n = 0, elements = 1;
    for (struct pickle_item *item = state->first; item && n < 5; item = item->next)
        parts[n++] = item->value;
    if (state->n != 5 || !is(parts[1], PICKLE_LIST) || !reads(parts[2], PICKLE_NAME, dtype) ||
        !is(parts[3], PICKLE_NOTHING) || !is(parts[4], PICKLE_TEXT) || array->rows)
        return refuse(m, "not the state of an array");
    if (parts[3]->number)
        return refuse(m, "an array with its columns first (write it with rows first)");
    for (struct pickle_item *item = parts[1]->first; item; item = item->next)
        if (!is(item->value, PICKLE_NUMBER) || item->value->number <= 0 ||
            __builtin_mul_overflow(elements, (size_t)item->value->number, &elements))
            return refuse(m, "an array of an impossible shape");
    if (parts[1]->n == 0 || elements != parts[4]->length)
        return refuse(m, "an array whose shape and bytes differ");
    array->rows = (size_t)parts[1]->first->value->number;
    array->bytes = parts[4]->bytes;
    array->length = parts[4]->length;
    return 0;
}

/* A dtype's state says how bytes are ordered, and nothing of a single one. */
static int build(struct machine *m)
{
    struct pickle *object = top(m, 1), *state = top(m, 0);
    if (!is(state, PICKLE_LIST) || !(is(object, PICKLE_BYTES) || reads(object, PICKLE_NAME, dtype)))
        return refuse(m, "gives a state to something other than an array");
    m->height--;
    return is(object, PICKLE_BYTES) ? fill_array(m, object, state) : 0;
}

/* ---- What was there before --------------------------------------------------------------------*/

static int remember(struct machine *m, size_t count)
{
    uint32_t place = 0;
    if (take_number(m, count, &place))
        return -1;
    if (!top(m, 0) || place >= MOST)
        return refuse(m, "remembers too much, or nothing");
    if (place >= m->memo_size) {
        MEM_GROW(m->memo, m->memo_size, 2 * (size_t)place + 64);
        m->memo_size = 2 * (size_t)place + 64;
    }
    m->memo[place] = top(m, 0);
    return 0;
}

static int recall(struct machine *m, size_t count)
{
    uint32_t place = 0;
    if (take_number(m, count, &place))
        return -1;
    if (place >= m->memo_size || !m->memo[place])
        return refuse(m, "recalls what was not remembered");
    MEM_ROOM(m->stack, m->height);
    m->stack[m->height++] = m->memo[place];
    return 0;
}

/* ---- The machine ------------------------------------------------------------------------------*/

static int check_protocol(struct machine *m)
{
    uint32_t version = 0;
    if (take_number(m, 1, &version))
        return -1;
    return version == 2 && m->operation == 0
               ? 0
               : refuse(m, "expected protocol 2, as CIFAR's, found another");
}

static int step_into(struct machine *m, enum pickle_kind kind, bool to_mark)
{
    const size_t count = to_mark ? above_mark(m) : kind == PICKLE_DICT ? 2 : 1;
    if (count == SIZE_MAX)
        return refuse(m, "there is no mark");
    return move_into(m, kind, count, to_mark);
}

/* Protocol 2's, but for what makes whatever there is in Python. */
static int step(struct machine *m, uint8_t operation)
{
    switch (operation) {
    case 0x80:
        return check_protocol(m);
    case '(':
        push(m, PICKLE_MARK);
        return 0;
    case '}':
        push(m, PICKLE_DICT);
        return 0;
    case ']':
    case ')':
        push(m, PICKLE_LIST);
        return 0;
    case 'N':
    case 0x88:
    case 0x89:
        push(m, PICKLE_NOTHING)->number = operation == 0x88;
        return 0;
    case 'K':
        return push_number(m, 1);
    case 'M':
        return push_number(m, 2);
    case 'J':
        return push_number(m, 4);
    case 'U':
        return push_text(m, 1);
    case 'T':
    case 'X':
        return push_text(m, 4);
    case 'a':
    case 'e':
        return step_into(m, PICKLE_LIST, operation == 'e');
    case 's':
    case 'u':
        return step_into(m, PICKLE_DICT, operation == 'u');
    case 't':
        return above_mark(m) == SIZE_MAX ? refuse(m, "there is no mark")
                                         : make_tuple(m, above_mark(m), 1);
    case 0x85:
    case 0x86:
    case 0x87:
        return make_tuple(m, operation - 0x84U, 0);
    case 'q':
        return remember(m, 1);
    case 'r':
        return remember(m, 4);
    case 'h':
        return recall(m, 1);
    case 'j':
        return recall(m, 4);
    case 'c':
        return push_name(m);
    case 'R':
        return call(m);
    case 'b':
        return build(m);
    default:
        return refuse(m, "unknown to CIFAR's files");
    }
}

static int run(struct machine *m, const struct pickle **ret_root)
{
    while (m->at < m->size && m->height < MOST) {
        m->operation = m->at++;
        const uint8_t operation = m->bytes[m->operation];
        if (operation == '.') {
            if (m->height != 1 || m->at != m->size)
                return refuse(m, "something is left over at its end");
            *ret_root = top(m, 0);
            return 0;
        }
        if (step(m, operation))
            return -1;
    }
    return err_set(m->err, "%s: cut short: expected the end of a Python pickle, found %zu bytes",
                   m->path, m->size);
}

int pickle_read(const char *path, const uint8_t *bytes, size_t size, struct arena *arena,
                const struct pickle **ret_root, struct err *err)
{
    struct machine m = {.path = path, .bytes = bytes, .size = size, .arena = arena, .err = err};
    const int failed = run(&m, ret_root);
    MEM_FREE(m.stack, m.memo);
    return failed;
}

const struct pickle *pickle_find(const struct pickle *dict, const char *key)
{
    if (!is(dict, PICKLE_DICT))
        return NULL;
    for (const struct pickle_item *item = dict->first; item; item = item->next->next)
        if (reads(item->value, PICKLE_TEXT, key))
            return item->next->value;
    return NULL;
}
