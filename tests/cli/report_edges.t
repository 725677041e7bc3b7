winnow report where values are equal, coarse, or not there.

  $ has() { grep -oF -e "$1" $page | sort -u; }

Both seeds of el2n 0.7, and its network full data's: no interval of width 0.

  $ cp made.db equal.db && page=equal.html
  $ sqlite3 equal.db "DROP TRIGGER attempt_changes_once; UPDATE attempt
  > SET test_accuracy = 0.7, test_loss = 0.5, train_loss = 0.25 WHERE state = 'done'"
  $ winnow report --db equal.db -e made -o equal.html 2>/dev/null
  equal.html
  $ has '<td class="n">70.00</td>'
  <td class="n">70.00</td>
  $ has '[70.00, 70.00]'
  $ has 'do not show how far off the next may be: 2 accuracies, 0 speedups.'
  do not show how far off the next may be: 2 accuracies, 0 speedups.
  $ has 'full and el2n(runs=3) 0.5 (synthetic, mlp): the same bits in all 2 seeds, not two arms.'
  full and el2n(runs=3) 0.5 (synthetic, mlp): the same bits in all 2 seeds, not two arms.

70 and 72 %, one sample of 50 apart: not 71 +- 12.71, but 12.7062 * 2 / sqrt(2).

  $ cp made.db coarse.db && page=coarse.html
  $ sqlite3 coarse.db "DROP TRIGGER attempt_changes_once; UPDATE attempt SET test_n = 50,
  > test_accuracy = iif(test_accuracy IN (0.7, 0.9), 0.7, 0.72) WHERE state = 'done'"
  $ winnow report --db coarse.db -e made -o coarse.html 2>/dev/null
  coarse.html
  $ has '>[53.03, 88.97]<'
  >[53.03, 88.97]<

With test-time augmentation there is one column more, the mean over the runs that have it: of 62.5 and
75 % here.

  $ grep -c 'TTA' coarse.html
  0
  [1]
  $ cp made.db tta.db && page=tta.html
  $ sqlite3 tta.db "WITH last AS (SELECT attempt, row_number() OVER (ORDER BY attempt) AS nth FROM v_run
  > WHERE experiment = 'made' AND pruner = 'full' AND state = 'done')
  > UPDATE epoch SET test_tta_accuracy = 0.5 + 0.125 * (SELECT nth FROM last l WHERE l.attempt = epoch.attempt)"
  $ winnow report --db tta.db -e made -o tta.html 2>/dev/null
  tta.html
  $ has 'TTA %</th>'
  TTA %</th>
  $ has '<td class="n">68.75</td>'
  <td class="n">68.75</td>
  $ has '<em>TTA</em>: the accuracy with test-time augmentation'
  <em>TTA</em>: the accuracy with test-time augmentation

What else the networks are worth: means of el2n's two runs, 70 and 60 % accurate, by made_db.c's rules;
nothing where no run recorded it.

  $ cp made.db quality.db && page=quality.html
  $ sqlite3 quality.db "DROP TRIGGER attempt_changes_once; UPDATE attempt SET test_loss = 1 - test_accuracy"
  $ winnow report --db quality.db -e made -o quality.html 2>/dev/null
  quality.html
  $ grep -A 9 'What else the networks are worth' quality.html | grep '"row">el2n' | sed 's/<[^>]*>/ /g' | xargs
  el2n(runs=3) synthetic, mlp 0.50 2 65.00 32.50 8.12 0.3500 16.25 21.67 65.00
  $ sqlite3 quality.db "UPDATE epoch SET test_worst_class_accuracy = NULL"
  $ winnow report --db quality.db -e made -o quality.html 2>/dev/null
  quality.html
  $ has 'What else the networks are worth'

Where nothing is done there is no table of nothing.

  $ cp made.db none.db && page=none.html
  $ sqlite3 none.db "DROP TRIGGER attempt_changes_once;
  > UPDATE attempt SET state = 'failed' WHERE state = 'done'"
  $ winnow report --db none.db -e made -o none.html 2>/dev/null
  none.html
  $ has '<p class="note">synthetic, mlp: none of the 9 cells is done.</p>'
  <p class="note">synthetic, mlp: none of the 9 cells is done.</p>
  $ has 'Beside full</th>'
