Cells of questions that fail, and are tried again: in the end the answers are those of a grid in which
nothing failed (decide.t has what is said until then). One cell takes longer than the others, so that
it can be met.

  $ cat >night.yaml <<'END'
  > name: night
  > dataset: {name: synthetic, samples: 400, classes: 4}
  > model: {name: mlp, width: 16}
  > pruner: [full, random]
  > rate: [0.1, 0.95]
  > seed: {at_least: 3, at_most: 7}
  > train: {epochs: 2, batch: 32, lr: 0.1}
  > decide:
  >   - {arm: random, against: full, better: true, rate: 0.95}
  >   - {arm: random, against: full, noninferior: 4, rate: 0.1}
  > overrides:
  >   - when: {pruner: random, rate: 0.95, seed: 3}
  >     train: {epochs: 300}
  > END
  $ cat >night.sql <<'END'
  > SELECT question, text, state, seeds, left_out, decided_seeds, unit, bound, mean, low, high,
  > fixed_low, fixed_high, p, p_holm FROM v_decision;
  > SELECT cell, count(*) FROM attempt WHERE state = 'done' GROUP BY cell ORDER BY cell;
  > END
  $ winnow run night.yaml --db a.db -j 1 2>/dev/null; sqlite3 a.db <night.sql >night.txt
  $ same() { sqlite3 $1 <night.sql | cmp night.txt - && winnow db check --db $1 >/dev/null; }
  $ states() { sqlite3 $1 'SELECT state, count(*) FROM attempt GROUP BY 1' | xargs; }

A worker that is killed is tried again before later seeds are begun: what they say comes after it.

  $ sed 's/^    train.*/&\n    limits: {retries: 1}/' night.yaml >again.yaml
  $ winnow run again.yaml --db b.db -j 1 2>log & pid=$!
  $ until [ "$(sqlite3 -readonly b.db "SELECT count(*) FROM v_run WHERE state = 'running' AND
  > epochs = 300" 2>/dev/null)" = 1 ]; do kill -0 $pid || break; sleep 0.01; done
  $ kill -9 $(cat /proc/$pid/task/$pid/children); wait $pid; same b.db; states b.db
  done|15 failed|1
  $ grep -o 'seed 3: failed.*again\|seed 4' log | head -n 2
  seed 3: failed: killed by SIGKILL: by hand, or by the kernel for lack of memory; again
  seed 4

A grid that went on without it has decided without its seed, and says so until the cell is tried again.

  $ sed 's/^    train.*/&\n    limits: {timeout: 0.01s}/' night.yaml >hasty.yaml
  $ winnow run hasty.yaml --db c.db -j 1 2>log
  [1]
  $ grep '^random\|failed (' log
  14 cells done, 1 failed (winnow status shows why; --retry-failed runs them again): c.db
  random@0.95 is better than full: fails after 4 seeds, -5*; 1 seed left out, of which a run failed or diverged (glob)
  random@0.1 loses less than 4 points to full: holds after 5 seeds, -0.25 points [-*] (glob)
  $ winnow plan night.yaml --db c.db | grep '^retry\|^night'
  retry   *  synthetic(classes=4 samples=400) mlp(width=16) random rate 0.95 seed 3, about * (glob)
  night: 21 cells, 14 done, 0 to run, 1 to retry, 6 not needed (c.db)
  $ winnow run night.yaml --db c.db -j 1 --retry-failed 2>log; same c.db; states c.db
  done|15 failed|1
