Scores that cells share, and getting at them.

  $ cat >shared.yaml <<'END'
  > name: shared
  > dataset: {name: synthetic, samples: 300, val_fraction: 0.1}
  > model: softmax
  > pruner: [random, {name: el2n, runs: 2, at: 2}]
  > rate: [0.3, 0.5, 0.7]
  > seed: 2
  > train: {epochs: 2}
  > END

Each is computed once, whatever runs at the same time: of el2n's three rates one scores for each
seed. Every cell is charged with the seconds all the same, and the phases add up to the wall clock,
which has them once.

  $ winnow run shared.yaml -j 2 --db a.db 2>&1 | grep -o 'for reused scores'
  for reused scores
  for reused scores
  for reused scores
  for reused scores
  $ sqlite3 a.db "SELECT seed, sum(reused) FROM v_run WHERE pruner = 'el2n' GROUP BY seed"
  0|2
  1|2
  $ sqlite3 a.db 'SELECT count(DISTINCT artifact) FROM v_run'
  2
  $ ls artifacts | wc -l
  2
  $ sqlite3 a.db "SELECT count(*) FROM v_run WHERE pruner = 'el2n' AND score_s > 0"
  6
  $ sqlite3 a.db "SELECT DISTINCT trainings FROM v_amortized WHERE pruner = 'el2n'"
  3
  $ sqlite3 a.db 'SELECT count(*) FROM v_run WHERE abs(wall_s - (load_s + init_s + score_s -
  > carried_s + select_s + train_s + eval_s + checkpoint_s + other_s)) > 1e-6'
  0

Later grids reuse them too, unless they are told not to, and have the same results.

  $ sed 's/0.3, 0.5, 0.7/0.9/' shared.yaml >more.yaml
  $ winnow run more.yaml --db b.db 2>/dev/null
  $ winnow run more.yaml --db c.db --no-reuse 2>/dev/null
  $ sqlite3 b.db 'SELECT sum(reused) FROM v_run'
  2
  $ sqlite3 c.db 'SELECT sum(reused) FROM v_run'
  0
  $ sqlite3 c.db "ATTACH 'b.db' AS b; SELECT count(*) FROM attempt x JOIN b.attempt y USING (cell)
  > WHERE x.state = 'done' AND y.state = 'done' AND x.test_accuracy = y.test_accuracy
  > AND x.samples_forward = y.samples_forward"
  4

winnow scores

All samples as CSV: 0.3 of 270 are kept, those with the highest scores. A pruner without scores has
none there.

  $ key() { sqlite3 a.db "SELECT short FROM v_run WHERE pruner = '$1' AND rate = $2 AND seed = 0"; }
  $ winnow scores $(key el2n 0.7) --db a.db -o s.csv
  $ head -n 1 s.csv
  index,label,score,kept
  $ sed 1d s.csv >rows.csv
  $ sqlite3 -csv :memory: 'CREATE TABLE t (i, label, score REAL, kept INT)' '.import rows.csv t' \
  > "SELECT count(*), sum(score > 0), sum(kept), min(iif(kept, score, NULL)) >=
  > max(iif(kept, NULL, score)) FROM t"
  270,270,81,1
  $ winnow scores $(key el2n 0.7) --db a.db --kept | sort -u | wc -l
  81
  $ winnow scores $(key random 0.5) --db a.db | awk -F, 'NR > 1 && $3 == "" { n++; kept += $4 }
  > END { print n, kept }'
  270 135

What cannot be had.

  $ mv artifacts away
  $ winnow scores $(key el2n 0.7) --db a.db -o t.csv
  ! winnow scores: its scores are no longer in */artifacts; a run of another rate computes them again (glob)
  [4]
  $ ls t.csv*
  ! ls: cannot access 't.csv*': No such file or directory
  [2]
  $ mv away artifacts
  $ winnow scores zzz --db a.db
  ! winnow scores: a cell is named by the beginning of its key, 1 to 64 hexadecimal digits
  [2]
  $ winnow scores $(key el2n 0.7) --db a.db --kept -o nowhere/s.csv
  ! winnow scores: cannot write nowhere/s.csv: No such file or directory
  [4]

