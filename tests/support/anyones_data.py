"""
Writes pictures and labels in formats that people have, and prints for each the content hash that
winnow must find, of what numpy reads back: SHA-256 of the shape, the labels and the pictures.

    anyones_data.py FOLDER        prints lines: NAME HASH
"""
import glob
import gzip
import hashlib
import os
import pickle
import sys

import numpy
from PIL import Image

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


def numpys():
    """MedMNIST's layout and Keras's, packed, streamed, by columns, in a folder; wrong ones."""
    x, y = [pictures(24, 9, 5), pictures(10, 9, 5)], [labels(24, 3), labels(10, 3)]
    rows = [a.reshape(-1, 1) for a in y]
    med = dict(train_images=x[0], train_labels=rows[0], val_images=x[1], val_labels=rows[1],
               test_images=x[1], test_labels=rows[1])
    numpy.savez("stored.npz", **med)
    numpy.savez_compressed("packed.npz", **med)
    # A stream cannot go back to fill in sizes: they stand behind each member, in 64 bits.
    with os.fdopen(os.open("streamed.npz", os.O_WRONLY | os.O_CREAT), "wb") as file:
        numpy.savez(Stream(file), **med)
    numpy.savez("keras.npz", x_train=numpy.asfortranarray(x[0]), y_train=y[0].astype(">i8"),
                x_test=numpy.asfortranarray(x[1]), y_test=y[1].astype("<i4"))
    for name in "stored", "packed", "streamed", "keras", "folder":
        tell(name, 3, x[0], y[0], x[1], y[1])
    os.makedirs("folder", exist_ok=True)
    for name, array in med.items():
        numpy.save(f"folder/{name}.npy", array)

    colour = [pictures(24, 9, 5, 3), pictures(10, 9, 5, 3)]
    numpy.savez("photos.npz", train_images=colour[0], train_labels=rows[0],
                test_images=numpy.asfortranarray(colour[1]), test_labels=rows[1])
    read = numpy.load("photos.npz")
    tell("photos", 3, read["train_images"], y[0], read["test_images"], y[1])

    numpy.savez("fractions.npz", **med | dict(train_images=x[0] / 255))
    numpy.savez("many.npz", **med | dict(train_labels=numpy.ones((24, 14), int)))
    numpy.savez("volumes.npz", **med | dict(test_images=pictures(10, 9, 9, 9)))
    numpy.savez("objects.npz", **med | dict(test_labels=numpy.array(["a"] * 10)))
    numpy.savez("negative.npz", **med | dict(test_labels=numpy.full((10, 1), -1)))
    numpy.savez("unlike.npz", **med | dict(test_images=colour[1]))
    numpy.savez("lacking.npz", train_images=x[0], labels=y[0])


def pickled(value):
    """With the operations that Python 2 wrote CIFAR's files with."""
    if isinstance(value, str):
        size = len(value)
        text = value.encode("latin1")
        return (b"U" + bytes([size]) if size < 256 else b"T" + size.to_bytes(4, "little")) + text
    if isinstance(value, int):
        return b"K" + bytes([value]) if value < 256 else b"M" + value.to_bytes(2, "little")
    if isinstance(value, list):
        text = b"]q\x01"
        for i in range(0, len(value), 7):
            text += b"(" + b"".join(pickled(each) for each in value[i:i + 7]) + b"e"
        return text
    if isinstance(value, dict):
        return b"}q\x02(" + b"".join(pickled(k) + b"q\x03" + pickled(v)
                                     for k, v in value.items()) + b"u"
    return (b"cnumpy.core.multiarray\n_reconstruct\nq\x04cnumpy\nndarray\nq\x05K\0\x85U\1b\x87R"
            b"(K\1" + b"".join(pickled(side) for side in value.shape) + b"\x86cnumpy\ndtype\n"
            b"U\2u1K\0K\1\x87R(K\3U\1|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89" +
            pickled(value.tobytes().decode("latin1")) + b"tb")


