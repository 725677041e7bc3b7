Formats add up, however they are given.

  $ winnow plot seeds -f svg -f png,svg --db made.db -e made -o figures 2>/dev/null
  figures/seeds.tsv
  figures/seeds.svg
  figures/seeds.png
  $ winnow plot seeds -f svg -f terminal --db made.db -e made
  ! winnow plot: --format terminal goes to stdout: give it alone
  [2]
  $ winnow plot seeds -f svg -f jpg --db made.db -e made
  ! winnow plot: unknown format 'jpg'; there are: svg, pdf, png, cairolatex, terminal
  [2]

A network whose only run has neither epochs nor phases, and runs without some of the phases: the
others are drawn.

  $ cp made.db some.db
  $ sqlite3 some.db "DELETE FROM phase WHERE phase IN ('score', 'init') OR attempt = 2;
  > DELETE FROM epoch WHERE attempt = 2;
  > UPDATE cell SET model_label = 'other' WHERE key = (SELECT cell FROM attempt WHERE id = 2)"
  $ winnow plot phases amortization time-to-accuracy -f svg --db some.db -e made -o some 2>&1
  some/phases.tsv
  some/phases.svg
  some/amortization.tsv
  some/amortization.svg
  some/time-to-accuracy.tsv
  some/time-to-accuracy.svg
  warning: 1 of 4 runs has doubtful seconds: 1 with a clock that does not add up

Where no run has any, that is said.

  $ sqlite3 some.db "DELETE FROM phase; DELETE FROM epoch"
  $ winnow plot phases amortization time-to-accuracy --db some.db -e made -o none
  ! winnow plot: phases: no seconds in the 4 finished cells of experiment 'made'
  ! winnow plot: amortization: no pruner with full data at its seeds in the 4 finished cells of experiment 'made'
  ! winnow plot: time-to-accuracy: no target to reach (`targets:` in the file) in the 4 finished cells of experiment 'made'
  [5]
  $ ls none
  ! ls: cannot access 'none': No such file or directory
  [2]
