#!/usr/bin/python3
"""grand, aum, uncertainty, moso, tdds, dyn-unc, dual, eva, and ccs where nothing is left to chance.

    cd tests/golden/pruners
    PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 trajectories.py > trajectories.json

Whole trajectories and whole gradient vectors are held in memory; windows are cut out of them.
"""
import numpy as np

from network import at_rates, load, one_hot, softmax, write

d = load()
y, runs, epochs = d["labels"], d["runs"], d["epochs"]
n = len(y)
rows = np.arange(n)


def top(scores, keep):
    return np.sort(np.argsort(-scores, kind="stable")[:keep])


def top_by_class(scores, keep):
    """Largest remainder, ties to the lower class."""
    sizes = np.bincount(y)
    exact = keep * sizes / n
    budgets = np.floor(exact + 1e-9).astype(int)
    for c in np.argsort(-(exact - budgets).round(9), kind="stable")[:keep - budgets.sum()]:
        budgets[c] += 1
    return np.sort(np.concatenate([
        [i for i in np.argsort(-scores, kind="stable") if y[i] == c][:budgets[c]]
        for c in range(len(sizes))]).astype(int))


def last_gradients(look):
    """[n][classes * (features + 1)]"""
    inputs = np.concatenate([look["features"], np.ones((n, 1))], axis=1)
    return np.stack([np.outer(e, x).ravel()
                     for e, x in zip(softmax(look["logits"]) - one_hot(y), inputs)])


def grand(at, count, full=False):
    norms = [runs[r]["passes"][at]["gradient_norms"] if full
             else np.linalg.norm(last_gradients(runs[r]["passes"][at]), axis=1)
             for r in range(count)]
    return np.mean(norms, axis=0)


def moso(checkpoints, full=False, program=False):
    total = np.zeros(n)
    for at in checkpoints:
        look = runs[0]["passes"][at]
        if program:  # N^2 times the fall of the squared gradient norm, written out
            if full:
                g2, dots = look["gradient_norms"] ** 2, look["gradient_dots"]
                mean2 = dots.mean()
            else:
                g = last_gradients(look)
                g2, dots, mean2 = (g ** 2).sum(axis=1), g @ g.mean(axis=0), (g.mean(axis=0) ** 2).sum()
            total += (2 * n - 3) / (n - 1) ** 2 * mean2 - g2 / (n - 1) ** 2 \
                + (2 * n - 4) / (n - 1) ** 2 * (dots - g2 / n)
            continue
        if full:
            total += look["gradient_dots"] - look["gradient_norms"] ** 2 / n
            continue
        g = last_gradients(look)
        for i in range(n):
            others = (g.sum(axis=0) - g[i]) / n
            total[i] += others @ g[i]
    return total / len(checkpoints)


def logits(T):
    """[T][n][classes], as training saw them."""
    return np.array([t["logits"] for t in runs[0]["training"][:T]])


def aum(T, probabilities=False):
    z = softmax(logits(T)) if probabilities else logits(T)
    others = np.where(one_hot(y) == 1, -np.inf, z).max(axis=2)
    return -(z[:, rows, y] - others).mean(axis=0)


def uncertainty(at, measure):
    p = softmax(runs[0]["passes"][at]["logits"])
    s = np.sort(p, axis=1)[:, ::-1]
    return {"least-confidence": 1 - s[:, 0], "margin": s[:, 1] - s[:, 0],
            "entropy": -(p * np.log(p)).sum(axis=1)}[measure]


def windows(values, J):
    J = min(J, len(values))
    return [values[k:k + J] for k in range(len(values) - J + 1)]


def label_p(T):
    return softmax(logits(T))[:, rows, y]


def dyn_unc(T, J, without_last=False):
    w = windows(label_p(T), J)
    return np.mean([v.std(axis=0, ddof=1) for v in (w[:-1] if without_last and len(w) > 1 else w)],
                   axis=0)


def dual(T, J):
    return np.mean([w.std(axis=0, ddof=1) * (1 - w.mean(axis=0)) for w in windows(label_p(T), J)],
                   axis=0)


def tdds(T, J, beta):
    w = windows(softmax(logits(T)), J)
    score = np.zeros(n)
    for k, p in enumerate(w):
        steps = np.abs(p[1:] * np.log((p[1:] + 1e-8) / (p[:-1] + 1e-8))).sum(axis=2)
        deviation = np.linalg.norm(steps - steps.mean(axis=0), axis=0)
        score += beta * (1 - beta) ** (len(w) - 1 - k) * deviation
    return score


def eva(T, early, late, window):
    errors = np.linalg.norm(softmax(logits(T)) - one_hot(y), axis=2)
    halves = [errors[first - 1:first - 1 + window].var(axis=0, ddof=1) for first in (early, late)]
    return sum(v / v.sum() for v in halves) / 2


def ccs_all_strata_of_one(scores, beta, keep):
    """With so many strata that each holds one score, all budgets are 0 or 1; the smallest come
    first, ties the easier first, and the remainder is left to the last: the hardest that were not
    dropped."""
    order = np.argsort(-scores, kind="stable")
    dropped = min(int(beta * n + 0.5), n - keep)
    return np.sort(order[dropped:dropped + keep])


