/*
 * fuzz: what reads bytes from outside, or writes texts of any kind, is fed with bytes that nobody
 * would think of. `make fuzz` makes them up; those in corpus/TARGET are fed by every `make test`.
 *
 * To add a target: NAME.c here with fuzz_NAME, a line in targets.def, and some small inputs in
 * corpus/NAME. fuzz_NAME takes any bytes, does with them what the program would, and asks with
 * REQUIRE for what must hold of the outcome; crashes, hangs, leaks and undefined behaviour are
 * found without asking. It leaves nothing behind and does not depend on what it was fed before. It
 * should be fast: 5,000 calls a second find more than 50.
 *
 *     int fuzz_wire(const uint8_t *bytes, size_t size)
 *     {
 *         ...
 *         return 0;
 *     }
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* As libFuzzer calls them: 0 always. */
#define FUZZ(name) int fuzz_##name(const uint8_t *bytes, size_t size);
#include "tests/fuzz/targets.def"
#undef FUZZ

/* For what reads files: one in memory with these bytes, and its path. It stays until the next
 * call. */
const char *fuzz_file(const void *bytes, size_t size);
/* The same with the seal (base/seal.h) that belongs behind them. */
const char *fuzz_sealed(const void *bytes, size_t size);
/* For what reads a folder: a file of that name in test_dir(). */
void fuzz_put(const char *name, const void *bytes, size_t size);

struct fuzz_data {
    const char *dataset, *name;
    const void *bytes;
    size_t size;
};
/* Feeds a dataset's loader with good files, of which one is replaced: the first byte says which,
 * the others are what is in it; without any byte the good ones have to be loaded. zlib unpacks it
 * under any name. What is loaded is as data.c wants it. */
void fuzz_load(const struct fuzz_data *files, size_t count, const uint8_t *bytes, size_t size);
/* The same for a loader of one file. */
void fuzz_load_file(const char *dataset, const uint8_t *bytes, size_t size);
