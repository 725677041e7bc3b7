winnow paper on a made database, whose claims can be worked out by hand: 3 seeds, rate 0.7, e is -0.1, 0,
0.1 points, and seconds are all of training; but of full data's, those of the first and last seed are 1.01
times as short and as long. paper-a-night has the runs of paper-a, and one of ucb that diverged.

The standard deviation of e is 0.1, t(0.975, 2) is 4.3027: e has the half width 0.2484, 2 e 0.4968. Where
one of two lines is looked for, t(0.9875, 2) = 6.2053 makes that 0.3583. The interval of a ratio of seconds
to those of full data is 1 / 1.01^2.4841 = 0.9756 to 1.0250 times its mean.

paper-b-architectures-smoke: full data ranks three networks 1, 2, 3, dp's subset 3, 2, 1, and with one seed
3, 1, 2: correlations of -1, -0.5, -1, their mean -0.8333 +- 0.2887 * 2.4841.

  $ cp empty.db paper.db; sqlite3 -bail paper.db <<'END'
  > CREATE TEMP TABLE run AS WITH
  > arm (name, model, pruner, rate, percent, e, middle, seconds) AS (VALUES
  >   ('paper-a-smoke', 'mlp', 'full', 0, 90, 0, 0, 10),
  >   ('paper-a-smoke', 'mlp', 'random-dynamic', 0.7, 88, 0, 0, 3),
  >   ('paper-a-smoke', 'mlp', 'el2n', 0.7, 86, 2, 0, 15),
  >   ('paper-a-smoke', 'mlp', 'epsilon-greedy', 0.7, 87, 1, 0, 10),
  >   ('paper-a-smoke', 'mlp', 'ucb', 0.7, 87, 1, 0, 4),
  >   ('paper-a', 'mlp', 'full', 0, 90, 0, 0, 10),
  >   ('paper-a', 'mlp', 'random-dynamic', 0.7, 88, 0, 0, 3),
  >   ('paper-a', 'mlp', 'el2n', 0.7, 88, 10, 0, 9),
  >   ('paper-a', 'mlp', 'ucb', 0.7, 90, 1, 0, 4),
  >   ('paper-b-architectures-smoke', 'mlp', 'full', 0, 80, 0, 0, 1),
  >   ('paper-b-architectures-smoke', 'mlp', 'dp', 0.6, 80, 0, 0, 1),
  >   ('paper-b-architectures-smoke', 'mlp(width=8)', 'full', 0, 81, 0, 0, 1),
  >   ('paper-b-architectures-smoke', 'mlp(width=8)', 'dp', 0.6, 79, 0, -1, 1),
  >   ('paper-b-architectures-smoke', 'mlp(width=16)', 'full', 0, 82, 0, 0, 1),
  >   ('paper-b-architectures-smoke', 'mlp(width=16)', 'dp', 0.6, 78, 0, 1, 1)),
  > seed (seed, ratio) AS (VALUES (0, 1 / 1.01), (1, 1), (2, 1.01)),
  > done AS (SELECT name, model, pruner, rate, seed, percent + e * (seed - 1) / 10.0 + middle * (seed = 1)
  >   AS percent, iif(pruner = 'full', seconds, seconds * ratio) AS seconds FROM arm, seed),
  > run AS (SELECT * FROM done UNION ALL
  >   SELECT 'paper-a-night', model, pruner, rate, seed, percent, seconds FROM done WHERE name = 'paper-a'
  >   UNION ALL VALUES ('paper-a-night', 'mlp', 'ucb', 0.7, 3, NULL, 1))
  > SELECT printf('%064x', row_number() OVER ()) AS key, *, CAST(round(1e9 * seconds) AS INTEGER) AS ns FROM run;
  > INSERT INTO experiment (name, file, yaml, figures, recorded_at)
  >   SELECT DISTINCT name, 'made.yaml', '', '["phases", "overlap"]', 0 FROM run;
  > INSERT INTO cell SELECT key, '{}', 'made', 'mlp', model, pruner, '', rate, seed, 2 FROM run;
  > INSERT INTO experiment_cell SELECT id, row_number() OVER (PARTITION BY id ORDER BY key), key
  >   FROM run JOIN experiment USING (name);
  > INSERT INTO environment VALUES (1, 'host', 'cpu', 'os', '', 2, 8 << 30, 'blas', 'Haswell', 'Prescott',
  >   'gcc', '-O3', '1234567', 1, 1);
  > INSERT INTO attempt (cell, environment, state, beside, started_at, ended_at, test_accuracy,
  >   kept_fraction, wall_ns) SELECT key, 1, iif(percent IS NULL, 'diverged', 'done'), 0, 0, ns,
  >   percent / 100, 1 - rate, ns FROM run;
  > INSERT INTO phase SELECT id, 'train', wall_ns FROM attempt;
  > END
  $ paper() { winnow paper "$@" --db paper.db --data-only; }

