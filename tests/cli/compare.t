winnow compare on a database whose differences can be worked out by hand: in points below full data,
whose accuracy is 0.9 + 0.001 seed, and in charged seconds.

  $ cp empty.db compare.db
  $ sqlite3 compare.db <<'END'
  > CREATE TEMP TABLE run (pruner, options, rate, seed, points, seconds, host, doubt, beside, loss);
  > INSERT INTO run VALUES
  >   ('full', '', 0, 1, 0, 10, 1, NULL, 0, 0.31),
  >   ('full', '', 0, 2, 0, 10, 1, NULL, 0, 0.32),
  >   ('full', '', 0, 3, 0, 10, 1, NULL, 0, 0.33),
  >   ('full', '', 0, 4, 0, 10, 1, NULL, 0, 0.34),
  >   ('full', '', 0, 5, 0, 10, 1, NULL, 0, 0.35),
  >   ('full', '', 0, 6, 0, 10, 1, NULL, 0, 0.36),
  >   ('ucb', 'c=1', 0.5, 1, 0.1, 4, 1, NULL, 0, NULL), -- 2.5 and 1.6 times faster, in turns
  >   ('ucb', 'c=1', 0.5, 2, 0.2, 6.25, 1, NULL, 0, NULL),
  >   ('ucb', 'c=1', 0.5, 3, 0.1, 4, 1, NULL, 0, NULL),
  >   ('ucb', 'c=1', 0.5, 4, 0.3, 6.25, 1, NULL, 0, NULL),
  >   ('ucb', 'c=1', 0.5, 5, 0.2, 4, 1, NULL, 0, NULL),
  >   ('ucb', 'c=1', 0.5, 6, 0.3, 6.25, 1, NULL, 0, NULL),
  >   ('ucb', 'c=2', 0.5, 1, 0, 5, 1, NULL, 1.2, NULL), -- beside another cell
  >   ('random', '', 0.5, 1, 2, 8, 2, NULL, 0, NULL), -- on another machine
  >   ('random', '', 0.5, 2, 2.2, 8, 2, 'another program', 0, NULL),
  >   ('random', '', 0.5, 3, NULL, 8, 2, NULL, 0, NULL), -- diverged
  >   ('random', '', 0.7, 1, 5, 2, 1, NULL, 0, NULL),
  >   ('random', '', 0.7, 2, 5.1, 2.5, 1, NULL, 0, NULL),
  >   ('el2n', '', 0.5, 1, 0.3, 4, 1, NULL, 0, 0.33),
  >   ('el2n', '', 0.5, 2, 0.3, 8, 1, NULL, 0, 0.34),
  >   ('grand', '', 0.5, 1, 0, 4, 1, NULL, 0, 0.31), -- full data's network, by its losses
  >   ('grand', '', 0.5, 2, 0, 5, 1, NULL, 0, 0.32);
  > INSERT INTO environment VALUES
  >   (1, 'host', '', '', '', 2, 0, '', '', '', '', '', '', 1, 1),
  >   (2, 'another', '', '', '', 2, 0, '', '', '', '', '', '', 1, 1);
  > INSERT INTO cell SELECT printf('%064x', rowid), '{}', 'synthetic(samples=100)', 'mlp', 'mlp',
  >   pruner, options, rate, seed, 2 FROM run;
  > INSERT INTO experiment VALUES (1, 'grid', 'grid.yaml', '', '[]', 0),
  >   (2, 'part', 'part.yaml', '', '[]', 0);
  > -- Full data and ucb(c=1) are cells of both: one comparison, not two.
  > INSERT INTO experiment_cell SELECT id, run.rowid, printf('%064x', run.rowid)
  >   FROM experiment JOIN run ON id = 1 OR run.rowid <= 12;
  > INSERT INTO attempt (cell, environment, state, beside, started_at, ended_at, test_accuracy,
  >     test_loss, train_loss, wall_ns, beside_mean, timing_reason, cause, samples_forward,
  >     samples_backward, flops)
  >   SELECT printf('%064x', rowid), host, iif(points IS NULL, 'diverged', 'done'), 0, 1, 2,
  >     0.9 + 0.001 * seed - points / 100.0, loss, loss, 1e9 * seconds, beside, doubt,
  >     iif(points IS NULL, 'diverged', NULL), iif(pruner = 'full', 12e6, 8e6),
  >     iif(pruner = 'full', 12e6, 4e6), 6e12 / iif(pruner = 'full', 1, iif(seed % 2, 2.5, 1.6))
  >     FROM run;
  > INSERT INTO phase SELECT id, name, iif(name = 'train', wall_ns, 0) FROM attempt, phase_kind;
  > -- An accuracy of 0.5 after 3 seconds, then the last one.
  > INSERT INTO epoch (attempt, epoch, kept, test_accuracy, charged_ns, wall_ns, samples_forward,
  >     samples_backward, flops)
  >   SELECT attempt.id, epoch.value, 0, iif(epoch.value = 1, 0.5, test_accuracy),
  >     iif(epoch.value = 1, 3e9, wall_ns), 0, 0, 0, 0
  >   FROM attempt JOIN json_each('[1, 2]') epoch WHERE state = 'done';
  > END
  $ db=compare.db
  $ compare() { winnow compare --db $db "$@"; }

