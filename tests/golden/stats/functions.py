#!/usr/bin/python3
"""What NumPy and SciPy make of fixed samples: the values that results/functions/functions.c is held against.

    /usr/bin/python3 tests/golden/stats/functions.py > tests/golden/stats/functions.json   # a minute

Written with Debian 12's python3-scipy (1.10.1) and python3-numpy (1.24.2).

median, quantile and stddev are NumPy's, iqm is SciPy's trim_mean, which cuts as many values. The
intervals are held against SciPy's bootstrap three times:

  percentile  on the resamples that winnow draws (draws.py): the same to the last digits but rounding
  free        on REPEATS times RESAMPLES resamples that NumPy draws: the mean of the ends and their
              standard deviation, which is the Monte Carlo error of one of winnow's
  bca         the same by BCa, for samples that are symmetric about their mean: there its two
              corrections vanish, and it is the same interval but for the Monte Carlo error
"""
import json
import sys

import numpy as np
import scipy
from scipy import stats

from draws import Stream

RESAMPLES = 2000
REPEATS = 200
QUANTILES = [0, 0.01, 0.25, 1 / 3, 0.5, 0.9, 0.975, 1]
LEVELS = [0.5, 0.8, 0.9, 0.95, 0.99]


def interval(d, level, method, random):
    result = stats.bootstrap((d,), np.mean, method=method, n_resamples=RESAMPLES, batch=RESAMPLES,
                             confidence_level=level, random_state=random)
    return list(result.confidence_interval)


def spread(d, method):
    ends = np.array([interval(d, 0.95, method, np.random.RandomState(k)) for k in range(REPEATS)])
    return {"mean": ends.mean(axis=0).tolist(), "sd": ends.std(axis=0, ddof=1).tolist()}


def sample(d):
    d = np.sort(np.array(d, dtype=float))
    case = {"values": d.tolist(), "median": np.median(d), "iqm": stats.trim_mean(d, 0.25),
            "quantile": [[q, np.quantile(d, q)] for q in QUANTILES]}
    if len(d) > 1:
        case["stddev"] = np.std(d, ddof=1)
        case["percentile"] = [[level] + interval(d, level, "percentile", Stream())
                              for level in LEVELS]
    if len(d) >= 8:
        case["free"] = spread(d, "percentile")
        if np.allclose(d - d.mean(), -(d - d.mean())[::-1]):
            case["bca"] = spread(d, "BCa")
    return case


draw = np.random.RandomState(6)
half = np.round(draw.normal(0, 3, 20), 2)
samples = [
    [0.8512],
    [0.8512, 0.8437],
    [0.8512, 0.8437, 0.8601],
    [4, 1, 2, 3],
    [-1, -1, -1, 2.5, -1],
    [0.91234, 0.91231, 0.91239, 0.91233, 0.91230, 0.91236, 0.91232],
    np.round(draw.normal(85, 1, 8), 2),
    np.round(draw.lognormal(1, 1, 13), 3),
    np.arange(25),
    np.concatenate([70 + half, 70 - half]),
    np.round(draw.lognormal(0, 0.5, 200), 4),
    np.round(draw.uniform(0, 1, 601), 5),
]
json.dump({"numpy": np.__version__, "scipy": scipy.__version__, "resamples": RESAMPLES,
           "repeats": REPEATS, "samples": [sample(d) for d in samples]}, sys.stdout, indent=1)
print()
