winnow db check, backup and gc on the made database (tests/support/made_db.h).

  $ winnow db
  ! usage: winnow db VERB [FLAGS]
  ! $
  !   check    check that it is intact; exit code 5 if it is not
  !   backup   copy it, also while a grid runs
  !   gc       delete what no database needs, and shrink the file
  ! $
  ! winnow db VERB --help lists a verb's flags.
  [2]
  $ winnow db --help
  usage: winnow db VERB [FLAGS]
  $
    check    check that it is intact; exit code 5 if it is not
    backup   copy it, also while a grid runs
    gc       delete what no database needs, and shrink the file
  $
  winnow db VERB --help lists a verb's flags.
  $ winnow db chek
  ! winnow db: unknown verb 'chek', did you mean check?; see winnow db --help
  [2]
  $ winnow db gc --help | head -n 1
  usage: winnow db gc [FLAGS]
  $ winnow db check --dbb x
  ! winnow db check: unknown flag '--dbb', did you mean --db?; see winnow db check --help
  [2]

winnow db check

One that is intact.

  $ winnow db check --db made.db
  note: attempt 9 (cell 7000000000) was left running, and no scheduler runs: the next winnow run starts its cell again
  made.db: 9 cells, 9 attempts, 1 selection, 0 artifacts: 0 damaged, 1 note

What is damaged. (Nothing is running any more, so that there is no note.)

  $ cp made.db rest.db && sqlite3 rest.db "UPDATE attempt SET state = 'lost' WHERE id = 9"
  $ damage() { cp rest.db x.db && sqlite3 -cmd '.dbconfig defensive off' x.db "$1" >/dev/null &&
  > winnow db check --db x.db; }
  $ damage "UPDATE selection SET bitmap = x'00'"
  damaged: attempt 6 (cell 4000000000): the bitmap of its selection from epoch 0 does not unpack
  x.db: 9 cells, 9 attempts, 1 selection, 0 artifacts: 1 damaged, 0 notes
  [5]
  $ damage 'UPDATE selection SET n = 1000'
  damaged: attempt 6 (cell 4000000000): the bitmap of its selection from epoch 0 does not unpack to as many samples as there are
  x.db: 9 cells, 9 attempts, 1 selection, 0 artifacts: 1 damaged, 0 notes
  [5]
  $ damage 'UPDATE selection SET n = 9223372036854775807'
  damaged: attempt 6 (cell 4000000000): the bitmap of its selection from epoch 0 does not unpack to as many samples as there are
  x.db: 9 cells, 9 attempts, 1 selection, 0 artifacts: 1 damaged, 0 notes
  [5]
  $ damage "UPDATE selection SET n = 8, class_kept = '[3]'"
  damaged: attempt 6 (cell 4000000000): the bitmap of its selection from epoch 0 does not unpack to as many samples as there are
  x.db: 9 cells, 9 attempts, 1 selection, 0 artifacts: 1 damaged, 0 notes
  [5]
  $ damage "UPDATE selection SET bitmap = x''"
  damaged: attempt 6 (cell 4000000000): the bitmap of its selection from epoch 0 is empty
  x.db: 9 cells, 9 attempts, 1 selection, 0 artifacts: 1 damaged, 0 notes
  [5]
  $ damage 'UPDATE selection SET kept = 4'
  damaged: attempt 6 (cell 4000000000): the bitmap of its selection from epoch 0 has 5 bits, not 4
  x.db: 9 cells, 9 attempts, 1 selection, 0 artifacts: 1 damaged, 0 notes
  [5]
  $ damage 'INSERT INTO noise SELECT attempt, n, 3, bitmap FROM selection'
  damaged: attempt 6 (cell 4000000000): the bitmap of its label noise has 5 bits, not 3
  x.db: 9 cells, 9 attempts, 1 selection, 0 artifacts: 1 damaged, 0 notes
  [5]
  $ damage 'INSERT INTO corrupt SELECT attempt, n, 3, bitmap FROM selection'
  damaged: attempt 6 (cell 4000000000): the bitmap of its worse pictures has 5 bits, not 3
  x.db: 9 cells, 9 attempts, 1 selection, 0 artifacts: 1 damaged, 0 notes
  [5]
  $ damage "UPDATE phase SET ns = ns + 1000000000 WHERE attempt = 2 AND phase = 'train'"
  damaged: attempt 2 (cell abc0000000): its phases add up to 14.000000 s and its wall clock says 13.000000 s, without a LEDGER_GAP
  x.db: 9 cells, 9 attempts, 1 selection, 0 artifacts: 1 damaged, 0 notes
  [5]
  $ damage "UPDATE final_test SET accuracy = 0.5 WHERE attempt = 2 AND severity = 0"
  damaged: attempt 2 (cell abc0000000), tested on the pictures as they are: its accuracy is 0.500000, that of its classes 0.900000
  x.db: 9 cells, 9 attempts, 1 selection, 0 artifacts: 1 damaged, 0 notes
  [5]
  $ damage "UPDATE final_test SET worst_class_accuracy = 0 WHERE attempt = 2 AND severity = 0"
  damaged: attempt 2 (cell abc0000000), tested on the pictures as they are: its worst class has 0.000000, the worst of its classes 0.450000
  x.db: 9 cells, 9 attempts, 1 selection, 0 artifacts: 1 damaged, 0 notes
  [5]
  $ damage "UPDATE final_test SET class_n = '[5]' WHERE attempt = 2 AND severity = 0"
  damaged: attempt 2 (cell abc0000000), tested on the pictures as they are: the counts of its classes do not fit each other
  x.db: 9 cells, 9 attempts, 1 selection, 0 artifacts: 1 damaged, 0 notes
  [5]
  $ damage "UPDATE final_test SET class_correct = '[1, 3000, 0]' WHERE attempt = 2 AND severity = 1"
  damaged: attempt 2 (cell abc0000000), tested on noise 1: the counts of its classes do not fit each other
  x.db: 9 cells, 9 attempts, 1 selection, 0 artifacts: 1 damaged, 0 notes
  [5]
  $ damage "INSERT INTO warning VALUES (99, 999, 'X', 'y')"
  damaged: row 99 of table warning refers to a missing row of attempt
  x.db: 9 cells, 9 attempts, 1 selection, 0 artifacts: 1 damaged, 0 notes
  [5]
  $ damage "INSERT INTO phase VALUES (999, 'load', 1)"
  damaged: a row of table phase refers to a missing row of attempt
  x.db: 9 cells, 9 attempts, 1 selection, 0 artifacts: 1 damaged, 0 notes
  [5]
  $ damage "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'reason TEXT',
  > 'reason TEXT NOT NULL') WHERE name = 'attempt'"
  ...
  damaged: SQLite: NULL value in attempt.reason
  ...
  x.db: 9 cells, 9 attempts, 1 selection, 0 artifacts: * damaged, 0 notes (glob)
  [5]