Of ucb(c=1) and full data: mean -0.2 points, standard deviation sqrt(0.04 / 5) = 0.08944, t(0.975, 5)
= 2.5706, so 95 % of -0.2 +- 0.0939; the logarithms of the ratios are log 2 +- 0.2231, so 2 times
faster, 95 % from 1.55 to 2.58. All six signs are alike: p = 2 / 2^6.

  $ compare full 'ucb(c=1)'
  grid, synthetic(samples=100), mlp: accuracy at the last epoch and charged seconds, paired over seeds
  arm           against  n  arm %  against %  points  95 %            by      p   Holm  faster  95 %
  ------------  -------  -  -----  ---------  ------  --------------  --  -----  -----  ------  ------------
  ucb(c=1) 0.5  full     6  90.15      90.35   -0.20  [-0.29, -0.11]  t   0.031  0.031   2.00x  [1.55, 2.58]
  points: mean of arm - against; faster: geometric mean of the charged seconds of against / arm
  95 %: Student's t, n - 1 degrees of freedom (faster: of the logarithms)
  p: of points, two-sided, sign-flip permutation; Holm: of 1 comparison

Every number as JSON, in arithmetic by hand: Holm's p is of three that have one.

  $ compare full 'ucb(c=1)' random --json --noninferior 0.25 >c.json 2>/dev/null
  $ sqlite3 :memory: "SELECT json_array_length(readfile('c.json'))"
  3
  $ sqlite3 :memory: "WITH hand (name, value) AS (VALUES
  >   ('n', 6),
  >   ('points', -0.2),
  >   ('points_t_low', -0.2 - 2.570581836 * sqrt(0.04 / 5 / 6)),
  >   ('points_t_high', -0.2 + 2.570581836 * sqrt(0.04 / 5 / 6)),
  >   ('points_sd', 0.08944272),
  >   ('points_p_permutation', 2.0 / 64),
  >   ('points_p_wilcoxon', 2.0 / 64),
  >   ('points_p_holm', 3 * 2.0 / 64),
  >   ('faster', 2),
  >   ('faster_low', 2 * exp(-2.570581836 * ln(1.25) / sqrt(5))),
  >   ('faster_high', 2 * exp(2.570581836 * ln(1.25) / sqrt(5))),
  >   ('faster_p_permutation', 2.0 / 64),
  >   ('margin', 0.25),
  >   ('more_seeds', 9))
  > SELECT name, iif(abs(found - value) < 1e-7, 'as by hand', found || ', not ' || value)
  > FROM (SELECT name, value, readfile('c.json') -> 0 ->> name AS found FROM hand)"
  n|as by hand
  points|as by hand
  points_t_low|as by hand
  points_t_high|as by hand
  points_sd|as by hand
  points_p_permutation|as by hand
  points_p_wilcoxon|as by hand
  points_p_holm|as by hand
  faster|as by hand
  faster_low|as by hand
  faster_high|as by hand
  faster_p_permutation|as by hand
  margin|as by hand
  more_seeds|as by hand
  $ sqlite3 :memory: "SELECT row ->> 'points_bca_low' BETWEEN -0.2939 AND -0.2, row ->> 'interval',
  > row ->> 'test', row ->> 'verdict', row -> 'timing_doubts'
  > FROM (SELECT readfile('c.json') -> 0 AS row)"
  1|t|permutation|undecided|null

Other formats, intervals and tests.

  $ compare full 'ucb(c=1)' --format csv --test wilcoxon --interval bca
  experiment,dataset,model,reference,reference_rate,arm,arm_rate,metric,n,unpaired,diverged,interval,test,reference_mean,arm_mean,points,points_low,points_high,points_t_low,points_t_high,points_bca_low,points_bca_high,points_sd,points_p_permutation,points_p_wilcoxon,points_p_holm,faster,faster_low,faster_high,faster_t_low,faster_t_high,faster_bca_low,faster_bca_high,faster_log_sd,faster_p_permutation,faster_p_wilcoxon,faster_p_holm,margin,verdict,more_seeds,timing_doubts,points_doubts,points_least_sd,unit,reference_samples_forward,reference_samples_backward,reference_flops,arm_samples_forward,arm_samples_backward,arm_flops,less_work,less_work_low,less_work_high,less_work_t_low,less_work_t_high,less_work_bca_low,less_work_bca_high,less_work_log_sd,less_work_p_permutation,less_work_p_wilcoxon,less_work_p_holm,faster_n
  grid,synthetic(samples=100),mlp,full,0,ucb(c=1),0.5,accuracy,6,0,0,bca,wilcoxon,* (glob)
  ! winnow compare: grid synthetic(samples=100) mlp, ucb(c=1) 0.5 against full: BCa intervals of 6 seeds are too narrow to be trusted; --interval t
  $ compare full 'ucb(c=1)' -f markdown --test wilcoxon --interval bca
  grid, synthetic(samples=100), mlp: accuracy at the last epoch and charged seconds, paired over seeds
  $
  | arm | against | n | arm % | against % | points | 95 % | by | p | Holm | faster | 95 % |
  | --- | --- | ---: | ---: | ---: | ---: | --- | --- | ---: | ---: | ---: | --- |
  | ucb(c=1) 0.5 | full | 6 | 90.15 | 90.35 | -0.20 | [-0.27, -0.13] | BCa | 0.031 | 0.031 | 2.00x | [1.72, 2.32] |
  $
  $
  points: mean of arm - against; faster: geometric mean of the charged seconds of against / arm
  95 %: BCa bootstrap, 10000 resamples (faster: of the logarithms)
  p: of points, two-sided, Wilcoxon's signed ranks; Holm: of 1 comparison
  ! winnow compare: grid synthetic(samples=100) mlp, ucb(c=1) 0.5 against full: BCa intervals of 6 seeds are too narrow to be trusted; --interval t

