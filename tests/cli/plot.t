winnow plot, on the made database (tests/support/made_db.h). tests/cli/plot_formats.t has LaTeX, terminals
and numbers that were kept, tests/cli/plot_empty.t databases with nothing to draw.

What the experiment's file lists. Every figure with seconds says which of them are doubtful.

  $ winnow plot --db made.db --experiment made -o f
  f/phases.tsv
  f/phases.svg
  f/phases.pdf
  f/phases.png
  ! warning: 1 of 4 runs has doubtful seconds: 1 with a clock that does not add up

All. No run of random is done, and no subset was recorded: that is told, and is no failure of the
others. The cells are made up: no sample of theirs can be had.

  $ winnow plot --db made.db -e made -o f -f svg --all
  f/accuracy-vs-time.tsv
  f/accuracy-vs-time.svg
  f/networks.tsv
  f/networks.svg
  f/accuracy-vs-rate.tsv
  f/accuracy-vs-rate.svg
  f/scaling-law.tsv
  f/scaling-law.svg
  f/worst-class.tsv
  f/worst-class.svg
  f/phases.tsv
  f/phases.svg
  f/time-to-accuracy.tsv
  f/time-to-accuracy.svg
  f/seeds.tsv
  f/seeds.svg
  f/speedup-vs-accuracy.tsv
  f/speedup-vs-accuracy.svg
  f/amortization.tsv
  f/amortization.svg
  f/performance-profile.tsv
  f/performance-profile.svg
  ! winnow plot: versus-random: no pruner to compare with random, at its seeds and numbers of samples, in the 4 finished cells of experiment 'made'
  ! winnow plot: evidence: no answer to a question (`decide:` in the file) in the 4 finished cells of experiment 'made'
  ! winnow plot: always-sometimes-never: no pruner that chose more than once in the 4 finished cells of experiment 'made'
  ! winnow plot: selection-heat-map: no pruner that chose more than once in the 4 finished cells of experiment 'made'
  ! winnow plot: overlap: no two pruners with subsets of the same samples in the 4 finished cells of experiment 'made'
  ! winnow plot: score-sampler: no score with two samplers, and random beside it, in the 4 finished cells of experiment 'made'
  ! winnow plot: gap-theory: no losses of dp or dp-eps, with its objective, in the 4 finished cells of experiment 'made'
  ! winnow plot: transfer: no pruner with prune_with, beside random at its seeds and rates, in the 4 finished cells of experiment 'made'
  ! winnow plot: architecture-ranking: no subset on which three networks were trained, as on full data, in the 4 finished cells of experiment 'made'
  ! winnow plot: score-distributions: no pruner whose scores lie beside the database in the 4 finished cells of experiment 'made'
  ! winnow plot: sample-sheets: a cell's JSON: Object item not found: engine
  ! warning: 1 of 4 runs has doubtful seconds: 1 with a clock that does not add up
  $ winnow plot --db made.db -e made -o f -f png,png accuracy-vs-rate
  f/accuracy-vs-rate.tsv
  f/accuracy-vs-rate.png

The numbers: el2n took 2 + 1 + 5 and 2 + 1 + 1 seconds, one of them in doubt.

  $ cut -f 3-5,9,12-15,21,22 f/phases.tsv | tr '\t' ' '
  unfinished doubtful n pruner rate score_s select_s train_s charged_s wall_s
  5 1 2 el2n 0.5 2 1 3 6 9
  $
  $
  5 1 2 full 0 0 0 12 12 15
  $ cut -f 9,14-18,20 f/accuracy-vs-time.tsv | tr '\t' ' '
  pruner epoch charged_s accuracy low high targets
  el2n 1 4.5 0.375 0.3 0.45 0.5 0.9
  el2n 2 6 0.65 0.6 0.7 0.5 0.9
  $
  $
  full 1 6 0.5 0.4 0.6 0.5 0.9
  full 2 12 0.85 0.8 0.9 0.5 0.9

What the experiment wants of accuracy 0.5 and 0.9: ucb diverged at 0.2, which is no reason to forget it;
full got there in one seed of two.

  $ grep -v '^$' f/time-to-accuracy.tsv | cut -f 5,9,14-21 | grep -v 0.5$ | tr '\t' ' '
  n pruner target seed reached charged_s watched_s reached_n median_s told
  2 el2n 0.5 0 1 8 8 2 6 0
  2 el2n 0.5 1 1 4 4 2 6 0
  2 full 0.5 0 1 5 10 2 9.5 0
  2 full 0.5 1 1 14 14 2 9.5 0
  1 ucb 0.5 0 0 NaN 3 0 NaN 1
  2 el2n 0.9 0 0 NaN 8 0 NaN 1
  2 el2n 0.9 1 0 NaN 4 0 NaN 0
  2 full 0.9 0 1 10 10 1 NaN 0
  2 full 0.9 1 0 NaN 14 1 NaN 1
  1 ucb 0.9 0 0 NaN 3 0 NaN 1

Numbers alone need no gnuplot.

  $ PATH=/nonexistent $WINNOW_BINARY plot seeds --data-only --db made.db -e made -o alone
  alone/seeds.tsv
  $ cut -f 9,12-18 alone/seeds.tsv | tr '\t' ' '
  pruner rate facet seed accuracy median low high
  el2n 0.5 1 0 0.7 0.65 0.6 0.7
  el2n 0.5 1 1 0.6 0.65 0.6 0.7
  $
  $
  full 0.5 1 0 0.9 0.85 0.8 0.9
  full 0.5 1 1 0.8 0.85 0.8 0.9
  $ cmp alone/seeds.tsv f/seeds.tsv
  $ winnow plot seeds --data-only --format svg --db made.db -e made
  ! winnow plot: --data-only draws nothing: no --format or --width
  [2]
  $ PATH=/nonexistent $WINNOW_BINARY plot --db made.db -e made -o f
  ! winnow plot: gnuplot is not installed; Debian's package is gnuplot-nox
  [4]

