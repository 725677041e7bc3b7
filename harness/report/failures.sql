SELECT f.short, f.dataset, f.model,
       f.pruner || iif(f.options = '', '', '(' || f.options || ')'), f.rate, f.seed, f.state,
       r.diverged_epoch, f.attempts, f.reason
FROM v_failures f JOIN v_run r USING (experiment, cell)
WHERE experiment = :experiment ORDER BY f.position
