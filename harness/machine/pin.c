#include "harness/machine/pin.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "harness/machine/kernel_file.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Cores of one kind differ by some percent in the highest frequency that they are sold for
 * ("favoured cores"); little ones have three quarters of it and less. */
static const double same_kind = 0.9;

/* ---- The machine ---- */

static size_t allowed(int ret_numbers[PIN_MAX_PROCESSORS])
{
    cpu_set_t set;
    size_t count = 0;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set))
        return 0;
    for (int i = 0; i < PIN_MAX_PROCESSORS; i++)
        if (CPU_ISSET((size_t)i, &set))
            ret_numbers[count++] = i;
    return count;
}

static double read_speed(const char *root, int number, const char *file)
{
    const int64_t speed = kernel_number("%s/sys/devices/system/cpu/cpu%d/%s", root, number, file);
    return speed > 0 ? (double)speed : 0;
}

/* By what the kernel schedules by, and where that is all the same, by the clock rate. */
static void read_speeds(const char *root, struct pin_machine *machine)
{
    static const char *const files[] = {"cpu_capacity", "cpufreq/cpuinfo_max_freq"};
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        bool differ = false;
        for (size_t i = 0; i < machine->count; i++) {
            struct pin_processor *processor = &machine->processors[i];
            processor->speed = read_speed(root, processor->number, files[f]);
            differ = differ || processor->speed < machine->processors[0].speed ||
                     processor->speed > machine->processors[0].speed;
        }
        if (differ)
            return;
    }
}

/* Kind after kind, each from the fastest that has none yet. */
static void sort_into_kinds(struct pin_machine *machine)
{
    size_t placed = 0;
    for (size_t i = 0; i < machine->count; i++)
        machine->processors[i].kind = -1;
    for (int kind = 0; placed < machine->count; kind++) {
        double fastest = -1;
        for (size_t i = 0; i < machine->count; i++)
            if (machine->processors[i].kind < 0)
                fastest = fmax(fastest, machine->processors[i].speed);
        for (size_t i = 0; i < machine->count; i++) {
            struct pin_processor *processor = &machine->processors[i];
            if (processor->kind < 0 && processor->speed >= same_kind * fastest) {
                processor->kind = kind;
                placed++;
            }
        }
    }
}

void pin_machine_of(const char *root, const int *numbers, size_t count,
                    struct pin_machine *ret_machine)
{
    struct pin_machine machine = {.count = count, .quota = kernel_quota(root)};
    MEM_NEW(machine.processors, count);
    for (size_t i = 0; i < count; i++) {
        struct pin_processor *processor = &machine.processors[i];
        processor->number = numbers[i];
        /* "0,4" or "0-1": it begins with the lowest */
        const int64_t core = kernel_number(
            "%s/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", root, numbers[i]);
        processor->core = core >= 0 ? (int)core : numbers[i];
        for (size_t j = 0; j < i; j++)
            processor->turn += machine.processors[j].core == processor->core;
    }
    read_speeds(root, &machine);
    sort_into_kinds(&machine);
    *ret_machine = machine;
}

void pin_machine_read(const char *root, struct pin_machine *ret_machine)
{
    int numbers[PIN_MAX_PROCESSORS];
    pin_machine_of(root, numbers, allowed(numbers), ret_machine);
}

void pin_machine_release(struct pin_machine *machine)
{
    mem_free(machine->processors);
    *machine = (struct pin_machine){0};
}

int pin_room(const struct pin_machine *machine)
{
    long count = (long)machine->count;
    if (!count) /* more than a cpu_set_t holds */
        count = sysconf(_SC_NPROCESSORS_ONLN);
    const double room = fmin((double)count, floor(machine->quota));
    return room < 1 ? 1 : (int)room;
}

size_t pin_cores(const struct pin_machine *machine)
{
    size_t count = 0;
    for (size_t i = 0; i < machine->count; i++)
        count += machine->processors[i].turn == 0;
    return count;
}

int pin_kinds(const struct pin_machine *machine)
{
    int kinds = 0;
    for (size_t i = 0; i < machine->count; i++)
        if (machine->processors[i].kind >= kinds)
            kinds = machine->processors[i].kind + 1;
    return kinds;
}

