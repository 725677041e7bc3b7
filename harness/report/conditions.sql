SELECT condition, dataset, model, count(*), sum(timing_valid = 0), avg(beside_mean),
       avg(threads_measured) FROM v_run WHERE experiment = :experiment AND attempt IS NOT NULL
GROUP BY 1, 2, 3 ORDER BY 2, 3, count(*) DESC
