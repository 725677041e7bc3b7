"""
Made-up pictures in TinyImageNet's layout: 200 classes of 10 JPEG files of 64 x 64 pixels to train
on, and one a class to test on. A class has a colour and a wave of its own: it can be learnt.

    tiny_imagenet.py FOLDER
"""
import os
import sys

import numpy
from PIL import Image

CLASSES, EACH, SIDE = 200, 10, 64
random = numpy.random.default_rng(0)
y, x = numpy.mgrid[:SIDE, :SIDE]


def save(path, label):
    wave = 40 * numpy.sin((x * (label % 14) + y * (label // 14)) / 20)
    colour = numpy.array([label * 7 % 200, label * 13 % 200, label * 29 % 200]) + 30
    noise = random.normal(0, 8, (SIDE, SIDE, 1))
    pixels = (colour + wave[..., None] + noise).clip(0, 255).astype(numpy.uint8)
    Image.fromarray(pixels).save(path)


os.chdir(sys.argv[1])
os.makedirs("val/images")
with open("val/val_annotations.txt", "w") as annotations, open("words.txt", "w") as words:
    for label in range(CLASSES):
        name = f"n{label:08}"
        os.makedirs(f"train/{name}/images")
        for i in range(EACH):
            save(f"train/{name}/images/{name}_{i}.JPEG", label)
        save(f"val/images/val_{label}.JPEG", label)
        annotations.write(f"val_{label}.JPEG\t{name}\t0\t0\t63\t63\n")
        words.write(f"{name}\tthing {label}, article {label}\n")
