-- Samples that a run selected always, sometimes and never, in percent, beside what as many random
-- selections of the same sizes would give. With score_only the training saw everything.
WITH chosen AS (
    SELECT r.dataset, r.model, r.pruner, r.options, r.rate, r.position, count(*) AS selections,
           kept_always(s.bitmap, s.n) AS always, kept_never(s.bitmap, s.n) AS never,
           chance_always(s.bitmap, s.n) AS chance_always,
           chance_never(s.bitmap, s.n) AS chance_never
    FROM v_run r
    JOIN v_selection s ON s.attempt = r.attempt
    WHERE r.experiment = :experiment AND r.state = 'done'
    GROUP BY r.attempt
    HAVING count(*) > 1 AND min(s.kept) < max(s.n)
)
SELECT dataset, model, pruner, options, rate, count(*) AS n, max(selections) AS selections,
       rounded(100 * avg(always), 1) AS "always %",
       rounded(100 * avg(1 - always - never), 1) AS "sometimes %",
       rounded(100 * avg(never), 1) AS "never %",
       rounded(100 * avg(chance_always), 1) AS "always by chance %",
       rounded(100 * avg(1 - chance_always - chance_never), 1) AS "sometimes by chance %",
       rounded(100 * avg(chance_never), 1) AS "never by chance %"
FROM chosen
GROUP BY dataset, model, pruner, options, rate
ORDER BY dataset, model, rate, min(position);
