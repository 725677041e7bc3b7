#!/usr/bin/python3
"""resnet8 on CIFAR-10 in PyTorch, by the recipe of experiments/reference-cifar10.yaml.

    python3 tests/golden/torch/train.py FOLDER SEED [--epochs N] [--threads T] [--limit N]

FOLDER has data_batch_1.bin ... data_batch_5.bin and test_batch.bin. Prints a line an epoch: epoch,
learning rate at its end, mean training loss, test accuracy in per cent, seconds; separated by tabs.

The question is whether winnow ends at the same accuracy, within what seeds do. Everything is done
as there, but for the random numbers themselves: weights, order, crops and flips are drawn from
PyTorch's generator. Pictures are normalised by mean and deviation of the whole training file, also
with --limit, which keeps the first N pictures and is for trying this file.
"""

import argparse
import math
import os
import sys
import time

import numpy as np
import torch
from torch import nn

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from models import CIFAR, MODELS  # noqa: E402

RECIPE = {
    "batch": 128,
    "lr": 0.1,
    "momentum": 0.9,
    "nesterov": True,
    "weight_decay": 5e-4,
    "cycle_rise": 0.3,
    "crop_pad": 4,
}
CYCLE_START, CYCLE_END = 25, 1e4  # one-cycle: lr / 25 -> lr -> lr / 1e4 (models/nn/optim.c)
EVAL_BATCH = 500
TRAIN_FILES = [f"data_batch_{i}.bin" for i in range(1, 6)]


def load(folder, files):
    """Pictures [n][3][32][32] as bytes, labels [n]."""
    records = np.concatenate(
        [np.fromfile(os.path.join(folder, name), dtype=np.uint8) for name in files]
    ).reshape(-1, 1 + 3 * 32 * 32)
    return records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0].astype(np.int64)


def statistics(pictures):
    """Mean and deviation of each channel, in 0..1."""
    counts = np.stack([np.bincount(pictures[:, k].reshape(-1), minlength=256) for k in range(3)])
    values = np.arange(256) / 255
    mean = counts @ values / counts.sum(1)
    deviation = np.sqrt(counts @ values**2 / counts.sum(1) - mean**2)
    return mean, deviation


def normalise(pictures, mean, deviation):
    scaled = (pictures / 255 - mean[:, None, None]) / deviation[:, None, None]
    return torch.from_numpy(scaled.astype(np.float32))


def augment(pictures):
    """A window at a uniform offset, borders reflected without repeating the edge; then a flip."""
    n, _, h, w = pictures.shape
    pad = RECIPE["crop_pad"]
    padded = nn.functional.pad(pictures, (pad, pad, pad, pad), mode="reflect")
    dy, dx = torch.randint(0, 2 * pad + 1, (2, n))
    columns = torch.arange(w).expand(n, w)
    columns = torch.where(torch.rand(n, 1) < 0.5, w - 1 - columns, columns) + dx[:, None]
    rows = torch.arange(h) + dy[:, None]
    picture = torch.arange(n)[:, None, None, None]
    channel = torch.arange(3)[None, :, None, None]
    windows = padded[picture, channel, rows[:, None, :, None], columns[:, None, None, :]]
    return windows.contiguous(memory_format=torch.channels_last)


def initialise(network):
    """He et al. 2015: normal, fan-in, gain sqrt 2; the classifier's gain is 1; biases 0."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_in", nonlinearity="relu")
        elif isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, 0, 1 / math.sqrt(module.in_features))
            nn.init.zeros_(module.bias)


def anneal(start, end, share):
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2


def learning_rate(epoch, epochs):
    """One-cycle, at a fractional epoch."""
    lr, rise, share = RECIPE["lr"], RECIPE["cycle_rise"], min(epoch / epochs, 1)
    if share < rise:
        return anneal(lr / CYCLE_START, lr, share / rise)
    return anneal(lr, lr / CYCLE_END, (share - rise) / (1 - rise))


def train_epoch(network, optimiser, pictures, labels, epoch, epochs):
    """Mean loss. The last batch is smaller, as there."""
    n, batch, total = len(labels), RECIPE["batch"], 0.0
    network.train()
    order = torch.randperm(n)
    for first in range(0, n, batch):
        index = order[first : first + batch]
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(epoch + first / n, epochs)
        loss = nn.functional.cross_entropy(network(augment(pictures[index])), labels[index])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        total += loss.item() * len(index)
    return total / n


def accuracy(network, pictures, labels):
    network.eval()
    correct = 0
    with torch.no_grad():
        for first in range(0, len(labels), EVAL_BATCH):
            logits = network(pictures[first : first + EVAL_BATCH])
            correct += (logits.argmax(1) == labels[first : first + EVAL_BATCH]).sum().item()
    return correct / len(labels)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("seed", type=int)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--limit", type=int, default=None)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(options.seed)
    pictures, labels = load(options.folder, TRAIN_FILES)
    test_pictures, test_labels = load(options.folder, ["test_batch.bin"])
    mean, deviation = statistics(pictures)
    pictures = normalise(pictures[: options.limit], mean, deviation)
    labels = torch.from_numpy(labels[: options.limit])
    test_pictures = normalise(test_pictures, mean, deviation)
    test_labels = torch.from_numpy(test_labels)

    # Channels last is the faster layout on a CPU; it changes no result but in rounding.
    network = MODELS["resnet8"](CIFAR).to(memory_format=torch.channels_last)
    initialise(network)
    optimiser = torch.optim.SGD(
        network.parameters(),
        lr=RECIPE["lr"],
        momentum=RECIPE["momentum"],
        nesterov=RECIPE["nesterov"],
        weight_decay=RECIPE["weight_decay"],
    )
    print("epoch\tlr\ttrain_loss\ttest_accuracy\tseconds", flush=True)
    for epoch in range(options.epochs):
        start = time.monotonic()
        loss = train_epoch(network, optimiser, pictures, labels, epoch, options.epochs)
        seconds = time.monotonic() - start
        rate = learning_rate(epoch + 1, options.epochs)
        result = 100 * accuracy(network, test_pictures, test_labels)
        print(f"{epoch + 1}\t{rate:.3g}\t{loss:.4f}\t{result:.2f}\t{seconds:.1f}", flush=True)


if __name__ == "__main__":
    main()
