"""The models of models/*.c as PyTorch modules: the same layers in the same order.

    net = build("convnet", (28, 28, 1), depth=2, width=32)

Shapes are (height, width, channels), as winnow writes them; the modules read [n, c, h, w].
A model of the registry that is not here is one that bench/compare cannot compare.
"""

from torch import nn
from torch.nn import functional


def conv_norm(channels, out, kernel, stride=1):
    return nn.Sequential(
        nn.Conv2d(channels, out, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(out))


class Squeeze(nn.Module):
    """Squeeze and excitation (Hu, Shen & Sun, CVPR 2018)."""

    def __init__(self, channels, reduction=16):
        super().__init__()
        self.down = nn.Linear(channels, channels // reduction)
        self.up = nn.Linear(channels // reduction, channels)

    def forward(self, x):
        gate = x.mean((2, 3))
        gate = self.up(functional.relu(self.down(gate), inplace=True)).sigmoid()
        return x * gate[:, :, None, None]


class Block(nn.Module):
    """A residual block: basic (two 3x3) or bottleneck (1x1, 3x3, 1x1 to four times the width)."""

    def __init__(self, channels, width, stride, bottleneck=False, squeeze=False):
        super().__init__()
        out = 4 * width if bottleneck else width
        relu = nn.ReLU(inplace=True)
        if bottleneck:
            layers = [conv_norm(channels, width, 1), relu, conv_norm(width, width, 3, stride), relu,
                      conv_norm(width, out, 1)]
        else:
            layers = [conv_norm(channels, width, 3, stride), relu, conv_norm(width, width, 3)]
        if squeeze:
            layers.append(Squeeze(out))
        self.body = nn.Sequential(*layers)
        same = stride == 1 and channels == out
        self.shortcut = nn.Identity() if same else conv_norm(channels, out, 1, stride)
        self.out = out

    def forward(self, x):
        return functional.relu(self.body(x).add_(self.shortcut(x)), inplace=True)


class WideBlock(nn.Module):
    """Norm and relu before each convolution (Zagoruyko & Komodakis, BMVC 2016)."""

    def __init__(self, channels, out, stride):
        super().__init__()
        self.norm1, self.norm2 = nn.BatchNorm2d(channels), nn.BatchNorm2d(out)
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        same = stride == 1 and channels == out
        self.shortcut = None if same else nn.Conv2d(channels, out, 1, stride, bias=False)

    def forward(self, x):
        y = functional.relu(self.norm1(x), inplace=True)
        shortcut = self.shortcut(y) if self.shortcut else x
        y = functional.relu(self.norm2(self.conv1(y)), inplace=True)
        return self.conv2(y).add_(shortcut)


def head(channels, classes):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)]


def residual(blocks, width, **kind):
    """blocks: of each stage; width: channels of the first, doubled from stage to stage."""
    def make(shape, classes):
        layers = [conv_norm(shape[2], width, 3), nn.ReLU(inplace=True)]
        channels = width
        for stage, count in enumerate(blocks):
            for block in range(count):
                stride = 2 if stage and not block else 1
                layers.append(Block(channels, width << stage, stride, **kind))
                channels = layers[-1].out
        return nn.Sequential(*layers, *head(channels, classes))
    return make


def wide_residual(blocks, factor):
    """blocks: of each of the three stages."""
    def make(shape, classes):
        layers = [nn.Conv2d(shape[2], 16, 3, 1, 1, bias=False)]
        channels = 16
        for stage in range(3):
            out = (16 * factor) << stage
            for block in range(blocks):
                layers.append(WideBlock(channels, out, 2 if stage and not block else 1))
                channels = out
        return nn.Sequential(*layers, nn.BatchNorm2d(channels), nn.ReLU(inplace=True),
                             *head(channels, classes))
    return make


def vgg(plan):
    """plan: channels of each convolution, "M" for 2x2 max pooling while there is more than 1x1."""
    def make(shape, classes):
        layers, channels, side = [], shape[2], min(shape[:2])
        for item in plan:
            if item == "M" and side > 1:
                layers.append(nn.MaxPool2d(2))
                side //= 2
            elif item != "M":
                layers += [conv_norm(channels, item, 3), nn.ReLU(inplace=True)]
                channels = item
        return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * side * side, classes))
    return make


