#!/usr/bin/python3
"""el2n, forgetting, and the rankings of paper A (epsilon-greedy without its random part, ucb).

    /usr/bin/python3 tests/golden/pruners/first.py > tests/golden/pruners/first.json
"""
import numpy as np

from network import at_rates, load, losses, one_hot, softmax, write

d = load()
y, runs, epochs = d["labels"], d["runs"], d["epochs"]
n = len(y)


def top(scores, keep):
    return np.sort(np.argsort(-scores, kind="stable")[:keep])


def el2n(at, count):
    e = [np.linalg.norm(softmax(runs[r]["passes"][at]["logits"]) - one_hot(y), axis=1)
         for r in range(count)]
    return np.mean(e, axis=0)


def forgetting(count):
    total = np.zeros(n)
    for r in range(count):
        right = np.array([t["logits"].argmax(axis=1) == y for t in runs[r]["training"]])
        flips = (right[:-1] & ~right[1:]).sum(axis=0).astype(float)
        flips[~right.any(axis=0)] = epochs
        total += flips
    return total / count


def paper_a(alpha, c, period, keep, variance):
    """The selections before epochs 0, period, ...: epsilon-greedy with eps = 0, or ucb."""
    mean, var, kept = np.zeros(n), np.zeros(n), {}
    for epoch in range(0, epochs, period):
        l = losses(runs[0]["passes"][epoch]["logits"], y)
        var = (1 - alpha) * var + alpha * (l - mean) ** 2
        mean = (1 - alpha) * mean + alpha * l
        kept[str(epoch)] = top(mean + (c * var if variance else 0), keep)
    return kept


write([
    {"pruner": "el2n", "options": "runs=2 at=6", "scores": el2n(6, 2)},
    {"pruner": "el2n", "options": "runs=1 at=3", "rate": 0.7, "kept": top(el2n(3, 1), 12)},
    {"pruner": "forgetting", "options": "runs=2", "scores": forgetting(2)},
    {"pruner": "epsilon-greedy", "options": "eps=0 alpha=0.6 period=3", "rate": 0.7,
     "kept_before": paper_a(0.6, 0, 3, 12, False)},
    {"pruner": "ucb", "options": "alpha=0.6 c=2 period=3", "rate": 0.7,
     "kept_before": paper_a(0.6, 2, 3, 12, True)},
    *at_rates("el2n", "runs=2 at=10", lambda keep: top(el2n(10, 2), keep)),
    *at_rates("forgetting", "runs=1", lambda keep: top(forgetting(1), keep)),
])
