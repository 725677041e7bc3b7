"""The program's random numbers once more (base/rng.h), for pruners whose draws cannot be avoided:
Philox4x32 with ten rounds, written down from Salmon et al., "Parallel Random Numbers: As Easy as 1,
2, 3", SC 2011.

    Stream(seed, epoch, INIT | SCORE | SELECT)         the stream of one of a pruner's calls
"""
import math

INIT, SCORE, SELECT = 0, 1, 2
PRUNER = 8  # the purpose
ALL = 0xFFFFFFFF


def philox(counter, key):
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        a, b = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (b >> 32) ^ c1 ^ k0, b & ALL, (a >> 32) ^ c3 ^ k1, a & ALL
        k0, k1 = (k0 + 0x9E3779B9) & ALL, (k1 + 0xBB67AE85) & ALL
    return [c0, c1, c2, c3]


assert philox([0] * 4, [0] * 2) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]


class Stream:
    def __init__(self, seed, epoch, call):
        self.key = [seed & ALL, seed >> 32]
        self.name, self.block, self.left = [PRUNER, epoch, call], 0, []

    def word(self):
        if not self.left:
            self.left = philox([self.block] + self.name, self.key)
            self.block += 1
        return self.left.pop(0)

    def uniform(self):
        high = self.word()
        return ((high << 32 | self.word()) >> 11) * 2.0 ** -53

    def below(self, bound):
        while True:
            product = self.word() * bound
            if product & ALL >= (-bound & ALL) % bound:
                return product >> 32

    def front(self, pool, count):
        """`count` of the pool, drawn to its front."""
        pool = list(pool)
        for j in range(count):
            other = j + self.below(len(pool) - j)
            pool[j], pool[other] = pool[other], pool[j]
        return pool[:count]

    def gumbel(self):
        return -math.log(-math.log(1 - self.uniform()))
