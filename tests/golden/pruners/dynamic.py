#!/usr/bin/python3
"""seta, infobatch, the two on batch losses, and proxy-filter, with options under which nothing is left to chance:
r = 0 for seta, a rate next to 1 for infobatch (whatever may be dropped is). What training has not
seen keeps its score, so each selection depends on all those before it; but for proxy-filter, whose
proxy is the first run's network, looked at before each epoch in batches of 8, in the order of the file.

    /usr/bin/python3 tests/golden/pruners/dynamic.py > tests/golden/pruners/dynamic.json
"""
from itertools import combinations

import numpy as np

from network import load, losses, write

ALWAYS = 0.999999  # the draws of seed 1 spare no easy one

d = load()
y, training, epochs = d["labels"], d["runs"][0]["training"], d["epochs"]
n = len(y)


def groups_of(scores, count):
    """Every way of cutting the sorted scores into runs is tried."""
    values = np.unique(scores)
    count = min(count, len(values))
    weight = np.array([(scores == v).sum() for v in values], dtype=float)

    def spread(a, b):
        mean = np.average(values[a:b], weights=weight[a:b])
        return (weight[a:b] * (values[a:b] - mean) ** 2).sum()

    table = {(a, b): spread(a, b) for a in range(len(values)) for b in range(a + 1, len(values) + 1)}
    best = min(combinations(range(1, len(values)), count - 1),
               key=lambda cuts: sum(table[a, b] for a, b in zip((0,) + cuts, cuts + (len(values),))))
    return np.searchsorted(values[list(best)], scores, side="right"), count


def seta(epoch, scores, G, w, delta):
    if epoch == 0 or epoch >= epochs - int((1 - delta) * epochs + 0.5):
        return np.arange(n)
    group, count = groups_of(scores, G)
    size = max(1, round(count * w))  # Python's: halves to even
    first = epoch % (count - size + 1)
    return np.flatnonzero((group >= first) & (group < first + size))


def infobatch(epoch, scores, delta):
    if epoch >= epochs - int((1 - delta) * epochs + 0.5):
        return np.arange(n)
    return np.flatnonzero(scores >= scores.mean()) if np.ptp(scores) > 0 else np.arange(n)


def kept_before(rule, start, smoothed, **options):
    scores, kept = np.full(n, float(start)), {}
    for epoch in range(epochs):
        chosen = rule(epoch, scores, **options)
        kept[str(epoch)] = chosen
        seen = training[epoch]
        if smoothed:
            scores[chosen] = 0.9 * scores[chosen] + 0.1 * seen["batch_losses"][chosen]
        else:
            scores[chosen] = losses(seen["logits"], y)[chosen]
    return kept


def proxy_filter(rate, anneal):
    """The highest losses of each batch, so many that those up to its end are the rate's share."""
    kept, keep = {}, int((1 - rate) * n + 0.5)
    for epoch in range(epochs):
        l = losses(d["runs"][0]["passes"][epoch]["logits"], y)
        bounds = [(b, min(b + 8, n)) for b in range(0, n, 8)]
        shares = [int(keep * to / n + 0.5) - int(keep * b / n + 0.5) for b, to in bounds]
        masks = [b + np.argsort(-l[b:to], kind="stable")[:k] for (b, to), k in zip(bounds, shares)]
        last = epoch >= epochs - int(anneal * epochs + 0.5)
        kept[str(epoch)] = np.arange(n) if last else np.sort(np.concatenate(masks))
    return {"pruner": "proxy-filter", "options": f"anneal={anneal}", "rate": rate, "kept_before": kept}


def case(pruner, rule, start, smoothed, **options):
    words = [f"{k}={v}" for k, v in options.items()]
    of_seta = rule is seta
    return {"pruner": pruner, "options": " ".join((["r=0"] if of_seta else []) + words),
            "rate": 0.5 if of_seta else ALWAYS,
            "kept_before": kept_before(rule, start, smoothed, **options)}


write([
    case("seta", seta, 3, False, G=5, w=0.9, delta=0.875),
    case("seta", seta, 3, False, G=4, w=0.5, delta=0.6),
    case("seta", seta, 3, False, G=3, w=0.3, delta=1),
    case("bls-seta", seta, 0, True, G=4, w=0.7, delta=0.875),
    case("bls-seta", seta, 0, True, G=3, w=0.34, delta=1),
    case("infobatch", infobatch, 0, False, delta=0.875),
    case("infobatch", infobatch, 0, False, delta=0.5),
    case("bls-infobatch", infobatch, 0, True, delta=0.875),
    case("bls-infobatch", infobatch, 0, True, delta=1),
    proxy_filter(0.5, 0.2),
    proxy_filter(0.7, 0),
])
