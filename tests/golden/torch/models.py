#!/usr/bin/python3
"""What PyTorch makes of every model: the numbers that tests/conformance/torch.c compares with.

    python3 tests/golden/torch/models.py [CASE...]        in the repository's root

needs Debian's python3-torch, and rewrites tests/golden/torch/CASE.json (all of them by default).
The files are committed, so that the tests need no PyTorch. Run it again when a model is added or
changed, and read the diff.

Each case builds a network of models/*.c from PyTorch's own layers, fills parameters, pictures and
labels with made-up numbers (`made_up`, the same arithmetic as in torch.c), and does one step in
float64: forward in training mode, cross-entropy, backward; then a forward pass in evaluation mode,
with the running statistics that the step left. Written are the loss, both logits and, of each
parameter block's gradient, the sum, the norm and some entries.

What may float32 differ by? Rounding itself is small, but a relu whose input is near 0, or a pooling
whose two largest are near each other, may turn over, and then a gradient jumps: by 1 % and more in
the late, small pictures of a deep network, and seldom enough in a small one that a single float32
run says little. So the step is repeated in float64 with noise on what each convolution and linear
layer gives, forward and backward, larger than the error of any way to compute it, a few times with
other noise; the largest relative change is written as `noise` beside each number.

A parameter block is one array of our flat block of parameters, and they come in the order in which
the model's file constructs its layers, which is the order in which the modules here are registered.
Ours and PyTorch's arrays differ in convolutions only: W [out][kernel][kernel][in] is here
[out][in][kernel][kernel]. A linear layer reads a picture as it lies in memory (models/nn/num/shape.h):
`Flatten` puts it in that order first.
"""

import json
import math
import os
import sys

import numpy as np
import torch
from torch import nn

FOLDER = os.path.dirname(os.path.abspath(__file__))
LANES = 16  # models/nn/num/shape.h
CLASSES = 10
SAMPLED = 12  # entries of each gradient
# Of the noise, in units of the root mean square of what it is added to. Winograd's F(4x4, 3x3), the
# least exact way to convolve in float32, errs by 1e-6 with 16 channels and 4e-6 with 512.
NOISE = 5e-6
DRAWS = 4

# Streams of made-up numbers: a parameter block's own number for its values, these for the rest.
PICTURES, LABELS, POSITIONS = 1 << 20, 1 << 21, 1 << 22

MNIST, CIFAR = (28, 28, 1), (32, 32, 3)


# ---- Made-up numbers ---------------------------------------------------------------------------


def mixed(stream, count):
    """A 32-bit hash of (stream, i) for i < count: the finaliser of MurmurHash3."""
    h = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B1)
    h ^= np.array([(stream + 1) * 0x85EBCA77 & 0xFFFFFFFF], dtype=np.uint32)
    for multiplier, shift in ((0x85EBCA6B, 16), (0xC2B2AE35, 13)):
        h ^= h >> np.uint32(shift)
        h *= np.uint32(multiplier)
    return h ^ h >> np.uint32(16)


def made_up(stream, count, low, high):
    """Numbers that float32 holds exactly, spread evenly over [low, high)."""
    share = (mixed(stream, count) >> np.uint32(8)).astype(np.float64) / 2**24
    return (low + (high - low) * share).astype(np.float32)


def made_up_labels(count):
    return (mixed(LABELS, count) % CLASSES).astype(np.int64)


# ---- Networks ----------------------------------------------------------------------------------


class Flatten(nn.Module):
    """[n][c][h][w] as it lies in our memory: [n][c / 16][h][w][16], or [n][h][w][c]."""

    def forward(self, x):
        n, c, h, w = x.shape
        lanes = LANES if c % LANES == 0 else c
        return x.reshape(n, c // lanes, lanes, h, w).permute(0, 1, 3, 4, 2).reshape(n, -1)


class GlobalAvgPool(nn.Module):
    def forward(self, x):
        return x.mean(dim=(2, 3))


def conv(inputs, outputs, kernel, stride=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)


def softmax(shape):
    h, w, c = shape
    return nn.Sequential(Flatten(), nn.Linear(h * w * c, CLASSES))


def mlp(shape):
    h, w, c = shape
    return nn.Sequential(
        Flatten(), nn.Linear(h * w * c, 256), nn.ReLU(), nn.Linear(256, CLASSES)
    )


def lenet(shape):
    return nn.Sequential(
        nn.Conv2d(shape[2], 6, 5, padding=2 if shape[0] < 32 else 0),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        Flatten(),
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, CLASSES),
    )


