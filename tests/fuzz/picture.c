#include "harness/data/picture.h"
#include "base/mem.h"
#include "tests/fuzz/fuzz.h"

int fuzz_picture(const uint8_t *bytes, size_t size)
{
    enum { MOST = 1 << 20, SIDE = 8 };
    struct picture picture;
    struct err err;
    uint8_t scaled[SIDE * SIDE * PICTURE_CHANNELS];
    if (picture_decode("fuzz", bytes, size, &picture, &err))
        return 0;
    REQUIRE(picture.h > 0 && picture.w > 0);
    if (picture.h * picture.w < MOST)
        picture_scale(&picture, SIDE, scaled);
    mem_free(picture.pixels);
    return 0;
}
