#!/usr/bin/python3
"""The pruners of 2024 to 2026: repb, dynimpt, divbs, ugies, chg, zcore, diffprob, extrapolate.

    cd tests/golden/pruners
    PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 newer.py > newer.json

chg by the sum over all subsets that defines Shapley's value, divbs by Gram and Schmidt on whole
gradients, zcore by all distances of every draw, diffprob by trying every threshold there is. What
is drawn, is drawn from the program's own streams (draws.py).
"""
from itertools import combinations
from math import comb, sqrt

import numpy as np

from draws import INIT, SCORE, SELECT, Stream
from network import load, losses, one_hot, softmax, write

d = load()
y, runs, epochs = d["labels"], d["runs"], d["epochs"]
n, classes = len(y), d["classes"]
training, passes = runs[0]["training"], runs[0]["passes"]


def top(scores, keep):
    return np.sort(np.argsort(-scores, kind="stable")[:keep])


def budgets(keep):
    """Largest remainder, ties to the lower class."""
    exact = np.bincount(y, minlength=classes) * keep / n
    out = np.floor(exact + 1e-9).astype(int)
    for c in np.argsort(-(exact - out).round(9), kind="stable")[:keep - out.sum()]:
        out[c] += 1
    return out


def half_up(x):
    return int(x + 0.5)


# ---- Dynamic ----

def repb():
    """With a rate next to 1: who was out stays out."""
    kept, now = {}, np.arange(n)
    for epoch in range(epochs):
        kept[str(epoch)] = now
        seen = training[epoch]
        above = losses(seen["logits"], y) >= seen["batch_losses"]
        now = now[above[now]]
    return kept