int pin_room_here(void)
{
    struct pin_machine machine;
    pin_machine_read("", &machine);
    const int room = pin_room(&machine);
    pin_machine_release(&machine);
    return room;
}

/* ---- Choosing ---- */

static int by_turn(const void *left, const void *right)
{
    const struct pin_processor *a = left, *b = right;
    return a->turn != b->turn   ? NUM_COMPARE(a->turn, b->turn)
           : a->kind != b->kind ? NUM_COMPARE(a->kind, b->kind)
                                : NUM_COMPARE(a->number, b->number);
}

static int by_core(const void *left, const void *right)
{
    const struct pin_processor *a = left, *b = right;
    return a->kind != b->kind   ? NUM_COMPARE(a->kind, b->kind)
           : a->core != b->core ? NUM_COMPARE(a->core, b->core)
                                : NUM_COMPARE(a->turn, b->turn);
}

/* Takes so many of one kind (-1: of any) with a turn up to `turn` out of the list; false: it has
 * not as many. A processor that was taken has number -1. */
static bool take(struct pin_processor *list, size_t count, int threads, int kind, int turn,
                 int *ret_numbers)
{
    int found = 0;
    for (int pass = 0; pass < 2; pass++) {
        int taken = 0;
        for (size_t i = 0; i < count && taken < threads; i++) {
            struct pin_processor *p = &list[i];
            if (p->number < 0 || p->turn > turn || (kind >= 0 && p->kind != kind))
                continue;
            if (pass == 1) {
                ret_numbers[taken] = p->number;
                p->number = -1;
            }
            taken++;
        }
        found = taken;
        if (found < threads)
            return false;
    }
    return true;
}

static void choose_slot(struct pin_processor *list, size_t count, int threads, int kinds,
                        bool whole_cores, int *ret_numbers)
{
    for (int turn = whole_cores ? PIN_MAX_PROCESSORS : 0; turn <= PIN_MAX_PROCESSORS;
         turn += PIN_MAX_PROCESSORS)
        for (int kind = 0; kind < kinds; kind++)
            if (take(list, count, threads, kind, turn, ret_numbers))
                return;
    const bool taken = take(list, count, threads, -1, PIN_MAX_PROCESSORS, ret_numbers);
    REQUIRE(taken);
}

static int compare_numbers(const void *left, const void *right)
{
    const int *a = left, *b = right;
    return NUM_COMPARE(*a, *b);
}

int pin_choose(const struct pin_machine *machine, int slots, int threads, int *ret_numbers)
{
    REQUIRE(slots >= 1 && threads >= 1);
    const size_t wanted = mem_size((size_t)slots, (size_t)threads);
    if (wanted > machine->count)
        return -1;
    const bool whole_cores = threads > 1 && wanted > pin_cores(machine);
    struct pin_processor *list;
    MEM_NEW(list, machine->count);
    memcpy(list, machine->processors, machine->count * sizeof *list);
    qsort(list, machine->count, sizeof *list, whole_cores ? by_core : by_turn);
    for (int slot = 0; slot < slots; slot++) {
        int *numbers = ret_numbers + (size_t)slot * (size_t)threads;
        choose_slot(list, machine->count, threads, pin_kinds(machine), whole_cores, numbers);
        qsort(numbers, (size_t)threads, sizeof *numbers, compare_numbers);
    }
    mem_free(list);
    return 0;
}

/* ---- Claiming ---- */

struct pins {
    int slots;
    char **texts; /* [slots] */
    int *claims;  /* [count] sockets */
    size_t count;
};

/* -1 with errno where the processor is claimed, or nothing can be. */
static int claim(int number)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    /* The first byte stays 0: an abstract name. */
    const int length =
        snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "winnow-processor-%d", number);
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (bind(fd, (const struct sockaddr *)&address,
             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length)) == 0)
        return fd;
    const int reason = errno;
    close(fd);
    errno = reason;
    return -1;
}

static void forget(struct pin_machine *machine, int number)
{
    size_t kept = 0;
    for (size_t i = 0; i < machine->count; i++)
        if (machine->processors[i].number != number)
            machine->processors[kept++] = machine->processors[i];
    machine->count = kept;
}