What each arm computed: ucb a third of the samples backwards, and 2.5 and 1.6 times fewer operations, in
turns. It is in JSON and CSV without being asked for.

  $ compare full 'ucb(c=1)' --work | tail -5
  work: samples through the network, in millions, and floating-point operations, scoring included
  arm           against  n  forward  against  backward  against  TFLOP  against  less work  95 %
  ------------  -------  -  -------  -------  --------  -------  -----  -------  ---------  ------------
  ucb(c=1) 0.5  full     6     8.00    12.00      4.00    12.00   3.08     6.00      2.00x  [1.55, 2.58]
  less work: geometric mean of the operations of against / arm
  $ sqlite3 :memory: "SELECT row ->> 'arm_samples_backward', row ->> 'reference_flops',
  > round(row ->> 'less_work', 9) FROM (SELECT readfile('c.json') -> 0 AS row)"
  4000000|6000000000000|2.0

At equal time: ucb was done when full data stood at 50 %, 90.15 - 50.

  $ compare full 'ucb(c=1)' --experiment grid --at-time first --json | grep -o '"points": [^,]*'
  "points": 40.15* (glob)
  $ compare full 'ucb(c=1)' --experiment grid --at-time 3s --json | grep -o '"points": [^,]*'
  "points": 0
  ! winnow compare: grid synthetic(samples=100) mlp, ucb(c=1) 0.5 against full: the points mean little: the same difference in all 6 seeds: its spread is not known
  $ compare full 'ucb(c=1)' --at-time 2s --experiment grid
  grid, synthetic(samples=100), mlp: accuracy after 2s of charged time and charged seconds, paired over seeds
  arm           against  n  arm %  against %  points  95 %  by  p  Holm  faster  95 %
  ------------  -------  -  -----  ---------  ------  ----  --  -  ----  ------  ----
  ucb(c=1) 0.5  full     0  -      -          -       -     -   -  -     -       -
  points: mean of arm - against; faster: geometric mean of the charged seconds of against / arm
  95 %, p: none with fewer than two seeds; run more
  ! winnow compare: grid synthetic(samples=100) mlp, ucb(c=1) 0.5 against full: 6 seeds are left out: one of the arms has no value there
  $ compare full 'ucb(c=1)' --at-time soon
  ! winnow compare: --at-time: expected first or a time like 90s, 5m, 2h or 1d, found 'soon'
  [2]

Verdicts and the gate

The verdict stands last; with --gate, any but "loses no more" is exit code 3. Worse on average, and
no more than that, is undecided: t(0.975, 14) 0.08944 / sqrt(15) = 0.0495 is below 0.25 - 0.2, with
14 seeds 0.0516 is not, so 9 more seeds would do.

  $ verdict() { compare "$@" >verdict; code=$?; grep ' against .*: ' verdict; return $code; }
  $ verdict full 'ucb(c=1)' --noninferior 0.5 --gate
  ucb(c=1) 0.5 against full, n = 6: loses no more than 0.5 points, and is 2.00x faster [1.55, 2.58]
  $ verdict full 'ucb(c=1)' --noninferior 0.1 --gate
  ucb(c=1) 0.5 against full, n = 6: loses more than 0.1 points, and is 2.00x faster [1.55, 2.58]
  [3]
  $ verdict full 'ucb(c=1)' --noninferior 0.25 --gate
  ucb(c=1) 0.5 against full, n = 6: undecided: 9 more seeds would decide, if mean and spread stay
  [3]
  $ verdict full 'ucb(c=1)' --noninferior 0.25
  ucb(c=1) 0.5 against full, n = 6: undecided: 9 more seeds would decide, if mean and spread stay
  $ verdict full 'ucb(c=1)' --noninferior 0.15 --gate
  ucb(c=1) 0.5 against full, n = 6: undecided: 9 more seeds would decide, if mean and spread stay
  [3]
  $ verdict full 'ucb(c=1)' random@0.7 --noninferior 0.5 --gate
  ucb(c=1) 0.5 against full, n = 6: loses no more than 0.5 points, and is 2.00x faster [1.55, 2.58]
  random 0.7 against full, n = 2: loses more than 0.5 points, and is 4.47x faster [1.08, 18.46]
  ! winnow compare: grid synthetic(samples=100) mlp, random 0.7 against full: 4 seeds are left out: one of the arms has no value there
  [3]
  $ verdict 'ucb(c=1)' full --noninferior 0.5
  full against ucb(c=1) 0.5, n = 6: loses no more than 0.5 points, and takes 2.00 times as long [1.55, 2.58]
  $ compare full random --gate
  ! winnow compare: --gate needs --noninferior POINTS: the loss that is acceptable
  [2]

One seed decides nothing.

  $ compare full 'ucb(c=2)' --noninferior 0.5 --gate
  grid, synthetic(samples=100), mlp: accuracy at the last epoch and charged seconds, paired over seeds
  arm           against  n  arm %  against %  points  95 %  by  p  Holm  faster  95 %
  ------------  -------  -  -----  ---------  ------  ----  --  -  ----  ------  ----
  ucb(c=2) 0.5  full     1  90.10      90.10   +0.00  -     -   -  -      2.00x  -
  ucb(c=2) 0.5 against full, n = 1: undecided: at least 1 more seed: the spread of one is not known
  points: mean of arm - against; faster: geometric mean of the charged seconds of against / arm
  95 %, p: none with fewer than two seeds; run more
  ! winnow compare: grid synthetic(samples=100) mlp, ucb(c=2) 0.5 against full: 5 seeds are left out: one of the arms has no value there
  ! winnow compare: grid synthetic(samples=100) mlp, ucb(c=2) 0.5 against full: the times mean little: 1 of 1 seeds ran beside two numbers of cells
  [3]
  $ compare full 'ucb(c=2)' --json 2>/dev/null | grep -o '"n": 1, .*"interval": [a-z]*'
  "n": 1, "unpaired": 5, "diverged": 0, "interval": null

