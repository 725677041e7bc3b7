#!/usr/bin/python3
"""craig, gradmatch, glister, graph-cut, facility-location: from the definitions, with every
gradient written out, every gain as a difference of two values of the function, every similarity in
a matrix, and the weights of gradmatch by trying all sets of positive ones.

    cd tests/golden/pruners && PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 greedy.py > greedy.json

The last lines on the error stream are the closest calls: the smallest difference between the best
and the second best candidate of a pick. They must be far above single precision.
"""
import itertools
import sys

import numpy as np

from network import at_rates, load, one_hot, softmax, write

d = load()
y, yv, classes = d["labels"], d["validation_labels"], d["classes"]
n = len(y)
calls = []


def look(at):
    """The last layer's gradients [n][classes][features + 1] of both splits, and the last layer."""
    p = d["runs"][0]["passes"][at]
    f = np.c_[p["features"], np.ones(n)]
    fv = np.c_[p["validation_features"], np.ones(len(yv))]
    g = np.einsum("nc,nf->ncf", softmax(p["logits"]) - one_hot(y), f)
    return g, fv, p["classifier"]


def budgets(keep):
    """Largest remainders."""
    exact = keep * np.bincount(y, minlength=classes) / n
    left = exact - np.floor(exact)
    b = np.floor(exact).astype(int)
    for c in np.argsort(-left, kind="stable")[:keep - b.sum()]:
        b[c] += 1
    return b


def best(gains):
    """The highest of {candidate: gain}, ties to the lowest. Ties are no accident: of two samples that
    are each other's nearest and both nearer than what is chosen, facility location gains the same by
    either. So what differs by rounding alone is a tie."""
    top = max(gains.values())
    tied = [j for j in gains if top - gains[j] < 1e-9]
    calls.extend(top - gains[j] for j in gains if j not in tied)
    return min(tied)


def maximise(function, m, keep):
    chosen = []
    for _ in range(keep):
        gains = {j: function(chosen + [j]) - function(chosen) for j in range(m) if j not in chosen}
        chosen.append(best(gains))
    return chosen


def cosines(g):
    flat = g.reshape(len(g), -1)
    unit = flat / np.linalg.norm(flat, axis=1, keepdims=True)
    return (1 + unit @ unit.T) / 2


def facility(s):
    return lambda chosen: s[:, chosen].max(axis=1).sum() if chosen else 0


def graph_cut(s, lam):
    return lambda chosen: lam * s[:, chosen].sum() - s[np.ix_(chosen, chosen)].sum()


def distances(g):
    flat = g.reshape(len(g), -1)
    return np.array([[np.linalg.norm(a - b) for b in flat] for a in flat])


def per_class(at, keep, of_class):
    g, kept, weights = look(at)[0], [], []
    for c, budget in enumerate(budgets(keep)):
        members = np.flatnonzero(y == c)
        chosen, w = of_class(g[members], budget, c)
        kept += members[chosen].tolist()
        weights += list(w)
    order = np.argsort(kept)
    return np.array(kept)[order], np.array(weights)[order] * len(kept) / np.sum(weights)


def craig(at, keep):
    def of_class(g, budget, _):
        dist = distances(g)
        chosen = maximise(facility(dist.max() - dist), len(g), budget)
        gammas = np.zeros(budget)
        for i in range(len(g)):
            gammas[chosen.index(i) if i in chosen else np.argmin(dist[i, chosen])] += 1
        return chosen, gammas

    kept, weights = per_class(at, keep, of_class)
    return {"kept": kept, "weights": weights}


def nonnegative_ridge(a, b, lam):
    """The set of positive weights whose ridge is optimal for all, by trying every set."""
    k = len(a)
    for size in range(k, -1, -1):
        for positive in map(list, itertools.combinations(range(k), size)):
            w = np.zeros(k)
            part = a[positive]
            w[positive] = np.linalg.solve(part @ part.T + lam * np.eye(size), part @ b)
            slope = a @ (b - a.T @ w) - lam * w
            if (w >= 0).all() and (slope <= 1e-9).all():
                return w
    raise AssertionError


