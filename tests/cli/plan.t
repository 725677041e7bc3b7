winnow plan: before a grid, after it, and after its file has changed.

  $ cat >tiny.yaml <<'END'
  > name: tiny
  > dataset: {name: synthetic, samples: 400, classes: 4}
  > model: {name: mlp, width: 16}
  > pruner: [full, random, {name: el2n, runs: 2, at: 1}]
  > rate: [0.3, 0.7]
  > seed: 1
  > train: {epochs: 2, batch: 32, lr: 0.1}
  > END
  $ plan() { winnow plan tiny.yaml --db a.db "$@"; }

Before: nothing is known, and with --no-measure nothing is found out.

  $ plan --no-measure
  to run  *  synthetic(classes=4 samples=400) mlp(width=16) full seed 0 (glob)
  to run  *  synthetic(classes=4 samples=400) mlp(width=16) random rate 0.3 seed 0 (glob)
  to run  *  synthetic(classes=4 samples=400) mlp(width=16) random rate 0.7 seed 0 (glob)
  to run  *  synthetic(classes=4 samples=400) mlp(width=16) el2n(runs=2 at=1) rate 0.3 seed 0 (glob)
  to run  *  synthetic(classes=4 samples=400) mlp(width=16) el2n(runs=2 at=1) rate 0.7 seed 0 (glob)
  $
  tiny: 5 cells, 0 done, 5 to run, 0 to retry (a.db does not exist yet); no finished cell shows how long that takes

After: all is done, and no time is named.

  $ winnow run tiny.yaml --db a.db -j 1 2>&1 | tail -n 1
  5 cells done: a.db
  $ plan --why
  done    *  synthetic(classes=4 samples=400) mlp(width=16) full seed 0 (glob)
  done    *  synthetic(classes=4 samples=400) mlp(width=16) random rate 0.3 seed 0 (glob)
  done    *  synthetic(classes=4 samples=400) mlp(width=16) random rate 0.7 seed 0 (glob)
  done    *  synthetic(classes=4 samples=400) mlp(width=16) el2n(runs=2 at=1) rate 0.3 seed 0 (glob)
  done    *  synthetic(classes=4 samples=400) mlp(width=16) el2n(runs=2 at=1) rate 0.7 seed 0 (glob)
  $
  tiny: 5 cells, 5 done, 0 to run, 0 to retry (a.db)

Changed: why cells run again, and what the file no longer lists.

  $ plan --why -j 2 --set train.lr=0.05
  to run  *  synthetic(classes=4 samples=400) mlp(width=16) full seed 0, about * s (glob)
          recipe.lr 0.05, was 0.1
  to run  *  synthetic(classes=4 samples=400) mlp(width=16) random rate 0.3 seed 0, about * s (glob)
          recipe.lr 0.05, was 0.1
  to run  *  synthetic(classes=4 samples=400) mlp(width=16) random rate 0.7 seed 0, about * s (glob)
          recipe.lr 0.05, was 0.1
  to run  *  synthetic(classes=4 samples=400) mlp(width=16) el2n(runs=2 at=1) rate 0.3 seed 0, about * s (glob)
          recipe.lr 0.05, was 0.1
  to run  *  synthetic(classes=4 samples=400) mlp(width=16) el2n(runs=2 at=1) rate 0.7 seed 0, about * s (glob)
          recipe.lr 0.05, was 0.1
  stale   *  synthetic(classes=4 samples=400) mlp(width=16) el2n(runs=2 at=1) rate 0.3 seed 0 (glob)
          the file no longer lists it; it is done, and stays in the database
  stale   *  synthetic(classes=4 samples=400) mlp(width=16) el2n(runs=2 at=1) rate 0.7 seed 0 (glob)
          the file no longer lists it; it is done, and stays in the database
  stale   *  synthetic(classes=4 samples=400) mlp(width=16) full seed 0 (glob)
          the file no longer lists it; it is done, and stays in the database
  stale   *  synthetic(classes=4 samples=400) mlp(width=16) random rate 0.3 seed 0 (glob)
          the file no longer lists it; it is done, and stays in the database
  stale   *  synthetic(classes=4 samples=400) mlp(width=16) random rate 0.7 seed 0 (glob)
          the file no longer lists it; it is done, and stays in the database
  $
  disk: about *, * free (glob)
  memory: up to * a worker, 2 at once, * free (glob)
  tiny: 5 cells, 0 done, 5 to run, 0 to retry, 5 stale (a.db); about * s with -j * (glob)
  $ plan --set train.lr=0.05 | grep -c recipe.lr
  0
  [1]

A rate that is new, though its time is known from others.

  $ plan --why --set pruner=random --set rate=[0.3,0.5]
  done    *  synthetic(classes=4 samples=400) mlp(width=16) random rate 0.3 seed 0 (glob)
  to run  *  synthetic(classes=4 samples=400) mlp(width=16) random rate 0.5 seed 0, about * s (glob)
          new
  stale   *  synthetic(classes=4 samples=400) mlp(width=16) el2n(runs=2 at=1) rate 0.3 seed 0 (glob)
          the file no longer lists it; it is done, and stays in the database
  stale   *  synthetic(classes=4 samples=400) mlp(width=16) el2n(runs=2 at=1) rate 0.7 seed 0 (glob)
          the file no longer lists it; it is done, and stays in the database
  stale   *  synthetic(classes=4 samples=400) mlp(width=16) full seed 0 (glob)
          the file no longer lists it; it is done, and stays in the database
  stale   *  synthetic(classes=4 samples=400) mlp(width=16) random rate 0.7 seed 0 (glob)
          the file no longer lists it; it is done, and stays in the database
  $
  disk: about *, * free (glob)
  memory: up to * a worker, 1 at once, * free (glob)
  tiny: 2 cells, 1 done, 1 to run, 0 to retry, 4 stale (a.db); about * s with -j * (glob)

