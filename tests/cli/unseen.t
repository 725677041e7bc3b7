Scores from networks that have not seen the sample.

  $ unset WINNOW_DATA
  $ cat >unseen.yaml <<'END'
  > name: unseen
  > dataset: {name: synthetic, samples: 200, classes: 4, noise: 0.1}
  > model: mlp
  > pruner:
  >   - {name: el2n, runs: 1, at: 6}
  >   - {name: el2n, runs: 1, at: 6, unseen: 4}
  >   - {name: forgetting, epochs: 6}
  >   - {name: forgetting, epochs: 6, unseen: folds}
  > rate: 0.5
  > seed: 1
  > train: {epochs: 12, batch: 10}
  > END
  $ winnow run unseen.yaml --db a.db 2>/dev/null

Four networks train on three quarters, five on four fifths: 3 and 4 times a proxy's steps.

  $ sqlite3 a.db 'SELECT pruner, options, samples_backward - 12 * 100 FROM v_run ORDER BY position'
  el2n|runs=1 at=6|1200
  el2n|runs=1 at=6 unseen=4|3600
  forgetting|epochs=6|1200
  forgetting|epochs=6 unseen=5|4800

Whoever has learned the wrong labels finds them less hard than whoever has not: more of them are kept.

  $ sqlite3 a.db "SELECT pruner, unseen > seen FROM (SELECT pruner,
  > sum(noise_kept) FILTER (WHERE options LIKE '%unseen%') AS unseen,
  > sum(noise_kept) FILTER (WHERE options NOT LIKE '%unseen%') AS seen FROM v_noise GROUP BY 1)"
  el2n|1
  forgetting|1

The same again, and with another number of folds another cell.

  $ winnow run unseen.yaml --db b.db 2>/dev/null
  $ sqlite3 a.db "ATTACH 'b.db' AS b; SELECT count(*) FROM v_selection s
  > JOIN b.v_selection t USING (cell, epoch, bitmap)"
  4
  $ winnow plan unseen.yaml --db a.db --no-measure --set 'pruner={name: el2n, runs: 1, at: 6, unseen: 5}' | tail -n 1
  unseen: 1 cell, 0 done, 1 to run, 0 to retry, 4 stale (a.db); about * with -j * (glob)

Each fold by itself, where a score goes by features; a quota goes by what no network was trained on.

  $ winnow list pruners --json >list.json
  $ those=$(sqlite3 :memory: "SELECT json_group_array(json_object('name', p.value ->> 'name',
  >   'unseen', 2, 'quota', json('[\"none\", \"error\"]')))
  > FROM json_each(readfile('list.json'), '$.pruners') p
  > WHERE p.value ->> 'unseen' = 'each fold alone' OR p.value ->> 'name' IN ('aum', 'uncertainty')")
  $ winnow run unseen.yaml --db c.db --set "pruner=$those" --set train.epochs=4 \
  >   --set 'dataset={name: synthetic, samples: 120, classes: 3, val_fraction: 0.1}' 2>/dev/null
  $ sqlite3 c.db 'SELECT count(DISTINCT pruner), count(*), count(DISTINCT kept_fraction) FROM v_run'
  10|20|1
  $ sqlite3 c.db "SELECT pruner, count(DISTINCT bitmap) FROM v_run r JOIN v_selection USING (cell)
  > WHERE pruner IN ('grand', 'aum') GROUP BY 1"
  aum|2
  grand|2

What holds samples against each other by one network is refused; a file of embeddings is one network.

  $ refused() { winnow check unseen.yaml --set "pruner={$1}"; }
  $ refused 'name: k-center, unseen: folds'
  ! --set pruner: unseen: k-center compares all samples with each other, as one network sees them: without unseen, or by the embeddings: of a network that was trained on other samples
  [2]
  $ refused 'name: k-center, unseen: folds, embeddings: e.npy'
  ! --set pruner: unseen: k-center asks no network of the samples: without unseen
  [2]
  $ refused 'name: craig, unseen: folds'
  ! --set pruner: unseen: craig compares all samples with each other, as one network sees them: without unseen
  [2]
  $ refused 'name: ccs, score: k-center, unseen: folds'
  ! --set pruner: unseen: ccs compares all samples with each other, as one network sees them: without unseen
  [2]
  $ refused 'name: d2, unseen: folds'
  ! --set pruner: unseen: d2 compares all samples with each other, as one network sees them: without unseen, or by the embeddings: of a network that was trained on other samples
  [2]
  $ refused 'name: d2, unseen: folds, embeddings: e.npy'
  unseen.yaml: 1 cell (1 dataset x 1 model x 1 pruner x 1 rate x 1 seed)
  $ refused 'name: ccs, score: moderate, unseen: folds'
  unseen.yaml: 1 cell (1 dataset x 1 model x 1 pruner x 1 rate x 1 seed)
  $ refused 'name: ucb, unseen: folds'
  ! --set pruner: unseen: ucb chooses while the network trains: without unseen
  [2]
  $ refused 'name: file, path: x.csv, unseen: folds'
  ! --set pruner: unseen: file asks no network of the samples: without unseen
  [2]
  $ refused 'name: el2n, unseen: 1'
  ! --set pruner: unseen: expected folds, or how many of them: 2 to 100, found '1'
  [2]
