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
run AS (SELECT * FROM v_run
        WHERE experiment = :experiment AND state = 'done' AND charged_s IS NOT NULL)
SELECT dataset, model, pruner, options, rate, count(*) AS n,
       total(score_s) / count(*) AS score_s, total(select_s) / count(*) AS select_s,
       total(train_s) / count(*) AS train_s, total(load_s) / count(*) AS load_s,
       total(init_s) / count(*) AS init_s, total(eval_s) / count(*) AS eval_s,
       total(checkpoint_s) / count(*) AS checkpoint_s, total(other_s) / count(*) AS other_s,
       avg(charged_s) AS charged_s, avg(wall_s) AS wall_s,
       (SELECT max(several) FROM (SELECT count(DISTINCT condition) AS several FROM run
                                  GROUP BY dataset, model)) AS conditions
FROM run
GROUP BY dataset, model, pruner, options, rate
ORDER BY rate;