Nor do equal differences: -0.3 and -0.3 points make no interval of width 0, which would be surely no
worse than -0.5. Seconds: 2.5 and 1.25 times faster, log 1.7678 +- 12.7062 * log(2) / 2.

  $ compare full el2n --noninferior 0.5 --gate
  grid, synthetic(samples=100), mlp: accuracy at the last epoch and charged seconds, paired over seeds
  arm       against  n  arm %  against %  points  95 %  by      p   Holm  faster  95 %
  --------  -------  -  -----  ---------  ------  ----  --  -----  -----  ------  --------------
  el2n 0.5  full     2  89.85      90.15   -0.30  -     t   0.500  0.500   1.77x  [0.02, 144.51]
  el2n 0.5 against full, n = 2: undecided: the same difference in all 2 seeds: its spread is not known
  points: mean of arm - against; faster: geometric mean of the charged seconds of against / arm
  95 %: Student's t, n - 1 degrees of freedom (faster: of the logarithms)
  p: of points, two-sided, sign-flip permutation; Holm: of 1 comparison; with 2 seeds no p is below 0.5
  ! winnow compare: grid synthetic(samples=100) mlp, el2n 0.5 against full: 4 seeds are left out: one of the arms has no value there
  ! winnow compare: grid synthetic(samples=100) mlp, el2n 0.5 against full: the points mean little: the same difference in all 2 seeds: its spread is not known
  [3]
  $ verdict full el2n --noninferior 0.5 --gate --interval bca
  el2n 0.5 against full, n = 2: undecided: the same difference in all 2 seeds: its spread is not known
  ! winnow compare: grid synthetic(samples=100) mlp, el2n 0.5 against full: 4 seeds are left out: one of the arms has no value there
  ! winnow compare: grid synthetic(samples=100) mlp, el2n 0.5 against full: the points mean little: the same difference in all 2 seeds: its spread is not known
  ! winnow compare: grid synthetic(samples=100) mlp, el2n 0.5 against full: BCa intervals of 2 seeds are too narrow to be trusted; --interval t
  [3]
  $ compare full el2n --noninferior 0.5 --json >c.json 2>/dev/null
  $ sqlite3 :memory: "SELECT key, value FROM json_each(readfile('c.json'), '$[0]') WHERE key IN
  > ('points_low', 'points_high', 'points_t_low', 'verdict', 'more_seeds', 'timing_doubts',
  > 'points_doubts')"
  points_low|
  points_high|
  points_t_low|
  verdict|undecided
  more_seeds|
  timing_doubts|
  points_doubts|the same difference in all 2 seeds: its spread is not known
  $ compare full random@0.7 --json 2>/dev/null | grep -o '"points_doubts": [a-z]*'
  "points_doubts": null

Seeds that were added until the answer sufficed

The interval of any time is the meet of those after 3 to 6 seeds. After 5, mean -0.18 and standard
deviation 0.08367, it is -0.18 +- 4.39 * 0.08367 / sqrt(5), after 6 -0.2 +- 3.95 * 0.08944 / sqrt(6),
with t of docs/statistics.md: from -0.344 to -0.056.

  $ compare full 'ucb(c=1)' --anytime 20 --noninferior 0.5
  grid, synthetic(samples=100), mlp: accuracy at the last epoch and charged seconds, paired over seeds
  arm           against  n  arm %  against %  points  95 %            by  any time            p   Holm  faster  95 %          any time
  ------------  -------  -  -----  ---------  ------  --------------  --  --------------  -----  -----  ------  ------------  ------------
  ucb(c=1) 0.5  full     6  90.15      90.35   -0.20  [-0.29, -0.11]  t   [-0.34, -0.06]  0.004  0.004   2.00x  [1.55, 2.58]  [1.35, 2.97]
  ucb(c=1) 0.5 against full, n = 6: loses no more than 0.5 points, and is 2.00x faster [1.35, 2.97]
  points: mean of arm - against; faster: geometric mean of the charged seconds of against / arm
  95 %: Student's t, n - 1 degrees of freedom (faster: of the logarithms)
  any time: 95 % whenever one stops, of looks after each seed from 3 to 20
  p: of points and a bound of -0.5, two-sided, whenever one stops; Holm: of 1 comparison
  $ compare full 'ucb(c=1)' --anytime 20 --json >c.json
  $ sqlite3 :memory: "WITH hand (name, value) AS (VALUES
  >   ('points_low', -0.2 - 2.570581836 * sqrt(0.04 / 5 / 6)),
  >   ('points_anytime_low', -0.18 - 4.39 * sqrt(0.028 / 4 / 5)),
  >   ('points_anytime_high', -0.2 + 3.95 * sqrt(0.04 / 5 / 6)),
  >   ('anytime_most', 20))
  > SELECT name, iif(abs(found - value) < 4e-4, 'as by hand', found || ', not ' || value)
  > FROM (SELECT name, value, readfile('c.json') -> 0 ->> name AS found FROM hand)"
  points_low|as by hand
  points_anytime_low|as by hand
  points_anytime_high|as by hand
  anytime_most|as by hand

Undecided is what is open, and what will hardly be decided any more.

  $ verdict full 'ucb(c=1)' --anytime 20 --noninferior 0.25 --gate
  ucb(c=1) 0.5 against full, n = 6: undecided: 27 more seeds would decide, if mean and spread stay; a chance of 43 % that 20 seeds do
  [3]
  $ verdict full 'ucb(c=1)' --anytime 7 --noninferior 0.21 --gate
  ucb(c=1) 0.5 against full, n = 6: undecided: 7 seeds will hardly decide it; 961 would, if mean and spread stay
  [3]

