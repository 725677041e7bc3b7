winnow sql, status and show on the made database (tests/support/made_db.h).

One plain SELECT answers the main question.

  $ winnow sql --db made.db "SELECT pruner, rate, accuracy_mean, charged_s_mean FROM v_summary
  > WHERE runs > 0 AND experiment = 'made' ORDER BY position"
  pruner  rate  accuracy_mean  charged_s_mean
  ------  ----  -------------  --------------
  full       0           0.85              12
  el2n     0.5           0.65               6

Formats.

  $ query='SELECT pruner, accuracy FROM v_run WHERE position IN (3, 8)'
  $ winnow sql --db made.db --format csv "$query"
  pruner,accuracy
  el2n,0.7
  random,
  $ winnow sql --db made.db -f markdown "$query"
  | pruner | accuracy |
  | --- | ---: |
  | el2n | 0.7 |
  | random | - |
  $ winnow sql --db made.db --format json "$query"
  [
  {"pruner": "el2n", "accuracy": 0.7},
  {"pruner": "random", "accuracy": null}
  ]
  $ winnow sql --db made.db --format xml "$query"
  ! winnow sql: --format: expected one of table, csv, json, markdown, found 'xml'
  [2]

The query comes from stdin, or is the default one.

  $ echo 'SELECT 6 * 7 AS answer;' | winnow sql --db made.db -f csv
  answer
  42
  $ winnow sql --db made.db | tee default
  experiment  dataset    model  pruner  options  rate  runs  failed  accuracy %    sd  charged_s  score_s  select_s  speedup
  ----------  ---------  -----  ------  -------  ----  ----  ------  ----------  ----  ---------  -------  --------  -------
  made        synthetic  mlp    full                0     2       0          85  7.07         12        0         0        1
  made        synthetic  mlp    el2n    runs=3    0.5     2       0          65  7.07          6        2         1        2
  made        synthetic  mlp    ucb               0.5     0       2           -     -          -        -         -        -
  made        synthetic  mlp    random            0.5     0       0           -     -          -        -         -        -
  made        synthetic  mlp    rs2               0.5     0       0           -     -          -        -         -        -
  other       synthetic  mlp    full                0     1       0          90     -         10        0         0        1
  $ winnow sql --db made.db --named summary | cmp - default

Each named query runs, and is plain SQL for a bare sqlite3 too, but for winnow's own functions.

  $ winnow sql --list | head -n 3
  -- summary: accuracy and seconds of every pruner and rate, over the seeds
  SELECT experiment, dataset, model, pruner, options, rate, runs, failed,
         rounded(100 * accuracy_mean, 2) AS "accuracy %",
  $ winnow sql --list | sed -n 's/^-- \([a-z]*\): .*/\1/p' >names
  $ while read name; do winnow sql --db made.db --named "$name" >/dev/null || echo "$name"; done <names
  $ [ $(wc -l <names) -gt 10 ]
  $ winnow sql --list | sed -e 's/median(/max(/' -e 's/rounded(/round(/g' \
  > -e 's/fixed(\(.*\), 2, .+.)/round(\1, 2)/' \
  > -e 's/selection_samples(.*)/(SELECT 1 AS kept, 1 AS selections)/' | sqlite3 made.db >/dev/null
  $ winnow sql --db made.db --named sumary
  ! winnow sql: no query is named 'sumary', did you mean summary?; see winnow sql --list
  [2]
  $ winnow sql --db made.db --named summary 'SELECT 1'
  ! winnow sql: a query and --named: which one?
  [2]

Own functions.

  $ winnow sql --db made.db -f csv "SELECT median(charged_s) AS m, quantile(charged_s, 0) AS q
  > FROM v_run WHERE pruner = 'el2n'"
  m,q
  6,4

Student's t as tables have it (Abramowitz and Stegun 1964, 26.10).

  $ winnow sql --db made.db -f csv "SELECT fixed(t_quantile(0.975, 4), 3) AS a, fixed(t_quantile(0.975, 1), 2) AS b,
  > fixed(t_quantile(0.05, 120), 3) AS c, t_quantile(0.5, NULL) AS d"
  a,b,c,d
  2.776,12.71,-1.658,
  $ winnow sql --db made.db "SELECT t_quantile(1, 4)"
  ! winnow sql: t_quantile() wants p between 0 and 1, and df from 1 on
  [2]
  $ winnow sql --db made.db "SELECT t_quantile(0.5, 0)"
  ! winnow sql: t_quantile() wants p between 0 and 1, and df from 1 on
  [2]

