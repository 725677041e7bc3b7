#!/usr/bin/python3
"""Samplers and quotas where nothing is left to chance, on scores of the recorded network.

    cd tests/golden/pruners && PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 samplers.py > samplers.json

Budgets of classes are found by giving out one sample after the other: each goes to the class that
lies farthest behind its share, of those that are not full (which for these numbers is the largest
remainder's rule), where shares are what is left of the budget by weights, the full ones apart.
"""
import numpy as np

from network import load, losses, one_hot, softmax, write

d = load()
y, yv, runs, epochs, classes = d["labels"], d["validation_labels"], d["runs"], d["epochs"], d["classes"]
n = len(y)
sizes = np.bincount(y, minlength=classes)


def el2n(at):
    return np.linalg.norm(softmax(runs[0]["passes"][at]["logits"]) - one_hot(y), axis=1)


def uncertainty(at):
    return 1 - softmax(runs[0]["passes"][at]["logits"]).max(axis=1)


def forgetting():
    right = np.array([t["logits"].argmax(axis=1) == y for t in runs[0]["training"]])
    flips = (right[:-1] & ~right[1:]).sum(axis=0).astype(float)
    flips[~right.any(axis=0)] = epochs
    return flips


def shares(at, quota):
    """Of each class in the validation split: what is wrong, or the mean loss."""
    z = runs[0]["passes"][at]["validation_logits"]
    wrong = {"error": (z.argmax(axis=1) != yv).astype(float), "loss": losses(z, yv)}.get(quota)
    return sizes.astype(float) if wrong is None else np.array([wrong[yv == c].mean() for c in range(classes)])


def budgets(weights, keep):
    exact, full = np.zeros(classes), np.zeros(classes, bool)
    while True:
        w = np.where(full, 0, weights)
        w = np.where(full, 0, sizes) if w.sum() == 0 else w
        left = keep - sizes[full].sum()
        exact[~full] = (left * w / max(w.sum(), 1e-300))[~full]
        over = ~full & (exact >= sizes)
        exact[over] = sizes[over]
        if not over.any() or full.all():
            break
        full |= over
    out = np.floor(exact + 1e-9).astype(int)
    for c in np.argsort(-(exact - out).round(9), kind="stable")[:keep - out.sum()]:
        out[c] += 1
    return out


def order(scores, members, sampler, skip, keep):
    """The kept of one group."""
    falling = members[np.argsort(-scores[members], kind="stable")]
    if sampler == "bottom":
        return members[np.argsort(scores[members], kind="stable")][:keep]
    first = min(int(skip * len(members) + 0.5), len(members) - keep) if sampler == "window" else 0
    return falling[first:first + keep]


def kept(scores, keep, sampler="top", skip=0.0, quota=None, at=None):
    if quota is None:
        return np.sort(order(scores, np.arange(n), sampler, skip, keep))
    b = budgets(shares(at, quota), keep)
    return np.sort(np.concatenate([order(scores, np.flatnonzero(y == c), sampler, skip, b[c])
                                   for c in range(classes)]))


def case(pruner, options, rate, result):
    return {"pruner": pruner, "options": options, "rate": rate, "kept": result}


write([
    case("el2n", "runs=1 at=3 sampler=window skip=0.3", 0.6, kept(el2n(3), 16, "window", 0.3)),
    case("el2n", "runs=1 at=3 sampler=bottom", 0.6, kept(el2n(3), 16, "bottom")),
    case("el2n", "runs=1 at=2 quota=error", 0.7, kept(el2n(2), 12, quota="error", at=2)),
    case("el2n", "runs=1 at=6 quota=loss", 0.3, kept(el2n(6), 28, quota="loss", at=6)),
    case("uncertainty", "at=1 quota=error sampler=window skip=0.2", 0.5,
         kept(uncertainty(1), 20, "window", 0.2, "error", 1)),
    case("uncertainty", "at=4 quota=size sampler=bottom", 0.8,
         kept(uncertainty(4), 8, "bottom", quota="size", at=4)),
    # A look that the score itself has none of, after the proxy's last epoch.
    case("forgetting", "quota=loss", 0.5, kept(forgetting(), 20, quota="loss", at=epochs)),
    case("forgetting", "quota=error sampler=bottom", 0.1,
         kept(forgetting(), 36, "bottom", quota="error", at=epochs)),
    case("forgetting", "sampler=bottom", 0.5, kept(forgetting(), 20, "bottom")),
])