A gap that is owned up to is none: attempt 4 has a LEDGER_GAP.

  $ damage "UPDATE phase SET ns = ns + 1000000000 WHERE attempt = 4 AND phase = 'train'"
  x.db: 9 cells, 9 attempts, 1 selection, 0 artifacts: 0 damaged, 0 notes

Of one with a broken page the rest is checked too.

  $ cp made.db x.db
  $ page=$(sqlite3 x.db "SELECT rootpage FROM sqlite_schema WHERE name = 'phase'")
  $ size=$(sqlite3 x.db 'PRAGMA page_size')
  $ printf '%064d' 7 | dd of=x.db bs=1 seek=$(((page - 1) * size)) conv=notrunc status=none
  $ winnow db check --db x.db
  damaged: SQLite: * (glob)
  ...
  damaged: phases cannot be read: database disk image is malformed
  note: attempt 9 (cell 7000000000) was left running, and no scheduler runs: the next winnow run starts its cell again
  x.db: 9 cells, 9 attempts, 1 selection, 0 artifacts: * damaged, 1 note (glob)
  [5]

What is no database of winnow's.

  $ echo 'all: winnow, and no more than that' >Makefile
  $ winnow db check --db Makefile
  ! winnow db check: Makefile: file is not a database
  [5]
  $ winnow db check --db none.db
  ! winnow db check: none.db: no such file
  [5]
  $ damage 'PRAGMA user_version = 1000'
  ! winnow db check: x.db: written by a newer winnow (its version is 1000, this program reads *): use that one (glob)
  [5]
  $ damage 'PRAGMA application_id = 9'
  ! winnow db check: x.db: a database, but not one of winnow's (application_id 9)
  [5]
  $ winnow db check
  ! winnow db check: no database in results/: run an experiment, or give one with --db PATH
  [5]