Claims, held and not held.

  $ paper a --size smoke -o smoke
  A1  held          static scoring raises the total time
  A2  held          random-dynamic beats static scores at aggressive rates
  A3  not held      epsilon-greedy and ucb beat random-dynamic
  A4  not held      about half the time without significant loss
  A5  not measured  a sizeable class of samples is selected sometimes
  ! winnow paper: overlap: no two pruners with subsets of the same samples in the 15 finished cells of experiment 'paper-a-smoke'
  ! winnow paper: smoke/claims.md, manifest.json, ...
  $ lines() { grep '^| made' $1/claims.md; }
  $ lines smoke
  | made mlp | el2n 0.7 | charged time over full data's | 1.500x [1.463, 1.538], n = 3 | > 1 | held |
  | made mlp | random-dynamic against el2n 0.7 | accuracy | +2.00 points [+1.50, +2.50], n = 3 | > 0 | held |
  | made mlp | epsilon-greedy 0.7 against random-dynamic | accuracy | -1.00 points [-1.25, -0.75], n = 3 | > 0 | not held |
  | made mlp | ucb 0.7 against random-dynamic | accuracy | -1.00 points [-1.25, -0.75], n = 3 | > 0 | not held |
  | made mlp | epsilon-greedy 0.7 | accuracy against full data | -3.00 points [-3.25, -2.75], n = 3 | > -1 | not held |
  | made mlp | epsilon-greedy 0.7 | times faster than full data | 1.000x [0.976, 1.025], n = 3 | > 1.8 | not held |
  | made mlp | ucb 0.7 | accuracy against full data | -3.00 points [-3.25, -2.75], n = 3 | > -1 | not held |
  | made mlp | ucb 0.7 | times faster than full data | 2.500x [2.439, 2.563], n = 3 | > 1.8 | held |
  $ grep -e '^paper-a' -e 'none of' smoke/claims.md
  | A5 | a sizeable class of samples is selected sometimes | paper-a-smoke | **not measured** | none of the runs that it compares is done |
  paper-a-smoke: 15 of 15 cells are done.
  paper-a-smoke: 15 of 15 cells are done.
  paper-a-smoke: 15 of 15 cells are done.
  paper-a-smoke: 15 of 15 cells are done.
  paper-a-smoke: 15 of 15 cells are done.
  $ cut -d, -f 1-11 smoke/claims.csv
  claim,verdict,why,experiment,cells,done,place,arm,measure,unit,n
  A1,held,,paper-a-smoke,15,15,made mlp,el2n 0.7,charged time over full data's,x,3
  A2,held,,paper-a-smoke,15,15,made mlp,random-dynamic against el2n 0.7,accuracy,points,3
  A3,not held,,paper-a-smoke,15,15,made mlp,epsilon-greedy 0.7 against random-dynamic,accuracy,points,3
  A3,not held,,paper-a-smoke,15,15,made mlp,ucb 0.7 against random-dynamic,accuracy,points,3
  A4,not held,,paper-a-smoke,15,15,made mlp,epsilon-greedy 0.7,accuracy against full data,points,3
  A4,not held,,paper-a-smoke,15,15,made mlp,epsilon-greedy 0.7,times faster than full data,x,3
  A4,not held,,paper-a-smoke,15,15,made mlp,ucb 0.7,accuracy against full data,points,3
  A4,not held,,paper-a-smoke,15,15,made mlp,ucb 0.7,times faster than full data,x,3
  A5,not measured,none of the runs that it compares is done,paper-a-smoke,15,15,,,,,0
  $ grep -F -e AThree -e '{A1/made-mlp/el2n-0.7/charged-time-over-full-data-s/mean}' -e ucb//0.7/accuracy smoke/numbers.tex
  \winnowSet{a/accuracy/made/mlp/ucb//0.7/accuracy}{87}
  \winnowSet{A1/made-mlp/el2n-0.7/charged-time-over-full-data-s/mean}{1.5}
  \newcommand{\winnowAThree}{not held}
  $ grep A3 smoke/claims.tex
  A3 & epsilon-greedy and ucb beat random-dynamic & not held & \raggedright 0 of 2 lines hold, 2 against it; the least favourable: made mlp, epsilon-greedy 0.7 against random-dynamic, accuracy: -1.00 points [-1.25, -0.75], n = 3 \tabularnewline
  $ cat smoke/tables/accuracy.tex
  % Accuracy by rate, experiment paper-a-smoke. Wants \usepackage{booktabs}.
  \begin{tabular}{lllllrrrrr}
  \toprule
  dataset & model & pruner & options & rate & n & accuracy \% & sd & processed \% & failed \\
  \midrule
  made & mlp & full &  & 0 & 3 & 90 & 0 & 100 & 0 \\
  made & mlp & random-dynamic &  & 0.7 & 3 & 88 & 0 & 30 & 0 \\
  made & mlp & el2n &  & 0.7 & 3 & 86 & 0.2 & 30 & 0 \\
  made & mlp & epsilon-greedy &  & 0.7 & 3 & 87 & 0.1 & 30 & 0 \\
  made & mlp & ucb &  & 0.7 & 3 & 87 & 0.1 & 30 & 0 \\
  \bottomrule
  \end{tabular}

Undecided: an interval on both sides of its bound.

  $ paper a --size full -o full 2>/dev/null
  A1  not held      static scoring raises the total time
  A2  undecided     random-dynamic beats static scores at aggressive rates
  A3  held          epsilon-greedy and ucb beat random-dynamic
  A4  held          about half the time without significant loss
  A5  not measured  a sizeable class of samples is selected sometimes
  $ lines full
  | made mlp | el2n 0.7 | charged time over full data's | 0.900x [0.878, 0.923], n = 3 | > 1 | not held |
  | made mlp | random-dynamic against el2n 0.7 | accuracy | +0.00 points [-2.48, +2.48], n = 3 | > 0 | undecided |
  | made mlp | ucb 0.7 against random-dynamic | accuracy | +2.00 points [+1.75, +2.25], n = 3 | > 0 | held |
  | made mlp | ucb 0.7 | accuracy against full data | *0.00 points [-0.25, +0.25], n = 3 | > -1 | held | (glob)
  | made mlp | ucb 0.7 | times faster than full data | 2.500x [2.439, 2.563], n = 3 | > 1.8 | held |

A run that diverged is no success: the seeds that are left of it may look good. What ran in part is said
with every verdict.

  $ paper a -o night 2>/dev/null
  A1  not held      static scoring raises the total time [12 of 13 cells]
  A2  undecided     random-dynamic beats static scores at aggressive rates [12 of 13 cells]
  A3  undecided     epsilon-greedy and ucb beat random-dynamic [12 of 13 cells]
  A4  undecided     about half the time without significant loss [12 of 13 cells]
  A5  not measured  a sizeable class of samples is selected sometimes [12 of 13 cells]
  $ grep -e '^| A1' -e '^| A3' -e '^| A4' -e '^Experiment' -e '^paper-a' night/claims.md | sort -u
  Experiment: paper-a-night.
  paper-a-night: 12 of 13 cells are done, 1 diverged.
  | A1 | static scoring raises the total time | paper-a-night | **not held** | 12 of 13 cells; 0 of 1 line holds, 1 against it; the least favourable: made mlp, el2n 0.7, charged time over full data's: 0.900x [0.878, 0.923], n = 3 |
  | A3 | epsilon-greedy and ucb beat random-dynamic | paper-a-night | **undecided** | all lines hold, but 1 run of what it compares diverged; 12 of 13 cells; 1 of 1 line holds, 0 against it; the least favourable: made mlp, ucb 0.7 against random-dynamic, accuracy: +2.00 points [+1.75, +2.25], n = 3 |
  | A4 | about half the time without significant loss | paper-a-night | **undecided** | all lines hold, but 1 run of what it compares diverged; 12 of 13 cells; 2 of 2 lines hold, 0 against it; the least favourable: made mlp, ucb 0.7, times faster than full data: 2.500x [2.439, 2.563], n = 3 |
  $ cat night/tables/what-ran.md
  # What ran
  $
  Experiment: paper-a-night.
  $
  | experiment | dataset | model | cells | done | failed | arms | whole arms | pruners | rates | seeds | conditions | doubtful | charged h | wall h | machine |
  | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | --- | ---: | --- | ---: | ---: | ---: | ---: | --- |
  | paper-a-night | made | mlp | 13 | 12 | 1 | 4 | 3 | all 4 | 0.7 | 0 1 2 of 0 1 2 3 | 1 | 0 | 0.022 | 0.022 | cpu, 2 cores |
  $ cat night/tables/what-ran.tex
  % What ran, experiment paper-a-night. Wants \usepackage{booktabs,graphicx}.
  \resizebox{\linewidth}{!}{%
  \begin{tabular}{lllrrrrrlllrrrrl}
  \toprule
  experiment & dataset & model & cells & done & failed & arms & whole arms & pruners & rates & seeds & conditions & doubtful & charged h & wall h & machine \\
  \midrule
  paper-a-night & made & mlp & 13 & 12 & 1 & 4 & 3 & all 4 & 0.7 & 0 1 2 of 0 1 2 3 & 1 & 0 & 0.022 & 0.022 & cpu, 2 cores \\
  \bottomrule
  \end{tabular}}
  $ grep -F what-ran/paper-a-night/made/mlp/done night/numbers.tex
  \winnowSet{a/what-ran/paper-a-night/made/mlp/done}{12}

Networks in another order; and experiments that were not run at all.

  $ paper b --size smoke -o b 2>/dev/null
  B1  not measured  40 % of CIFAR-10 pruned halves the time to converge for 1.3 points
  B2  not measured  the observed generalization gap follows the predicted one
  B3  not measured  the group effect beats the influence score, most at high rates
  B4  not measured  a subset chosen with a small network serves larger ones
  B5  not held      a subset ranks networks as the full data does
  $ lines b
  | made | full, another seed | rank correlation of 3 networks | 1.000 correlation, n = 2 | | |
  | made | dp 0.6 | rank correlation of 3 networks | -0.833 correlation [-1.000, -0.116], n = 3 | > 0.9 | not held |
  $ grep -c 'the experiment is not in the database' b/claims.md
  4
  $ cat b/tables/ranking.csv
  dataset,pruner,options,rate,networks,n,correlation,lowest,highest
  made,full,,0,3,2,1,1,1
  made,dp,,0.6,3,3,-0.8333,-1,-0.5
  $ cat b/tables/what-ran.csv
  experiment,dataset,model,cells,done,failed,arms,whole arms,pruners,rates,seeds,conditions,doubtful,charged h,wall h,machine
  paper-b-smoke,,not in the database,0,0,0,0,0,,,,0,0,0,0,
  paper-b-transfer-smoke,,not in the database,0,0,0,0,0,,,,0,0,0,0,
  paper-b-architectures-smoke,made,mlp: 3 of 3 networks,18,18,0,6,6,all 2,0.6,0 1 2,1,0,0.005,0.005,"cpu, 2 cores"

Mistakes.

  $ winnow paper c --db paper.db
  ! winnow paper: which paper? a or b
  [2]
  $ winnow paper a --db paper.db --verify --force
  ! winnow paper: --verify writes nothing: no --run or --force
  [2]
  $ paper a --where 'seed = 1'
  ! winnow paper: -j, --where, --budget, --deadline, --data-dir, --set need --run
  [2]
  $ winnow paper a --db paper.db.none
  ! winnow paper: paper.db.none: no such file
  [5]
