#include "base/rng.h"

#include "base/err.h"

#include <math.h>
#include <Random123/philox.h>
#include <string.h>

struct rng rng_stream(uint64_t seed, enum rng_purpose purpose, uint32_t epoch, uint32_t index)
{
    return (struct rng){
        .key = {(uint32_t)seed, (uint32_t)(seed >> 32)},
        .counter = {0, (uint32_t)purpose, epoch, index},
        .used = 4,
    };
}

uint32_t rng_u32(struct rng *rng)
{
    if (rng->used == 4) {
        philox4x32_ctr_t counter;
        philox4x32_key_t key;
        memcpy(counter.v, rng->counter, sizeof counter.v);
        memcpy(key.v, rng->key, sizeof key.v);
        counter = philox4x32(counter, key);
        memcpy(rng->block, counter.v, sizeof rng->block);
        rng->counter[0]++;
        rng->used = 0;
    }
    return rng->block[rng->used++];
}

uint64_t rng_u64(struct rng *rng)
{
    const uint64_t high = rng_u32(rng);
    return high << 32 | rng_u32(rng);
}

uint32_t rng_below(struct rng *rng, uint32_t bound)
{
    REQUIRE(bound > 0);
    const uint32_t threshold = -bound % bound; /* Lemire 2019: reject the uneven rest */
    for (;;) {
        const uint64_t product = (uint64_t)rng_u32(rng) * bound;
        if ((uint32_t)product >= threshold)
            return (uint32_t)(product >> 32);
    }
}

double rng_uniform(struct rng *rng)
{
    return (double)(rng_u64(rng) >> 11) * 0x1p-53;
}

double rng_normal(struct rng *rng)
{
    const double u = 1.0 - rng_uniform(rng); /* in (0, 1] */
    const double v = rng_uniform(rng);
    return sqrt(-2.0 * log(u)) * cos(6.283185307179586 * v);
}

void rng_shuffle(struct rng *rng, uint32_t *values, size_t n)
{
    REQUIRE(n <= UINT32_MAX);
    for (size_t i = n; i > 1; i--) {
        const size_t j = rng_below(rng, (uint32_t)i);
        const uint32_t value = values[i - 1];
        values[i - 1] = values[j];
        values[j] = value;
    }
}
