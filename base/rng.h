/*
 * rng: counter-based random numbers (Philox4x32-10, Random123; Salmon et al., SC 2011).
 *
 * A stream is named, not seeded: (seed, purpose, epoch, index). The same name gives the same
 * numbers in every run, whatever was drawn before and in whatever order, so that two pruners at one
 * seed see the same initial weights, and sample 17 of epoch 3 is cropped alike in every run that
 * trains on it.
 *
 *     struct rng rng = rng_stream(seed, RNG_AUGMENT, epoch, sample);
 *     const uint32_t dx = rng_below(&rng, 9);
 *
 * Worked example (checked by tests/unit/base/rng.c): Philox4x32-10 with key 0 and counter 0 gives
 * 6627e8d5 e169c58d bc57ac4c 9b00dbd8, the known answer that Random123 publishes.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Part of every cell's results: append only, never renumber. */
enum rng_purpose {
    RNG_INIT = 1,        /* initial weights; index = parameter block */
    RNG_SHUFFLE,         /* order of the samples in an epoch */
    RNG_AUGMENT,         /* crop and flip; index = sample */
    RNG_DROPOUT,         /* index = step of the epoch and node */
    RNG_LIMIT,           /* which samples a dataset limit keeps; index = split */
    RNG_VALIDATION,      /* which training samples are set aside */
    RNG_SYNTHETIC,       /* made-up data; index = sample */
    RNG_PRUNER,          /* a pruner's own draws */
    RNG_PROXY,           /* seeds of proxy runs; index = run */
    RNG_NOISE,           /* wrong labels: "epoch" 0 which samples, 1 which label; index = sample */
    RNG_IMBALANCE,       /* which samples a long-tailed class keeps */
    RNG_CORRUPT,         /* worse pictures: "epoch" 0 which samples, 1 how; index = sample;
                            and 2 test pictures, seed 0 */
    RNG_BOOTSTRAP = 900, /* resamples of the intervals that are shown; in no result of a cell */
    RNG_TEST = 1000,     /* tests only */
};

struct rng {
    uint32_t key[2], counter[4], block[4];
    unsigned used; /* of block */
};

struct rng rng_stream(uint64_t seed, enum rng_purpose purpose, uint32_t epoch, uint32_t index);

uint32_t rng_u32(struct rng *rng);
uint64_t rng_u64(struct rng *rng);
/* Uniform in 0..bound-1, without bias; bound > 0. */
uint32_t rng_below(struct rng *rng, uint32_t bound);
/* Uniform in [0, 1), 53 bits. */
double rng_uniform(struct rng *rng);
/* Standard normal (Box-Muller, one of the pair is thrown away so that draws stay countable). */
double rng_normal(struct rng *rng);
/* Fisher-Yates in place; n <= 2^32 - 1. */
void rng_shuffle(struct rng *rng, uint32_t *values, size_t n);