NORMS = {
    "none": lambda c: nn.Identity(),
    "batch": nn.BatchNorm2d,
    "group": lambda c: nn.GroupNorm(4, c),
    "layer": lambda c: nn.GroupNorm(1, c),
    "instance": lambda c: nn.InstanceNorm2d(c, affine=True),
}
ACTIVATIONS = {
    "relu": nn.ReLU,
    "leaky-relu": nn.LeakyReLU,
    "sigmoid": nn.Sigmoid,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
}
POOLINGS = {"none": nn.Identity, "max": lambda: nn.MaxPool2d(2), "avg": lambda: nn.AvgPool2d(2)}


def convnet(shape, depth=3, width=128, activation="relu", normalisation="batch", pooling="max"):
    h, w, c = shape
    layers = []
    for _ in range(depth):
        layers += [
            nn.Conv2d(c, width, 3, padding=1, bias=normalisation not in ("batch", "instance")),
            NORMS[normalisation](width),
            ACTIVATIONS[activation](),
            POOLINGS[pooling](),
        ]
        c = width
        if pooling != "none":
            h, w = h // 2, w // 2
    return nn.Sequential(*layers, Flatten(), nn.Linear(h * w * c, CLASSES))


def vgg11(shape):
    layers, c, side = [], shape[2], shape[0]
    for width in (64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"):
        if width != "M":
            layers += [conv(c, width, 3), nn.BatchNorm2d(width), nn.ReLU()]
            c = width
        elif side > 1:
            layers.append(nn.MaxPool2d(2))
            side //= 2
    return nn.Sequential(*layers, Flatten(), nn.Linear(side * side * c, CLASSES))


class Residual(nn.Module):
    """relu(branch(x) + shortcut(x))"""

    def __init__(self, branch, inputs, outputs, stride):
        super().__init__()
        self.branch = branch
        same = stride == 1 and inputs == outputs
        self.shortcut = (
            nn.Identity()
            if same
            else nn.Sequential(conv(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))
        )

    def forward(self, x):
        return torch.relu(self.branch(x) + self.shortcut(x))


def basic_branch(inputs, width, stride):
    return nn.Sequential(
        conv(inputs, width, 3, stride),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        conv(width, width, 3),
        nn.BatchNorm2d(width),
    )


def basic(inputs, width, stride):
    return Residual(basic_branch(inputs, width, stride), inputs, width, stride), width


def bottleneck(inputs, width, stride):
    branch = nn.Sequential(
        conv(inputs, width, 1),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        conv(width, width, 3, stride),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        conv(width, 4 * width, 1),
        nn.BatchNorm2d(4 * width),
    )
    return Residual(branch, inputs, 4 * width, stride), 4 * width


class SqueezeExcite(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.gate = nn.Sequential(
            GlobalAvgPool(), nn.Linear(c, c // 16), nn.ReLU(), nn.Linear(c // 16, c), nn.Sigmoid()
        )

    def forward(self, x):
        return x * self.gate(x)[:, :, None, None]


def excited(inputs, width, stride):
    branch = nn.Sequential(basic_branch(inputs, width, stride), SqueezeExcite(width))
    return Residual(branch, inputs, width, stride), width


class WideBlock(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.first = nn.Sequential(nn.BatchNorm2d(inputs), nn.ReLU())
        self.branch = nn.Sequential(
            conv(inputs, width, 3, stride), nn.BatchNorm2d(width), nn.ReLU(), conv(width, width, 3)
        )
        same = stride == 1 and inputs == width
        self.shortcut = None if same else conv(inputs, width, 1, stride)

    def forward(self, x):
        active = self.first(x)
        return self.branch(active) + (self.shortcut(active) if self.shortcut else x)


def wide(inputs, width, stride):
    return WideBlock(inputs, width, stride), width


def stages(block, c, width, counts):
    """The blocks, and the channels of the last."""
    blocks = []
    for stage, count in enumerate(counts):
        for i in range(count):
            made, c = block(c, width << stage, 2 if stage > 0 and i == 0 else 1)
            blocks.append(made)
    return blocks, c


def resnet(shape, block, width, counts):
    blocks, c = stages(block, width, width, counts)
    stem = [conv(shape[2], width, 3), nn.BatchNorm2d(width), nn.ReLU()]
    return nn.Sequential(*stem, *blocks, GlobalAvgPool(), nn.Linear(c, CLASSES))


def wrn16_4(shape):
    blocks, c = stages(wide, 16, 64, (2, 2, 2))
    end = [nn.BatchNorm2d(c), nn.ReLU(), GlobalAvgPool(), nn.Linear(c, CLASSES)]
    return nn.Sequential(conv(shape[2], 16, 3), *blocks, *end)


class Scale(nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return self.factor * x


def airbench(shape, width=64):
    def norm(c):
        layer = nn.BatchNorm2d(c, eps=1e-12, momentum=0.4)
        layer.register_parameter("weight", None)
        return layer

    h, w, c = shape
    layers = [nn.Conv2d(c, 8 * c, 2), nn.GELU()]
    layers[0].weight.requires_grad = False
    h, w, c = h - 1, w - 1, 8 * c
    for out in (width, 4 * width, 4 * width):
        layers += [conv(c, out, 3), nn.MaxPool2d(2), norm(out), nn.GELU()]
        layers += [conv(out, out, 3), norm(out), nn.GELU()]
        h, w, c = h // 2, w // 2, out
    layers += [nn.MaxPool2d(min(h, w, 3)), Flatten(), nn.Linear(c, CLASSES, bias=False)]
    return nn.Sequential(*layers, Scale(1 / 9))


MODELS = {
    "softmax": softmax,
    "mlp": mlp,
    "lenet": lenet,
    "convnet": convnet,
    "vgg11": vgg11,
    "resnet8": lambda shape: resnet(shape, basic, 16, (1, 1, 1)),
    "resnet20": lambda shape: resnet(shape, basic, 16, (3, 3, 3)),
    "resnet18": lambda shape: resnet(shape, basic, 64, (2, 2, 2, 2)),
    "resnet34": lambda shape: resnet(shape, basic, 64, (3, 4, 6, 3)),
    "resnet50": lambda shape: resnet(shape, bottleneck, 64, (3, 4, 6, 3)),
    "senet18": lambda shape: resnet(shape, excited, 64, (2, 2, 2, 2)),
    "wrn16-4": wrn16_4,
    "airbench": airbench,
}

# case: (model, its options, input's height, width and channels)
CASES = {
    "softmax": ("softmax", {}, MNIST),
    "mlp": ("mlp", {}, MNIST),
    "lenet": ("lenet", {}, MNIST),
    "lenet-colour": ("lenet", {}, CIFAR),
    "convnet": ("convnet", {}, CIFAR),
    "convnet-small": ("convnet", {"depth": 2, "width": 32}, MNIST),
    "convnet-instance": (
        "convnet",
        {"width": 32, "normalisation": "instance", "pooling": "avg", "activation": "sigmoid"},
        CIFAR,
    ),
    "convnet-plain": ("convnet", {"width": 32, "normalisation": "none"}, CIFAR),
    "convnet-group": (
        "convnet",
        {"width": 32, "normalisation": "group", "activation": "leaky-relu"},
        MNIST,
    ),
    "convnet-gelu": ("convnet", {"width": 32, "activation": "gelu"}, CIFAR),
    "convnet-silu": ("convnet", {"depth": 2, "width": 32, "activation": "silu"}, MNIST),
    "vgg11": ("vgg11", {}, CIFAR),
    "vgg11-grey": ("vgg11", {}, MNIST),
    "resnet8": ("resnet8", {}, CIFAR),
    "resnet20": ("resnet20", {}, CIFAR),
    "resnet18": ("resnet18", {}, CIFAR),
    "resnet34": ("resnet34", {}, CIFAR),
    "resnet50": ("resnet50", {}, CIFAR),
    "senet18": ("senet18", {}, CIFAR),
    "wrn16-4": ("wrn16-4", {}, CIFAR),
    "airbench": ("airbench", {}, CIFAR),
    "airbench-narrow": ("airbench", {"width": 16}, MNIST),
}


# ---- One step ----------------------------------------------------------------------------------


def blocks_of(network):
    """(module, parameter, low, high) of each, in our order."""
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            bound = math.sqrt(6 / module.weight[0].numel())
            yield module, module.weight, -bound, bound
        elif getattr(module, "weight", None) is not None:
            yield module, module.weight, 0.8, 1.2
        if getattr(module, "bias", None) is not None:
            yield module, module.bias, -0.1, 0.1


def ours(module, array):
    """An array shaped as the module's parameter, flat, in our order."""
    return (array.transpose(0, 2, 3, 1) if array.ndim == 4 else array).reshape(-1)


def fill(network):
    for number, (module, parameter, low, high) in enumerate(blocks_of(network)):
        values = made_up(number, parameter.numel(), low, high)
        if parameter.dim() == 4:
            outputs, inputs, kernel, _ = parameter.shape
            values = values.reshape(outputs, kernel, kernel, inputs).transpose(0, 3, 1, 2)
        with torch.no_grad():
            parameter.copy_(torch.from_numpy(values.reshape(tuple(parameter.shape)).copy()))


def noisy(x):
    return x + NOISE * x.detach().square().mean().sqrt() * torch.randn_like(x)


def make_noisy(network):
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            module.register_forward_hook(lambda _, inputs, output: noisy(output))
            module.register_full_backward_hook(
                lambda _, inputs, outputs: tuple(None if x is None else noisy(x) for x in inputs)
            )


def gradient_of(parameter):
    """Zeros where it is not trained."""
    gradient = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
    return gradient.double().numpy()


def step(case, n, noise_seed=None, dtype=torch.float64):
    """What is compared: {name: array}, of gradients in the blocks' order, under "gradients"."""
    model, options, shape = CASES[case]
    network = MODELS[model](shape, **options).to(dtype)
    fill(network)
    pictures = made_up(PICTURES, n * math.prod(shape), -1.7, 1.7).reshape(n, *shape)
    x = torch.from_numpy(pictures.transpose(0, 3, 1, 2).copy()).to(dtype)
    labels = torch.from_numpy(made_up_labels(n))
    if noise_seed is not None:
        torch.manual_seed(noise_seed)
        make_noisy(network)
    network.train()
    logits = network(x)
    loss = nn.functional.cross_entropy(logits, labels)
    loss.backward()
    network.eval()
    with torch.no_grad():
        evaluated = network(x)
    blocks = list(blocks_of(network))
    return {
        "loss": loss.detach().double().numpy(),
        "logits": logits.detach().double().numpy(),
        "evaluated": evaluated.double().numpy(),
        "gradients": [ours(module, gradient_of(p)) for module, p, _, _ in blocks],
        "ranges": [(low, high) for _, _, low, high in blocks],
    }


def relative_error(found, expected):
    return np.linalg.norm(found - expected) / (np.linalg.norm(expected) or 1)


def digits(value, count):
    return float(f"{value:.{count}g}")


def case_of(name):
    """The golden file's contents, and the largest error of float32 in logits and gradients."""
    n = 4
    model, options, shape = CASES[name]
    exact = step(name, n)
    others = [step(name, n, noise_seed=draw) for draw in range(DRAWS)]
    single = step(name, n, dtype=torch.float32)

    def compared(key):
        changes = [relative_error(other[key], exact[key]) for other in others]
        values = [digits(value, 9) for value in exact[key].reshape(-1)]
        return {"values": values, "noise": digits(max(changes), 2)}

    blocks = []
    for number, (gradient, (low, high)) in enumerate(zip(exact["gradients"], exact["ranges"])):
        changes = [relative_error(other["gradients"][number], gradient) for other in others]
        at = mixed(POSITIONS + number, SAMPLED) % len(gradient)
        blocks.append(
            {
                "count": len(gradient),
                "low": low,
                "high": high,
                "sum": digits(gradient.sum(), 8),
                "norm": digits(np.linalg.norm(gradient), 8),
                "sampled": [digits(value, 7) for value in gradient[at]],
                "noise": digits(max(changes), 2),
            }
        )
    result = {
        "model": model,
        "options": {key: str(value) for key, value in options.items()},
        "input": shape,
        "n": n,
        "classes": CLASSES,
        "loss": compared("loss"),
        "logits": compared("logits"),
        "evaluated": compared("evaluated"),
        "blocks": blocks,
    }
    errors = [relative_error(a, b) for a, b in zip(single["gradients"], exact["gradients"])]
    return result, relative_error(single["logits"], exact["logits"]), max(errors)


def text(result):
    """JSON, a parameter block a line."""
    head = {key: value for key, value in result.items() if key != "blocks"}
    lines = [f" {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    blocks = ",\n".join("  " + json.dumps(block) for block in result["blocks"])
    return "\n".join(["{", *lines, ' "blocks": [', blocks, " ]", "}"]) + "\n"


def main(names):
    unknown = [name for name in names if name not in CASES]
    if unknown:
        sys.exit(f"no case {unknown[0]}; there are {' '.join(CASES)}")
    print("case\tloss\tfloat32: logits\tgradients\tnoise: logits\tgradients")
    for name in names or CASES:
        result, logits, gradients = case_of(name)
        with open(os.path.join(FOLDER, name + ".json"), "w", encoding="ascii") as file:
            file.write(text(result))
        noise = max(block["noise"] for block in result["blocks"])
        print(
            f"{name}\t{result['loss']['values'][0]:.6f}\t{logits:.1e}\t{gradients:.1e}"
            f"\t{result['logits']['noise']:.1e}\t{noise:.1e}"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
