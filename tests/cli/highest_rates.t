Of 200 samples two are left at .99: every pruner trains on them, or says why not.

  $ unset WINNOW_DATA
  $ winnow run all-pruners --db a.db -j 4 --set rate=0.99 --set seed=1 --set model=softmax \
  >   --set 'dataset={name: synthetic, samples: 250, val_fraction: 0.2}' --set train.epochs=6 2>/dev/null
  $ sqlite3 a.db 'SELECT state, count(*) FROM (SELECT state FROM v_run UNION ALL SELECT state FROM v_failures) GROUP BY 1'
  done|54

All but the soft budgets keep these two.

  $ sqlite3 a.db 'SELECT DISTINCT pruner FROM v_selection s JOIN v_run r USING (attempt)
  > WHERE rate > 0 AND s.kept <> 2 ORDER BY 1'
  bls-infobatch
  divbs
  dp-eps
  dynimpt
  full-short
  infobatch
  repb
  ugies
