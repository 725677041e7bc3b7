winnow run as its users meet it: run twice, changed, crowded, and what cannot run. tests/cli/run.c has the
grids that are killed and interrupted.

  $ cat >tiny.yaml <<'END'
  > name: tiny
  > dataset: {name: synthetic, samples: 400, classes: 4}
  > model: {name: mlp, width: 16}
  > pruner: [full, random, {name: ucb, period: 2}, {name: infobatch, delta: 0.6},
  >   {name: el2n, runs: 2, at: 1}]
  > rate: [0.3, 0.7]
  > seed: 2
  > train: {epochs: 3, batch: 32}
  > END

A second run has nothing to do. stdout is for data: there is none.

  $ winnow run tiny.yaml --db two.db -j 2 2>log
  $ tail -n 1 log
  18 cells done: two.db
  $ sqlite3 two.db "SELECT count(*) FROM v_run WHERE state = 'done'"
  18
  $ winnow run tiny.yaml --db two.db -j 2
  ! tiny: nothing to run: 18 of 18 cells are done in two.db
  $ sqlite3 two.db 'SELECT count(*) FROM attempt'
  18

The bits are the same with any number of workers: 18 cells of 3 epochs.

  $ winnow run tiny.yaml --db one.db -j 1 2>/dev/null
  $ for db in one two; do sqlite3 $db.db "SELECT c.key, e.epoch, e.kept,
  > printf('%!.17g %!.17g %!.17g', e.lr, e.train_loss, e.test_accuracy),
  > e.samples_forward, e.samples_backward FROM epoch e JOIN attempt a ON a.id = e.attempt
  > JOIN cell c ON c.key = a.cell ORDER BY 1, 2" >$db.txt; done
  $ wc -l <one.txt
  54
  $ cmp one.txt two.txt

The phases add up to the wall clock, and scores are charged: two proxies of one epoch and a pass each
over 400 samples, then 3 epochs of 280.

  $ sqlite3 one.db 'SELECT count(*) FROM (SELECT a.wall_ns, sum(p.ns) AS s FROM attempt a JOIN phase p
  > ON p.attempt = a.id GROUP BY a.id) WHERE abs(s - wall_ns) > wall_ns / 1000'
  0
  $ sqlite3 one.db "SELECT count(*) FROM v_warning WHERE code = 'LEDGER_GAP'"
  0
  $ sqlite3 one.db "SELECT DISTINCT samples_forward, samples_backward FROM v_run
  > WHERE pruner = 'el2n' AND rate = 0.3"
  2440|1640
  $ sqlite3 one.db "SELECT count(*) FROM v_run WHERE pruner = 'el2n' AND score_s > 0
  > AND abs(charged_s - score_s - select_s - train_s) < 1e-6"
  4
  $ sqlite3 one.db "SELECT DISTINCT score_s > 0 FROM v_run WHERE pruner = 'random'"
  0

A changed file runs what is new: of each of the four pruners with a rate, that one, with two seeds.

  $ winnow run tiny.yaml --db two.db -j 2 --set rate=[0.3,0.5] 2>&1 | grep -o '[0-9]* of 18 cells to run'
  8 of 18 cells to run
  $ sqlite3 two.db 'SELECT count(*), count(DISTINCT cell) FROM attempt'
  26|26

Cells of many threads are fewer at once, and crowds are told.

  $ cores=$(nproc)
  $ winnow run tiny.yaml --db threads.db --set seed=1 --set engine.threads=$cores --limit 1 2>log
  $ each="of $cores threads each"; [ $cores -gt 1 ] || each=into
  $ grep -q "1 at once, $each" log
  $ grep warning log
  [1]
  $ sqlite3 threads.db "SELECT threads_asked = $cores, threads_used = $cores FROM v_environment;
  > SELECT count(*) FROM v_warning WHERE code = 'CROWDED'"
  1|1
  0
  $ winnow plan tiny.yaml --set engine.threads=$((2 * cores)) >plan
  $ grep -q "$((2 * cores)) threads a cell, 1 cell at once on $cores core" plan
  $ grep -o 'warning: more threads than cores' plan
  warning: more threads than cores
  $ winnow run tiny.yaml --db crowd.db -j $((cores + 1)) --set seed=1 --limit 1 2>log
  $ grep -q "warning: $((cores + 1)) threads on $cores core" log
  $ sqlite3 crowd.db "SELECT count(*) FROM v_warning WHERE code = 'CROWDED'"
  1

