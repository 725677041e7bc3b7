"""
Writes pictures and labels in formats that people have, and prints for each the content hash that
winnow must find, of what numpy reads back: SHA-256 of the shape, the labels and the pictures.

    anyones_data.py FOLDER        prints lines: NAME HASH
"""
import gzip
import hashlib
import os
import sys

import numpy

MADE = numpy.random.default_rng(0)


def pictures(n, *shape):
    return MADE.integers(0, 256, (n, *shape), dtype=numpy.uint8)


def labels(n, classes, lowest=0):
    return (numpy.arange(n) * 7 % classes + lowest).astype(numpy.uint8)


def tell(name, classes, train, train_labels, test, test_labels):
    """Pictures as n x h x w (x c), labels from 0."""
    h, w = train.shape[1:3]
    c = train.shape[3] if train.ndim == 4 else 1
    text = f"h {h} w {w} c {c} classes {classes} train {len(train)} test {len(test)}\n"
    content = hashlib.sha256(text.encode())
    for y, x in ((train_labels, train), (test_labels, test)):
        content.update(y.astype(numpy.uint8).tobytes())
        content.update(numpy.ascontiguousarray(x).tobytes())
    print(name, content.hexdigest()[:10])


def write_idx(path, array, kind):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    header = bytes([0, 0, kind, array.ndim]) + numpy.array(array.shape, ">u4").tobytes()
    opened = gzip.open if path.endswith(".gz") else open
    with opened(path, "wb") as file:
        file.write(header + array.tobytes())


def idx():
    x, y = [pictures(24, 9, 5), pictures(10, 9, 5)], [labels(24, 3), labels(10, 3)]
    write_idx("plain/train-images-idx3-ubyte", x[0], 8)
    write_idx("plain/train-labels-idx1-ubyte", y[0], 8)
    write_idx("plain/t10k-images-idx3-ubyte", x[1], 8)
    write_idx("plain/t10k-labels-idx1-ubyte", y[1], 8)
    tell("plain", 3, x[0], y[0], x[1], y[1])

    # EMNIST's letters: labels from 1, pictures column by column, several sets in a folder.
    for name, lowest in (("letters", 1), ("digits", 0)):
        for part, i in (("train", 0), ("test", 1)):
            turned = numpy.ascontiguousarray(x[i].transpose(0, 2, 1))
            write_idx(f"several/emnist-{name}-{part}-images-idx3-ubyte", turned, 8)
            write_idx(f"several/emnist-{name}-{part}-labels-idx1-ubyte", y[i] + lowest, 8)
    tell("several", 3, x[0], y[0], x[1], y[1])

    # QMNIST: eight 32-bit columns, the class first.
    for part, i in (("train", 0), ("test", 1)):
        rows = numpy.full((len(y[i]), 8), -1, ">i4")
        rows[:, 0] = y[i]
        write_idx(f"qmnist/qmnist-{part}-images-idx3-ubyte.gz", x[i], 8)
        write_idx(f"qmnist/qmnist-{part}-labels-idx2-int.gz", rows, 12)
    tell("qmnist", 3, x[0], y[0], x[1], y[1])

    # Colour, channels first.
    x = [pictures(24, 9, 5, 3), pictures(10, 9, 5, 3)]
    for part, i in (("train", 0), ("test", 1)):
        first = numpy.ascontiguousarray(x[i].transpose(0, 3, 1, 2))
        write_idx(f"colour/{part}-images-idx4-ubyte", first, 8)
        write_idx(f"colour/{part}-labels-idx1-short", y[i].astype(">i2"), 11)
    tell("colour", 3, x[0], y[0], x[1], y[1])


os.makedirs(sys.argv[1], exist_ok=True)
os.chdir(sys.argv[1])
idx()