write([
    {"pruner": "grand", "options": "runs=2 at=6", "scores": grand(6, 2)},
    {"pruner": "grand", "options": "runs=1 at=3", "rate": 0.7, "kept": top(grand(3, 1), 12)},
    {"pruner": "grand", "options": "runs=2 at=4 params=full", "scores": grand(4, 2, True)},
    {"pruner": "aum", "scores": aum(10)},
    {"pruner": "aum", "options": "epochs=4 balance=class", "rate": 0.7, "scores": aum(4),
     "kept": top_by_class(aum(4), 12)},
    {"pruner": "aum", "options": "margin=probabilities", "rate": 0.7, "scores": aum(10, True),
     "kept": top(aum(10, True), 12)},
    {"pruner": "uncertainty", "scores": uncertainty(10, "least-confidence")},
    {"pruner": "uncertainty", "options": "measure=entropy at=3", "rate": 0.3,
     "scores": uncertainty(3, "entropy"), "kept": top(uncertainty(3, "entropy"), 28)},
    {"pruner": "uncertainty", "options": "measure=margin at=7",
     "scores": uncertainty(7, "margin"), "kept": top(uncertainty(7, "margin"), 20)},
    {"pruner": "moso", "options": "epochs=10 checkpoints=5", "scores": moso([2, 4, 6, 8, 10])},
    {"pruner": "moso", "options": "epochs=7 checkpoints=3", "rate": 0.7,
     "scores": moso([3, 6, 7]), "kept": top(moso([3, 6, 7]), 12)},
    {"pruner": "moso", "options": "epochs=8 checkpoints=2 params=full",
     "scores": moso([4, 8], True)},
    {"pruner": "moso", "options": "epochs=10 checkpoints=5 rule=program", "rate": 0.7,
     "scores": moso([2, 4, 6, 8, 10], False, True), "kept": top(moso([2, 4, 6, 8, 10], False, True), 12)},
    {"pruner": "moso", "options": "preset=authors epochs=8 checkpoints=2", "rate": 0.7,
     "scores": moso([4, 8], True, True), "kept": top_by_class(moso([4, 8], True, True), 12)},
    {"pruner": "tdds", "options": "T=10 J=4", "scores": tdds(10, 4, 0.9)},
    {"pruner": "tdds", "options": "T=8 J=3 beta=0.3", "rate": 0.7, "scores": tdds(8, 3, 0.3),
     "kept": top(tdds(8, 3, 0.3), 12)},
    {"pruner": "tdds", "options": "T=5 J=9", "scores": tdds(5, 9, 0.9)},
    {"pruner": "dyn-unc", "options": "J=4", "scores": dyn_unc(10, 4)},
    {"pruner": "dyn-unc", "options": "J=10 epochs=6", "rate": 0.7, "scores": dyn_unc(6, 10),
     "kept": top(dyn_unc(6, 10), 12)},
    {"pruner": "dyn-unc", "options": "J=4 preset=authors", "rate": 0.7, "scores": dyn_unc(10, 4, True),
     "kept": top(dyn_unc(10, 4, True), 12)},
    {"pruner": "dyn-unc", "options": "J=10 epochs=6 windows=but-last", "scores": dyn_unc(6, 10)},
    {"pruner": "dual", "options": "T=9 J=3", "scores": dual(9, 3)},
    {"pruner": "dual", "options": "T=10 J=5", "rate": 0.7, "kept": top(dual(10, 5), 12)},
    {"pruner": "eva", "options": "window=3", "scores": eva(10, 1, 6, 3)},
    {"pruner": "eva", "options": "epochs=8 early=2 late=7 window=4", "rate": 0.7,
     "scores": eva(8, 2, 7, 4), "kept": top(eva(8, 2, 7, 4), 12)},
    {"pruner": "ccs", "options": "beta=0", "scores": aum(10, True)},
    {"pruner": "ccs", "options": "beta=0 margin=logits", "scores": aum(10)},
    {"pruner": "ccs", "options": "strata=100000 beta=0.2", "rate": 0.6,
     "kept": ccs_all_strata_of_one(aum(10, True), 0.2, 16)},
    {"pruner": "ccs", "options": "strata=100000 preset=authors-90", "rate": 0.9,
     "kept": ccs_all_strata_of_one(aum(10, True), 0.3, 4)},
    {"pruner": "ccs", "options": "score=dyn-unc strata=100000 beta=0.9", "rate": 0.3,
     "kept": ccs_all_strata_of_one(dyn_unc(10, 10), 0.9, 28)},
    *at_rates("grand", "runs=1 at=10", lambda keep: top(grand(10, 1), keep)),
    *at_rates("aum", "", lambda keep: top(aum(10), keep)),
    *at_rates("aum", "margin=probabilities", lambda keep: top(aum(10, True), keep)),
    *at_rates("uncertainty", "measure=entropy", lambda keep: top(uncertainty(10, "entropy"), keep)),
    *at_rates("uncertainty", "measure=margin", lambda keep: top(uncertainty(10, "margin"), keep)),
    *at_rates("moso", "epochs=10 checkpoints=10",
              lambda keep: top(moso(range(1, 11)), keep)),
    *at_rates("moso", "epochs=10 checkpoints=10 rule=program",
              lambda keep: top(moso(range(1, 11), False, True), keep)),
    *at_rates("tdds", "T=10 J=5", lambda keep: top(tdds(10, 5, 0.9), keep)),
    *at_rates("dyn-unc", "J=5", lambda keep: top(dyn_unc(10, 5), keep)),
    *at_rates("dyn-unc", "J=5 preset=authors", lambda keep: top(dyn_unc(10, 5, True), keep)),
    *at_rates("dual", "T=10 J=5", lambda keep: top(dual(10, 5), keep)),
    *at_rates("eva", "window=3", lambda keep: top(eva(10, 1, 6, 3), keep)),
])