def softmax(shape, classes):
    return nn.Sequential(nn.Flatten(), nn.Linear(shape[0] * shape[1] * shape[2], classes))


def mlp(shape, classes, width=256, depth=1, dropout=0.0):
    layers, inputs = [nn.Flatten()], shape[0] * shape[1] * shape[2]
    for _ in range(depth):
        layers += [nn.Linear(inputs, width), nn.ReLU(inplace=True)]
        if dropout > 0:
            layers.append(nn.Dropout(dropout))
        inputs = width
    return nn.Sequential(*layers, nn.Linear(inputs, classes))


def lenet(shape, classes):
    pad = 2 if shape[0] < 32 or shape[1] < 32 else 0
    sides = [((side + 2 * pad - 4) // 2 - 4) // 2 for side in shape[:2]]
    return nn.Sequential(
        nn.Conv2d(shape[2], 6, 5, 1, pad), nn.ReLU(inplace=True), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(inplace=True), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(16 * sides[0] * sides[1], 120), nn.ReLU(inplace=True),
        nn.Linear(120, 84), nn.ReLU(inplace=True), nn.Linear(84, classes))


NORMS = {
    "none": lambda channels: [],
    "batch": lambda channels: [nn.BatchNorm2d(channels)],
    "group": lambda channels: [nn.GroupNorm(4, channels)],
    "layer": lambda channels: [nn.GroupNorm(1, channels)],
    "instance": lambda channels: [nn.GroupNorm(channels, channels)],
}
ACTIVATIONS = {
    "relu": lambda: nn.ReLU(inplace=True),
    "leaky-relu": lambda: nn.LeakyReLU(0.01, inplace=True),
    "sigmoid": nn.Sigmoid,
    "gelu": nn.GELU,
    "silu": lambda: nn.SiLU(inplace=True),
}
POOLS = {"none": lambda: [], "max": lambda: [nn.MaxPool2d(2)], "avg": lambda: [nn.AvgPool2d(2)]}


def convnet(shape, classes, depth=3, width=128, activation="relu", normalisation="batch",
            pooling="max"):
    layers, channels, sides = [], shape[2], list(shape[:2])
    bias = normalisation not in ("batch", "instance")
    for _ in range(depth):
        layers += [nn.Conv2d(channels, width, 3, 1, 1, bias=bias), *NORMS[normalisation](width),
                   ACTIVATIONS[activation](), *POOLS[pooling]()]
        channels = width
        if pooling != "none":
            sides = [side // 2 for side in sides]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(width * sides[0] * sides[1], classes))


class Scale(nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return x * self.factor


def airbench(shape, classes, width=64):
    channels, side = 8 * shape[2], min(shape[:2]) - 1
    layers = [nn.Conv2d(shape[2], channels, 2), nn.GELU()]
    layers[0].weight.requires_grad = False
    for out in (width, 4 * width, 4 * width):
        for pooling in ([nn.MaxPool2d(2)], []):
            norm = nn.BatchNorm2d(out, eps=1e-12, momentum=0.4)
            norm.weight.requires_grad = False
            layers += [nn.Conv2d(channels, out, 3, 1, 1, bias=False), *pooling, norm, nn.GELU()]
            channels = out
        side //= 2
    return nn.Sequential(*layers, nn.MaxPool2d(min(side, 3)), nn.Flatten(),
                         nn.Linear(channels, classes, bias=False), Scale(1 / 9))


MODELS = {
    "softmax": softmax,
    "mlp": mlp,
    "lenet": lenet,
    "convnet": convnet,
    "resnet8": residual([1, 1, 1], 16),
    "resnet20": residual([3, 3, 3], 16),
    "resnet18": residual([2, 2, 2, 2], 64),
    "resnet34": residual([3, 4, 6, 3], 64),
    "resnet50": residual([3, 4, 6, 3], 64, bottleneck=True),
    "senet18": residual([2, 2, 2, 2], 64, squeeze=True),
    "vgg11": vgg([64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"]),
    "wrn16-4": wide_residual(2, 4),
    "airbench": airbench,
}


def build(name, shape, classes=10, **options):
    """A module of random weights. shape: (height, width, channels) of a picture."""
    return MODELS[name](shape, classes, **options)