def dynimpt(W, keep, full_every, rate):
    kept, last, history = {}, np.zeros(n), []
    for epoch in range(epochs):
        if epoch < W or (epoch + 1) % full_every == 0:
            now = np.arange(n)
        else:
            window = np.array(history[-W:])
            fall = (window[0] - window[-1]) / (window[0].mean() - window[-1].mean())
            parts = [-fall if window[0].mean() > window[-1].mean() else fall, window[-1],
                     window.std(axis=0)]
            s = sum((p - p.min()) / (p.max() - p.min()) for p in parts)
            now = []
            for c, budget in enumerate(budgets(half_up((1 - rate) * n))):
                members = np.flatnonzero(y == c)
                ranked = members[np.argsort(-s[members], kind="stable")]
                out = len(members) - budget
                first = {"hard": 0, "easy": out, "middle": (out + 1) // 2}[keep]
                now += list(ranked[first:first + budget])
            now = np.sort(now)
        kept[str(epoch)] = now
        last = last.copy()
        last[now] = losses(training[epoch]["logits"], y)[now]
        history.append(last)
    return {"pruner": "dynimpt", "options": f"W={W} keep={keep} full_every={full_every}",
            "rate": rate, "kept_before": kept}


def divbs(rate):
    """The greatest, in batches of 8 in the order of the file; few enough that no gradient is left
    without a direction of its own."""
    trained, keep = {}, half_up((1 - rate) * n)
    for epoch in range(epochs):
        look, taken = passes[epoch], []
        e = softmax(look["logits"]) - one_hot(y)
        g = np.einsum("ic,if->icf", e, look["features"]).reshape(n, -1)
        for first in range(0, n, 8):
            batch, basis, mine = range(first, min(first + 8, n)), [], []
            r = g[first:first + 8].mean(axis=0)
            for _ in range(half_up(keep * (first + 8) / n) - half_up(keep * first / n)):
                i = max((i for i in batch if i not in mine), key=lambda i: abs(g[i] @ r))
                v = g[i] - sum(((b @ g[i]) * b for b in basis), np.zeros(g.shape[1]))
                basis.append(v / np.linalg.norm(v))
                r = r - (basis[-1] @ r) * basis[-1]
                mine.append(i)
            taken += mine
        trained[str(epoch)] = sorted(taken)
    return {"pruner": "divbs", "options": "draw=greatest", "rate": rate, "trained_in": trained}


def ugies(T, rate, seed):
    """The recording has no features of training: all are 0, and as far from each other."""
    kept, scores, keep = {}, np.zeros(n), half_up((1 - rate) * n)
    for epoch in range(epochs):
        stream = Stream(seed, epoch, SELECT)
        keys = np.array([s / T + stream.gumbel() for s in scores])
        annealed = epoch >= epochs - half_up(0.2 * epochs)
        now = np.arange(n) if annealed else top(keys, keep)
        kept[str(epoch)] = now
        p = softmax(training[epoch]["logits"])
        scores[now] = (-(p * np.log(p)).sum(axis=1) - 1)[now]
    return {"pruner": "ugies", "options": f"T={T} anneal=0.2", "rate": rate, "seed": seed,
            "kept_before": kept}


# ---- Static ----

def class_vectors(at, of):
    look = passes[at]
    inputs = np.concatenate([look["features"], np.ones((n, 1))], axis=1)
    g = np.einsum("ic,if->icf", softmax(look["logits"]) - one_hot(y), inputs).reshape(n, -1)
    return g * losses(look["logits"], y)[:, None] if of == "loss-gradient" else g


def shapley(x):
    """Of each row of x in the game 2 mean . mean_S - || mean_S ||^2, by all subsets."""
    m, mean = len(x), x.mean(axis=0)
    value = {frozenset(): 0.0}
    for size in range(1, m + 1):
        for s in combinations(range(m), size):
            v = x[list(s)].mean(axis=0)
            value[frozenset(s)] = 2 * mean @ v - v @ v
    out = np.zeros(m)
    for s, v in value.items():
        for i in range(m):
            if i not in s:
                out[i] += (value[s | {i}] - v) / (m * comb(m - 1, len(s)))
    return out


def chg_scores(at, of):
    x = class_vectors(at, of)
    return np.array([-np.linalg.norm(x[i] - x[y == y[i]].mean(axis=0)) for i in range(n)])


def chg_kept(at, of, keep):
    x, kept = class_vectors(at, of), []
    for c, budget in enumerate(budgets(keep)):
        members = np.flatnonzero(y == c)
        kept += list(members[np.argsort(-shapley(x[members]), kind="stable")[:budget]])
    return sorted(kept)


def zcore(at, draws, neighbours, exponent, seed):
    x = passes[at]["features"].astype(np.float32)
    width, stream = x.shape[1], Stream(seed, 0, SCORE)
    s = np.array([stream.uniform() for _ in range(n)])
    low, middle, high = (f(x.astype(float), axis=0) for f in (np.min, np.median, np.max))

    def coordinate(a):
        u, span = stream.uniform(), high[a] - low[a]
        if u * span < middle[a] - low[a]:
            return np.float32(low[a] + sqrt(u * span * (middle[a] - low[a])))
        return np.float32(high[a] - sqrt((1 - u) * span * (high[a] - middle[a])))

    for _ in range(draws * n):
        a = stream.below(width)
        b = stream.below(width - 1)
        b += b >= a
        point = np.array([coordinate(a), coordinate(b)])
        plane = x[:, [a, b]]
        i = np.abs(plane - point).sum(axis=1).argmin()
        s[i] += 1
        apart = np.abs(plane - plane[i]).sum(axis=1)
        near = [j for j in np.argsort(apart, kind="stable") if j != i][:neighbours]
        if apart[near[0]] == 0:
            s[near[0]] -= 1
        else:
            share = 1 / apart[near].astype(float) ** exponent
            s[near] -= share / share.sum()
    return s


def diffprob(at, keep):
    q, kept = softmax(passes[at]["logits"])[np.arange(n), y], []

    def walk(order, threshold):
        out = [order[0]]
        for i in order[1:]:
            if q[out[-1]] - q[i] > threshold:
                out.append(i)
        return out

    for c, budget in enumerate(budgets(keep)):
        members = np.flatnonzero(y == c)
        order = members[np.argsort(-q[members], kind="stable")]
        gaps = sorted({q[i] - q[j] for i in order for j in order}, reverse=True)
        chains = (walk(order, gap * (1 - 1e-6)) for gap in gaps)
        kept += next(chain for chain in chains if len(chain) >= budget)[:budget]
    return sorted(kept)


def el2n(at, count):
    return np.mean([np.linalg.norm(softmax(runs[r]["passes"][at]["logits"]) - one_hot(y), axis=1)
                    for r in range(count)], axis=0)


def extrapolate(scores, at, share, k, seed):
    scored = np.array(Stream(seed, 0, INIT).front(range(n), half_up(share * n)))
    x, out = passes[at]["features"], scores.copy()
    for i in set(range(n)) - set(scored):
        apart = np.linalg.norm(x[np.sort(scored)] - x[i], axis=1)
        out[i] = scores[np.sort(scored)[np.argsort(apart, kind="stable")[:k]]].mean()
    return out


some = extrapolate(el2n(6, 2), 6, 0.3, 4, 5)
write([
    {"pruner": "repb", "options": "cap=5", "rate": 0.999999, "kept_before": repb()},
    dynimpt(5, "middle", 20, 0.5),
    dynimpt(3, "middle", 4, 0.7),
    dynimpt(2, "hard", 20, 0.6),
    dynimpt(2, "easy", 5, 0.25),
    divbs(0.5),
    divbs(0.8),
    ugies(5, 0.5, 1),
    ugies(0.1, 0.7, 2),
    {"pruner": "chg", "options": "at=4", "rate": 0.6, "scores": chg_scores(4, "loss-gradient"),
     "kept": chg_kept(4, "loss-gradient", 16)},
    {"pruner": "chg", "options": "at=9 of=gradient", "rate": 0.3,
     "scores": chg_scores(9, "gradient"), "kept": chg_kept(9, "gradient", 28)},
    {"pruner": "chg", "options": "at=7 balance=none", "rate": 0.5,
     "kept": top(chg_scores(7, "loss-gradient"), 20)},
    {"pruner": "zcore", "options": "at=5", "scores": zcore(5, 20, 1000, 4, 1)},
    {"pruner": "zcore", "options": "at=8 draws=7 neighbours=6 exponent=2", "seed": 3, "rate": 0.4,
     "scores": zcore(8, 7, 6, 2, 3), "kept": top(zcore(8, 7, 6, 2, 3), 24)},
    {"pruner": "diffprob", "rate": 0.5, "kept": diffprob(10, 20)},
    {"pruner": "diffprob", "options": "at=5", "rate": 0.7, "kept": diffprob(5, 12)},
    {"pruner": "extrapolate", "options": "share=0.3 k=4 score_options=runs=2\tat=6", "seed": 5,
     "rate": 0.6, "scores": some, "kept": top(some, 16)},
])
