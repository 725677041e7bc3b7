#!/usr/bin/python3
"""A small trained network, written down: what every pruner's golden numbers are computed from.

    /usr/bin/python3 tests/golden/pruners/network.py > tests/golden/pruners/network.json

Plain NumPy in double precision: three overlapping clouds, every eighth label wrong, one hidden layer
of leaky relu units, SGD. For each run and epoch the file holds what a harness would lend: logits and
features of a scoring pass over the training and the validation split, the last layer, every
sample's gradient in all parameters (norm, and product with the mean), and what training itself
computed on the way (logits, mean loss of the batch). tests/support/recording.c reads it; load() below is
for the scripts beside this one, so that both compute from the same rounded numbers.
"""
import json
import os
import sys

import numpy as np

N, VALIDATION, CLASSES, INPUTS, FEATURES = 40, 12, 3, 5, 4
RUNS, EPOCHS, BATCH, LR, SLOPE = 2, 10, 8, 0.15, 0.1


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def one_hot(y, classes=CLASSES):
    return np.eye(classes)[y]


def losses(z, y):
    return -np.log(softmax(z)[np.arange(len(y)), y])


def make_data(rng, n):
    y = np.arange(n) % CLASSES
    centres = np.random.default_rng(1).normal(size=(CLASSES, INPUTS)) * 1.6
    x = centres[y] + rng.normal(size=(n, INPUTS))
    y = np.where(np.arange(n) % 8 == 5, (y + 1) % CLASSES, y)
    return x, y


def forward(net, x):
    h = x @ net["w1"].T + net["b1"]
    h = np.where(h > 0, h, SLOPE * h)
    return h, h @ net["w2"].T + net["b2"]


def sample_gradients(net, x, y):
    """[n][all parameters]"""
    h, z = forward(net, x)
    dz = softmax(z) - one_hot(y)
    dh = dz @ net["w2"] * np.where(h > 0, 1, SLOPE)
    parts = [np.einsum("ni,nj->nij", dh, x), dh, np.einsum("ni,nj->nij", dz, h), dz]
    return np.concatenate([p.reshape(len(x), -1) for p in parts], axis=1)


def step(net, x, y):
    g = sample_gradients(net, x, y).mean(axis=0)
    at = 0
    for name in ("w1", "b1", "w2", "b2"):
        size = net[name].size
        net[name] -= LR * g[at:at + size].reshape(net[name].shape)
        at += size


def look(net, train, validation):
    """One scoring pass."""
    x, y = train
    h, z = forward(net, x)
    vh, vz = forward(net, validation[0])
    g = sample_gradients(net, x, y)
    return {
        "logits": z, "features": h, "validation_logits": vz, "validation_features": vh,
        "classifier": np.concatenate([net["w2"], net["b2"][:, None]], axis=1),
        "gradient_norms": np.linalg.norm(g, axis=1), "gradient_dots": g @ g.mean(axis=0),
    }


def train(run, data, validation):
    x, y = data
    rng = np.random.default_rng(100 + run)
    net = {"w1": rng.normal(size=(FEATURES, INPUTS)) * 0.6, "b1": np.full(FEATURES, 0.1),
           "w2": rng.normal(size=(CLASSES, FEATURES)) * 0.5, "b2": np.zeros(CLASSES)}
    passes, training = [look(net, data, validation)], []
    for _ in range(EPOCHS):
        seen, batch_losses = np.zeros((N, CLASSES)), np.zeros(N)
        order = rng.permutation(N)
        for first in range(0, N, BATCH):
            i = order[first:first + BATCH]
            seen[i] = forward(net, x[i])[1]
            batch_losses[i] = losses(seen[i], y[i]).mean()
            step(net, x[i], y[i])
        training.append({"logits": seen, "batch_losses": batch_losses})
        passes.append(look(net, data, validation))
    return {"passes": passes, "training": training}


def load():
    """The file as it is: runs[r]["passes"][epoch completed] and runs[r]["training"][epoch - 1] hold
    arrays; "labels" and "validation_labels" are vectors."""
    def arrays(d):
        return {k: np.array(v) for k, v in d.items()}

    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "network.json")) as f:
        d = json.load(f)
    for run in d["runs"]:
        run["passes"] = [arrays(p) for p in run["passes"]]
        run["training"] = [arrays(t) for t in run["training"]]
    d["labels"] = np.array(d["labels"])
    d["validation_labels"] = np.array(d["validation_labels"])
    return d


def at_rates(pruner, options, kept):
    """What is kept at the rates at which the comparisons with other programs were made; kept(keep)."""
    return [{"pruner": pruner, "options": options, "rate": r, "kept": kept(int((1 - r) * N + 0.5))}
            for r in (0.3, 0.5, 0.7, 0.9)]


def write(cases):
    """Expectations as a family's script prints them: numbers with seven digits."""
    def plain(v):
        if isinstance(v, np.ndarray):
            v = v.tolist()
        if isinstance(v, (list, tuple)):
            return [plain(x) for x in v]
        if isinstance(v, dict):
            return {k: plain(x) for k, x in v.items()}
        if isinstance(v, (float, np.floating)):
            return float(f"{v:.7g}")
        return int(v) if isinstance(v, np.integer) else v

    print("[\n" + ",\n".join(json.dumps(plain(c)) for c in cases) + "\n]")


def main():
    rng = np.random.default_rng(7)
    data, validation = make_data(rng, N), make_data(rng, VALIDATION)
    runs = [train(run, data, validation) for run in range(RUNS)]

    def rounded(d):
        return {k: [float(f"{v:.6g}") for v in a.ravel()] if a.ndim == 1
                else [[float(f"{v:.6g}") for v in row] for row in a] for k, a in d.items()}

    doc = {"n": N, "classes": CLASSES, "feature_count": FEATURES, "epochs": EPOCHS,
           "labels": data[1].tolist(), "validation_labels": validation[1].tolist(),
           "runs": [{"passes": [rounded(p) for p in r["passes"]],
                     "training": [rounded(t) for t in r["training"]]} for r in runs]}
    json.dump(doc, sys.stdout, separators=(",", ":"))
    print()
    for run in runs:
        last = run["passes"][-1]["logits"]
        print("accuracy", (last.argmax(axis=1) == data[1]).mean(), file=sys.stderr)


if __name__ == "__main__":
    main()