Artifacts: intact, damaged, gone.

  $ cat >scored.yaml <<'END'
  > name: scored
  > dataset: {name: synthetic, samples: 100}
  > model: softmax
  > pruner: {name: el2n, runs: 1, at: 1}
  > rate: 0.5
  > train: {epochs: 1}
  > END
  $ mkdir scored && winnow run scored.yaml --db scored/a.db 2>/dev/null
  $ winnow db check --db scored/a.db
  scored/a.db: 1 cell, 1 attempt, 1 selection, 1 artifact: 0 damaged, 0 notes
  $ mkdir artifacts && cp scored/artifacts/* artifacts/intact
  $ for file in scored/artifacts/*; do printf x >>$file; done
  $ winnow db check --db scored/a.db
  damaged: artifact scored/artifacts/*: its checksum is wrong: delete it, and the next cell that wants it computes it again (glob)
  scored/a.db: 1 cell, 1 attempt, 1 selection, 1 artifact: 1 damaged, 0 notes
  [5]
  $ rm scored/artifacts/*
  $ winnow db check --db scored/a.db
  note: artifact * is not in scored/artifacts any more; 1 attempt names it, and the next cell that wants it computes it again (glob)
  scored/a.db: 1 cell, 1 attempt, 1 selection, 1 artifact: 0 damaged, 1 note

winnow db backup

Its name has the time in it.

  $ top=$PWD
  $ mkdir b && cd b && cp ../made.db .
  $ [ "$(winnow db backup --db made.db)" = "$(ls made.db.*)" ]
  $ ls made.db.* | grep -cx 'made\.db\.[0-9]\{8\}-[0-9]\{6\}\.backup'
  1
  $ rm made.db.*

It is a database of its own with all that is in the first.

  $ winnow db backup --db made.db -o copy
  copy
  $ sqlite3 copy 'PRAGMA integrity_check; PRAGMA journal_mode'
  ok
  delete
  $ sqlite3 made.db .dump >made.sql; sqlite3 copy .dump | cmp - made.sql; rm made.sql
  $ winnow status --db copy | head -n 1
  made   █████████████▍                  4 of 9 done, 2 failed, 1 interrupted, 2 to run

It overwrites nothing unless it is asked to, and never the database itself.

  $ echo precious >copy
  $ winnow db backup --db made.db -o copy
  ! winnow db backup: copy exists; --force replaces it
  [5]
  $ ls; cat copy
  copy
  made.db
  precious
  $ winnow db backup --db made.db -o copy --force
  copy
  $ winnow db check --db copy | tail -n 1
  copy: 9 cells, 9 attempts, 1 selection, 0 artifacts: 0 damaged, 1 note
  $ winnow db backup --db made.db -o ./made.db --force
  ! winnow db backup: ./made.db is the database itself
  [5]
  $ touch copy-wal
  $ winnow db backup --db made.db -o copy --force
  ! winnow db backup: copy is in use: there is a -wal or -journal beside it
  [5]
  $ winnow db backup --db made.db -o none/copy
  ! winnow db backup: cannot write none/copy: unable to open database file
  [5]

It is there in full or not at all: a limit on the size of files stands for the full disk.

  $ rm copy*
  $ (ulimit -f 100; trap '' XFSZ; winnow db backup --db made.db -o copy)
  ! winnow db backup: cannot write copy: disk I/O error
  [5]
  $ ls
  made.db

winnow db gc

Three artifacts: made.db names the first, another database the second, and none the third.

  $ a=$(printf '%064d' 0 | tr 0 a) b=$(printf '%064d' 0 | tr 0 b) c=$(printf '%064d' 0 | tr 0 c)
  $ name() { sqlite3 $1 "INSERT INTO attempt (cell, environment, state, beside, started_at, ended_at,
  > artifact) SELECT key, 1, 'done', 0, 1, 2, '$2' FROM cell WHERE key GLOB '8*'"; }
  $ make_artifacts() {
  > cd $top && rm -rf g && mkdir -p g/artifacts && cp made.db g && cp made.db g/other.db && cd g
  > name made.db $a; name other.db $b
  > for key in $a $b $c; do cp ../artifacts/intact artifacts/$key; done; }
  $ left() { ls artifacts | sed "s/$a/a/; s/$b/b/; s/$c/c/; s/[.]$$/, being written/"; }

The third goes.

  $ make_artifacts
  $ winnow db gc --dry-run --db made.db
  artifacts/cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc: no attempt names it, * (glob)
  would remove 1 file, *; 2 artifacts are needed by 2 databases (glob)
  $ left
  a
  b
  c
  $ winnow db gc --db made.db
  artifacts/cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc: no attempt names it, * (glob)
  removed 1 file, *; 2 artifacts are needed by 2 databases (glob)
  made.db: * KiB before, * KiB now (glob)
  $ left
  a
  b
  $ winnow db gc --db made.db
  removed 0 files, 0 bytes; 2 artifacts are needed by 2 databases
  made.db: * KiB before, * KiB now (glob)
  $ ls
  artifacts
  made.db
  other.db

A backup needs them too.

  $ make_artifacts
  $ winnow db backup --db other.db >/dev/null && rm other.db
  $ winnow db gc --db made.db | grep removed
  removed 1 file, *; 2 artifacts are needed by 2 databases (glob)
  $ left
  a
  b

What processes that are dead have left goes, what one writes stays.

  $ make_artifacts
  $ touch artifacts/$a.2147483647 artifacts/$a.$$ artifacts/notes.2147483647 \
  > made.db.x.backup.2147483647
  $ winnow db gc --db made.db
  artifacts/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.2147483647: left incomplete by a process that no longer runs, 0 bytes
  artifacts/cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc: no attempt names it, * (glob)
  ./made.db.x.backup.2147483647: left incomplete by a process that no longer runs, 0 bytes
  removed 3 files, *; 2 artifacts are needed by 2 databases (glob)
  made.db: * KiB before, * KiB now (glob)
  $ ls
  artifacts
  made.db
  other.db
  $ left
  a
  a, being written
  b
  notes.2147483647

Where a database cannot be asked what it needs, nothing goes. Other programs' and copies from before
there were artifacts need none.

  $ make_artifacts
  $ echo 'not a database, or not any more' >broken.db
  $ winnow db gc --db made.db
  ! winnow db gc: cannot find out what another database needs: ./broken.db: file is not a database; repair it, or move it elsewhere
  [5]
  $ left
  a
  b
  c
  $ rm broken.db
  $ sqlite3 foreign.db 'CREATE TABLE t (a)'
  $ sqlite3 made.db.v2.backup 'PRAGMA application_id = 2003398254; PRAGMA user_version = 2;
  > CREATE TABLE t (a)'
  $ winnow db gc --db made.db | grep removed
  removed 1 file, *; 2 artifacts are needed by 2 databases (glob)
  $ left
  a
  b

Nor does what winnow merge has put aside.

  $ make_artifacts
  $ head -c 9000 other.db >x.db; winnow merge made.db x.db 2>/dev/null
  made.db: 1 shard: 0 new attempts, 0 known, 1 refused
  [1]
  $ cp x.db.bad x.db.bad-2; winnow db gc --db made.db | grep removed
  removed 1 file, *; 2 artifacts are needed by 2 databases (glob)
  $ mv x.db.bad x.db.bad.db; winnow db gc --db made.db 2>&1 | cut -d : -f 1-3
  winnow db gc: cannot find out what another database needs: ./x.db.bad.db

Attempts stay, those of cells that no experiment lists too.

  $ mkdir $top/h && cd $top/h && cp ../made.db .
  $ sqlite3 made.db "DELETE FROM experiment_cell WHERE cell GLOB '4*'"
  $ winnow db gc --db made.db
  removed 0 files, 0 bytes; 0 artifacts are needed by 1 database
  2 attempts at 1 cell that no experiment lists any more stay: attempts are append-only
  made.db: * KiB before, * KiB now (glob)
  $ sqlite3 made.db 'SELECT count(*) FROM attempt'
  9
  $ winnow db gc --db none.db
  ! winnow db gc: none.db: no such file
  [5]
  $ ls
  made.db

The file shrinks.

  $ sqlite3 made.db 'CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(3000000)); DROP TABLE t'
  $ winnow db gc --db made.db
  removed 0 files, 0 bytes; 0 artifacts are needed by 1 database
  2 attempts at 1 cell that no experiment lists any more stay: attempts are append-only
  made.db: 3.* MiB before, * KiB now (glob)
