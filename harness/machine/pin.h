/*
 * pin: which processors a cell computes on. A thread that the kernel moves about leaves its caches
 * behind, and two cells that meet on one core take each other's time: so each place of the
 * scheduler has processors of its own, and its workers bind themselves to them.
 *
 *     struct pin_machine machine;
 *     pin_machine_read("", &machine);
 *     struct pins *pins = pins_claim(&machine, jobs, threads, &why_not);
 *     ... pins_slot(pins, 0) is "0,2": a worker of the first place calls pin_bind("0,2") ...
 *     pins_release(pins);
 *     pin_machine_release(&machine);
 *
 * Chosen from what this process may run on (sched_getaffinity): first one hyperthread of each core,
 * the fastest kind of core before the others, and one kind alone for a place wherever that can be.
 * Where hyperthreads must be shared, a place of several threads has whole cores.
 *
 * Two schedulers of one machine never claim the same processor: a claim is a socket with an
 * abstract name (unix(7)), which leaves no file and ends with its process, whatever kills it.
 * Containers with a network of their own do not see each other's.
 *
 * Limits: 1024 processors, as glibc's cpu_set_t.
 */
#pragma once

#include "base/err.h"

#include <stddef.h>

enum { PIN_MAX_PROCESSORS = 1024 };

struct pin_processor {
    int number;
    int core;     /* lowest number of its hyperthreads */
    int turn;     /* 0: the first of its core's hyperthreads that may be used, 1: the second */
    int kind;     /* of core, 0: the fastest */
    double speed; /* in a unit of the machine's own; 0: not told */
};

struct pin_machine {
    struct pin_processor *processors; /* those that may be used, by number */
    size_t count;
    double quota; /* processors' time that the cgroup allows; INFINITY: no limit */
};

/* root as in kernel_file.h. */
void pin_machine_read(const char *root, struct pin_machine *ret_machine);
/* The same of the processors that are listed, whatever this process may use. */
void pin_machine_of(const char *root, const int *numbers, size_t count,
                    struct pin_machine *ret_machine);
void pin_machine_release(struct pin_machine *machine);
/* Threads that have room: processors, or what the quota allows; 1 or more. */
int pin_room(const struct pin_machine *machine);
/* Physical cores among the processors, and kinds of them. */
size_t pin_cores(const struct pin_machine *machine);
int pin_kinds(const struct pin_machine *machine);
/* pin_room of this machine, for this process. */
int pin_room_here(void);

/*
 * The rule: processors for `slots` places of `threads` each, into ret_numbers[slots * threads].
 * -1, and nothing is chosen: there are not as many.
 */
int pin_choose(const struct pin_machine *machine, int slots, int threads, int *ret_numbers);

struct pins;

/*
 * Chooses and claims. NULL where not all places can have their own: why says what is in the way.
 */
struct pins *pins_claim(const struct pin_machine *machine, int slots, int threads, struct err *why);
/* "0,2"; NULL where pins is NULL or has no such place. */
const char *pins_slot(const struct pins *pins, int slot);
/* NULL is fine. */
void pins_release(struct pins *pins);

/* Binds this process, before it has started threads: they inherit it. */
int pin_bind(const char *list, struct err *err);
/* The numbers of "0,2"; returns how many, 0 for NULL and for what is no list. */
size_t pin_parse(const char *list, int ret_numbers[PIN_MAX_PROCESSORS]);
