Noise, long tails, bottlenecks and subsets made elsewhere, from the experiment to the database.

Noise: a fifth of 900 labels is changed. Random subsets of half of the samples have half of these,
aum's nearly all: it keeps the hardest.

  $ cat >noisy.yaml <<'END'
  > name: noisy
  > dataset: {name: synthetic, samples: 1000, noise: 0.2, val_fraction: 0.1}
  > model: softmax
  > pruner: [random, {name: aum, epochs: 4}]
  > rate: [0, 0.5]
  > seed: 1
  > train: {epochs: 2}
  > END
  $ winnow run noisy.yaml --db noisy.db 2>/dev/null
  $ sqlite3 noisy.db "SELECT DISTINCT flipped || ' of ' || n FROM v_noise"
  180 of 900
  $ sqlite3 noisy.db 'SELECT DISTINCT kept_share FROM v_noise WHERE rate = 0'
  1.0
  $ sqlite3 noisy.db "SELECT pruner, kept_share BETWEEN 0.4 AND 0.6, kept_share > 0.9
  > FROM v_noise WHERE rate = 0.5 ORDER BY pruner DESC"
  random|1|0
  aum|0|1
  $ sqlite3 noisy.db 'SELECT count(*) FROM v_selection WHERE noise_kept IS NULL'
  0

Without noise there is none.

  $ cat >clean.yaml <<'END'
  > name: clean
  > dataset: {name: synthetic, samples: 300}
  > model: softmax
  > pruner: random
  > rate: 0.5
  > seed: 1
  > train: {epochs: 1}
  > END
  $ winnow run clean.yaml --db clean.db 2>/dev/null
  $ sqlite3 clean.db 'SELECT count(*), (SELECT count(noise_kept) FROM v_selection) FROM v_noise'
  0|0

A long tail: the largest class has some 250 samples, the others 1/2, 1/4 and 1/8 of it.

  $ cat >tail.yaml <<'END'
  > name: tail
  > dataset: {name: synthetic, samples: 1000, classes: 4, imbalance: 8}
  > model: softmax
  > pruner: full
  > seed: 1
  > train: {epochs: 1}
  > END
  $ winnow run tail.yaml --db tail.db 2>/dev/null
  $ sqlite3 tail.db 'SELECT class_kept FROM v_selection'
  [250,125,63,31]

A bottleneck gives the features: dp minimises its objective on five instead of 32 of them.

  $ cat >narrow.yaml <<'END'
  > name: narrow
  > dataset: {name: synthetic, samples: 300}
  > model: [{name: mlp, width: 32, bottleneck: none}, {name: mlp, width: 32, bottleneck: 5}]
  > pruner: dp
  > rate: 0.5
  > seed: 1
  > train: {epochs: 2}
  > END
  $ winnow run narrow.yaml --db narrow.db 2>/dev/null
  $ sqlite3 narrow.db 'SELECT model FROM v_run ORDER BY position'
  mlp(width=32)
  mlp(width=32 bottleneck=5)
  $ sqlite3 narrow.db "SELECT DISTINCT method FROM v_solver WHERE model LIKE '%=5)' ORDER BY step"
  all
  random
  smallest-norms
  annealed
  $ sqlite3 narrow.db "SELECT a.objective <= r.objective, a.objective <= s.objective FROM v_solver a
  > JOIN v_solver r USING (cell) JOIN v_solver s USING (cell)
  > WHERE a.method = 'annealed' AND r.method = 'random' AND s.method = 'smallest-norms'"
  1|1
  1|1

What one cell computed and kept is what `file` keeps, by scores and by the list.

  $ cat >out.yaml <<'END'
  > name: out
  > dataset: {name: synthetic, samples: 300, val_fraction: 0.2}
  > model: softmax
  > pruner: {name: el2n, runs: 1, at: 1}
  > rate: 0.5
  > seed: 1
  > train: {epochs: 2}
  > END
  $ winnow run out.yaml --db a.db 2>/dev/null
  $ key=$(sqlite3 a.db 'SELECT short FROM v_run')
  $ winnow scores $key --db a.db -o scores.csv
  $ winnow scores $key --db a.db --kept -o kept.txt
  $ sed -e 's/^name: .*/name: in/' -e '/^pruner/d' out.yaml >in.yaml
  $ cat >>in.yaml <<'END'
  > pruner: [{name: file, path: scores.csv, seconds: 7.5}, {name: file, path: kept.txt}]
  > END
  $ winnow run in.yaml --db a.db 2>/dev/null
  $ sqlite3 a.db 'SELECT count(DISTINCT hex(bitmap)) FROM v_selection'
  1
  $ sqlite3 a.db 'SELECT count(*), count(DISTINCT accuracy) FROM v_run'
  3|1

The seconds that the scores are said to have taken are charged, and no part of the wall clock.

  $ sqlite3 a.db "SELECT carried_s, score_s > 7.5, charged_s > 7.5, wall_s < 7 FROM v_run
  > WHERE options LIKE '%seconds%'"
  7.5|1|1|1

Another content of the file is another cell.

  $ winnow plan in.yaml --db a.db | tail -n 1
  in: 2 cells, 2 done, 0 to run, 0 to retry (a.db)
  $ echo 3 >>kept.txt
  $ winnow plan in.yaml --db a.db --no-measure | tail -n 1
  in: 2 cells, 1 done, 1 to run, 0 to retry, 1 stale (a.db); * (glob)

Where none of the convolutions that were asked for can run there is a warning: lenet's windows are
5 x 5, and Winograd's are 3 x 3.

  $ cat >conv.yaml <<'END'
  > name: conv
  > dataset: {name: synthetic, samples: 100, size: 16}
  > model: [lenet, {name: convnet, depth: 2, width: 16}, softmax]
  > pruner: full
  > train: {epochs: 1}
  > engine: {conv: winograd}
  > END
  $ winnow run conv.yaml --db conv.db 2>/dev/null
  $ sqlite3 conv.db "SELECT model, text FROM v_warning JOIN v_run USING (attempt)
  > WHERE code = 'CONV'"
  lenet|conv: winograd supports none of this network's convolutions; used: direct
