/*
 * evidence: one row per question and pair of runs that tells of it, in the order of the seeds, a
 * panel per question. After the columns that all figures share (plots/render.h):
 *
 *     13 facet            1: nothing is beside a panel
 *     14 text             the question
 *     15 answer           as it stands: "holds after 5 seeds"
 *     16 times            1: of times as fast or as slow; 0: of points
 *     17 bound            what the mean is to lie above
 *     18 at_most          seeds
 *     19 seeds            pairs so far, from 1
 *     20 difference       of the last pair, arm - reference
 *     21 mean             of the pairs so far
 *     22 low  23 high     95 % interval that holds at any time; NaN: there is none
 *     24 low  25 high     95 % interval as if so many seeds had been fixed beforehand; NaN likewise
 */
SELECT d.dataset AS dataset, d.model AS model, d.pruner AS pruner, d.options AS options,
       d.rate AS rate, d.seeds AS n, 1 AS facet, question AS panel, d.text AS text,
       d.state || ' after ' || coalesce(d.decided_seeds, d.seeds) ||
           iif(coalesce(d.decided_seeds, d.seeds) = 1, ' seed', ' seeds') AS answer,
       d.unit = 'times' AS times, d.bound AS bound, d.at_most AS at_most, l.seeds AS seeds,
       l.difference AS difference, l.mean AS mean, l.low AS low, l.high AS high,
       l.fixed_low AS fixed_low, l.fixed_high AS fixed_high
FROM v_look l
JOIN v_decision d USING (experiment, question)
WHERE experiment = :experiment
ORDER BY question, l.seeds;
