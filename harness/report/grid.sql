VALUES
    ('Datasets',
     (SELECT group_concat(v, ', ')
      FROM (SELECT dataset AS v FROM v_run
            WHERE experiment = :experiment GROUP BY 1 ORDER BY min(position)))),
    ('Models',
     (SELECT group_concat(v, ', ')
      FROM (SELECT model AS v FROM v_run
            WHERE experiment = :experiment GROUP BY 1 ORDER BY min(position)))),
    ('Pruners',
     (SELECT group_concat(v, ', ')
      FROM (SELECT pruner || iif(options = '', '', '(' || options || ')') AS v FROM v_run
            WHERE experiment = :experiment GROUP BY 1 ORDER BY min(position)))),
    ('Rates',
     (SELECT group_concat(v, ', ')
      FROM (SELECT DISTINCT printf('%g', rate) AS v FROM v_run
            WHERE experiment = :experiment AND has_rate(pruner, rate) ORDER BY rate))),
    ('Seeds',
     (SELECT group_concat(v, ', ')
      FROM (SELECT DISTINCT seed AS v FROM v_run WHERE experiment = :experiment ORDER BY seed))),
    ('Epochs',
     (SELECT group_concat(v, ', ')
      FROM (SELECT epochs AS v FROM v_run
            WHERE experiment = :experiment GROUP BY 1 ORDER BY min(position)))),
    ('Measured',
     (SELECT min(started) || ' to ' || max(started) || ' UTC (starts of the cells)'
      FROM v_run WHERE experiment = :experiment AND attempt IS NOT NULL))
