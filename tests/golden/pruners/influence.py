#!/usr/bin/python3
"""influence-score, dp and dp-eps: the Hessian assembled sample by sample with Kronecker products, and
both optimisation problems by looking at every subset.

    /usr/bin/python3 tests/golden/pruners/influence.py > tests/golden/pruners/influence.json
"""
from itertools import combinations
from math import comb

import numpy as np

from network import load, one_hot, softmax, write

d = load()
y, passes = d["labels"], d["runs"][0]["passes"]
n = len(y)


def influences(at, damping, factor=1):
    """S [n][parameters]"""
    p = softmax(passes[at]["logits"])
    phi = np.concatenate([passes[at]["features"], np.ones((n, 1))], axis=1)
    h = damping * np.eye(p.shape[1] * phi.shape[1])
    for i in range(n):
        h += np.kron(np.diag(p[i]) - np.outer(p[i], p[i]), np.outer(phi[i], phi[i])) / n
    g = np.array([np.kron(p[i] - one_hot(y)[i], phi[i]) for i in range(n)])
    return factor * (np.linalg.inv(h) @ g.T).T / n


def shortest(s, m):
    """The m samples of the shortest sum, and its length."""
    sets = np.fromiter((i for c in combinations(range(n), m) for i in c), int,
                       comb(n, m) * m).reshape(-1, m)
    lengths = np.linalg.norm(sum(s[sets[:, k]] for k in range(m)), axis=1)
    best = lengths.argmin()
    return sets[best], lengths[best]


def others(removed):
    return np.setdiff1d(np.arange(n), removed)


def top(scores, keep):
    return np.sort(np.argsort(-scores, kind="stable")[:keep])


def most_within(s, eps, most):
    for m in range(most, 0, -1):
        removed, length = shortest(s, m)
        if length <= eps:
            return removed
    return []


def norms(s):
    return np.linalg.norm(s, axis=1)


end, middle = influences(10, 5e-4), influences(4, 0.02)
authors = influences(10, 0.25, 25)
reach = [0] + [shortest(end, m)[1] for m in (1, 2, 3, 4)]
two_of_four = (reach[2] + min(reach[3:])) / 2
write([
    {"pruner": "influence-score", "scores": norms(end)},
    {"pruner": "influence-score", "options": "at=4 lambda=0.02", "scores": norms(middle)},
    {"pruner": "influence-score", "options": "at=4 lambda=0.02 solver_h=cg",
     "scores": norms(middle)},
    {"pruner": "influence-score", "options": "preset=authors", "scores": norms(authors)},
    {"pruner": "influence-score", "rate": 0.7, "kept": top(norms(end), 12)},
    {"pruner": "dp", "rate": 0.05, "kept": others(shortest(end, 2)[0])},
    {"pruner": "dp", "options": "at=4 lambda=0.02", "rate": 0.1,
     "kept": others(shortest(middle, 4)[0])},
    {"pruner": "dp-eps", "options": f"eps={two_of_four:.6g}", "rate": 0.1,
     "kept": others(most_within(end, float(f"{two_of_four:.6g}"), 4))},
    {"pruner": "dp-eps", "options": "eps=1000", "rate": 0.1,
     "kept": others(shortest(end, 4)[0])},
])
