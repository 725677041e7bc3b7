/*
 * phases: one row per panel, pruner and rate: a bar. After the columns that all figures share
 * (plots/render.h), seconds, means over seeds:
 *
 *     13 score_s    14 select_s   15 train_s                                    what is charged
 *     16 load_s     17 init_s     18 eval_s     19 checkpoint_s   20 other_s
 *     21 charged_s  22 wall_s
 *     23 conditions  different ones (v_run) that a panel's runs were timed under, at most
 */
WITH
run AS (SELECT * FROM v_run WHERE experiment = :experiment AND state = 'done'),
series AS (SELECT pruner, options, variant, label FROM v_series WHERE experiment = :experiment),
summary AS (
    SELECT dataset, model, pruner, options, rate, count(*) AS n,
           avg(score_s) AS score_s, avg(select_s) AS select_s, avg(train_s) AS train_s,
           avg(load_s) AS load_s, avg(init_s) AS init_s, avg(eval_s) AS eval_s,
           avg(checkpoint_s) AS checkpoint_s, avg(other_s) AS other_s,
           avg(charged_s) AS charged_s, avg(wall_s) AS wall_s
    FROM run
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
       score_s, select_s, train_s, load_s, init_s, eval_s, checkpoint_s, other_s,
       charged_s, wall_s,
       (SELECT max(several) FROM (SELECT count(DISTINCT condition) AS several FROM run
                                  GROUP BY dataset, model)) AS conditions
FROM summary JOIN series USING (pruner, options)
ORDER BY block, rate;
