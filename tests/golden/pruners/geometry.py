#!/usr/bin/python3
"""The pruners that look at features: moderate, d2, herding, gm-matching, k-center, cal, deepfool, ssp.

    /usr/bin/python3 tests/golden/pruners/geometry.py > tests/golden/pruners/geometry.json

All distances at once, greedy rules by trying every candidate, the geometric median by Newton's
method, k-means by very many starts.
"""
import numpy as np

from network import at_rates, load, softmax, write

d = load()
y, runs, epochs = d["labels"], d["runs"], d["epochs"]
n, classes = len(y), d["classes"]


def look(at):
    return runs[0]["passes"][at if at > 0 else epochs]


def distances(x):
    return np.sqrt(((x[:, None, :] - x[None, :, :]) ** 2).sum(axis=2))


def top(scores, keep):
    return np.sort(np.argsort(-scores, kind="stable")[:keep])


def neighbours(x, k):
    apart = distances(x)
    np.fill_diagonal(apart, np.inf)
    near = np.argsort(apart, axis=1, kind="stable")[:, :k]
    return near, np.take_along_axis(apart, near, axis=1)


def moderate(at, balanced):
    x, out = look(at)["features"], np.zeros(n)
    medians = np.array([np.median(x[y == c], axis=0) for c in range(classes)])
    apart = np.linalg.norm(x - medians[y], axis=1)
    for group in ([y == c for c in range(classes)] if balanced else [np.ones(n, bool)]):
        ranks = np.array([(apart[group] < a).sum() for a in apart[group]])
        out[group] = -np.abs(ranks - (group.sum() - 1) / 2)
    return out


def forgetting():
    right = np.array([t["logits"].argmax(axis=1) == y for t in runs[0]["training"]])
    flips = (right[:-1] & ~right[1:]).sum(axis=0).astype(float)
    flips[~right.any(axis=0)] = epochs
    return flips


def d2_forward(k):
    s, (near, apart) = forgetting(), neighbours(look(0)["features"], k)
    return s + (np.exp(-apart) * s[near]).sum(axis=1)


def d2_kept(k, gamma, keep):
    near, apart = neighbours(look(0)["features"], k)
    s, kept = d2_forward(k).astype(np.float32).astype(float), []
    while len(kept) < keep:
        i = max((i for i in range(n) if i not in kept), key=lambda i: (s[i], -i))
        kept.append(i)
        taken = s[i]
        for j, a in zip(near[i], apart[i]):
            s[j] -= np.exp(-gamma * a) * taken
    return sorted(kept)


def d2_graph(k, keep, mutual, by_class, gamma=0.1, drop=0):
    """A matrix of edges as large as all pairs, whatever is an edge set in it; class after class."""
    x, s = look(0)["features"], forgetting()
    apart, edge = distances(x), np.zeros((n, n), bool)
    groups = [np.flatnonzero(y == c) for c in range(classes)] if by_class else [np.arange(n)]
    for g in groups:
        near, _ = neighbours(x[g], min(k, len(g) - 1))
        for i, row in zip(g, near):
            edge[i, g[row]] = True
            if mutual:
                edge[g[row], i] = True
    dropped = np.argsort(-s, kind="stable")[:int(drop * n + 0.5)]
    weight = edge * np.exp(-apart)
    weight[:, dropped] = 0
    s = (s + weight @ s).astype(np.float32).astype(float)
    s[dropped] = -np.inf
    kept = []
    for g, budget in zip(groups, budgets(keep) if by_class else [keep]):
        left = [i for i in g if i not in dropped]
        now = s.copy()
        for _ in range(budget):
            i = max(left, key=lambda i: (now[i], -i))
            left.remove(i)
            kept.append(i)
            now -= edge[i] * np.exp(-gamma * apart[i]) * now[i]
    return sorted(kept)


def geometric_median(x):
    """Newton's method with halved steps on the sum of distances."""
    def cost(z):
        return np.linalg.norm(x - z, axis=1).sum()

    z = x.mean(axis=0)
    for _ in range(100):
        away = z - x
        r = np.linalg.norm(away, axis=1)
        gradient = (away / r[:, None]).sum(axis=0)
        hessian = sum(np.eye(x.shape[1]) / ri - np.outer(a, a) / ri ** 3 for a, ri in zip(away, r))
        step = np.linalg.solve(hessian, gradient)
        while cost(z - step) > cost(z) and np.linalg.norm(step) > 1e-14:
            step = step / 2
        z = z - step
    return z


def herd(at, target_of):
    x, out = look(at)["features"], np.zeros(n)
    for c in range(classes):
        members = [i for i in range(n) if y[i] == c]
        target, taken = target_of(x[members]), []
        while len(taken) < len(members):
            rest = [i for i in members if i not in taken]
            best = min(rest, key=lambda i: np.linalg.norm(target - x[taken + [i]].mean(axis=0)))
            out[best] = -len(taken)
            taken.append(best)
    return out


def budgets(keep):
    """Largest remainder."""
    exact = np.bincount(y, minlength=classes) * keep / n
    out = np.floor(exact).astype(int)
    for c in np.argsort(-(exact - out), kind="stable")[:keep - out.sum()]:
        out[c] += 1
    return out


def top_of_classes(scores, keep):
    kept = []
    for c, budget in enumerate(budgets(keep)):
        members = np.flatnonzero(y == c)
        kept += list(members[np.argsort(-scores[members], kind="stable")[:budget]])
    return sorted(kept)