The samples of an attempt.

  $ winnow sql --db made.db -f csv "SELECT group_concat(s.kept, '') AS kept, max(epochs_kept)
  > AS e FROM v_selection v JOIN selection_samples(v.attempt) s"
  kept,e
  1010101010,2
  $ winnow sql --db made.db -f csv 'SELECT kept_count(bitmap) AS c, kept_bit(bitmap, 8) AS b,
  > kept_bit(bitmap, 9) AS n, kept_both(bitmap, bitmap) AS both FROM v_selection'
  c,b,n,both
  5,1,0,5
  $ winnow sql --db made.db "SELECT kept_count(x'0102')"
  ! winnow sql: not a bitmap: v_selection and v_noise have them
  [2]
  $ winnow sql --db made.db 'SELECT * FROM selection_samples'
  ! winnow sql: selection_samples: which attempt? Give it as selection_samples(ATTEMPT)
  [2]

A limit on its time.

  $ winnow sql --db made.db --timeout 1s 'WITH RECURSIVE t (i) AS (SELECT 1 UNION ALL SELECT i
  > + 1 FROM t) SELECT count(*) FROM t'
  ! winnow sql: the query has not ended within --timeout
  [2]
  $ winnow sql --db made.db --timeout 5m 'SELECT 1 AS one'
  one
  ---
    1

It changes nothing.

  $ for query in 'DELETE FROM warning' 'CREATE TABLE t (a)' 'UPDATE cell SET rate = 0' \
  > 'DROP VIEW v_run' 'CREATE TEMP TABLE t (a)' 'INSERT INTO warning VALUES (9, 1, 2, 3)' \
  > "VACUUM INTO '/dev/null/no'"; do winnow sql --db made.db "$query"; echo $?; done
  2
  2
  2
  2
  2
  2
  2
  ! winnow sql: this would change the database, and winnow sql only reads
  ! winnow sql: this would change the database, and winnow sql only reads
  ! winnow sql: this would change the database, and winnow sql only reads
  ! winnow sql: this would change the database, and winnow sql only reads
  ! winnow sql: this would change the database, and winnow sql only reads
  ! winnow sql: this would change the database, and winnow sql only reads
  ! winnow sql: this would change the database, and winnow sql only reads
  $ winnow sql --db made.db -f csv 'PRAGMA user_version' >before
  $ winnow sql --db made.db 'PRAGMA user_version = 7'
  ! winnow sql: this would change the database, and winnow sql only reads
  [2]
  $ winnow sql --db made.db -f csv 'PRAGMA user_version' | cmp - before

Mistakes in the query have a place.

  $ winnow sql --db made.db 'SELECT *
  >   FORM v_run'
  ! winnow sql: query:2:3: near "FORM": syntax error
  [2]
  $ winnow sql --db made.db 'SELECT nope FROM v_run'
  ! winnow sql: query:1:8: no such column: nope
  [2]
  $ winnow sql --db made.db 'SELECT 1; SELECT 2'
  ! winnow sql: one statement at a time; for scripts there is sqlite3
  [2]
  $ winnow sql --db made.db 'SELECT 1; -- and a comment'
  1
  -
  1
  $ winnow sql --db made.db ' -- nothing'
  ! winnow sql: the query is empty
  [2]
  $ winnow sql --db made.db "SELECT median('a')"
  ! winnow sql: median() wants numbers
  [2]
  $ winnow sql --db made.db a b
  ! winnow sql: unexpected 'b'; see winnow sql --help
  [2]

Databases that are none.

  $ winnow sql --db made.db.none 'SELECT 1'
  ! winnow sql: made.db.none: no such file
  [5]
  $ echo 'all: winnow, and no more than that' >Makefile
  $ winnow sql --db Makefile 'SELECT 1'
  ! winnow sql: Makefile: file is not a database
  [5]
  $ winnow sql 'SELECT 1'
  ! winnow sql: no database in results/: run an experiment, or give one with --db PATH
  [5]
  $ winnow sql --db made.db 'SELECT 1' >/dev/full
  ! winnow sql: cannot write the output
  [4]

The newest database of results/ is the default.

  $ mkdir results && cp made.db results/old.db && sleep 0.02 && cp made.db results/new.db
  $ touch results/newer.txt && winnow sql 'SELECT 1 AS one'
  one
  ---
    1
  ! winnow sql: results/new.db

el2n's cell with seed 0 becomes random's with seed 1: 0.6 against 0.7, both with half of it.

  $ cp made.db moved.db
  $ sqlite3 moved.db "UPDATE cell SET pruner = 'random', options = '', seed = 1
  > WHERE pruner = 'el2n' AND seed = 0"
  $ winnow sql --db moved.db --named versus -f csv
  experiment,dataset,model,pruner,options,rate,n,to random,verdict,to random-dynamic,"verdict, dynamic"
  made,synthetic,mlp,el2n,runs=3,0.5,1,-10.00,,,

winnow status

