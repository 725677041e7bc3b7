What notes say is so, bit for bit: random-dynamic that chooses once is random, and what leaves
nothing out is full.

  $ cat >noted.yaml <<'END'
  > name: noted
  > dataset: {name: synthetic, samples: 200, classes: 2}
  > model: softmax
  > pruner:
  >   - full
  >   - random
  >   - random-dynamic
  >   - full-short
  > rate: [0, 0.9]
  > seed: 1
  > train: {epochs: 5, batch: 50, lr: 0.1}
  > END

  $ winnow run noted.yaml --db b.db --set pruner=[random,random-dynamic] --set rate=0.9 -j 1 \
  > 2>/dev/null; sqlite3 b.db 'SELECT count(*), count(DISTINCT train_loss),
  > (SELECT count(DISTINCT bitmap) FROM selection) FROM epoch'
  10|5|1
  $ winnow run noted.yaml --db c.db --set rate=[0] 2>/dev/null --set \
  > 'pruner=[full,random,rs2,ucb,infobatch,orderdp,{name: el2n, runs: 1, at: 1},herding]'
  $ sqlite3 c.db 'SELECT count(*), count(DISTINCT final_train_loss) FROM v_run'
  8|1

The rate belongs to an arm wherever it means something to its pruner, 0 or not.

  $ winnow run noted.yaml --db e.db --set pruner=[full,random,seta] --set rate=[0] -j 1 2>&1 |
  > grep -c ' random rate 0 seed 0: '
  1
  $ winnow compare full random seta --db e.db 2>/dev/null | awk '/^(random|seta)/ {print $1, $2, $3}'
  random 0 full
  seta full 1
  $ winnow status --db e.db 2>/dev/null | awk '/^(full|random|seta)/ {print $1, $2}'
  full -
  random 0
  seta -
  $ winnow plan noted.yaml --db e.db --set pruner=full --set seed=[1] --no-measure 2>/dev/null |
  > sed -n 's/^stale .* softmax/softmax/p'
  softmax full seed 0
  softmax random rate 0 seed 0
  softmax seta seed 0
  $ winnow show $(sqlite3 e.db "SELECT short FROM v_run WHERE pruner = 'full'") --db e.db |
  > sed -n 2p
  synthetic(classes=2 samples=200) softmax full seed 0
  $ winnow report --db e.db -o e.html 2>/dev/null && grep -o '<dt>Rates</dt><dd>0</dd>' e.html
  e.html
  <dt>Rates</dt><dd>0</dd>
  $ grep -o '[^<>]*: the same bits.*arms' e.html
  full and random 0 (synthetic(classes=2 samples=200), softmax): the same bits in 1 seed, not two arms
  $ winnow sql --db e.db --format csv "SELECT arm(pruner, options), arm(pruner, options, rate),
  > arm(pruner, 'c=2', 0.1 + 0.2), arm(pruner, NULL) IS NULL FROM v_run ORDER BY position"
  "arm(pruner, options)","arm(pruner, options, rate)","arm(pruner, 'c=2', 0.1 + 0.2)","arm(pruner, NULL) IS NULL"
  full,full,full(c=2),1
  random,random 0,random(c=2) 0.3,1
  seta,seta,seta(c=2),1
