winnow why and winnow logs on the made database (tests/support/made_db.h).

A cell that is done: what happened, the failure before included, and nothing to do.

  $ winnow why 4 --db made.db
  cell 4000000000: synthetic mlp el2n(runs=3) rate 0.5 seed 1
    It is done: attempt 6 is its result, 60.00 % on the test set.
    It is cell 4 of made, from made.yaml.
  $
  What happened
    Attempt 5 began on * UTC and took 3.0 s. It failed: out of (glob)
    memory. 1 other cell was running when it began.
    Attempt 6 began on * UTC and took 7.0 s. It is done: 60.00 % (glob)
    on the test set. 1 other cell was running when it began.

Seconds in doubt; a cell of two experiments.

  $ winnow why 3 --db made.db | tail -n 3
    Attempt 4 began on * UTC and took 11.0 s. It is done: 70.00 (glob)
    % on the test set. 1 other cell was running when it began. Its seconds are in
    doubt (LEDGER_GAP): 1 ms are in no phase.
  $ key=$(sqlite3 made.db "SELECT key FROM cell WHERE key GLOB 'abc*' ORDER BY key LIMIT 1")
  $ winnow why $key --db made.db | grep 'It is'
    It is done: attempt 2 is its result, 90.00 % on the test set.
    It is cell 1 of made, from made.yaml.
    It is cell 1 of other, from other.yaml.
    Attempt 2 began on * UTC and took 13.0 s. It is done: 90.00 (glob)

One that failed, with the end of its log and how to go on; one that diverged.

  $ winnow why 6 --db made.db
  cell 6000000000: synthetic mlp ucb rate 0.5 seed 1
    It failed: killed by signal 9.
    It is cell 6 of made, from made.yaml.
  $
  What happened
    Attempt 8 began on * UTC and took 3.0 s. It failed: killed (glob)
    by signal 9. 1 other cell was running when it began.
  $
  The end of the log of attempt 8:
    first line
    last  [31mline
  $
  What to do
    All that is left of its log:
      winnow logs 6000000000 --db made.db
    Once the reason is gone, try it again:
      winnow run made.yaml --db made.db --retry-failed
  $ winnow why 5 --db made.db
  cell 5000000000: synthetic mlp ucb rate 0.5 seed 0
    It diverged: the loss is not finite in epoch 2.
    It is cell 5 of made, from made.yaml.
  $
  What happened
    Attempt 7 began on * UTC and took 7.0 s. It diverged: the (glob)
    loss is not finite in epoch 2. 1 other cell was running when it began.
  $
  The end of the log of attempt 7:
    first line
    last  [31mline
  $
  What to do
    All that is left of its log:
      winnow logs 5000000000 --db made.db
    The same cell comes to the same end. Lower train.lr, or set another schedule,
    which makes it another cell, and run that:
      winnow run made.yaml --db made.db

Those to run: never tried, lost, interrupted.

  $ winnow why 8 --db made.db
  cell 8000000000: synthetic mlp random rate 0.5 seed 1
    It is to run: it has not been tried yet.
    It is cell 8 of made, from made.yaml.
  $
  What to do
    Run it:
      winnow run made.yaml --db made.db
  $ winnow why 9 --db made.db
  cell 9000000000: synthetic mlp rs2 rate 0.5 seed 0
    It is to run: attempt 1 was lost, which does not count as a try: interrupted.
    It is cell 9 of made, from made.yaml.
  $
  What happened
    Attempt 1 began on * UTC and took 3.0 s. It was lost: (glob)
    interrupted. 1 other cell was running when it began.
  $
  The end of the log of attempt 1:
    first line
    last  [31mline
  $
  What to do
    Run it:
      winnow run made.yaml --db made.db
  $ winnow why 7 --db made.db
  cell 7000000000: synthetic mlp random rate 0.5 seed 0
    It is to run: attempt 9 was interrupted with its scheduler after 1 of 2
    epochs, which does not count as a try.
    It is cell 7 of made, from made.yaml.
  $
  What happened
    Attempt 9 began on * UTC and was left running. 1 other cell (glob)
    was running when it began.
  $
  What to do
    Run it:
      winnow run made.yaml --db made.db

A cell that no experiment lists, and what of the nearest one differs.

  $ cp made.db stale.db
  $ sqlite3 stale.db "DELETE FROM experiment_cell WHERE cell GLOB '3*';
  > UPDATE cell SET seed = 0 WHERE key GLOB '4*'"
  $ winnow why 3 --db stale.db
  cell 3000000000: synthetic mlp el2n(runs=3) rate 0.5 seed 0
    It is done: attempt 4 is its result, 70.00 % on the test set.
    It is stale: no experiment lists it any more, since a file was changed. Its
    attempts stay, but only the views v_epoch, v_selection and v_warning show
    them.
    The nearest cell that one lists is 4000000000: its recipe is the same, so the
    content of the dataset, or the engine, has changed since.
  $
  What happened
    Attempt 4 began on * UTC and took 11.0 s. It is done: 70.00 (glob)
    % on the test set. 1 other cell was running when it began. Its seconds are in
    doubt (LEDGER_GAP): 1 ms are in no phase.
  $ sqlite3 stale.db "UPDATE cell SET json = json_set(json, '\$.recipe', json('{\"lr\": 0.1}'))
  > WHERE key GLOB '3*'; UPDATE cell SET json = json_set(json, '\$.recipe', json('{\"lr\": 0.2}'))
  > WHERE key GLOB '4*'"
  $ winnow why 3 --db stale.db | grep -A 1 nearest
    The nearest cell that one lists is 4000000000: recipe.lr is 0.1 here and 0.2
    there.

Cells by their keys.

  $ winnow why abc --db made.db
  ! winnow why: 2 cells begin with 'abc':
  !   abc0000000000000  synthetic mlp full seed 0
  !   abc0000000000000  synthetic mlp full seed 1
  ! give more of the key
  [2]
  $ winnow why --db made.db
  ! winnow why: CELL is missing; see winnow why --help
  [2]
  $ winnow why 4 --db none.db
  ! winnow why: none.db: no such file
  [5]

Logs as they are: of the latest attempt that left one, or of a certain one.

  $ winnow logs 6 --db made.db
  first line
  last ^[[31mline
  $ winnow logs 4 --db made.db
  first line
  last ^[[31mline
  $ winnow logs 4 --attempt 5 --db made.db
  first line
  last ^[[31mline
  $ winnow logs 4 --attempt 6 --db made.db
  ! winnow logs: there is none; attempts that succeeded keep none
  $ winnow logs 4 --attempt 1 --db made.db
  ! winnow logs: cell 4000000000 has no attempt 1; winnow why 4000000000 lists its attempts
  [2]

A path is one word of the commands that are to be copied.

  $ cp made.db "it's a copy.db" && winnow why 8 --db "it's a copy.db" | tail -n 1
      winnow run made.yaml --db 'it'\''s a copy.db'