def gradmatch(at, keep, lam, whole=False):
    """Own block and the class's sum, or the whole gradient and the mean, as DeepCore has it: then
    w comes out smaller by the class's size, which differs from class to class."""
    def of_class(g, budget, c):
        a = g.reshape(len(g), -1) if whole else g[:, c, :]
        b, chosen = a.mean(axis=0) if whole else a.sum(axis=0), []
        r = b
        while len(chosen) < budget:
            products = {j: a[j] @ r for j in range(len(a)) if j not in chosen}
            if max(products.values()) <= 0:
                chosen += sorted(products, key=lambda j: (-products[j], j))[:budget - len(chosen)]
                break
            chosen.append(best(products))
            s = a[chosen]
            r = b - s.T @ np.linalg.solve(s @ s.T + lam * np.eye(len(s)), s @ b)
        return chosen, nonnegative_ridge(a[chosen], b, lam) * (len(g) if whole else 1)

    kept, weights = per_class(at, keep, of_class)
    return {"kept": kept, "weights": weights}


def submodular(at, keep, function):
    def of_class(g, budget, _):
        return maximise(function(cosines(g)), len(g), budget), np.ones(budget)

    return {"kept": per_class(at, keep, of_class)[0]}


def glister(at, keep, rounds, eta, balance=False, step=np.mean):
    g, fv, theta = look(at)
    left = budgets(keep) if balance else np.full(classes, n)
    kept = []
    for r in range(1, rounds + 1):
        moved = theta - eta * step(g[kept], axis=0) if kept else theta
        v = np.einsum("nc,nf->cf", softmax(fv @ moved.T) - one_hot(yv), fv) / len(yv)
        while len(kept) < keep * r // rounds:
            gains = {j: eta * (g[j] * v).sum() for j in range(n)
                     if j not in kept and left[y[j]] > 0}
            kept.append(best(gains))
            left[y[kept[-1]]] -= 1
    return {"kept": sorted(kept)}


def case(name, options, rate, result):
    return {"pruner": name, "options": options, "rate": rate, **result}


write([
    case("craig", "at=4", 0.5, craig(4, 20)),
    case("craig", "at=0", 0.8, craig(10, 8)),
    case("craig", "at=1", 0.1, craig(1, 36)),
    case("gradmatch", "at=3", 0.6, {**gradmatch(3, 16, 0.5), "tolerance": 1e-4}),
    case("gradmatch", "at=9 lambda=2", 0.3, {**gradmatch(9, 28, 2), "tolerance": 1e-4}),
    case("gradmatch", "at=3 preset=deepcore", 0.6, {**gradmatch(3, 16, 1, True), "tolerance": 1e-4}),
    case("gradmatch", "at=8 gradient=whole", 0.7, {**gradmatch(8, 12, 0.5, True), "tolerance": 1e-4}),
    case("facility-location", "at=4", 0.5, submodular(4, 20, facility)),
    case("facility-location", "at=0", 0.8, submodular(10, 8, facility)),
    case("graph-cut", "at=4", 0.6, submodular(4, 16, lambda s: graph_cut(s, 1))),
    case("graph-cut", "at=7 lambda=3", 0.3, submodular(7, 28, lambda s: graph_cut(s, 3))),
    case("glister", "at=2", 0.5, glister(2, 20, 15, 0.1)),
    case("glister", "at=5 rounds=4 eta=2", 0.7, glister(5, 12, 4, 2)),
    case("glister", "at=5 rounds=1", 0.7, glister(5, 12, 1, 0.1)),
    case("glister", "at=8 rounds=6 eta=1 balance=class", 0.4, glister(8, 24, 6, 1, True)),
    case("glister", "at=5 rounds=4 eta=0.2 step=sum", 0.5, glister(5, 20, 4, 0.2, step=np.sum)),
    *at_rates("craig", "at=10", lambda keep: craig(10, keep)["kept"]),
    *at_rates("gradmatch", "at=10", lambda keep: gradmatch(10, keep, 0.5)["kept"]),
    *at_rates("gradmatch", "at=10 preset=deepcore", lambda keep: gradmatch(10, keep, 1, True)["kept"]),
    *at_rates("facility-location", "at=10", lambda keep: submodular(10, keep, facility)["kept"]),
    *at_rates("graph-cut", "at=10",
              lambda keep: submodular(10, keep, lambda s: graph_cut(s, 1))["kept"]),
    *at_rates("glister", "at=10 rounds=1", lambda keep: glister(10, keep, 1, 0.1)["kept"]),
    *at_rates("glister", "at=10", lambda keep: glister(10, keep, 15, 0.1)["kept"]),
])
print("closest calls", np.sort(calls)[:8], file=sys.stderr)