For people.

  $ winnow status --db made.db
  made   █████████████▍                  4 of 9 done, 2 failed, 1 interrupted, 2 to run
  other  ██████████████████████████████  1 of 1 done
  $
  interrupted with their scheduler; winnow run continues them
  cell        training                              epoch   accuracy %  started (UTC)
  ----------  ------------------------------------  ------  ----------  -------------------
  7000000000  synthetic mlp random rate 0.5 seed 0  1 of 2       55.00  * (glob)
  $
  failed; winnow show CELL says more
  cell        training                           state     tries  reason
  ----------  ---------------------------------  --------  -----  -------------------------------------------
  5000000000  synthetic mlp ucb rate 0.5 seed 0  diverged      1  diverged: the loss is not finite in epoch 2
  6000000000  synthetic mlp ucb rate 0.5 seed 1  failed        1  killed by signal 9
  $
  made: synthetic, mlp
  pruner        rate  runs  accuracy %     ±  charged s  score s  overhead %  speedup    s to 50 %  s to 90 %
  ------------  ----  ----  ----------  ----  ---------  -------  ----------  -------  -----------  -----------
  full             -     2       85.00  7.07      12.00     0.00         0.0    1.00x         9.50  not reached
  el2n(runs=3)   0.5     2       65.00  7.07       6.00     2.00        50.0    2.00x         6.00  not reached
  ucb            0.5     0           -     -          -        -           -        -  not reached  not reached
  random         0.5     0           -     -          -        -           -        -            -  -
  rs2            0.5     0           -     -          -        -           -        -            -  -
  $
  1 of 4 runs has doubtful seconds: 1 with a clock that does not add up
  $
  other: synthetic, mlp
  pruner  rate  runs  accuracy %  ±  charged s  score s  overhead %  speedup
  ------  ----  ----  ----------  -  ---------  -------  ----------  -------
  full    -        1       90.00  -      10.00     0.00         0.0    1.00x
  $
  rate: share of the samples left out. accuracy: test set, last epoch, mean and
  standard deviation over the runs. charged = score + select + train; overhead: the
  share of score and select in it. speedup: against full. s to: median over the
  runs of the charged seconds to an accuracy.

For programs: what is in it.

  $ winnow status --json --db made.db >status.json
  $ sqlite3 :memory: "SELECT key, type, json_array_length(value)
  > FROM json_each(readfile('status.json'))"
  at_work|false|0
  experiments|array|2
  running|array|1
  failures|array|2
  questions|array|0
  summary|array|6
  targets|array|6
  $ winnow status --db empty.db
  no experiment has been run into this database yet
  $ winnow status --db made.db.none
  ! winnow status: made.db.none: no such file
  [5]

winnow show

