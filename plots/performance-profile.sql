/*
 * performance-profile (Dolan and More, 2002): one row per target, series, rate and step. A task is
 * a dataset, a model and a seed; its cost for a pruner is the charged time until the target,
 * infinite where it is not reached; the ratio is to the cheapest pruner of the same rate that was
 * tried on the task, full data among them. The curve: on which share of the tasks that the pruner
 * was tried on its ratio is no more than that. Tasks that nobody solved are left out. After the
 * columns that all figures share (plots/render.h), where the dataset and the model are those of
 * all tasks, and n is the number of tasks:
 *
 *     13 facet            from 1, by rate: the panel's column
 *     14 target           test accuracy, 0..1: a panel each
 *     15 ratio            from 1
 *     16 share            of the tasks
 *     17 low  18 high     95 % interval of the share (Wilson)
 *     19 unsolved         tasks without any that reached the target
 */
WITH
run AS (
    SELECT *, max(rate) OVER (PARTITION BY dataset, model, pruner, options) = 0 AS reference
    FROM v_time_to_accuracy
    WHERE experiment = :experiment
),
facet AS (
    SELECT DISTINCT rate FROM run WHERE NOT reference
    UNION
    SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM run WHERE NOT reference)
),
tried AS (
    SELECT r.pruner, r.options, f.rate, r.target, r.charged_s,
           min(r.charged_s) OVER (
               PARTITION BY r.dataset, r.model, r.seed, r.target, f.rate
           ) AS best
    FROM run r
    JOIN facet f ON r.reference OR r.rate = f.rate
),
compared AS (
    SELECT *, charged_s / best AS ratio,
           count(*) OVER (PARTITION BY pruner, options, rate, target) AS n
    FROM tried
    WHERE best > 0
),
stepped AS (
    SELECT DISTINCT pruner, options, rate, target, n, ratio,
           count(ratio) OVER (PARTITION BY pruner, options, rate, target ORDER BY ratio) AS solved
    FROM compared
    WHERE ratio IS NOT NULL
    UNION ALL -- a curve begins at 1, and one that never rises is there too
    SELECT pruner, options, rate, target, n, 1.0, sum(coalesce(ratio <= 1, 0))
    FROM compared
    GROUP BY pruner, options, rate, target
    HAVING sum(coalesce(ratio <= 1, 0)) = 0
),
share AS ( -- Wilson's interval, z = 1.96
    SELECT *, 1.0 * solved / n AS share,
           (1.0 * solved / n + 1.9207 / n) / (1 + 3.8415 / n) AS centre,
           1.96 / (1 + 3.8415 / n)
               * sqrt(1.0 * solved / n * (1 - 1.0 * solved / n) / n + 0.9604 / n / n) AS half
    FROM stepped
)
SELECT (SELECT group_concat(dataset, ' and ') FROM (SELECT DISTINCT dataset FROM run ORDER BY 1))
           AS dataset,
       (SELECT group_concat(model, ' and ') FROM (SELECT DISTINCT model FROM run ORDER BY 1))
           AS model,
       target AS panel, pruner, options, rate, rate AS block, n, rate AS facet,
       target, ratio, share, max(0.0, centre - half) AS low, min(1.0, centre + half) AS high,
       (SELECT count(DISTINCT r.dataset || char(10) || r.model || char(10) || r.seed)
        FROM run r
        WHERE r.target = share.target
              AND NOT EXISTS (SELECT 1 FROM run s
                              WHERE s.dataset = r.dataset AND s.model = r.model
                                    AND s.seed = r.seed AND s.target = r.target AND s.reached))
           AS unsolved
FROM share
ORDER BY ratio;