Two panels, which a page has beside each other.

  $ cp made.db two.db; sqlite3 two.db "UPDATE cell SET model_label = 'cnn' WHERE pruner = 'full'"
  $ for flag in '' '--width page' '-w column'; do
  > winnow plot accuracy-vs-rate --db two.db -e made -o two -f svg $flag >/dev/null
  > grep -o '^ *width=[^ ]*' two/accuracy-vs-rate.svg; done
   width="672"
   width="672"
   width="336"

An edited script is used, and never written over; winnow's own are used for those that are not there.

  $ winnow plot seeds --eject s
  s/seeds.sql
  ...
  s/style.gp
  ...
  $ winnow plot seeds phases --eject s >/dev/null
  $ sed -i 's/a seed/mine/' s/seeds.gp; sed -i 's/ Not finished/ Undone/' s/style.gp; rm s/page.gp
  $ winnow plot seeds --eject s
  ! winnow plot: s/seeds.gp is not as winnow would write it: it was edited, or is of another version. It stays; move it away, or give another folder
  [4]
  $ ls s/page.gp 2>/dev/null
  [2]
  $ winnow plot seeds --scripts s --db made.db -e made -o s -f svg
  s/seeds.tsv
  s/seeds.svg
  $ grep -o '>mine<\|Undone: 5' s/seeds.svg
  >mine<
  Undone: 5
  $ sed -i 's/:experiment AS experiment/7 AS experiment/' s/columns.sql
  $ winnow plot seeds --scripts s --db made.db -e made -o s --data-only && sed -n 2p s/seeds.tsv | cut -f 2
  s/seeds.tsv
  7
  $ winnow plot overlap --scripts none --db made.db -e made
  ! winnow plot: none has none of the scripts of overlap; `winnow plot overlap --eject none` writes them
  [2]

el2n's cell with seed 0 becomes random's with seed 1: 0.6 against 0.7, both with half of it.

  $ cp made.db versus.db; sqlite3 versus.db "UPDATE cell SET pruner = 'random', options = '', seed = 1
  > WHERE pruner = 'el2n' AND seed = 0"
  $ winnow plot versus-random --db made.db -e made -o v -f svg
  ! winnow plot: versus-random: no pruner to compare with random, at its seeds and numbers of samples, in the 4 finished cells of experiment 'made'
  [5]
  $ winnow plot versus-random --db versus.db -e made -o v -f svg
  v/versus-random.tsv
  v/versus-random.svg
  $ cut -f 5,9,12-22 v/versus-random.tsv | tr '\t' ' '
  n pruner rate facet own line processed difference low high verdict dynamic place
  1 el2n 0.5 1 0 0 0.5 -0.1 NaN NaN NaN NaN 1

Of two runs of full data, one had company: seconds of two conditions, where there are seconds.

  $ cp made.db mixed.db; sqlite3 mixed.db "DROP TRIGGER attempt_changes_once;
  > UPDATE attempt SET beside_mean = 2.7 * (id = (SELECT attempt FROM v_run WHERE experiment = 'other'))"
  $ winnow plot --db mixed.db -e made -o m -f svg phases accuracy-vs-time accuracy-vs-rate
  m/phases.tsv
  m/phases.svg
  m/accuracy-vs-time.tsv
  m/accuracy-vs-time.svg
  m/accuracy-vs-rate.tsv
  m/accuracy-vs-rate.svg
  ! warning: 1 of 4 runs has doubtful seconds: 1 with a clock that does not add up
  ! warning: synthetic, mlp: seconds of 2 conditions: 3 runs with cpu (Haswell), 1 thread, not bound, 0 beside; 1 run with cpu (Haswell), 1 thread, not bound, 3 beside
  $ grep -l 'Times of 2 conditions are mixed' m/*.svg
  m/accuracy-vs-time.svg
  m/phases.svg
  $ winnow plot --db mixed.db -e made -o m -f svg accuracy-vs-rate
  m/accuracy-vs-rate.tsv
  m/accuracy-vs-rate.svg

Mistakes.

  $ winnow plot phase --db made.db
  ! winnow plot: unknown figure 'phase', did you mean phases?; there are: accuracy-vs-time, networks, accuracy-vs-rate, scaling-law, worst-class, phases, versus-random, time-to-accuracy, seeds, evidence, always-sometimes-never, speedup-vs-accuracy, amortization, performance-profile, selection-heat-map, overlap, score-sampler, gap-theory, transfer, architecture-ranking, score-distributions, sample-sheets
  [2]
  $ winnow plot --db made.db --format svg,gif
  ! winnow plot: unknown format 'gif'; there are: svg, pdf, png, cairolatex, terminal
  [2]
  $ winnow plot --db made.db --format ''
  ! winnow plot: unknown format ''; there are: svg, pdf, png, cairolatex, terminal
  [2]
  $ winnow plot --db made.db --width slide
  ! winnow plot: unknown width 'slide'; there are: page, column
  [2]
  $ winnow plot phases --all --db made.db
  ! winnow plot: give figures or --all, not both
  [2]
  $ winnow plot --db made.db
  ! winnow plot: which experiment? The database holds made, other
  [2]
  $ winnow plot --db made.db -e maid
  ! winnow plot: no experiment 'maid' in the database, did you mean made?; it holds made, other
  [2]
  $ winnow plot --db none.db
  ! winnow plot: none.db: no such file
  [5]
