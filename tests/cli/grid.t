winnow run on grids that do not go well, or must end in time. tests/cli/grid.c has those whose workers
are killed.

Six cells of a tenth of a second in two blocks.

  $ cat >tiny.yaml <<'END'
  > name: tiny
  > dataset: {name: synthetic, samples: 400, classes: 4}
  > model: {name: mlp, width: 16}
  > pruner: [full, random]
  > rate: [0.3, 0.7]
  > seed: 2
  > train: {epochs: 2, batch: 32}
  > END
  $ run() { winnow run -j 1 "$@" 2>log; }

A cell that takes longer than its limit is stopped, tried again at the end where that is asked for, and
the grid goes on.

  $ cat >endless.yaml <<'END'
  > name: endless
  > dataset: {name: synthetic, samples: 4000, classes: 4}
  > model: [{name: mlp, width: 512}, softmax]
  > pruner: full
  > train: {epochs: 2, batch: 32}
  > overrides:
  >   - when: {model: mlp}
  >     train: {epochs: 100000}
  >     limits: {timeout: 1s, retries: 1}
  > END
  $ run endless.yaml --db endless.db
  [1]
  $ grep -o 'failed: timeout.*\|1 cell done, 1 failed' log
  failed: timeout: over 1 s; again at the end
  failed: timeout: over 1 s
  1 cell done, 1 failed
  $ sqlite3 endless.db 'SELECT state FROM attempt ORDER BY id'
  failed
  done
  failed
  $ sqlite3 endless.db "SELECT reason, cause, attempts FROM v_run WHERE state = 'failed'"
  timeout: over 1 s|timeout|2
  $ winnow why $(sqlite3 endless.db "SELECT short FROM v_run WHERE state = 'failed'") \
  > --db endless.db | grep -o '^  It failed: .*\|Its limits.timeout stopped it\|and took'
    It failed: timeout: over 1 s.
  Its limits.timeout stopped it

Failures have an end. A cell that reports why it cannot run (here a validation split of none of 400
samples) is not tried again.

  $ wrong='--set dataset.val_fraction=0.0001 --set limits.retries=3 --db wrong.db'
  $ run tiny.yaml --max-failures 2 $wrong
  [1]
  $ grep -o '0 cells done, 2 failed\|, 4 left for the next run\|stopped after .*' log
  0 cells done, 2 failed
  , 4 left for the next run
  stopped after 2 failed cells (--max-failures)
  $ sqlite3 wrong.db 'SELECT count(*) FROM attempt'
  2
  $ run tiny.yaml --fail-fast $wrong
  [1]
  $ grep -o 'stopped after .*' log
  stopped after 1 failed cell (--fail-fast)
  $ sqlite3 wrong.db 'SELECT count(*) FROM attempt'
  3

A cell whose loss is no longer finite names epoch and batch, and is not tried again either.

  $ run tiny.yaml --db diverged.db --set train.lr=1000 --set train.momentum=1 \
  > --set train.epochs=30 --set pruner=random --set rate=0.3 --set seed=1 --set limits.retries=2
  [1]
  $ grep -o 'diverged: the loss is not finite in epoch [0-9]*, batch [0-9]*$' log
  diverged: the loss is not finite in epoch * (glob)
  $ sqlite3 diverged.db "SELECT count(*), state, cause, diverged_step > 0, reason LIKE
  > '%epoch ' || diverged_epoch || ', batch ' || diverged_step FROM v_run"
  1|diverged|diverged|1|1
  $ sqlite3 diverged.db 'SELECT count(*) FROM attempt'
  1