Holm's correction is over all comparisons; with more seeds than were allowed there is no answer.

  $ compare full 'ucb(c=1)' random@0.7 --anytime 20 --json >c.json 2>/dev/null
  $ sqlite3 :memory: "SELECT round(value ->> 'points_anytime_p', 4),
  > round(value ->> 'points_anytime_p_holm', 4), value ->> 'points_anytime_state',
  > round(value ->> 'points_anytime_expected', 2) FROM json_each(readfile('c.json'))"
  0.0144|0.0288|fails|
  1.0|1.0|open|4.81
  $ compare full 'ucb(c=1)' --anytime 5
  ! winnow compare: ucb(c=1) against full has 6 seeds: --anytime 6, or more
  [2]
  $ compare full 'ucb(c=1)' --anytime 2
  ! winnow compare: --anytime: at least 3 seeds
  [2]

What an experiment asks says between which looks.

  $ cp compare.db looks.db && db=looks.db
  $ sqlite3 $db "INSERT INTO question VALUES (2, 1, 'text', 'better', 0, 4, 9, 'synthetic', 'mlp', 'ucb',
  > 'c=1', 0.5, 'full', '', 0)"
  $ compare full 'ucb(c=1)' --experiment part 2>/dev/null | grep '^any time'
  any time: 95 % whenever one stops, of looks after each seed from 4 to 9
  $ db=compare.db

The same bits are not two arms.

  $ verdict full grand --noninferior 0.5 --gate
  grand 0.5 against full, n = 2: undecided: the same bits in all 2 seeds: not two arms
  ! winnow compare: grid synthetic(samples=100) mlp, grand 0.5 against full: 4 seeds are left out: one of the arms has no value there
  ! winnow compare: grid synthetic(samples=100) mlp, grand 0.5 against full: the points mean little: the same bits in all 2 seeds: not two arms
  [3]
  $ winnow sql --named same-bits --db compare.db -f csv
  experiment,dataset,model,pruner,options,rate,other_pruner,other_options,other_rate,seeds
  grid,synthetic(samples=100),mlp,full,,0,grand,,0.5,2

The seeds that are left of what diverged may look good: the one that is lost counts.

  $ compare full random@0.5 --noninferior 20 --gate
  grid, synthetic(samples=100), mlp: accuracy at the last epoch and charged seconds, paired over seeds
  arm         against  n  arm %  against %  points  95 %            by      p   Holm  faster  95 %
  ----------  -------  -  -----  ---------  ------  --------------  --  -----  -----  ------  ----
  random 0.5  full     2  88.05      90.15   -2.10  [-3.37, -0.83]  t   0.500  0.500  -       -
  random 0.5 against full, n = 2: undecided: it diverged with 1 seed
  points: mean of arm - against; faster: geometric mean of the charged seconds of against / arm
  95 %: Student's t, n - 1 degrees of freedom (faster: of the logarithms)
  p: of points, two-sided, sign-flip permutation; Holm: of 1 comparison; with 2 seeds no p is below 0.5
  ! winnow compare: grid synthetic(samples=100) mlp, random 0.5 against full: 4 seeds are left out: one of the arms has no value there
  ! winnow compare: grid synthetic(samples=100) mlp, random 0.5 against full: diverged with 1 seed, which no mean counts
  ! winnow compare: grid synthetic(samples=100) mlp, random 0.5 against full: 2 of 2 seeds left out of the times: seconds that are doubtful, or of two environments
  [3]
  $ verdict full random@0.7 --noninferior 20 --gate
  random 0.7 against full, n = 2: loses no more than 20 points, and is 4.47x faster [1.08, 18.46]
  ! winnow compare: grid synthetic(samples=100) mlp, random 0.7 against full: 4 seeds are left out: one of the arms has no value there

Seconds of different conditions. Those that are doubtful, or of two environments, are no evidence for time,
with --anytime or without: where seed 5 is the one and seed 6 the other, 2.5 and 1.6 remain, twice each, whose
logarithms have a standard deviation of log(1.25) sqrt(4 / 3). The points have all six seeds.

  $ compare full random@0.5 2>&1 >/dev/null
  winnow compare: grid synthetic(samples=100) mlp, random 0.5 against full: 4 seeds are left out: one of the arms has no value there
  winnow compare: grid synthetic(samples=100) mlp, random 0.5 against full: diverged with 1 seed, which no mean counts
  winnow compare: grid synthetic(samples=100) mlp, random 0.5 against full: 2 of 2 seeds left out of the times: seconds that are doubtful, or of two environments
  $ cp compare.db doubtful.db && db=doubtful.db
  $ sqlite3 $db "DROP TRIGGER attempt_changes_once; UPDATE attempt SET timing_reason = 'a pause'
  > WHERE cell IN (SELECT key FROM cell WHERE pruner = 'ucb' AND seed = 5);
  > UPDATE attempt SET environment = 2 WHERE cell IN (SELECT key FROM cell WHERE seed = 6
  > AND pruner = 'full')"
  $ compare full 'ucb(c=1)' --json --anytime 20 >c.json
  ! winnow compare: grid synthetic(samples=100) mlp, ucb(c=1) 0.5 against full: 2 of 6 seeds left out of the times: seconds that are doubtful, or of two environments
  $ sqlite3 :memory: "WITH hand (name, value) AS (VALUES ('n', 6), ('faster_n', 4), ('faster', 2),
  >   ('faster_log_sd', ln(1.25) * sqrt(4.0 / 3)),
  >   ('faster_high', 2 * exp(3.182446305 * ln(1.25) / sqrt(3))),
  >   ('faster_anytime_high', 2 * exp(5.62 * ln(1.25) / sqrt(3))))
  > SELECT name, iif(abs(found - value) < 4e-3, 'as by hand', found || ', not ' || value)
  > FROM (SELECT name, value, readfile('c.json') -> 0 ->> name AS found FROM hand)"
  n|as by hand
  faster_n|as by hand
  faster|as by hand
  faster_log_sd|as by hand
  faster_high|as by hand
  faster_anytime_high|as by hand
  $ compare full 'ucb(c=1)' 2>/dev/null | grep ^ucb
  ucb(c=1) 0.5  full     6  90.15      90.35   -0.20  [-0.29, -0.11]  t   0.031  0.031   2.00x  [1.33, 3.01]
  $ cp compare.db threads.db && db=threads.db
  $ sqlite3 $db "UPDATE cell SET json = '{\"engine\":{\"threads\":2}}' WHERE pruner = 'full'"
  $ compare full 'ucb(c=2)' 2>&1 >/dev/null
  winnow compare: grid synthetic(samples=100) mlp, ucb(c=2) 0.5 against full: 5 seeds are left out: one of the arms has no value there
  winnow compare: grid synthetic(samples=100) mlp, ucb(c=2) 0.5 against full: the times mean little: 1 of 1 seeds ran with two numbers of threads, 1 of 1 seeds ran beside two numbers of cells