def pickles():
    """CIFAR for Python."""
    for name, key, classes, files, meta in (
            ("cifar-10-batches-py", "labels", 10,
             ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5",
              "test_batch"], ("batches.meta", "label_names")),
            ("cifar-100-python", "fine_labels", 100, ["train", "test"],
             ("meta", "fine_label_names"))):
        os.makedirs(name)
        x, y = [], []
        for file in files:
            n = 15 if file == "train" else 3
            batch = {"data": pictures(n, 3072), key: labels(n, classes).tolist(),
                     "batch_label": "a batch", "filenames": ["a.png"] * n}
            with open(f"{name}/{file}", "wb") as out:
                out.write(b"\x80\2" + pickled(batch) + b".")
            with open(f"{name}/{file}", "rb") as out:
                read = pickle.load(out, encoding="latin1")
            x.append(read["data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
            y.append(numpy.array(read[key]))
        with open(f"{name}/{meta[0]}", "wb") as out:
            out.write(b"\x80\2" + pickled({meta[1]: [f"class {k}" for k in range(classes)]}) + b".")
        tell(name, classes, numpy.concatenate(x[:-1]), numpy.concatenate(y[:-1]), x[-1], y[-1])


def read_folder(name, classes, test, size=None):
    """As torchvision's ImageFolder does: RGB, sorted."""
    def read(path):
        picture = Image.open(path)
        grey.append(picture.mode in ("1", "L", "LA"))
        picture = picture.convert("RGB")
        if size:
            side = min(picture.size)
            left, top = (picture.width - side) // 2, (picture.height - side) // 2
            picture = picture.resize((size, size), Image.BILINEAR,
                                     (left, top, left + side, top + side))
        return numpy.asarray(picture)

    grey, parts = [], []
    for part in ("train", test):
        paths = sorted(glob.glob(f"{name}/{part}/*/*.[pJj]*") +
                       glob.glob(f"{name}/{part}/*/images/*.[pJj]*"))
        found = [path.split("/")[2] for path in paths]
        parts += [numpy.array([read(path) for path in paths]),
                  numpy.array([classes.index(each) for each in found])]
    if all(grey):
        parts[0::2] = [part[..., 0] for part in parts[0::2]]
    return parts


def save(picture, path, **how):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    picture.save(path, **how)


def picture(*shape, mode=None):
    """Smooth, so that JPEG has something to keep."""
    y, x = numpy.mgrid[:shape[0], :shape[1]]
    waves = [128 + 60 * numpy.sin(x / 7 * (k + 1) + MADE.random()) + 60 * numpy.cos(y / 5)
             for k in range(shape[2] if len(shape) > 2 else 1)]
    return Image.fromarray(numpy.stack(waves, -1).squeeze(-1 if len(waves) == 1 else ())
                           .astype(numpy.uint8), mode)


def folders():
    classes = ["bee", "cat", "eel"]
    # Of every kind that files are.
    kinds = {
        "rgb.png": picture(20, 14, 3), "rgba.png": picture(20, 14, 4), "grey.png": picture(20, 14),
        "grey-alpha.png": picture(20, 14, 2, mode="LA"), "two.png": picture(20, 14).convert("1"),
        "palette.png": picture(20, 14, 3).quantize(50), "rgb.jpg": picture(20, 14, 3),
        "grey.JPEG": picture(20, 14), "cmyk.jpg": picture(20, 14, 4, mode="CMYK"),
        "fine.jpeg": picture(20, 14, 3), "late.jpg": picture(20, 14, 3),
    }
    how = {"fine.jpeg": dict(subsampling=0, quality=95), "late.jpg": dict(progressive=True)}
    for i, (name, each) in enumerate(kinds.items()):
        save(each, f"kinds/train/{classes[i % 3]}/{name}", **how.get(name, {}))
    for name in classes[:2]:
        save(picture(20, 14, 3), f"kinds/test/{name}/a.png")
    tell("kinds", 3, *read_folder("kinds", classes, "test"))

    for i in range(9):
        save(picture(8, 8), f"grey/train/{classes[i % 3]}/{i}.png")
        save(picture(8, 8), f"grey/val/{classes[i % 3]}/{i}.png")
    tell("grey", 3, *read_folder("grey", classes, "val"))

    for i in range(9):
        save(picture(9 + 8 * i, 50 - 4 * i, 3), f"sizes/train/{classes[i % 3]}/{i}.png")
        save(picture(20, 20 + i, 3), f"sizes/test/{classes[i % 3]}/{i}.png")
    tell("sizes", 3, *read_folder("sizes", classes, "test", 16))

    # TinyImageNet: test pictures have no labels, those of val are in a file.
    lines, parts = [], read_folder("kinds", classes, "test")
    for name in classes:
        for path in glob.glob(f"kinds/train/{name}/*"):
            os.makedirs(f"tiny/train/{name}/images", exist_ok=True)
            os.link(path, f"tiny/train/{name}/images/{os.path.basename(path)}")
    save(picture(20, 14, 3), "tiny/test/images/test_0.JPEG")
    parts[2:] = [numpy.array([numpy.asarray(picture(20, 14, 3)) for i in range(4)]),
                 numpy.array([2, 0, 1, 0])]
    for i, label in enumerate(parts[3]):
        save(Image.fromarray(parts[2][i]), f"tiny/val/images/val_{i}.png")
        lines.append(f"val_{i}.png\t{classes[label]}\t0\t0\t13\t19\n")
    with open("tiny/val/val_annotations.txt", "w") as file:
        file.writelines(lines)
    with open("tiny/words.txt", "w") as file:
        file.write("bee\thoneybee, Apis mellifera\nbull\tox\neel\tconger\n")
    tell("tiny", 3, *parts)


class Stream:
    """What zipfile takes for something that cannot seek."""

    def __init__(self, file):
        self.write, self.flush, self.read = file.write, file.flush, None


os.makedirs(sys.argv[1], exist_ok=True)
os.chdir(sys.argv[1])
idx()
numpys()
folders()
pickles()
