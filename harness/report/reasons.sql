SELECT timing_reason, count(*), group_concat(short, ' ')
FROM v_run WHERE experiment = :experiment AND timing_valid = 0
GROUP BY 1 ORDER BY 2 DESC LIMIT 100
