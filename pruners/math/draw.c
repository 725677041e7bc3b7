#include "pruners/math/draw.h"

#include "base/err.h"

void draw_front(struct rng *rng, uint32_t *pool, size_t n, size_t count)
{
    REQUIRE(count <= n);
    for (size_t j = 0; j < count; j++) {
        const size_t other = j + rng_below(rng, (uint32_t)(n - j));
        const uint32_t drawn = pool[other];
        pool[other] = pool[j];
        pool[j] = drawn;
    }
}
