Questions of a grid that is stopped in all manners and goes on: the answers, and what was known after
each seed, are those of a grid that nothing stopped; no cell is trained twice, and no more of them than
it takes. decide.t has the rest.

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
  >     train: {epochs: 100}
  > END
  $ cat >night.sql <<'END'
  > SELECT question, text, state, seeds, left_out, decided_seeds, unit, bound, mean, low, high,
  > fixed_low, fixed_high, p, p_holm FROM v_decision;
  > SELECT l.question, l.seeds, l.seed, l.difference, l.mean, l.low, l.high, a.cell, r.cell
  > FROM v_look l JOIN attempt a ON a.id = l.attempt JOIN attempt r ON r.id = l.reference_attempt
  > ORDER BY 1, 2;
  > SELECT cell, count(*) FROM attempt WHERE state = 'done' GROUP BY cell ORDER BY cell;
  > END
  $ winnow run night.yaml --db a.db -j 1 2>log; tail -n 3 log
  15 cells done: a.db
  random@0.95 is better than full: fails after 5 seeds, -4*.* points [-*] (glob)
  random@0.1 loses less than 4 points to full: holds after 5 seeds, -0.25 points [-*] (glob)
  $ sqlite3 a.db <night.sql >night.txt; wc -l <night.txt
  27
  $ same() { sqlite3 $1 <night.sql | cmp night.txt - && winnow db check --db $1 >/dev/null; }

After each cell: amid pairs, between them, and where a question has just been decided.

  $ winnow run night.yaml --db b.db -j 1 --limit 10 2>log
  $ for _ in 11 12 13 14 15; do winnow run night.yaml --db b.db -j 1 --limit 1 2>log; done
  $ same b.db; winnow run night.yaml --db b.db -j 1 2>&1 | head -n 1
  night: nothing to run: 15 of 21 cells are done in b.db

Killed while its n-th attempt runs, or just after. The last time by a budget, which ends while a cell
runs, or before a block is begun, and last of all by nothing.

  $ begun() { sqlite3 -readonly $1 'SELECT count(*) > 0 FROM attempt WHERE id >= '$2 2>/dev/null; }
  $ for n in 3 12; do
  >   winnow run night.yaml --db c.db -j 1 2>log & pid=$!
  >   while kill -0 $pid && [ "$(begun c.db $n)" != 1 ]; do sleep 0.01; done
  >   kill -9 $pid; wait $pid
  > done 2>/dev/null
  [137]
  $ for _ in 1 2; do winnow run night.yaml --db c.db -j 1 --budget 0.2s --no-measure 2>>log; done
  $ grep -q '^not started' log && winnow run night.yaml --db c.db -j 1 2>log; same c.db
