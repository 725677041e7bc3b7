#include "tests/fuzz/fuzz.h"

int fuzz_npz(const uint8_t *bytes, size_t size)
{
    fuzz_load_file("npz", bytes, size);
    return 0;
}
