Pipes in the place of files: one that has a writer is read, however slow; one that has none is not
waited for.

  $ cat >a.yaml <<'END'
  > name: a
  > dataset: {name: synthetic, samples: 300}
  > model: softmax
  > pruner: full
  > END
  $ mkfifo pipe.yaml pipe.db
  $ (sleep 0.2; cat a.yaml >pipe.yaml) & winnow check pipe.yaml
  pipe.yaml: 1 cell (1 dataset x 1 model x 1 pruner x 1 seed)
  $ (sleep 1.2; cat a.yaml) | winnow check /dev/stdin
  /dev/stdin: 1 cell (1 dataset x 1 model x 1 pruner x 1 seed)
  $ timeout -s KILL 20 winnow check pipe.yaml
  ! pipe.yaml: cannot be read: No data available
  [2]

A database, a shard and a file of scores are read more than once.

  $ timeout -s KILL 20 winnow status --db pipe.db
  ! winnow status: pipe.db: a pipe: expected a file
  [5]
  $ timeout -s KILL 20 winnow run a.yaml --db pipe.db
  ! winnow run: pipe.db: a pipe: expected a file
  [5]
  $ cp made.db good.db; timeout -s KILL 20 winnow merge out.db pipe.db good.db
  out.db: 2 shards: * new attempts, 0 known, 1 refused (glob)
  ! winnow merge: pipe.db: a pipe: expected a file
  [1]
  $ timeout -s KILL 20 winnow plan a.yaml --set 'pruner={name: file, path: pipe.db}' --set rate=0.5
  ! winnow plan: file: pipe.db: a pipe, which can be read once only: expected a file
  [4]
