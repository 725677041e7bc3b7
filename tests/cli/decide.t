Questions: seeds are added until all are decided. Claims on accuracy only, whose answers are the same
everywhere. With 95 % left out random loses a lot; with a tenth it is hard to say.

  $ cat >night.yaml <<'END'
  > name: night
  > dataset: {name: synthetic, samples: 600, classes: 4}
  > model: {name: mlp, width: 16}
  > pruner: [full, random, {name: ucb, period: 1}]
  > rate: [0.1, 0.95]
  > seed: {at_least: 3, at_most: 6}
  > train: {epochs: 2, batch: 32, lr: 0.1}
  > decide:
  >   - {arm: random, against: full, better: true, rate: 0.95}
  >   - {arm: random, against: full, noninferior: 2, rate: 0.1}
  > END
  $ winnow check night.yaml
  night.yaml: 24 cells (1 dataset x 1 model x (2 pruners x 2 rates + 1 pruner without rate) x 6 seeds, as far as questions need them)
  2 questions, of 3 to 6 seeds

The first three seeds have all five cells; the others those of the questions.

  $ winnow plan night.yaml --db a.db --no-measure | sed -n '/^to run/d; /^$/d; /^random/p; /at least/p'
  random@0.95 is better than full: open after 0 seeds
  random@0.1 loses less than 2 points to full: open after 0 seeds
  2 questions, of 3 to 6 seeds: 15 cells at least, 24 at most
  $ winnow plan night.yaml --db a.db --no-measure --json | grep -A 7 questions
    "questions": {
      "count": 2,
      "at_least": 3,
      "at_most": 6,
      "least_cells": 15,
      "most_cells": 24,
      "spared": 0
    }

--set can take the questions away, and then gives a number of seeds.

  $ winnow check night.yaml --set 'decide=[]' --set seed=2
  night.yaml: 10 cells (1 dataset x 1 model x (2 pruners x 2 rates + 1 pruner without rate) x 2 seeds)
  $ winnow check night.yaml --set 'decide=[]' 2>&1 | grep -c 'need something to `decide:`'
  1

A cell is the same with and without questions.

  $ sed '/^decide/,$d; s/^seed.*/seed: 6/' night.yaml >fixed.yaml
  $ winnow plan fixed.yaml --db a.db --no-measure --json | grep '"key"' | sort >fixed
  $ winnow plan night.yaml --db a.db --no-measure --json | grep '"key"' | sort | comm -23 - fixed

What is decided runs no more: of seed 5 and 6 random@0.95 is not there.

  $ winnow run night.yaml --db a.db -j 1 2>log
  $ tail -n 3 log
  20 cells done: a.db
  random@0.95 is better than full: fails after 4 seeds, -54.17 points [-67.82, -40.51]
  random@0.1 loses less than 2 points to full: holds after 5 seeds, +0.00 points [-1.84, 1.84]
  $ sqlite3 a.db "SELECT pruner, rate, count(*) FROM v_run WHERE state = 'done' GROUP BY 1, 2"
  full|0.0|5
  random|0.1|5
  random|0.95|4
  ucb|0.1|3
  ucb|0.95|3
  $ winnow run night.yaml --db a.db
  ! night: nothing to run: 20 of 24 cells are done in a.db
  ! random@0.95 is better than full: fails after 4 seeds, -54.17 points [-67.82, -40.51]
  ! random@0.1 loses less than 2 points to full: holds after 5 seeds, +0.00 points [-1.84, 1.84]
  $ winnow plan night.yaml --db a.db | tail -n 3
  random@0.1 loses less than 2 points to full: holds after 5 seeds, +0.00 points [-1.84, 1.84]
  2 questions, of 3 to 6 seeds: 15 cells at least, 24 at most
  night: 24 cells, 20 done, 0 to run, 0 to retry, 4 not needed (a.db)

