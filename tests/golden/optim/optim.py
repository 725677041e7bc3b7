#!/usr/bin/env python3
"""Steps of PyTorch's optimisers, in float64, as CASE.json for tests/unit/models/nn/optim_torch.c:

    /usr/bin/python3 tests/golden/optim/optim.py

The parameters are those of a linear layer 3 -> 4 and a classifier 4 -> 2: W [4][3], b [4], W [2][4],
b [2]. "training" is what winnow's nn_set_training is told of some of them: [layer, role, factor of
the learning rate, factor of the decay, epochs in which they are trained]. PyTorch has its own
parameter group for these: the learning rate times the factor, the decay divided by it; and no
gradient once they are trained no more, so that it leaves them alone. Two steps are an epoch.

"lookahead" is [steps, decay, power]; of the parameters in state_dict()'s order, as programs that
use it do: the average's lerp_ towards the weights, which are then set to it. "settled" is the
average after the last step.
"""

import json
import pathlib

import torch

COUNTS = [12, 4, 8, 2]  # of W, b, W, b
STEPS, EPOCH = 8, 2
ALL = 1000  # epochs
BIASES = [[0, "biases", 64, 1, ALL]]
SOME = [[0, "weights", 1, 0, ALL], [0, "biases", 0.5, 3, 2], [1, "weights", 2, 1, ALL]]
NEVER = [[0, "weights", 1, 1, 0], [1, "biases", 1, 0, 1]]

SGD = {"lr": 0.1, "momentum": 0.85, "weight_decay": 0.02}
ADAMW = {
    "lr": 0.05,
    "momentum": 0.9,
    "beta2": 0.98,
    "epsilon": 0.001,
    "weight_decay": 0.2,
}
CASES = {
    "adamw": ("adamw", ADAMW, []),
    "adamw-some": ("adamw", {**ADAMW, "lookahead": [3, 0.9, 2]}, SOME),
    "adamw-never": ("adamw", ADAMW, NEVER),
    "sgd": ("sgd", SGD, []),
    "sgd-biases": ("sgd", {**SGD, "lr": 0.01, "nesterov": True}, BIASES),
    "sgd-some": ("sgd", {**SGD, "nesterov": True}, SOME),
    "sgd-never": ("sgd", SGD, NEVER),
    "lookahead": ("sgd", {**SGD, "lookahead": [3, 0.9, 2]}, BIASES),
    "lookahead-constant": ("sgd", {**SGD, "lookahead": [2, 0.5, 0]}, []),
}


def learning_rate(setting, step):
    return setting["lr"] * (1 - 0.1 * step)


def optimiser(name, groups, setting):
    if name == "adamw":
        return torch.optim.AdamW(
            groups,
            lr=setting["lr"],
            betas=(setting["momentum"], setting["beta2"]),
            eps=setting["epsilon"],
        )
    return torch.optim.SGD(
        groups,
        lr=setting["lr"],
        momentum=setting["momentum"],
        nesterov=setting.get("nesterov", False),
    )


def training_of(case, block):
    for layer, role, lr, decay, epochs in case:
        if block == 2 * layer + (role == "biases"):
            return lr, decay, epochs
    return 1, 1, ALL


def make(name, setting, training):
    generator = torch.Generator().manual_seed(1)
    draw = lambda n: torch.randn(n, generator=generator, dtype=torch.float32).double()
    blocks = [draw(n).requires_grad_() for n in COUNTS]
    treated = [training_of(training, k) for k in range(len(blocks))]
    groups = [
        {"params": [b], "weight_decay": setting["weight_decay"] * decay / lr}
        for b, (lr, decay, _) in zip(blocks, treated)
    ]
    steps = optimiser(name, groups, setting)
    average = [b.detach().clone() for b in blocks]
    case = {
        "optimizer": name,
        "setting": setting,
        "training": training,
        "start": torch.cat(blocks).tolist(),
        "steps": [],
    }
    for step in range(STEPS):
        gradients = [draw(n) for n in COUNTS]
        for block, gradient, group, (lr, _, epochs) in zip(
            blocks, gradients, steps.param_groups, treated
        ):
            trained = step // EPOCH < epochs
            block.grad = gradient if trained else None
            gradient *= trained  # the engine has none either
            group["lr"] = learning_rate(setting, step) * lr
        steps.step()
        every, decay, power = setting.get("lookahead", [0, 0, 0])
        if every and (step + 1) % every == 0:
            keep = decay * ((step + 1) / STEPS) ** power
            for a, b in zip(average, blocks):
                a.lerp_(b.detach(), 1 - keep)
                b.data.copy_(a)
        case["steps"].append(
            {
                "epoch": step // EPOCH,
                "lr": learning_rate(setting, step),
                "gradients": torch.cat(gradients).tolist(),
                "weights": torch.cat(blocks).tolist(),
            }
        )
    if "lookahead" in setting:
        case["settled"] = torch.cat(average).tolist()
    return case


def main():
    folder = pathlib.Path(__file__).parent
    for name, case in CASES.items():
        with open(folder / f"{name}.json", "w") as file:
            json.dump(make(*case), file)
            file.write("\n")


if __name__ == "__main__":
    main()