What a budget does not reach is not begun, and the plan says so beforehand. How long the first seed's
block takes is known: far too long.

  $ run tiny.yaml --db a.db --where 'seed = 0'
  $ tail -n 1 log
  3 cells done: a.db
  $ run tiny.yaml --db a.db --budget 30s --set train.epochs=100000 --set seed=2
  $ grep -o '0 cells done.* next run\|not started.*\|seed 1: .*' log
  0 cells done, 6 left for the next run
  not started: synthetic(classes=4 samples=400) mlp(width=16) seed 0: 3 of 3 cells left, about * of one worker (glob)
  not started: synthetic(classes=4 samples=400) mlp(width=16) seed 1: 3 of 3 cells left, about * of one worker (glob)
  $ sqlite3 a.db 'SELECT count(*) FROM attempt'
  3
  $ winnow plan tiny.yaml --db a.db --budget 30s --set train.epochs=100000 | grep -A 1 ^blocks
  blocks, most valuable first, in 30 s:
  waits  synthetic(classes=4 samples=400) mlp(width=16) seed 0: 3 cells, about * of one worker (glob)
  $ winnow plan tiny.yaml --db a.db --deadline 2000-01-01T00:00
  ! winnow plan: --deadline: '2000-01-01T00:00' is in the past
  [2]
  $ winnow plan tiny.yaml --db a.db --budget 1h | grep ^runs
  runs   synthetic(classes=4 samples=400) mlp(width=16) seed 1: 3 cells, about * of one worker (glob)
  $ run tiny.yaml --db a.db --budget 1h
  $ tail -n 1 log
  3 cells done: a.db

A block that took longer is named: nothing was known of it, and nothing measured.

  $ run tiny.yaml --db slow.db --budget 1s --no-measure --set train.epochs=3000
  $ grep -o 'incomplete: .*\|not started: .*\|the time is up' log
  the time is up
  incomplete: synthetic(classes=4 samples=400) mlp(width=16) seed 0: * of 3 cells left (glob)
  not started: synthetic(classes=4 samples=400) mlp(width=16) seed 1: 3 of 3 cells left

A few batches that are measured show the same before anything has ended.

  $ run tiny.yaml --db measured.db --budget 2s --set train.epochs=100000
  $ grep -o '0 cells done.* next run' log
  0 cells done, 6 left for the next run
  $ sqlite3 measured.db 'SELECT count(*) FROM attempt'
  0

--where chooses cells.

  $ run tiny.yaml --db where.db --where "pruner = 'random' AND rate > 0.5"
  $ grep -o '[0-9]* of 6 cells to run' log
  2 of 6 cells to run
  $ sqlite3 where.db "SELECT pruner, rate, count(*) FROM v_run WHERE state = 'done'"
  random|0.7|2
  $ sqlite3 where.db 'SELECT count(*) FROM v_run'
  6
  $ winnow plan tiny.yaml --db where.db --where "state = 'new' AND seed = 1" --no-measure | tail -n 1
  tiny: 2 cells, 0 done, 2 to run, 0 to retry (where.db); * (glob)
  $ winnow plan tiny.yaml --db where.db --where "prunner = 'random'"
  ! winnow plan: --where: no such column: prunner; a condition is SQL over dataset, dataset_name, model, model_name, pruner, options, rate, seed, epochs, state, cell, with texts in single quotes
  [2]
  $ winnow run tiny.yaml --db b.db --where '1; SELECT 2'
  ! winnow run: --where: near ";": syntax error; a condition is SQL over dataset, dataset_name, model, model_name, pruner, options, rate, seed, epochs, state, cell, with texts in single quotes
  [2]
  $ winnow run tiny.yaml --db b.db --where 'seed +'
  ! winnow run: --where: near ")": syntax error; a condition is SQL over dataset, dataset_name, model, model_name, pruner, options, rate, seed, epochs, state, cell, with texts in single quotes
  [2]
  $ ls b.db
  ! ls: cannot access 'b.db': No such file or directory
  [2]

Of two good attempts the later one counts, unless its seconds are doubtful.

  $ run tiny.yaml --db doubt.db --timing strict --limit 1
  $ grep '^1 cell done' log
  1 cell done, 5 left for the next run: doubt.db
  $ winnow run tiny.yaml --db doubt.db --timing lax
  ! winnow run: --timing: expected one of record, strict, found 'lax'
  [2]
  $ sqlite3 doubt.db "INSERT INTO attempt (cell, environment, state, beside, started_at, ended_at,
  > timing_reason) SELECT cell, environment, 'done', 0, started_at, ended_at, 'a doubt' FROM attempt"
  $ sqlite3 doubt.db 'SELECT attempt = (SELECT min(id) FROM attempt WHERE timing_reason IS NULL)
  > OR (SELECT count(*) FROM attempt WHERE timing_reason IS NULL) = 0
  > FROM v_run WHERE attempt IS NOT NULL'
  1
