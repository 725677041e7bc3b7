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
  unseen: 1 cell, 0 done, 1 to run, 0 to retry, 4 stale (a.db); about * with -j 2 (glob)

What goes by more than a sample's own outputs is refused.

  $ winnow check unseen.yaml --set 'pruner={name: k-center, unseen: folds}'
  ! --set pruner: unseen: k-center does not go by losses, probabilities or logits of each sample alone
  [2]
  $ winnow check unseen.yaml --set 'pruner={name: ucb, unseen: folds}'
  ! --set pruner: unseen: ucb does not go by losses, probabilities or logits of each sample alone
  [2]
  $ winnow check unseen.yaml --set 'pruner={name: el2n, unseen: 1}'
  ! --set pruner: unseen: expected folds, or how many of them: 2 to 100, found '1'
  [2]
