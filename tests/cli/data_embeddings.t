Embeddings from elsewhere stand for what proxies would say of the samples.

Of 100 samples three are far from all others and from each other: k-center keeps them, whatever the
model, and trains no proxy.

  $ unset WINNOW_DATA
  $ /usr/bin/python3 -c "import numpy; x = numpy.random.default_rng(0).normal(0, 0.01, (100, 5))
  > x[5, 0] = x[50, 1] = x[95, 2] = 9
  > numpy.save('far.npy', x.astype('f4')); numpy.save('wide.npy', numpy.asfortranarray(x))
  > numpy.save('short.npy', x[1:]); numpy.save('whole.npy', x.astype(int))
  > x[7, 3] = numpy.nan; numpy.save('nan.npy', x)"
  $ cat >far.yaml <<'END'
  > name: far
  > dataset: {name: synthetic, samples: 100}
  > model: [softmax, mlp]
  > pruner: {name: k-center, embeddings: far.npy}
  > rate: 0.9
  > seed: 1
  > train: {epochs: 2, batch: 10}
  > END
  $ winnow run far.yaml --db a.db 2>/dev/null
  $ sqlite3 a.db 'SELECT count(DISTINCT hex(bitmap)) FROM v_selection'
  1
  $ sqlite3 a.db 'SELECT DISTINCT options, samples_backward FROM v_run'
  embeddings=far.npy|20
  $ winnow scores $(sqlite3 a.db 'SELECT min(short) FROM v_run') --db a.db --kept | grep -x '5\|50\|95'
  5
  50
  95

Float64 by columns says the same; another content is another cell.

  $ winnow run far.yaml --db a.db --set pruner.embeddings=wide.npy 2>/dev/null
  $ sqlite3 a.db 'SELECT count(*), count(DISTINCT hex(bitmap)) FROM v_selection'
  4|1
  $ winnow plan far.yaml --db a.db --no-measure | tail -n 1
  far: 2 cells, 2 done, 0 to run, 0 to retry, 2 stale (a.db)
  $ cp wide.npy far.npy; winnow plan far.yaml --db a.db --no-measure | tail -n 1
  far: 2 cells, 0 done, 2 to run, 0 to retry, 4 stale (a.db); about * with -j * (glob)

d2 takes its neighbours of the file, and its scores of a proxy: those of el2n.

  $ cat >d2.yaml <<'END'
  > name: d2
  > dataset: {name: synthetic, samples: 100}
  > model: mlp
  > pruner:
  >   - {name: d2, score: el2n, score_options: "runs=1 at=1", k: 2}
  >   - {name: d2, score: el2n, score_options: "runs=1 at=1", k: 2, embeddings: far.npy, prune_with: same}
  > rate: 0.9
  > seed: 1
  > train: {epochs: 2, batch: 10}
  > END
  $ winnow run d2.yaml --db d.db 2>/dev/null
  $ sqlite3 d.db 'SELECT options, samples_backward FROM v_run ORDER BY 1'
  k=2 score=el2n score_options="runs=1 at=1"|120
  k=2 score=el2n score_options="runs=1 at=1" embeddings=far.npy|120
  $ sqlite3 d.db 'SELECT count(DISTINCT hex(bitmap)) FROM v_selection'
  2

What does not fit is refused.

  $ winnow check far.yaml --set 'pruner={name: el2n, embeddings: far.npy}'
  ! --set pruner: embeddings: el2n does not go by features alone
  [2]
  $ winnow check far.yaml --set 'pruner={name: k-center, embeddings: far.npy, prune_with: mlp}'
  ! --set pruner: embeddings: not of this k-center, which then asks no network: without prune_with
  [2]
  $ winnow check far.yaml --set 'pruner={name: d2, score: grand, embeddings: far.npy}'
  ! --set pruner: embeddings: not of this d2, whose score goes by a network's own features
  [2]
  $ for name in short whole nan; do
  >   winnow run far.yaml --db $name.db --set pruner.embeddings=$name.npy --set model=softmax 2>/dev/null
  >   sqlite3 $name.db 'SELECT reason FROM v_failures'; done
  embeddings: short.npy: expected 100 x width, a row for each sample of the training file, found 99 x 5
  embeddings: whole.npy: expected float32 or float64 in this machine's order, found int64: convert it (array.astype('float32'))
  embeddings: nan.npy: expected finite numbers, found another in row 7, column 3
  $ winnow plan far.yaml --no-measure --set pruner.embeddings=nowhere.npy 2>&1 | tail -n 1
  winnow plan: k-center: nowhere.npy: No such file or directory
