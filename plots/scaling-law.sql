/*
 * scaling-law: one row per panel, series and rate: the test error beside how many samples were
 * trained on, and the law error = c * kept ^ -exponent that runs of the series follow, by least
 * squares of the logarithms. Full data is a point of each law, and a law wants three amounts of
 * samples. After the columns that all figures share (plots/render.h):
 *
 *     13 kept             samples trained on in an epoch, mean over the epochs; median over seeds
 *     14 error            1 - accuracy on the test set after the last epoch, median over seeds
 *     15 low  16 high     of the error over the same seeds: the quartiles where every point of the
 *                         figure has 5 seeds or more, else the lowest and the highest
 *     17 tail             which of the two: 0.25 or 0
 *     18 exponent         of the law; NaN: there is none
 *     19 low  20 high     its 95 % interval, Student's t over the law's runs; NaN: they have no
 *                         spread around it
 *     21 centre           geometric mean of the samples in the law's runs
 *     22 level            the error that the law gives there
 *     23 half             of the width of the 95 % interval of level's logarithm; NaN likewise
 *     24 least  25 most   samples in the law's runs
 *     26 runs             that the law was fitted to
 */
WITH
run AS (
    SELECT dataset, model, pruner, options, rate, kept_fraction * train_n AS kept,
           1 - accuracy AS error
    FROM v_run
    WHERE experiment = :experiment AND state = 'done' AND accuracy < 1
          AND kept_fraction * train_n > 0
),
point AS (
    SELECT dataset, model, pruner, options, rate, ln(kept) AS x, ln(error) AS y
    FROM run
    WHERE pruner <> 'full'
    UNION ALL
    SELECT s.dataset, s.model, s.pruner, s.options, f.rate, ln(f.kept), ln(f.error)
    FROM (SELECT DISTINCT dataset, model, pruner, options FROM run WHERE pruner <> 'full') s
    JOIN run f ON f.dataset = s.dataset AND f.model = s.model AND f.pruner = 'full'
),
centred AS (
    SELECT *, avg(x) OVER law AS mean_x, avg(y) OVER law AS mean_y
    FROM point
    WINDOW law AS (PARTITION BY dataset, model, pruner, options)
),
moment AS (
    SELECT dataset, model, pruner, options, count(*) AS runs, mean_x, mean_y,
           min(x) AS least, max(x) AS most, sum((x - mean_x) * (x - mean_x)) AS xx,
           sum((x - mean_x) * (y - mean_y)) AS xy, sum((y - mean_y) * (y - mean_y)) AS yy
    FROM centred
    GROUP BY dataset, model, pruner, options
    HAVING count(DISTINCT rate) > 2
),
law AS ( -- what is left around a law that all runs are on is a product of rounding
    SELECT *, iif(yy - xy * xy / xx > 1e-12 * yy,
                  t_quantile(0.975, runs - 2) * sqrt((yy - xy * xy / xx) / (runs - 2)),
                  NULL) AS around
    FROM moment
    WHERE xx > 0
),
band AS (
    SELECT iif(min(n) >= 5, 0.25, 0.0) AS tail
    FROM (SELECT count(*) AS n FROM run GROUP BY dataset, model, pruner, options, rate)
),
summary AS (
    SELECT dataset, model, pruner, options, rate, count(*) AS n, median(kept) AS kept,
           median(error) AS error, quantile(error, tail) AS low, quantile(error, 1 - tail) AS high,
           tail
    FROM run, band
    GROUP BY dataset, model, pruner, options, rate
)
SELECT dataset, model, pruner, options, rate, n, kept, error, low, high, tail,
       -xy / xx AS exponent, -xy / xx - around / sqrt(xx) AS exponent_low,
       -xy / xx + around / sqrt(xx) AS exponent_high, exp(mean_x) AS centre, exp(mean_y) AS level,
       around / sqrt(runs) AS half, exp(least) AS least, exp(most) AS most, runs
FROM summary LEFT JOIN law USING (dataset, model, pruner, options)
ORDER BY kept;
