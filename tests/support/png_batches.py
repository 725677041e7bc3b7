#!/usr/bin/env python3
"""A small copy of the package of npm that has CIFAR-10: six PNG files and the labels.

    png_batches.py PACKAGE BATCHES     writes both folders: what the package has, and the batches
                                       that are to be made of it

A batch has five pictures: a row of 1,024 pixels each, packed with one of PNG's five filters.
"""

import json
import os
import random
import struct
import sys
import zlib

WIDTH, CHANNELS, ROWS = 1024, 3, 5
package, batches = sys.argv[1:]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def predict(kind, left, up, corner):
    """The byte that a filter expects (PNG specification, 9.2)."""
    if kind == 4:
        guess = left + up - corner
        return min((left, up, corner), key=lambda value: abs(guess - value))
    return [0, left, up, (left + up) // 2][kind]


def filtered(kind, row, above):
    line = bytearray([kind])
    for i, byte in enumerate(row):
        left, corner = (row[i - CHANNELS], above[i - CHANNELS]) if i >= CHANNELS else (0, 0)
        line.append((byte - predict(kind, left, above[i], corner)) % 256)
    return bytes(line)


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


def write_batch(name, labels):
    rows = [random.randbytes(WIDTH * CHANNELS) for _ in labels]
    lines, above = b"", bytes(WIDTH * CHANNELS)
    for kind, row in enumerate(rows):
        lines += filtered(kind, row, above)
        above = row
    packed = zlib.compress(lines, 1)
    half = len(packed) // 2
    header = struct.pack(">IIBBBBB", WIDTH, len(rows), 8, 2, 0, 0, 0)
    write(f"{package}/{name}.png",
          b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"tIME", bytes(7)) +
          chunk(b"IDAT", packed[:half]) + chunk(b"IDAT", packed[half:]) + chunk(b"IEND", b""))
    write(f"{batches}/{name}.bin", b"".join(
        bytes([label]) + row[0::3] + row[1::3] + row[2::3] for label, row in zip(labels, rows)))


random.seed(1)
os.makedirs(package)
os.makedirs(batches)
train = [random.randrange(10) for _ in range(5 * ROWS)]
test = list(range(ROWS))
for i in range(5):
    write_batch(f"data_batch_{i + 1}", train[ROWS * i:ROWS * (i + 1)])
write_batch("test_batch", test)
write(f"{package}/train_lables.json", json.dumps(train).encode())
write(f"{package}/test_lables.json", json.dumps(test).encode())
