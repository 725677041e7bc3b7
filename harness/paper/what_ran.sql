-- What of an experiment ran: cells that are done of all, and which pruners, rates and seeds; arms
-- (network, pruner with its options, rate) of which every seed is done; under how many conditions
-- and with how many doubtful clocks, the hours of these cells one after the other, and on what.
-- A row for each dataset and kind of network; an experiment that the database lacks has one too.
WITH cell AS MATERIALIZED (
    SELECT dataset, model_name, model, pruner, options, rate, seed, state = 'done' AS done,
           state IN ('failed', 'diverged') AS failed, charged_s, wall_s, condition,
           timing_valid = 0 AS doubtful, environment, position
    FROM v_run
    WHERE experiment = :experiment
), arm AS (
    SELECT dataset, model_name, min(done) AS whole
    FROM cell
    GROUP BY dataset, model_name, model, pruner, options, rate
), arms AS (
    SELECT dataset, model_name, count(*) AS arms, sum(whole) AS whole
    FROM arm
    GROUP BY dataset, model_name
), pruners AS (
    SELECT dataset, model_name, count(*) AS listed, sum(done) AS done,
           group_concat(iif(done, pruner, NULL), ' ') AS names
    FROM (SELECT dataset, model_name, pruner, max(done) AS done
          FROM cell
          GROUP BY dataset, model_name, pruner, options
          ORDER BY min(position))
    GROUP BY dataset, model_name
), rates AS (
    SELECT dataset, model_name, group_concat(significant(rate), ' ') AS listed,
           group_concat(iif(done, significant(rate), NULL), ' ') AS done
    FROM (SELECT dataset, model_name, rate, max(done) AS done
          FROM cell
          WHERE pruner <> 'full'
          GROUP BY dataset, model_name, rate
          ORDER BY rate)
    GROUP BY dataset, model_name
), seeds AS (
    SELECT dataset, model_name, group_concat(seed, ' ') AS listed,
           group_concat(iif(done, seed, NULL), ' ') AS done
    FROM (SELECT dataset, model_name, seed, max(done) AS done
          FROM cell
          GROUP BY dataset, model_name, seed
          ORDER BY seed)
    GROUP BY dataset, model_name
), machines AS (
    SELECT dataset, model_name, group_concat(machine, '; ') AS machines
    FROM (SELECT DISTINCT c.dataset, c.model_name,
                 printf('%s, %d core%s', e.cpu, e.cores, iif(e.cores = 1, '', 's')) AS machine
          FROM cell c
          JOIN v_environment e USING (environment)
          WHERE c.done)
    GROUP BY dataset, model_name
)
SELECT :experiment AS experiment, dataset,
       iif(count(DISTINCT model) = 1, model,
           printf('%s: %d of %d networks', model_name, count(DISTINCT iif(c.done, model, NULL)),
                  count(DISTINCT model))) AS model,
       count(*) AS cells, sum(c.done) AS done, sum(failed) AS failed,
       a.arms AS arms, a.whole AS "whole arms",
       iif(p.done = p.listed, printf('all %d', p.listed),
           printf('%d of %d: %s', p.done, p.listed, coalesce(p.names, 'none'))) AS pruners,
       iif(r.done = r.listed, r.listed, coalesce(r.done, 'none') || ' of ' || r.listed) AS rates,
       iif(s.done = s.listed, s.listed, coalesce(s.done, 'none') || ' of ' || s.listed) AS seeds,
       count(DISTINCT condition) AS conditions, coalesce(sum(doubtful), 0) AS doubtful,
       rounded(coalesce(sum(charged_s), 0) / 3600, 3) AS "charged h",
       rounded(coalesce(sum(wall_s), 0) / 3600, 3) AS "wall h",
       m.machines AS machine
FROM cell c
JOIN arms a USING (dataset, model_name)
JOIN pruners p USING (dataset, model_name)
JOIN seeds s USING (dataset, model_name)
LEFT JOIN rates r USING (dataset, model_name)
LEFT JOIN machines m USING (dataset, model_name)
GROUP BY dataset, model_name
UNION ALL
SELECT :experiment, '', 'not in the database', 0, 0, 0, 0, 0, NULL, NULL, NULL, 0, 0, 0.0, 0.0, NULL
WHERE NOT EXISTS (SELECT 1 FROM cell);