A worker that cannot run reports it in its own words, and is not tried again.

  $ cat >file.yaml <<'END'
  > name: file
  > dataset: {name: synthetic, samples: 400}
  > model: mlp
  > pruner: {name: file, path: kept.txt}
  > rate: 0.5
  > train: {epochs: 1}
  > limits: {retries: 2}
  > END
  $ echo 7 >kept.txt
  $ winnow run file.yaml --db file.db 2>/dev/null
  [1]
  $ sqlite3 file.db 'SELECT r.state, r.cause, r.reason, attempts, log FROM v_run r
  > JOIN attempt a ON a.id = last_attempt'
  failed|refused|file: kept.txt lists 1 of the 400 training samples, rate 0.5 keeps 200: list more, or raise the rate|1|winnow cell: file: kept.txt lists 1 of the 400 training samples, rate 0.5 keeps 200: list more, or raise the rate
  $

What cannot run.

  $ winnow run
  ! winnow run: FILE is missing; see winnow run --help
  [2]
  $ winnow run nowhere.yaml
  ! nowhere.yaml: cannot be read: No such file or directory
  [2]
  $ winnow run tiny.yaml -j 0x2
  ! winnow run: --jobs: expected a whole number from 0 to 256, found '0x2'
  [2]
  $ winnow run tiny.yaml --set rate=1.2
  ! --set rate: expected a number from 0 to below 1, found '1.2'
  [2]
  $ winnow run tiny.yaml --set dataset=mnist --set data_dir=/nonexistent
  ! --set data_dir: '/nonexistent': No such file or directory; name an existing folder, or none
  [2]
  $ winnow run tiny.yaml --set dataset=mnist --set data_dir=/proc
  ! --set data_dir: note: mnist: train-images-idx3-ubyte (or train-images-idx3-ubyte.gz) not found; get it from https://storage.googleapis.com/cvdf-datasets/mnist/ (four .gz files: winnow fetch mnist); searched /proc, * (glob)
  ! winnow run: mnist: train-images-idx3-ubyte (or train-images-idx3-ubyte.gz) not found; get it from https://storage.googleapis.com/cvdf-datasets/mnist/ (four .gz files: winnow fetch mnist); searched /proc, * (glob)
  [4]
  $ winnow run tiny.yaml --set dataset.train_limit=401 --db a.db
  ! winnow run: tiny.yaml:2:10: synthetic: train_limit: expected at most 400, all there are, found 401
  [4]
  $ winnow run tiny.yaml --db /nonexistent/deep/a.db
  ! winnow run: /nonexistent/deep: cannot create the folder: No such file or directory
  [5]
  $ echo text, long enough to be no database at all >b.db
  $ winnow run tiny.yaml --db b.db
  ! winnow run: b.db: file is not a database
  [5]

A worker out of memory says so, and the grid goes on. (Sanitizers map terabytes, more than any limit.)

  $ if ! (ulimit -v 2000000; ASAN_OPTIONS= winnow --version) >/dev/null 2>&1; then echo 'memory has no limit'; exit 80; fi
  $ cat >big.yaml <<'END'
  > name: big
  > dataset: {name: synthetic, samples: 200}
  > model: [{name: mlp, width: 8192, depth: 8}, softmax]
  > pruner: full
  > train: {epochs: 1}
  > END
  $ (ulimit -v 2000000; winnow run big.yaml --db big.db -j 1 2>log)
  [1]
  $ grep -o -e 'out of memory' -e '1 cell done, 1 failed' log | sort -u
  1 cell done, 1 failed
  out of memory
  $ sqlite3 big.db 'SELECT state, cause FROM v_run ORDER BY state'
  done|
  failed|crash

OpenBLAS would look for ever for memory that it is not given, and so would each command.

  $ (ulimit -v 150000; OPENBLAS_NUM_THREADS=1 timeout 20 winnow --version)
  ! winnow: the limit of 150000 KiB on the address space (ulimit -v) leaves no 128 MiB for BLAS: raise it, or lift it with ulimit -v unlimited
  [4]
  $ (ulimit -v 150000; OPENBLAS_NUM_THREADS=2 timeout 20 winnow --version)
  ! winnow: the limit of 150000 KiB on the address space (ulimit -v) leaves no * MiB for BLAS* (glob)
  [4]
