/*
 * score-distributions: one row per panel, static pruner that scores, and rate: how its scores are
 * distributed and which samples it keeps for them. Scores are in files beside the database, which
 * come and go: score_profile() of results/functions/functions_scores.h reads them. The samples,
 * sorted by their score, are put into 50 bins of equal size. After the columns that all figures
 * share (plots/render.h):
 *
 *     13 facet            from 1, by rate: the strip
 *     14 samples          scores that are numbers, the mean over seeds
 *     15 lowest  16 highest    of all seeds; NULL: infinite
 *     17 cut              per cent of the samples below the score that parts what is kept from what
 *                         is not, mean over seeds; NULL: no such score in some seed
 *     18 side             which side of it is kept: high, low; NULL without a cut
 *     19 gone             runs of the experiment that used files which are not there any more
 *     20 scores           the median of each bin, mean over seeds, separated by blanks
 *     21 kept             share of each bin, per cent, likewise
 */
WITH
run AS (SELECT * FROM v_run WHERE experiment = :experiment AND state = 'done'),
profiled AS MATERIALIZED (
    SELECT r.dataset, r.model, r.pruner, r.options, r.rate, r.seed, r.attempt,
           score_profile(r.artifact, s.bitmap, s.n, 50, s.split) AS profile
    FROM run r
    JOIN v_selection s ON s.attempt = r.attempt
    WHERE r.artifact IS NOT NULL AND s.epoch = 0
),
scored AS MATERIALIZED (
    SELECT dataset, model, pruner, options, rate, profile, json_extract(profile, '$.n') AS samples,
           json_extract(profile, '$.lowest') AS lowest,
           json_extract(profile, '$.highest') AS highest,
           json_extract(profile, '$.cut') AS cut, json_extract(profile, '$.side') AS side
    FROM profiled
    WHERE json_extract(profile, '$.n') > 0
),
summary AS (
    SELECT dataset, model, pruner, options, rate, count(*) AS n, avg(samples) AS samples,
           min(lowest) AS lowest, max(highest) AS highest,
           iif(count(cut) = count(*) AND count(DISTINCT side) = 1, 100 * avg(cut), NULL) AS cut,
           iif(count(cut) = count(*) AND count(DISTINCT side) = 1, max(side), NULL) AS side
    FROM scored
    GROUP BY dataset, model, pruner, options, rate
),
bin AS (
    SELECT s.dataset, s.model, s.pruner, s.options, s.rate, b.key AS bin,
           iif(count(b.value) = count(*), significant(avg(b.value)), 'NaN') AS score,
           significant(100 * avg(json_extract(s.profile, '$.kept[' || b.key || ']')), 4) AS kept
    FROM scored s, json_each(s.profile, '$.scores') b
    GROUP BY s.dataset, s.model, s.pruner, s.options, s.rate, b.key
    ORDER BY s.dataset, s.model, s.pruner, s.options, s.rate, b.key
),
bins AS (
    SELECT dataset, model, pruner, options, rate, group_concat(score, ' ') AS scores,
           group_concat(kept, ' ') AS kept
    FROM bin
    GROUP BY dataset, model, pruner, options, rate
)
SELECT dataset, model, pruner, options, rate, n, rate AS facet,
       samples, lowest, highest, cut, side,
       (SELECT count(*) FROM profiled WHERE profile IS NULL) AS gone,
       scores, kept
FROM summary JOIN bins USING (dataset, model, pruner, options, rate);