The rows are in the database, and each look.

  $ answers() { sqlite3 $1 'SELECT text, state, seeds, left_out, decided_seeds, unit, bound,
  > round(mean, 6), round(low, 6), round(fixed_high, 6), p_holm FROM v_decision'; }
  $ answers a.db >a
  $ cut -d '|' -f 1-7 a
  random@0.95 is better than full|fails|4|0|4|points|0.0
  random@0.1 loses less than 2 points to full|holds|5|0|5|points|-2.0
  $ sqlite3 a.db 'SELECT question, count(*), min(seed), max(seed) FROM v_look GROUP BY 1'
  1|4|0|3
  2|5|0|4

  $ winnow status --db a.db | head -n 6
  night  █████████████████████████       20 of 24 done, 4 not needed
  $
  questions: seeds are added while one is open (docs/statistics.md)
  question                                     answer  seeds  to be expected  chance %    mean  95 % at any time  of fixed seeds    left out
  -------------------------------------------  ------  -----  --------------  --------  ------  ----------------  ----------------  --------
  random@0.95 is better than full              fails       4  -               -         -54.17  [-67.82, -40.51]  [-63.03, -45.30]  -
  $ winnow status --db a.db --watch | head -n 3
  night: 20 of 24 done, 4 not needed
  night: random@0.95 is better than full: fails after 4 seeds
  night: random@0.1 loses less than 2 points to full: holds after 5 seeds
  ! winnow status: no scheduler is at work on a.db
  $ winnow report --db a.db -o a.html >/dev/null && grep -c 'random@0.1 loses less than 2 points' a.html
  8
  $ grep -o '<small>[0-9]* not needed' a.html
  <small>4 not needed
  $ sqlite3 a.db "SELECT cells, done, to_run, not_needed FROM v_progress"
  24|20|0|4
  $ winnow why $(sqlite3 a.db 'SELECT short FROM v_run WHERE seed = 5 AND rate = 0.1') --db a.db |
  > head -n 2
  cell 4e2d742218: synthetic(classes=4 samples=600) mlp(width=16) random rate 0.1 seed 5
    It is not needed: all questions that ask for it are answered.

compare goes by the interval that holds at any time, without being told.

  $ winnow compare full random@0.1 --noninferior 2 --db a.db 2>/dev/null | sed -n '/n = 5/s/ points.*/ points/p; /^any/p'
  random 0.1 against full, n = 5: loses no more than 2 points
  any time: 95 % whenever one stops, of looks after each seed from 3 to 6
  $ winnow compare full random@0.95 --db a.db --json 2>/dev/null | grep -o '"anytime_most": *[0-9]*'
  "anytime_most": 6

The figure, from its rows.

  $ winnow plot evidence --db a.db -o . -f svg
  ./evidence.tsv
  ./evidence.svg

Stopped in between, all count alike what a question may still need, and what none needs; resumed, it comes
to the same answers (decide_stopped.t). With two cells at once a seed more than it takes may be there.

  $ winnow run night.yaml --db b.db -j 1 --limit 18 2>/dev/null
  $ winnow plan night.yaml --db b.db --no-measure | grep '^night' | cut -d '(' -f 1
  night: 24 cells, 18 done, 4 to run at most, 0 to retry, 2 not needed $
  $ winnow status --db b.db | head -n 1; winnow status --db b.db --watch 2>/dev/null | head -n 1
  night  *  18 of 24 done, 4 to run at most, 2 not needed (glob)
  night: 18 of 24 done, 4 to run at most, 2 not needed
  $ winnow run night.yaml --db b.db -j 1 2>/dev/null
  $ answers b.db | cmp a -
  $ winnow run night.yaml --db e.db -j 2 2>/dev/null
  $ answers e.db | cut -d '|' -f 1,2,5
  random@0.95 is better than full|fails|4
  random@0.1 loses less than 2 points to full|holds|5

Cells that fail leave their seeds out, and that is said.

  $ winnow run night.yaml --db d.db -j 1 --set train.lr=1000 2>log
  [1]
  $ grep '^random@' log
  random@0.95 is better than full: futile after 0 seeds; 6 seeds left out, of which a run failed or diverged
  random@0.1 loses less than 2 points to full: futile after 0 seeds; 6 seeds left out, of which a run failed or diverged