Ten seconds against four, twice: as often as the clock may tick, that shows no spread.

  $ cp compare.db ticks.db && db=ticks.db
  $ sqlite3 $db "UPDATE phase SET ns = 4e9 WHERE phase = 'train' AND attempt IN
  > (SELECT attempt.id FROM attempt JOIN cell ON key = cell WHERE pruner = 'el2n')"
  $ compare full el2n --noninferior 0.2
  grid, synthetic(samples=100), mlp: accuracy at the last epoch and charged seconds, paired over seeds
  arm       against  n  arm %  against %  points  95 %  by      p   Holm  faster  95 %
  --------  -------  -  -----  ---------  ------  ----  --  -----  -----  ------  ----
  el2n 0.5  full     2  89.85      90.15   -0.30  -     t   0.500  0.500   2.50x  -
  el2n 0.5 against full, n = 2: undecided: the same difference in all 2 seeds: its spread is not known
  points: mean of arm - against; faster: geometric mean of the charged seconds of against / arm
  95 %: Student's t, n - 1 degrees of freedom (faster: of the logarithms)
  p: of points, two-sided, sign-flip permutation; Holm: of 1 comparison; with 2 seeds no p is below 0.5
  ! winnow compare: grid synthetic(samples=100) mlp, el2n 0.5 against full: 4 seeds are left out: one of the arms has no value there
  ! winnow compare: grid synthetic(samples=100) mlp, el2n 0.5 against full: the points mean little: the same difference in all 2 seeds: its spread is not known
  ! winnow compare: grid synthetic(samples=100) mlp, el2n 0.5 against full: the times mean little: 2 of 2 seeds have the same ratio, whose spread is not known

The least spread is one sample of the test set

Of 1000 samples -5 and -5.1 points are 50 and 51 of them: a standard deviation of 0.071 points counts
as 0.1, so -5.05 +- 12.7062 * 0.1 / sqrt(2). Of ucb(c=1) 0.0894 does, and to tell -0.2 from -0.25
takes 18 seeds: t(0.975, 17) 0.1 / sqrt(18) = 0.0497, with 17 seeds 0.0514. Where nobody knows of how
many samples, the spread is what was measured.

  $ db=compare.db
  $ compare full random@0.7 --noninferior 5.8 --gate
  grid, synthetic(samples=100), mlp: accuracy at the last epoch and charged seconds, paired over seeds
  arm         against  n  arm %  against %  points  95 %            by      p   Holm  faster  95 %
  ----------  -------  -  -----  ---------  ------  --------------  --  -----  -----  ------  -------------
  random 0.7  full     2  85.10      90.15   -5.05  [-5.69, -4.41]  t   0.500  0.500   4.47x  [1.08, 18.46]
  random 0.7 against full, n = 2: loses no more than 5.8 points, and is 4.47x faster [1.08, 18.46]
  points: mean of arm - against; faster: geometric mean of the charged seconds of against / arm
  95 %: Student's t, n - 1 degrees of freedom (faster: of the logarithms)
  p: of points, two-sided, sign-flip permutation; Holm: of 1 comparison; with 2 seeds no p is below 0.5
  ! winnow compare: grid synthetic(samples=100) mlp, random 0.7 against full: 4 seeds are left out: one of the arms has no value there
  $ cp compare.db coarse.db && db=coarse.db
  $ sqlite3 $db "DROP TRIGGER attempt_changes_once;
  > UPDATE attempt SET test_n = 1000, val_accuracy = test_accuracy"
  $ compare full random@0.7 --noninferior 5.8 --gate
  grid, synthetic(samples=100), mlp: accuracy at the last epoch and charged seconds, paired over seeds
  arm         against  n  arm %  against %  points  95 %            by      p   Holm  faster  95 %
  ----------  -------  -  -----  ---------  ------  --------------  --  -----  -----  ------  -------------
  random 0.7  full     2  85.10      90.15   -5.05  [-5.95, -4.15]  t   0.500  0.500   4.47x  [1.08, 18.46]
  random 0.7 against full, n = 2: undecided: 1 more seed would decide, if mean and spread stay
  points: mean of arm - against; faster: geometric mean of the charged seconds of against / arm
  95 %: Student's t, n - 1 degrees of freedom (faster: of the logarithms)
  points: a standard deviation below one sample of the test set counts as one sample
  p: of points, two-sided, sign-flip permutation; Holm: of 1 comparison; with 2 seeds no p is below 0.5
  ! winnow compare: grid synthetic(samples=100) mlp, random 0.7 against full: 4 seeds are left out: one of the arms has no value there
  [3]
  $ verdict full 'ucb(c=1)' --noninferior 0.25
  ucb(c=1) 0.5 against full, n = 6: undecided: 12 more seeds would decide, if mean and spread stay
  $ compare full random@0.7 --json 2>/dev/null | grep -o '"points_least_sd": [^,}]*'
  "points_least_sd": 0.1