A good cell.

  $ winnow show 4 --db made.db
  cell 4000000000000000000000000000000000000000000000000000000000000004
  synthetic mlp el2n(runs=3) rate 0.5 seed 1
  in made (cell 4)
  $
  recipe
    dataset  name synthetic
    rate     0.5
  $
  attempt 5: failed, * UTC, 1 beside it, 3.000 s (glob)
    out of memory
    trained on 50.0 % of 1000 samples an epoch
    scores: made here
    eval            2.000 s  ████████████████████            66.7 %
    load            1.000 s  ██████████                      33.3 %
  $
  the end of its log
    first line
    last  [31mline
  $
  attempt 6: done, * UTC, 1 beside it, 7.000 s (glob)
    test 60.00 %
    worst class 30.00 %, deviation of classes 7.50, calibration error 15.00 %, log-likelihood -0.4000, corrupted 20.00 %
    trained on 50.0 % of 1000 samples an epoch
    convolutions: onednn
    scores: made here
    eval            2.000 s  ████████▋                       28.6 %
    score           2.000 s  ████████▋                       28.6 %
    load            1.000 s  ████▎                           14.3 %
    select          1.000 s  ████▎                           14.3 %
    train           1.000 s  ████▎                           14.3 %
  $
  from epoch  kept  of  kept of each class
  ----------  ----  --  ------------------
           0     5  10  [3,2]
  $
  epoch  kept        lr  train loss  val %  test %  charged s  wall s
  -----  ----  --------  ----------  -----  ------  ---------  ------
      1   500  0.100000      1.0000  -       30.00      3.500   4.500
      2   500  0.050000      0.5000  -       60.00      4.000   6.000
  $
  class    of  correct  test %
  -----  ----  -------  ------
      1   300       90   30.00
      0  2700     1710   63.33
  $
  corruption  test % at 1     2  3  4  5
  ----------  -----------  ----  -  -  -
  noise             40.00  0.00  -  -  -
  $
  environment of attempts 5, 6
    host            host
    cpu             cpu
    os              os
    cores           2
    memory          8.0 GiB
    blas            blas
    blas_core       Haswell
    blas_core_found Prescott
    compiler        gcc
    flags           -O3
    revision        1234567
    threads_asked   1
    threads_used    1

A cell that failed, with its log; one with a warning; one that was never tried.

  $ winnow show 6000 --db made.db
  cell 6000000000000000000000000000000000000000000000000000000000000006
  synthetic mlp ucb rate 0.5 seed 1
  in made (cell 6)
  $
  recipe
    dataset  name synthetic
    rate     0.5
  $
  attempt 8: failed, * UTC, 1 beside it, 3.000 s (glob)
    killed by signal 9
    trained on 50.0 % of 1000 samples an epoch
    scores: made here
    eval            2.000 s  ████████████████████            66.7 %
    load            1.000 s  ██████████                      33.3 %
  $
  the end of its log
    first line
    last  [31mline
  $
  environment of attempts 8
    host            host
    cpu             cpu
    os              os
    cores           2
    memory          8.0 GiB
    blas            blas
    blas_core       Haswell
    blas_core_found Prescott
    compiler        gcc
    flags           -O3
    revision        1234567
    threads_asked   1
    threads_used    1
  $ winnow show 3 --db made.db | grep LEDGER_GAP
  LEDGER_GAP  1 ms are in no phase
  $ winnow show 8 --db made.db
  cell 8000000000000000000000000000000000000000000000000000000000000008
  synthetic mlp random rate 0.5 seed 1
  in made (cell 8)
  $
  recipe
    dataset  name synthetic
    rate     0.5

Cells by their keys.

  $ winnow show ABC --db made.db
  ! winnow show: 2 cells begin with 'abc':
  !   abc0000000000000  synthetic mlp full seed 0
  !   abc0000000000000  synthetic mlp full seed 1
  ! give more of the key
  [2]
  $ key=$(sqlite3 made.db "SELECT key FROM cell WHERE key GLOB 'abc*' ORDER BY key DESC LIMIT 1")
  $ winnow show $key --db made.db | grep -c $key
  1
  $ winnow show d --db made.db
  ! winnow show: no cell begins with 'd'; winnow sql --named runs lists them
  [2]
  $ winnow show mlp --db made.db
  ! winnow show: a cell is named by the beginning of its key, 1 to 64 hexadecimal digits
  [2]
  $ winnow show --db made.db
  ! winnow show: CELL is missing; see winnow show --help
  [2]

A run with test-time augmentation has an accuracy more, which status and show print where it is.

  $ cat >tta.yaml <<'END'
  > name: tta
  > dataset: {name: synthetic, samples: 300}
  > model: softmax
  > pruner: full
  > train: {epochs: 2, tta: mirror-shift}
  > END
  $ winnow run tta.yaml --db tta.db 2>log
  $ winnow sql --db tta.db "SELECT r.test_tta_accuracy = e.test_tta_accuracy, e.test_accuracy <> e.test_tta_accuracy
  >   FROM v_run r JOIN v_epoch e USING (attempt) WHERE e.epoch = 2" -f csv | tail -n 1
  1,1
  $ winnow status --db tta.db | grep -oE 'tta( %$|: acc.*)'
  tta %
  tta: accuracy by the mean over several views of each test picture.
  $ winnow show --db tta.db $(sqlite3 tta.db 'SELECT key FROM cell') | grep augmentation
    test * % of 60 samples, with test-time augmentation * % (glob)
  $ winnow sql --db tta.db "SELECT count(*), max(severity), corrupted_accuracy IS NULL, best_test_accuracy >= r.accuracy
  >   FROM v_corruption JOIN v_run r USING (attempt)" -f csv | tail -n 1
  1,0,1,1
  $ winnow status --db made.db | grep -c tta
  0
  [1]

One that is also tested on corrupted pictures is another cell, and trained alike.

  $ sed 's/name: tta/name: worse/; s/tta:/corrupted_test: true, tta:/' tta.yaml >worse.yaml
  $ winnow run worse.yaml --db tta.db 2>log
  $ winnow sql --db tta.db "SELECT corruption, count(*), min(severity), max(severity)
  >   FROM v_corruption GROUP BY corruption ORDER BY corruption" -f csv
  corruption,count(*),min(severity),max(severity)
  blur,5,1,5
  brightness,5,1,5
  contrast,5,1,5
  noise,5,1,5
  none,2,0,0
  $ winnow sql --db tta.db "SELECT count(*), count(DISTINCT accuracy || final_test_loss), count(corrupted_accuracy)
  >   FROM v_run" -f csv | tail -n 1
  2,1,1
  $ winnow show --db tta.db $(sqlite3 tta.db 'SELECT cell FROM v_run WHERE corrupted_accuracy') | grep -A5 '^corruption'
  corruption  test % at 1 * (glob)
  ----------  * (glob)
  blur * (glob)
  brightness * (glob)
  contrast * (glob)
  noise * (glob)