How long another model takes nobody knows, unless a few batches of it are measured.

  $ plan --why --set model=softmax --no-measure | tail -n 1
  tiny: 5 cells, 0 done, 5 to run, 0 to retry, 5 stale (a.db); no finished cell shows how long that takes
  $ plan --set 'model=[softmax,{name: mlp, width: 16}]' --set seed=2 --no-measure | tail -n 1
  tiny: 20 cells, 5 done, 15 to run, 0 to retry (a.db); at least * s with -j *, not known of 10 (glob)
  $ plan --json --set model=softmax >plan.json
  $ sqlite3 :memory: "SELECT plan ->> '$.cells[0].eta_from', plan ->> '$.totals.eta_unknown'
  > FROM (SELECT readfile('plan.json') AS plan)"
  measured|0

For programs.

  $ plan --json -j 2 --set train.epochs=4 --set pruner=full >plan.json
  $ sqlite3 -line :memory: "SELECT plan ->> 'experiment' AS experiment,
  > json_array_length(plan, '$.cells') AS cells, plan ->> '$.totals.to_run' AS to_run,
  > plan ->> '$.totals.stale' AS stale, plan ->> '$.totals.jobs' AS jobs
  > FROM (SELECT readfile('plan.json') AS plan)"
  experiment = tiny
       cells = 6
      to_run = 1
       stale = 5
        jobs = 2
  $ sqlite3 -line :memory: "SELECT cell ->> 'state' AS state, cell ->> 'why' AS why,
  > cell ->> 'eta_s' > 0 AS eta, cell ->> 'eta_from' AS eta_from,
  > stale ->> 'state' AS then_state, stale -> 'eta_s' AS then_eta_s,
  > length(stale ->> 'key') AS then_key
  > FROM (SELECT readfile('plan.json') -> '$.cells[0]' AS cell,
  > readfile('plan.json') -> '$.cells[1]' AS stale)"
       state = to run
         why = recipe.epochs 4, was 2
         eta = 1
    eta_from = same
  then_state = stale
  then_eta_s = null
    then_key = 64
  $ sqlite3 :memory: "SELECT key, value > 0 FROM json_each(readfile('plan.json'), '$.totals')
  > WHERE key LIKE '%\_bytes' ESCAPE '\' OR key = 'eta_s'"
  eta_s|1
  disk_bytes|1
  free_disk_bytes|1
  worker_memory_bytes|1
  memory_bytes|1
  free_memory_bytes|1
  $ winnow plan tiny.yaml --db none/none.db --json --no-measure >plan.json
  $ sqlite3 :memory: "SELECT key, type, value FROM json_each(readfile('plan.json'), '$.totals')
  > WHERE key IN ('eta_s', 'disk_bytes', 'eta_unknown')"
  eta_s|null|
  eta_unknown|integer|5
  disk_bytes|null|

A cell to be tried again, with its reason.

  $ diverge='--set pruner=random --set rate=0.3 --set train.lr=1000 --set train.momentum=1
  > --set train.epochs=30'
  $ winnow run tiny.yaml --db retry.db $diverge 2>run.log
  [1]
  $ grep -o 'diverged: the loss is not finite in epoch' run.log
  diverged: the loss is not finite in epoch
  $ winnow plan tiny.yaml --db retry.db --why $diverge
  retry   *  synthetic(classes=4 samples=400) mlp(width=16) random rate 0.3 seed 0 (glob)
          diverged: the loss is not finite in epoch 1, batch * (glob)
  $
  tiny: 1 cell, 0 done, 0 to run, 1 to retry (retry.db)

What was listed before the last run is stale; where there is another experiment, cells that none
lists may be its.

  $ cp a.db stale.db
  $ winnow run tiny.yaml --db stale.db --set pruner=full
  ! tiny: nothing to run: 1 of 1 cells are done in stale.db
  $ winnow plan tiny.yaml --db stale.db --set pruner=full | tail -n 1
  tiny: 1 cell, 1 done, 0 to run, 0 to retry, 4 stale (stale.db)
  $ winnow run tiny.yaml --db stale.db --set name=other --set pruner=full
  ! other: nothing to run: 1 of 1 cells are done in stale.db
  $ winnow plan tiny.yaml --db stale.db --set pruner=full | tail -n 1
  tiny: 1 cell, 1 done, 0 to run, 0 to retry (stale.db)

What cannot fit into memory is not begun, unless it is asked for with --force.

  $ sqlite3 a.db "INSERT INTO attempt (cell, environment, state, beside, started_at, ended_at,
  > wall_ns, peak_memory_bytes) SELECT cell, environment, 'done', 0, 1, 2, 1000000000, 1 << 50
  > FROM attempt"
  $ winnow run tiny.yaml --db a.db -j 2 --set seed=2
  ! winnow run: memory: 2 workers of up to 1024.0 TiB need 2048.0 TiB, * are available: run fewer at once with -j, or start anyway with --force (glob)
  [4]
  $ sqlite3 a.db 'SELECT count(*) FROM v_run'
  5
  $ winnow run tiny.yaml --db a.db -j 2 --set seed=2 --force 2>&1 | grep -o \
  > 'warning: memory: 2 workers\|[0-9]* cells done'
  warning: memory: 2 workers
  5 cells done
  $ winnow run tiny.yaml --db a.db
  ! tiny: nothing to run: 5 of 5 cells are done in a.db