The validation split has another size.

  $ compare full random@0.7 --metric val_accuracy 2>/dev/null | sed -n 4p
  random 0.7  full     2  85.10      90.15   -5.05  [-5.69, -4.41]  t   0.500  0.500   4.47x  [1.08, 18.46]
  $ compare full random@0.7 --metric val_accuracy --json 2>/dev/null |
  > grep -o '"points_least_sd": [^,}]*'
  "points_least_sd": null

Other measures of the last epoch. Less is better of the negative log-likelihood: the six seeds' -0.2
points are 0.002 nats by the same arithmetic as above, [0.0011, 0.0029], and only what is above the margin
is worse.

  $ cp compare.db nll.db
  $ sqlite3 nll.db "DROP TRIGGER attempt_changes_once; UPDATE attempt SET test_loss = 1 - test_accuracy"
  $ nll() { winnow compare --db nll.db full 'ucb(c=1)' --metric nll "$@"; }
  $ nll
  grid, synthetic(samples=100), mlp: nll at the last epoch and charged seconds, paired over seeds
  arm           against  n  of arm  of against     nats  95 %                by      p   Holm  faster  95 %
  ------------  -------  -  ------  ----------  -------  ------------------  --  -----  -----  ------  ------------
  ucb(c=1) 0.5  full     6  0.0985      0.0965  +0.0020  [+0.0011, +0.0029]  t   0.031  0.031   2.00x  [1.55, 2.58]
  nats: mean of arm - against, less is better; faster: geometric mean of the charged seconds of against / arm
  95 %: Student's t, n - 1 degrees of freedom (faster: of the logarithms)
  p: of nats, two-sided, sign-flip permutation; Holm: of 1 comparison
  $ nll --noninferior 0.003 --gate | grep ': rises'
  ucb(c=1) 0.5 against full, n = 6: rises by no more than 0.003 nats, and is 2.00x faster [1.55, 2.58]
  $ nll --noninferior 0.001 --gate >out; echo $?; grep ': rises' out
  3
  ucb(c=1) 0.5 against full, n = 6: rises by more than 0.001 nats, and is 2.00x faster [1.55, 2.58]
  $ nll --noninferior 0.002 | grep -o ': undecided'
  : undecided
  $ for margin in 0.006 0; do nll --noninferior $margin --anytime 20 | grep -oE ': (rises|undecided)[^,]*'; done
  : rises by no more than 0.006 nats
  : rises by more than 0 nats
  $ nll --json | grep -oE '"(unit|metric|points_least_sd)": [^,}]*'
  "metric": "nll"
  "points_least_sd": null
  "unit": "nats"

Each column of v_run that there is to compare.

  $ sqlite3 nll.db "UPDATE epoch SET test_worst_class_accuracy = test_accuracy - 0.1, test_class_sd = 1 - test_accuracy,
  > test_calibration_error = 1 - test_accuracy, test_tta_accuracy = test_accuracy, test_loss = 1 - test_accuracy;
  > INSERT INTO final_test SELECT id, 'noise', 1, test_accuracy, 0, 0, 0, 0, '[]', '[]' FROM attempt
  > WHERE state = 'done'"
  $ for m in worst_class_accuracy class_sd ece tta_accuracy corrupted_accuracy best_test_accuracy; do
  >   winnow compare --db nll.db full 'ucb(c=1)' --metric $m 2>/dev/null | sed -n '4p; /^points: mean/p; /^best/p'; done
  ucb(c=1) 0.5  full     6  80.15      80.35   -0.20  [-0.29, -0.11]  t   0.031  0.031   2.00x  [1.55, 2.58]
  points: mean of arm - against; faster: geometric mean of the charged seconds of against / arm
  ucb(c=1) 0.5  full     6   9.85       9.65   +0.20  [+0.11, +0.29]  t   0.031  0.031   2.00x  [1.55, 2.58]
  points: mean of arm - against, less is better; faster: geometric mean of the charged seconds of against / arm
  ucb(c=1) 0.5  full     6   9.85       9.65   +0.20  [+0.11, +0.29]  t   0.031  0.031   2.00x  [1.55, 2.58]
  points: mean of arm - against, less is better; faster: geometric mean of the charged seconds of against / arm
  ucb(c=1) 0.5  full     6  90.15      90.35   -0.20  [-0.29, -0.11]  t   0.031  0.031   2.00x  [1.55, 2.58]
  points: mean of arm - against; faster: geometric mean of the charged seconds of against / arm
  ucb(c=1) 0.5  full     6  90.15      90.35   -0.20  [-0.29, -0.11]  t   0.031  0.031   2.00x  [1.55, 2.58]
  points: mean of arm - against; faster: geometric mean of the charged seconds of against / arm
  ucb(c=1) 0.5  full     6  90.15      90.35   -0.20  [-0.29, -0.11]  t   0.031  0.031   2.00x  [1.55, 2.58]
  points: mean of arm - against; faster: geometric mean of the charged seconds of against / arm
  best_test_accuracy: the epoch is chosen by the test set, so that both arms promise more than they keep
  $ winnow compare --db nll.db full 'ucb(c=1)' --metric nll --at-time first 2>/dev/null | sed -n 4p
  ucb(c=1) 0.5  full     6  0.0985      0.5000  -0.4015  * (glob)
  $ winnow compare --db nll.db full 'ucb(c=1)' --metric corrupted_accuracy --at-time first
  ! winnow compare: --at-time: corrupted_accuracy is known for complete runs only
  [2]

