SELECT cpu || char(10) || cores || iif(cores = 1, ' core', ' cores') || ', ' ||
       threads_used || iif(threads_used = 1, ' thread', ' threads') || ' a cell'
FROM v_environment JOIN v_run USING (environment) WHERE experiment = :experiment
GROUP BY environment ORDER BY count(*) DESC LIMIT 1
