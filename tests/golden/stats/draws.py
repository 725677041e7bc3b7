"""The resamples that base/rng.h draws, for SciPy: stream (seed 0, purpose 900, 0, 0), that is
Philox4x32-10 with key (0, 0) and counter (k, 900, 0, 0), k = 0, 1, ..., whose 32-bit words become
numbers below n by the upper half of word * n (Lemire 2019).

With a Stream in the place of its random numbers, scipy.stats.bootstrap computes the same interval as
winnow, and not one within the error of the other.
"""
import numpy as np


def philox(count):
    """The first count 32-bit words of the stream."""
    blocks = -(-count // 4)
    c = [np.arange(blocks, dtype=np.uint64), np.full(blocks, 900, np.uint64),
         np.zeros(blocks, np.uint64), np.zeros(blocks, np.uint64)]
    low, shift = np.uint64(0xFFFFFFFF), np.uint64(32)
    k0, k1 = 0, 0
    for _ in range(10):
        p0, p1 = np.uint64(0xD2511F53) * c[0], np.uint64(0xCD9E8D57) * c[2]
        c = [(p1 >> shift) ^ c[1] ^ np.uint64(k0), p1 & low,
             (p0 >> shift) ^ c[3] ^ np.uint64(k1), p0 & low]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return np.stack(c, axis=1).ravel()[:count]


def below(bound, count):
    """The first count numbers below bound."""
    product = philox(count + 64) * np.uint64(bound)
    even = (product & np.uint64(0xFFFFFFFF)) >= np.uint64(2**32 % bound)
    return (product[even] >> np.uint64(32))[:count].astype(np.int64)


class Stream(np.random.RandomState):
    """Stands in for NumPy's generator where scipy.stats.bootstrap draws its resamples, all at once."""

    def randint(self, low, high=None, size=None, dtype=int):
        assert low == 0 and len(size) == 2
        return below(high, size[0] * size[1]).reshape(size)
