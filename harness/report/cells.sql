SELECT count(*), sum(state = 'done'), sum(state = 'failed'), sum(state = 'diverged'),
       sum(state NOT IN ('done', 'failed', 'diverged')), total(charged_s), total(wall_s),
       count(DISTINCT environment), total(carried_s)
FROM v_run WHERE experiment = :experiment
