Samplers and quotas: what is kept of one score.

  $ cat >s.yaml <<'END'
  > name: s
  > dataset: {name: synthetic, samples: 300, classes: 3, val_fraction: 0.2}
  > model: softmax
  > pruner: [random, {name: el2n, runs: 1, at: 2, sampler: [top, window, pool], skip: 0.1},
  >   {name: el2n, runs: 1, at: 2, quota: [size, error]}]
  > rate: [0.5, 0.9]
  > train: {epochs: 3, batch: 32}
  > END
  $ winnow run s.yaml -j 1 --db s.db 2>/dev/null

The score is made once for what only chooses among it; a quota looks at more, or might.

  $ sqlite3 s.db "SELECT pruner, options, count(*), count(DISTINCT artifact), sum(reused)
  > FROM v_run GROUP BY 1, 2"
  el2n|runs=1 at=2 quota=error|2|1|1
  el2n|runs=1 at=2 quota=size|2|1|1
  el2n|runs=1 at=2 sampler=pool skip=0.1|2|1|2
  el2n|runs=1 at=2 sampler=window skip=0.1|2|1|2
  el2n|runs=1 at=2 skip=0.1|2|1|1
  random||2|0|0
  $ sqlite3 s.db "SELECT count(DISTINCT artifact) FROM v_run"
  3

A pool is drawn from before each epoch, a window once. All keep the budget.

  $ sqlite3 s.db "SELECT options, rate, count(*), min(s.kept), max(s.kept)
  > FROM v_selection s JOIN v_run r USING (attempt) WHERE r.pruner = 'el2n' GROUP BY 1, 2"
  runs=1 at=2 quota=error|0.5|1|120|120
  runs=1 at=2 quota=error|0.9|1|24|24
  runs=1 at=2 quota=size|0.5|1|120|120
  runs=1 at=2 quota=size|0.9|1|24|24
  runs=1 at=2 sampler=pool skip=0.1|0.5|3|120|120
  runs=1 at=2 sampler=pool skip=0.1|0.9|3|24|24
  runs=1 at=2 sampler=window skip=0.1|0.5|1|120|120
  runs=1 at=2 sampler=window skip=0.1|0.9|1|24|24
  runs=1 at=2 skip=0.1|0.5|1|120|120
  runs=1 at=2 skip=0.1|0.9|1|24|24

What needs a validation split says so.

  $ winnow run s.yaml -j 1 --db v.db --set dataset.val_fraction=0 2>&1 | grep -o 'el2n needs.*' | sort -u
  el2n needs validation samples: set val_fraction of synthetic