def k_center(at, balanced):
    x, out = look(at)["features"], np.zeros(n)
    apart = distances(x)
    for group in ([np.flatnonzero(y == c) for c in range(classes)] if balanced else [np.arange(n)]):
        first = np.linalg.norm(x[group] - x[group].mean(axis=0), axis=1).argmin()
        taken = [group[first]]
        while len(taken) < len(group):
            rest = [i for i in group if i not in taken]
            taken.append(max(rest, key=lambda i: apart[i, taken].min()))
        out[taken] = -np.arange(len(taken))
    return out


def cal(at, k):
    p, (near, _) = softmax(look(at)["logits"]), neighbours(look(at)["features"], k)
    return np.array([np.mean([(p[j] * np.log(p[j] / p[i])).sum() for j in near[i]])
                     for i in range(n)])


def deepfool(at):
    z, w = look(at)["logits"], look(at)["classifier"][:, :-1]
    out = []
    for row in z:
        p = row.argmax()
        out.append(-min((row[p] - row[k]) / np.linalg.norm(w[p] - w[k])
                        for k in range(classes) if k != p))
    return np.array(out)


def kmeans(x, k, starts=2000):
    rng, best = np.random.default_rng(3), (np.inf, None)
    for _ in range(starts):
        centres = x[rng.choice(n, k, replace=False)]
        for _ in range(100):
            apart = ((x[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
            near = apart.argmin(axis=1)
            centres = np.array([x[near == c].mean(axis=0) if (near == c).any() else centres[c]
                                for c in range(k)])
        apart = ((x[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
        if apart.min(axis=1).sum() < best[0]:
            best = (apart.min(axis=1).sum(), centres)
    return best[1]


def ssp(at, k):
    x = look(at)["features"]
    unit = x / np.linalg.norm(x, axis=1)[:, None]
    centres = kmeans(x, k, 1 if k == 1 else 300)
    return (1 - unit @ (centres / np.linalg.norm(centres, axis=1)[:, None]).T).min(axis=1)


write([
    {"pruner": "moderate", "options": "at=6", "scores": moderate(6, False)},
    {"pruner": "moderate", "options": "at=0 balance=class", "rate": 0.3,
     "scores": moderate(0, True), "kept": top_of_classes(moderate(0, True), 28)},
    {"pruner": "d2", "options": "score=forgetting", "rate": 0.7, "scores": d2_forward(5),
     "kept": d2_kept(5, 0.1, 12)},
    {"pruner": "d2", "options": "score=forgetting k=3 gamma=0.7", "rate": 0.2,
     "scores": d2_forward(3), "kept": d2_kept(3, 0.7, 32)},
    {"pruner": "d2", "options": "graph=mutual", "rate": 0.5, "kept": d2_graph(5, 20, True, False)},
    {"pruner": "d2", "options": "graph=mutual k=3 gamma=1", "rate": 0.7,
     "kept": d2_graph(3, 12, True, False, 1)},
    {"pruner": "d2", "options": "balance=class k=3", "rate": 0.6,
     "kept": d2_graph(3, 16, False, True)},
    {"pruner": "d2", "options": "graph=mutual balance=class k=20", "rate": 0.4,
     "kept": d2_graph(20, 24, True, True)},
    {"pruner": "d2", "options": "preset=authors-90", "rate": 0.9,
     "kept": d2_graph(5, 4, True, True, drop=0.4)},
    {"pruner": "herding", "options": "at=4", "scores": herd(4, lambda x: x.mean(axis=0))},
    {"pruner": "herding", "options": "at=0", "rate": 0.65,
     "kept": top_of_classes(herd(0, lambda x: x.mean(axis=0)), 14)},
    {"pruner": "gm-matching", "options": "at=4", "scores": herd(4, geometric_median)},
    {"pruner": "gm-matching", "options": "at=9", "rate": 0.65,
     "kept": top_of_classes(herd(9, geometric_median), 14)},
    {"pruner": "k-center", "options": "at=5", "rate": 0.4, "scores": k_center(5, False),
     "kept": top(k_center(5, False), 24)},
    {"pruner": "k-center", "options": "at=0 balance=class", "rate": 0.8,
     "scores": k_center(0, True), "kept": top_of_classes(k_center(0, True), 8)},
    {"pruner": "cal", "options": "at=3", "scores": cal(3, 10)},
    {"pruner": "cal", "options": "at=8 k=4", "rate": 0.7, "scores": cal(8, 4),
     "kept": top(cal(8, 4), 12)},
    {"pruner": "deepfool", "options": "at=2", "scores": deepfool(2)},
    {"pruner": "deepfool", "options": "at=10", "rate": 0.6, "kept": top(deepfool(10), 16)},
    {"pruner": "ssp", "options": "at=7 k=1", "scores": ssp(7, 1)},
    {"pruner": "ssp", "options": "at=7", "rate": 0.4, "scores": ssp(7, 3),
     "kept": top(ssp(7, 3), 24)},
    {"pruner": "ssp", "options": "at=5 k=2 keep=easy", "rate": 0.6, "scores": -ssp(5, 2),
     "kept": top(-ssp(5, 2), 16)},
    *at_rates("moderate", "at=10", lambda keep: top(moderate(10, False), keep)),
    *at_rates("d2", "", lambda keep: d2_kept(5, 0.1, keep)),
    *at_rates("d2", "graph=mutual", lambda keep: d2_graph(5, keep, True, False)),
    *at_rates("d2", "graph=mutual balance=class", lambda keep: d2_graph(5, keep, True, True)),
    *at_rates("herding", "at=10", lambda keep: top_of_classes(herd(10, lambda x: x.mean(axis=0)), keep)),
    *at_rates("k-center", "at=10", lambda keep: top(k_center(10, False), keep)),
    *at_rates("cal", "at=10", lambda keep: top(cal(10, 10), keep)),
])