Which arms

Full data has no rate and stands beside every one. Others are compared at the same rate, unless both
are given.

  $ db=compare.db
  $ arms() { compare "$@" -f csv 2>/dev/null | cut -d, -f 4-9; }
  $ arms full random
  reference,reference_rate,arm,arm_rate,metric,n
  full,0,random,0.5,accuracy,2
  full,0,random,0.7,accuracy,2
  $ arms full random --rate 0.7
  reference,reference_rate,arm,arm_rate,metric,n
  full,0,random,0.7,accuracy,2
  $ arms random 'ucb(c=1)'
  reference,reference_rate,arm,arm_rate,metric,n
  random,0.5,ucb(c=1),0.5,accuracy,2
  $ compare random@0.7 'ucb(c=1)'
  ! winnow compare: no experiment has both 'random' and 'ucb(c=1)' with the same dataset, model and rate; PRUNER@RATE names a rate
  [2]
  $ arms random@0.7 'ucb(c=1)@0.5'
  reference,reference_rate,arm,arm_rate,metric,n
  random,0.7,ucb(c=1),0.5,accuracy,2

Fewer cells.

  $ compare full 'ucb(c=1)' --experiment part | head -n 1
  part, synthetic(samples=100), mlp: accuracy at the last epoch and charged seconds, paired over seeds
  $ arms full 'ucb(c=1)' --dataset synthetic --model mlp --where 'seed < 4'
  reference,reference_rate,arm,arm_rate,metric,n
  full,0,ucb(c=1),0.5,accuracy,3
  $ compare full random --experiment prt
  ! winnow compare: there is no experiment 'prt', did you mean part? There is grid, part
  [2]
  $ compare full random --dataset synth
  ! winnow compare: there is no dataset 'synth'; there is synthetic(samples=100)
  [2]
  $ compare full random --where 'sead = 1'
  ! winnow compare: --where: no such column: sead
  [2]
  $ compare full random --where 'seed = 99'
  ! winnow compare: no cell is left to compare; winnow sql --named runs lists them
  [2]
  $ winnow compare full random --db none.db
  ! winnow compare: none.db: no such file
  [5]

Arms that are none.

  $ compare full radnom
  ! winnow compare: no run of 'radnom', did you mean random? There is:
  !   full, rate 0
  !   ucb(c=1), rate 0.5
  !   ucb(c=2), rate 0.5
  !   random, rate 0.5 0.7
  !   el2n, rate 0.5
  !   grand, rate 0.5
  [2]
  $ compare full ucb
  ! winnow compare: 'ucb' is ambiguous; give more of the options:
  !   ucb(c=1), rate 0.5
  !   ucb(c=2), rate 0.5
  [2]
  $ compare full 'ucb(c=3)'
  ! winnow compare: no run of 'ucb(c=3)'; there is:
  !   ucb(c=1), rate 0.5
  !   ucb(c=2), rate 0.5
  [2]
  $ compare full 'ucb()'
  ! winnow compare: no run of 'ucb()'; there is:
  !   ucb(c=1), rate 0.5
  !   ucb(c=2), rate 0.5
  [2]
  $ compare full random@0.9
  ! winnow compare: no run of 'random' at rate 0.9; there is rate 0.5 0.7
  [2]
  $ compare full random random full
  ! winnow compare: 'full' with itself: which other arm?
  [2]
  $ compare full
  ! winnow compare: A B... is missing; see winnow compare --help
  [2]
  $ for arm in 'ucb(c=2' @0.5 ucb@2 ucb@half 'ucb(c=2)x'; do compare full "$arm"; echo $?; done
  2
  2
  2
  2
  2
  ! winnow compare: 'ucb(c=2': ')' is missing
  ! winnow compare: '@0.5' names no pruner; an arm is PRUNER[(OPTIONS)][@RATE]
  ! winnow compare: 'ucb@2': after '@' comes a rate from 0 to 1
  ! winnow compare: 'ucb@half': after '@' comes a rate from 0 to 1
  ! winnow compare: 'ucb(c=2)x': nothing but @RATE may follow the options

Options in any order, some of them, with commas; what fits exactly goes before what has more.

  $ cp compare.db options.db && db=options.db
  $ sqlite3 $db "UPDATE cell SET options = 'c=2 period=5 alpha=0.8' WHERE options = 'c=2'"
  $ arms full 'ucb(period=5,c=2)'
  reference,reference_rate,arm,arm_rate,metric,n
  full,0,ucb(c=2 period=5 alpha=0.8),0.5,accuracy,1
  $ arms full 'ucb(period=5)'
  reference,reference_rate,arm,arm_rate,metric,n
  full,0,ucb(c=2 period=5 alpha=0.8),0.5,accuracy,1
  $ sqlite3 $db "UPDATE cell SET options = 'c=1 period=5' WHERE options LIKE 'c=2%'"
  $ arms full 'ucb(c=1)'
  reference,reference_rate,arm,arm_rate,metric,n
  full,0,ucb(c=1),0.5,accuracy,6
  $ compare full 'ucb(period=50)'
  ! winnow compare: no run of 'ucb(period=50)'; there is:
  !   ucb(c=1), rate 0.5
  !   ucb(c=1 period=5), rate 0.5
  [2]

A seed is there once.

  $ cp compare.db twice.db && db=twice.db
  $ sqlite3 $db "UPDATE cell SET seed = 1 WHERE pruner = 'full' AND seed = 2"
  $ compare full 'ucb(c=1)'
  ! winnow compare: grid synthetic(samples=100) mlp: full at rate 0 has seed 1 more than once: say which with --where
  [2]