static void drop_claims(struct pins *pins)
{
    for (size_t i = 0; i < pins->count; i++)
        close(pins->claims[i]);
    pins->count = 0;
}

/*
 * Claims what pin_choose says; what another one has is out of the question from then on, and the
 * choice is made again. -1: too little is left.
 */
static int claim_all(struct pins *pins, struct pin_machine *free_ones, int threads, int *numbers,
                     struct err *why)
{
    const size_t wanted = (size_t)pins->slots * (size_t)threads;
    while (pin_choose(free_ones, pins->slots, threads, numbers) == 0) {
        while (pins->count < wanted) {
            const int fd = claim(numbers[pins->count]);
            if (fd < 0)
                break;
            pins->claims[pins->count++] = fd;
        }
        if (pins->count == wanted)
            return 0;
        if (errno != EADDRINUSE)
            return err_set(why, "processors cannot be claimed: %s", strerror(errno));
        forget(free_ones, numbers[pins->count]);
        drop_claims(pins);
    }
    return err_set(why, "another winnow has claimed all but %zu of the %zu processors wanted",
                   free_ones->count, wanted);
}

struct pins *pins_claim(const struct pin_machine *machine, int slots, int threads, struct err *why)
{
    const size_t wanted = mem_size((size_t)slots, (size_t)threads);
    if (wanted > (size_t)pin_room(machine) || wanted > machine->count) {
        err_set(why, "%zu threads are wanted, and there is room for %d", wanted, pin_room(machine));
        return NULL;
    }
    struct pin_machine free_ones = *machine;
    struct pins *pins;
    int *numbers;
    MEM_NEW(free_ones.processors, machine->count);
    memcpy(free_ones.processors, machine->processors, machine->count * sizeof *machine->processors);
    MEM_NEW(pins, 1);
    pins->slots = slots;
    MEM_NEW(pins->claims, wanted);
    MEM_NEW(pins->texts, (size_t)slots);
    MEM_NEW(numbers, wanted);
    const int failed = claim_all(pins, &free_ones, threads, numbers, why);
    for (int slot = 0; !failed && slot < slots; slot++) {
        struct str text = {0};
        for (int i = 0; i < threads; i++)
            str_addf(&text, "%s%d", i ? "," : "", numbers[slot * threads + i]);
        pins->texts[slot] = text.text;
    }
    mem_free(numbers);
    pin_machine_release(&free_ones);
    if (!failed)
        return pins;
    pins_release(pins);
    return NULL;
}

const char *pins_slot(const struct pins *pins, int slot)
{
    return pins && slot >= 0 && slot < pins->slots ? pins->texts[slot] : NULL;
}

void pins_release(struct pins *pins)
{
    if (!pins)
        return;
    drop_claims(pins);
    for (int slot = 0; slot < pins->slots; slot++)
        mem_free(pins->texts[slot]);
    MEM_FREE(pins->texts, pins->claims, pins);
}

/* ---- Binding ---- */

size_t pin_parse(const char *list, int ret_numbers[PIN_MAX_PROCESSORS])
{
    size_t count = 0;
    for (const char *p = list; p && *p;) {
        char *end;
        const long number = strtol(p, &end, 10);
        if (end == p || number < 0 || number >= PIN_MAX_PROCESSORS || count == PIN_MAX_PROCESSORS ||
            (*end && (*end != ',' || !end[1])))
            return 0;
        ret_numbers[count++] = (int)number;
        p = end + (*end == ',');
    }
    return count;
}

int pin_bind(const char *list, struct err *err)
{
    int numbers[PIN_MAX_PROCESSORS];
    const size_t count = pin_parse(list, numbers);
    if (!count)
        return err_set(err, "'%.100s' is not a list of processors", list ? list : "");
    cpu_set_t set;
    CPU_ZERO(&set);
    for (size_t i = 0; i < count; i++)
        CPU_SET((size_t)numbers[i], &set);
    if (sched_setaffinity(0, sizeof set, &set))
        return err_set(err, "cannot be bound to processor %s: %s", list, strerror(errno));
    return 0;
}
