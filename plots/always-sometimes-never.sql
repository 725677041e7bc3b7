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
chosen AS (
    SELECT r.dataset, r.model, r.pruner, r.options, r.rate, count(*) AS checkpoints,
           kept_always(s.bitmap, s.n) AS always, kept_never(s.bitmap, s.n) AS never,
           chance_always(s.bitmap, s.n) AS chance_always,
           chance_never(s.bitmap, s.n) AS chance_never
    FROM v_run r
    JOIN v_selection s ON s.attempt = r.attempt
    WHERE r.experiment = :experiment AND r.state = 'done'
    GROUP BY r.attempt
    HAVING count(*) > 1 AND min(s.kept) < max(s.n)
)
SELECT dataset, model, pruner, options, rate, count(*) AS n, rate AS facet,
       max(checkpoints) AS checkpoints, avg(always) AS always,
       avg(1 - always - never) AS sometimes, avg(never) AS never,
       avg(chance_always) AS chance_always, avg(chance_never) AS chance_never,
       min(always) AS always_low, max(always) AS always_high,
       min(never) AS never_low, max(never) AS never_high
FROM chosen
GROUP BY dataset, model, pruner, options, rate;
