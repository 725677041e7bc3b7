-- A5: the share of the samples that are sometimes selected. Judged in runs that train on everything
-- and only score; shown of the others, and of random selections of the same sizes. Sizeable: more
-- than a tenth (our reading).
-- Columns: place, arm, measure, unit, beyond, bound, seed, value, doubtful, same;
-- harness/paper/claims.h.
WITH chosen AS MATERIALIZED (
    SELECT r.dataset || ' ' || r.model AS place,
           arm(r.pruner, r.options, r.rate) AS arm,
           r.options LIKE '%score_only%' AS reference, r.seed AS seed,
           1 - kept_always(s.bitmap, s.n) - kept_never(s.bitmap, s.n) AS sometimes,
           1 - chance_always(s.bitmap, s.n) - chance_never(s.bitmap, s.n) AS chance
    FROM v_run r
    JOIN v_selection s ON s.attempt = r.attempt
    WHERE r.experiment = :experiment AND r.state = 'done'
          AND r.pruner IN ('epsilon-greedy', 'ucb')
    GROUP BY r.attempt
    HAVING count(*) > 1
)
SELECT place, arm, 'share sometimes selected' AS measure, 'share' AS unit,
       iif(reference, '>', NULL) AS beyond, iif(reference, 0.1, NULL) AS bound,
       seed, sometimes AS value, 0 AS doubtful, 0 AS same
FROM chosen
UNION ALL
SELECT place, arm, 'the same by chance', 'share', NULL, NULL, seed, chance, 0, 0
FROM chosen
ORDER BY place, arm, measure DESC, seed;
