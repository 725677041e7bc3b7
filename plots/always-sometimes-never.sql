/*
 * always-sometimes-never: one row per panel, dynamic pruner and rate: what shares of the training
 * samples all, some or none of its selections kept, means over seeds. Dynamic: it chose at least
 * twice. Runs at other numbers of checkpoints have other shares, by chance alone, so look at what
 * chance gives. After the columns that all figures share (plots/render.h):
 *
 *     13 facet            from 1, by rate: the panel's column
 *     14 checkpoints      selections of a run
 *     15 always  16 sometimes  17 never
 *     18 chance_always  19 chance_never    where each selection is drawn at random, independently
 *     20 always_low  21 always_high        of the seeds
 *     22 never_low   23 never_high
 */
WITH
run AS (SELECT * FROM v_run WHERE experiment = :experiment AND state = 'done'),
chosen AS (
    SELECT r.dataset, r.model, r.pruner, r.options, r.rate, r.seed, count(*) AS checkpoints,
           kept_always(s.bitmap, s.n) AS always, kept_never(s.bitmap, s.n) AS never,
           chance_always(s.bitmap, s.n) AS chance_always,
           chance_never(s.bitmap, s.n) AS chance_never
    FROM run r
    JOIN v_selection s ON s.attempt = r.attempt
    GROUP BY r.attempt
    HAVING count(*) > 1 AND min(s.kept) < max(s.n)
),
series AS (SELECT pruner, options, variant, label FROM v_series WHERE experiment = :experiment),
summary AS (
    SELECT dataset, model, pruner, options, rate, count(*) AS n,
           max(checkpoints) AS checkpoints, avg(always) AS always,
           avg(1 - always - never) AS sometimes, avg(never) AS never,
           avg(chance_always) AS chance_always, avg(chance_never) AS chance_never,
           min(always) AS always_low, max(always) AS always_high,
           min(never) AS never_low, max(never) AS never_high
    FROM chosen
    GROUP BY dataset, model, pruner, options, rate
)
SELECT dense_rank() OVER (ORDER BY dataset, model, pruner, options) - 1 AS block,
       :experiment AS experiment,
       (SELECT count(*) FROM v_run WHERE experiment = :experiment AND state <> 'done')
           AS unfinished,
       (SELECT count(*) FROM run WHERE timing_valid = 0) AS doubtful,
       n,
       dense_rank() OVER (ORDER BY dataset, model) AS panel,
       dataset, model, pruner, variant, label,
       rate,
       dense_rank() OVER (ORDER BY rate) AS facet,
       checkpoints, always, sometimes, never, chance_always, chance_never,
       always_low, always_high, never_low, never_high
FROM summary JOIN series USING (pruner, options)
ORDER BY block, facet;
