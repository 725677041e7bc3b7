#!/usr/bin/python3
"""What SciPy makes of fixed samples: the values that base/stats.h is held against.

    /usr/bin/python3 tests/golden/stats/stats.py > tests/golden/stats/stats.json   # a minute or two

Written with Debian 12's python3-scipy (1.10.1) and python3-numpy (1.24.2).

The bootstrap is SciPy's own, but for its random numbers: draws.py hands it the resamples of
base/rng.h.

Where SciPy 1.10 has no exact answer (Wilcoxon's test with ties or zeros), the expected value is its
permutation_test of the rank sum over all 2^n ways to set the signs.
"""
import json
import sys
import warnings

import numpy as np
import scipy
from scipy import special, stats
from scipy.stats import _resampling

from draws import Stream, below

RESAMPLES = 10000


def percentile_of_score(a, score, axis):
    """SciPy's, but means of the same values in another order are the same."""
    same = np.isclose(a, score, rtol=0, atol=1e-12)
    return (((a < score) & ~same).sum(axis=axis) + same.sum(axis=axis) / 2) / a.shape[axis]


_resampling._percentile_of_score = percentile_of_score


def bca(d):
    result = stats.bootstrap((d,), np.mean, method="BCa", n_resamples=RESAMPLES,
                             batch=RESAMPLES, confidence_level=0.95, random_state=Stream())
    return list(result.confidence_interval)


def t_interval(d):
    return list(stats.t.interval(0.95, len(d) - 1, loc=np.mean(d), scale=stats.sem(d)))


def t_quantile(p, df):
    """By the inverse of the incomplete beta function: t.ppf of SciPy 1.10 has nine digits."""
    x = special.betaincinv(df / 2, 0.5, 2 * min(p, 1 - p))
    return np.sign(p - 0.5) * np.sqrt(df * (1 - x) / x)


def exact(d, statistic):
    return stats.permutation_test((d,), statistic, permutation_type="samples",
                                  n_resamples=np.inf, vectorized=False).pvalue


def rank_sum(d):
    d = d[d != 0]
    return np.sum((d > 0) * stats.rankdata(abs(d)))


def wilcoxon(d):
    if len(d) > 50 and len(d[d != 0]) > 50:
        return stats.wilcoxon(d, zero_method="wilcox", method="approx").pvalue
    if (d == 0).any() or len(set(abs(d))) < len(d):
        return exact(d[d != 0], rank_sum)
    return stats.wilcoxon(d, method="exact").pvalue


def sample(d):
    d = np.array(d, dtype=float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        case = {"values": list(d), "mean": np.mean(d), "sd": np.std(d, ddof=1),
                "t": t_interval(d), "bca": bca(d), "wilcoxon": wilcoxon(d)}
        if len(d) <= 20:
            case["sign_flip"] = exact(d, np.mean)
    return case


def holm(p):
    """By its definition: the smallest level at which the step-down test rejects."""
    order = sorted(range(len(p)), key=lambda i: p[i])
    return [max(min(1, (len(p) - k) * p[order[k]]) for k in range(order.index(i) + 1))
            for i in range(len(p))]


draw = np.random.RandomState(20)
samples = [
    [0.31, -0.12],
    [0.31, -0.12, 0.44],
    [-0.4, -0.2, -0.9, -0.1, -0.3],
    [0.3, -0.1, 0.4, 0.2, 0.5],
    [0.1, 0.1, -0.1, 0.2, 0.2, 0.0, 0.3],
    [0.0, 0.0, 0.5, -0.25],
    [0.02, 0.03, 0.05, 0.04, 0.9, 0.01, 0.06, -0.02, 0.07, 1.5],
    np.round(draw.normal(0.3, 1, 12), 2),
    np.round(draw.lognormal(0, 1, 17) - 1, 3),
    np.round(draw.normal(-0.5, 1, 20), 1),
    np.round(draw.normal(0.2, 1, 35), 4),
    np.round(draw.normal(0.2, 1, 50), 5),
    np.round(draw.normal(0.2, 1, 64), 1),
]
quantiles = [0.001, 0.025, 0.3, 0.5, 0.8, 0.975, 0.9999]
json.dump({
    "scipy": scipy.__version__,
    "resamples": RESAMPLES,
    "below_5": below(5, 20).tolist(),
    "normal": [[p, stats.norm.ppf(p)] for p in quantiles],
    "t": [[p, df, t_quantile(p, df)] for df in [1, 2, 3, 4, 9, 30, 999] for p in quantiles],
    "holm": [{"p": p, "adjusted": holm(p)} for p in
             [[0.03], [0.01, 0.04, 0.03, 0.005], [0.5, 0.6, 0.02], [0.25, 0.25, 0.25, 1.0]]],
    "samples": [sample(d) for d in samples],
}, sys.stdout, indent=1)
print()
