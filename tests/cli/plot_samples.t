winnow plot: scores and samples, which are not in the database. What is not there any more is said, and
what is there but of other data is not shown.

  $ cat >g.yaml <<'END'
  > name: shown
  > dataset: {name: synthetic, samples: 90, classes: 3}
  > model: softmax
  > pruner: [{name: ucb, period: 1}, {name: el2n, runs: 1, at: 1}]
  > rate: [0.3, 0.5]
  > seed: 2
  > train: {epochs: 3}
  > END
  $ winnow run g.yaml --db a.db 2>/dev/null
  $ rm artifacts/$(sqlite3 a.db "SELECT DISTINCT artifact FROM v_run WHERE pruner = 'el2n' AND seed = 1")
  $ winnow plot sample-sheets score-distributions --db a.db -f svg,pdf,png -o f
  f/sample-sheets.tsv
  f/sample-sheets.svg
  f/sample-sheets.pdf
  f/sample-sheets.png
  f/score-distributions.tsv
  f/score-distributions.svg
  f/score-distributions.pdf
  f/score-distributions.png
  $ grep -l pixels f/*.tsv
  [1]
  $ grep -o 'Scores no longer kept: [0-9] runs' f/score-distributions.svg
  Scores no longer kept: 2 runs

Six kept samples of each class are shown, of el2n.

  $ awk -F'\t' '!/^#/ && NF && $14 == "kept" { n[$17]++ } END { print n[1], n[2], n[3] }' f/sample-sheets.tsv
  6 6 6
  $ [ $(grep -c '<image' f/sample-sheets.svg) -gt 0 ]

Letters cannot show pictures.

  $ winnow plot sample-sheets seeds --db a.db -f terminal >letters
  ! winnow plot: sample-sheets: pictures, which letters cannot show: take --format png
  [5]
  $ winnow plot --all --db a.db -f terminal >letters 2>err
  $ grep seeds: letters; grep sample-sheets err
  seeds: how far apart are the seeds of each pruner?
  winnow plot: sample-sheets: pictures, which letters cannot show: take --format png

Cells of other data.

  $ sqlite3 a.db "UPDATE cell SET json = replace(json, '\"separation\":4', '\"separation\":3')"
  $ winnow plot sample-sheets seeds --db a.db -f svg -o g
  g/seeds.tsv
  g/seeds.svg
  ! winnow plot: sample-sheets: synthetic: the files found now are not those that cell * was trained on; put those back, or name their folder in $WINNOW_DATA (glob)
  [5]
