winnow paper: what becomes of the files that it wrote, edited ones too, on the made database under
another name (tests/support/made_db.h). tests/cli/paper.t has what is in them.

  $ sqlite3 made.db "UPDATE experiment SET name = 'paper-a-smoke' WHERE name = 'made'"
  $ paper() { winnow paper a --size smoke --db made.db -o out "$@"; }
  $ paper --verify
  ! winnow paper: out/manifest.json: no such file: nothing was made there yet
  [2]
  $ paper
  A1  undecided     static scoring raises the total time [4 of 9 cells, 1 of 2 values with doubtful seconds]
  A2  not measured  random-dynamic beats static scores at aggressive rates [4 of 9 cells]
  A3  not measured  epsilon-greedy and ucb beat random-dynamic [4 of 9 cells]
  A4  not measured  about half the time without significant loss [4 of 9 cells]
  A5  not measured  a sizeable class of samples is selected sometimes [4 of 9 cells]
  ! winnow paper: out/claims.md, manifest.json, ...
  $ paper --verify
  ! winnow paper: everything in out is unedited and up to date
  $ find out -type f | sort
  out/claims.csv
  out/claims.md
  out/claims.tex
  out/manifest.json
  out/numbers.tex
  out/paper-a-smoke/phases-latex.pdf
  out/paper-a-smoke/phases-latex.tex
  out/paper-a-smoke/phases.pdf
  out/paper-a-smoke/phases.svg
  out/paper-a-smoke/phases.tsv
  out/tables/accuracy.csv
  out/tables/accuracy.md
  out/tables/accuracy.tex
  out/tables/convergence.csv
  out/tables/convergence.md
  out/tables/convergence.tex
  out/tables/time.csv
  out/tables/time.md
  out/tables/time.tex
  out/tables/what-ran.csv
  out/tables/what-ran.md
  out/tables/what-ran.tex

What is edited or missing is told.

  $ echo '<!-- -->' >>out/paper-a-smoke/phases.svg; rm out/claims.tex
  $ paper --verify
  edited: out/paper-a-smoke/phases.svg
  missing: out/claims.tex
  [3]

Nothing is written over what somebody edited, and all else stays too.

  $ paper
  ! winnow paper: these would be written over; give --force, or another -o:
  !   out/paper-a-smoke/phases.svg: edited
  [4]
  $ tail -n 1 out/paper-a-smoke/phases.svg; ls out/claims.tex
  <!-- -->
  ! ls: cannot access 'out/claims.tex': No such file or directory
  [2]

What is not made any more goes.

  $ paper --force --data-only >/dev/null 2>&1
  $ ls out/paper-a-smoke
  phases.tsv

What a killed one leaves is no edit.

  $ sed -i 's/"sha256": ".*"/"sha256": ""/' out/manifest.json; echo >>out/claims.md
  $ paper --verify
  unfinished: out/paper-a-smoke/phases.tsv
  ...
  unfinished: out/claims.md
  ...
  [3]
  $ paper --data-only >/dev/null 2>&1

Runs that are taken for others; the experiment's file and the machine, of which there is no number, and which
are named all the same; a table by hand.

  $ sqlite3 made.db "UPDATE cell SET pruner = 'forgetting' WHERE pruner = 'el2n'"
  $ paper --verify
  out of date: out/paper-a-smoke/phases.tsv (its data changed)
  ...
  out of date: out/tables/accuracy.md (its data changed)
  ...
  [3]
  $ sqlite3 made.db "UPDATE cell SET pruner = 'el2n' WHERE pruner = 'forgetting';
  > UPDATE experiment SET yaml = 'name: x'; UPDATE environment SET os = 'another'"
  $ paper --verify
  changed: experiment paper-a-smoke (its file, its machines)
  [3]
  $ echo 1 >>out/tables/time.csv
  $ paper --verify
  edited: out/tables/time.csv
  changed: experiment paper-a-smoke (its file, its machines)
  [3]

Files that it did not make stay.

  $ mkdir -p mine/tables; echo mine >mine/tables/time.csv
  $ paper --data-only -o mine
  ! winnow paper: these would be written over; give --force, or another -o:
  !   mine/tables/time.csv: not made by winnow paper
  [4]
  $ find mine -type f -exec cat {} +
  mine
  $ echo '{}' >mine/manifest.json
  $ paper --force -o mine
  ! winnow paper: mine/manifest.json: not a manifest of winnow paper: give another -o, or remove it
  [4]

Of a pipe that nobody reads, or that is read again, there would be no end.

  $ rm mine/manifest.json mine/tables/time.csv; mkfifo mine/tables/time.csv
  $ timeout 60 winnow paper a --size smoke --db made.db --data-only --force -o mine
  ! winnow paper: these would be written over; give another -o:
  !   mine/tables/time.csv: not a regular file
  [4]
  $ ls mine
  tables
  $ mkfifo mine/manifest.json
  $ timeout 60 winnow paper a --size smoke --db made.db --force -o mine
  ! winnow paper: mine/manifest.json: not a manifest of winnow paper: give another -o, or remove it
  [4]

With --run the experiments run first; a file that is wrong ends it.

  $ winnow paper a --size smoke --run -j 1 --data-only --set seed=2 --set rate=0.5 --set train.epochs=4 \
  > --set 'dataset={name: synthetic, samples: 500}' 2>err | cut -c -3
  A1 $
  A2 $
  A3 $
  A4 $
  A5 $
  $ grep -x 'winnow paper: paper-a-smoke' err
  winnow paper: paper-a-smoke
  $ grep -c 'not measured' results/paper-a-smoke/claims.md
  0
  [1]
  $ ls results/paper-a-smoke.db
  results/paper-a-smoke.db
  $ winnow paper a --size smoke --verify
  ! winnow paper: everything in results/paper-a-smoke is unedited and up to date
  $ winnow paper a --size smoke --run --set train.epoks=4
  ! winnow paper: paper-a-smoke
  ! --set train.epoks: train has no option 'epoks', did you mean 'epochs'?
  [2]