Selections of two splits

Seeds have other validation splits, and a limit leaves a part of the file: what two of them kept is
compared by SQL as by the lists of positions in the file.

  $ winnow run shared.yaml --set dataset.train_limit=200 --set rate=0.5 --db l.db 2>/dev/null
  $ for s in 0 1; do winnow scores --db l.db --kept $(sqlite3 l.db "SELECT short FROM v_run
  > WHERE pruner = 'el2n' AND seed = $s") | sort >$s.txt; done
  $ wc -l <0.txt
  90
  $ comm -12 0.txt 1.txt | wc -l >both
  $ winnow sql --db l.db -f csv "WITH s AS (SELECT s.*, seed FROM v_run r JOIN v_selection s
  > USING (attempt) WHERE pruner = 'el2n') SELECT kept_both(a.bitmap, b.bitmap,
  > a.positions = b.positions) AS both, kept_count(a.bitmap) AS kept, a.n, a.file_n,
  > kept_both(a.bitmap, a.split) AS within, kept_count(a.split) AS split
  > FROM s a JOIN s b ON a.seed = 0 AND b.seed = 1" >sql
  $ sed "s/^$(cat both),/as listed,/" sql
  both,kept,n,file_n,within,split
  as listed,90,180,300,90,180
  $ winnow sql --db l.db -f csv "SELECT x.origin FROM v_run r JOIN selection_samples(r.attempt) x
  > WHERE pruner = 'el2n' AND seed = 1 AND x.kept" | sed 1d | sort | cmp - 1.txt
  $ winnow db check --db l.db
  l.db: 4 cells, 4 attempts, 4 selections, 2 artifacts: 0 damaged, 0 notes

prune_with and score_only

Scores of another network are that network's: what softmax chose, the mlp is trained on, and no
scores are made anew. A score-only run chooses as it would, and trains on everything.

  $ sed 's/shared/with/; s/softmax/{name: mlp, width: 8}/; /^pruner/d' shared.yaml >with.yaml
  $ cat >>with.yaml <<'END'
  > pruner: [random, {name: el2n, runs: 2, at: 2, prune_with: [same, softmax]}, full,
  >   {name: ucb, period: 1, score_only: true}]
  > END
  $ winnow run with.yaml -j 2 --db a.db 2>/dev/null
  $ sqlite3 a.db "SELECT count(*), sum(reused) FROM v_run WHERE options LIKE '%prune_with=softmax'"
  6|6
  $ sqlite3 a.db "SELECT count(*) FROM v_run w JOIN v_selection s USING (attempt)
  > JOIN (SELECT r.rate, r.seed, o.bitmap FROM v_run r JOIN v_selection o USING (attempt)
  > WHERE r.model = 'softmax' AND r.pruner = 'el2n') x USING (rate, seed)
  > WHERE w.options LIKE '%prune_with=softmax' AND s.bitmap = x.bitmap"
  6
  $ sqlite3 a.db "SELECT count(*) FROM v_run u JOIN v_run f USING (model, seed)
  > JOIN v_epoch ue ON ue.attempt = u.attempt
  > JOIN v_epoch fe ON fe.attempt = f.attempt AND fe.epoch = ue.epoch
  > WHERE u.pruner = 'ucb' AND f.pruner = 'full' AND ue.train_loss = fe.train_loss
  > AND ue.test_accuracy = fe.test_accuracy AND ue.kept = fe.kept"
  12
  $ sqlite3 a.db "SELECT count(*) FROM v_run JOIN v_selection s USING (attempt)
  > WHERE pruner = 'ucb' AND s.kept BETWEEN 1 AND s.n - 1"
  12
