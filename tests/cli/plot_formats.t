winnow plot for LaTeX, in a terminal, and from numbers that were kept.

For LaTeX: letters that mean something to it, in a model's name.

  $ cp made.db letters.db; sqlite3 letters.db "UPDATE cell SET model_label = 'a_b #1 & 50% {c}'"
  $ winnow plot seeds --db letters.db -e made -o f -f cairolatex,pdf
  f/seeds.tsv
  f/seeds.pdf
  f/seeds-latex.tex
  f/seeds-latex.pdf
  $ grep -o -e '\\begin{picture}(' -e 'strut{}rate.*' -e 'synthetic, .*}' -e '.fontsize{8}.*' \
  > f/seeds-latex.tex | sort -u
  \begin{picture}(
  \fontsize{8}{9.6}\selectfont
  strut{}rate 50 \%}}%
  synthetic, a\_b \#1 \& 50\% \{c\}. 2 seeds. Lines: lowest to}}
  $ grep -o 'includegraphics.*{f/.*' f/seeds-latex.tex | sed 's/.*]//'
  {f/seeds-latex}}%

The axis' numbers stay mathematics, with a minus.

  $ winnow plot phases --db made.db -e made -o f -f cairolatex 2>/dev/null
  f/phases.tsv
  f/phases-latex.tex
  f/phases-latex.pdf
  $ grep -o 'strut{}$0$}}%$' f/phases-latex.tex
  strut{}$0$}}%

In a terminal, or a file, that has no colours then; nothing is written beside it.

  $ winnow plot seeds phases --db made.db -e made -f terminal 2>/dev/null | tee letters
  seeds: how far apart are the seeds of each pruner?
  $
     ○ a seed    ● median
  ...
   full *○*●*○* (glob)
  ...
                                    test accuracy (%)
  ...
   ███ score  ▓▓▓ select  ▒▒▒ train * (glob)
  ...
   full *▒▒▒▒▒▒*░░*=* 12.0 s (glob)
  ...
  $ winnow plot accuracy-vs-time --db made.db -e made -f terminal 2>/dev/null | tee -a letters
  accuracy-vs-time: how accurate is each pruner after how many charged seconds?
  $
   test accuracy (%)
  ...
       90 |*target 90 % (glob)
  *● full (glob)
  ...
       50 |*●* target 50 % (glob)
  ...
                             charged time (s)
  ...
  $ grep -e "$(printf '\033')" -e ' $' letters
  [1]
  $ ls
  empty.db
  f
  letters
  letters.db
  made.db
  $ winnow plot seeds --db made.db -e made -f terminal,svg
  ! winnow plot: --format terminal goes to stdout: give it alone
  [2]
  $ winnow plot seeds --db made.db -e made -f terminal -w column
  ! winnow plot: --format terminal writes no file, and is as wide as the terminal: no -o or --width
  [2]

As wide as a user's terminal, in its colours, unless NO_COLOR.

  $ script -qec 'unset NO_COLOR; stty cols 100; TERM=xterm winnow plot seeds --db made.db -e made -f terminal' \
  > /dev/null </dev/null | grep -o "$(printf '\033')\[38;5;" | head -n 1
  ^[[38;5;
  $ script -qec 'stty cols 100; NO_COLOR=1 winnow plot seeds --db made.db -e made -f terminal' \
  > /dev/null </dev/null | tr -d '\r' >letters
  $ grep "$(printf '\033')" letters
  [1]
  $ width=$(LC_ALL=C.UTF-8 wc -L <letters); [ $width -gt 80 ] && [ $width -le 100 ]

From kept numbers. Of the other experiment, which has no targets, a column is empty.

  $ winnow plot seeds phases --db made.db -e made -o kept -f svg 2>/dev/null
  kept/seeds.tsv
  kept/seeds.svg
  kept/phases.tsv
  kept/phases.svg
  $ winnow plot accuracy-vs-time --db made.db -e other -o kept -f svg
  kept/accuracy-vs-time.tsv
  kept/accuracy-vs-time.svg
  $ for figure in seeds phases accuracy-vs-time; do
  > winnow plot $figure --from kept/$figure.tsv -o again -f svg; done
  again/seeds.tsv
  again/seeds.svg
  again/phases.tsv
  again/phases.svg
  again/accuracy-vs-time.tsv
  again/accuracy-vs-time.svg
  $ diff -r kept again

Damaged ones.

  $ cp kept/seeds.tsv .
  $ from() { winnow plot ${2-seeds} --from $1 -o none; }
  $ from none.tsv
  ! winnow plot: cannot read none.tsv: No such file or directory
  [2]
  $ from seeds.tsv phases
  ! winnow plot: seeds.tsv:1: not the columns of phases: it lacks score_s, select_s, train_s, load_s, init_s, eval_s, checkpoint_s, other_s, charged_s, wall_s, conditions, and it has no use for facet, seed, accuracy, median, low, high
  [2]
  $ sed '3s/\t[^\t]*$//' seeds.tsv >x; from x
  ! winnow plot: x:3: 17 columns, where the first line names 18
  [2]
  $ sed '3s/[^\t]*$/high/' seeds.tsv >x; from x
  ! winnow plot: x:3: column 18 should be a number, not 'high'
  [2]
  $ head -c -5 seeds.tsv >x; from x
  ! winnow plot: x:7: the line is cut off
  [2]
  $ sed 4d seeds.tsv >x; from x
  ! winnow plot: x:5: block '1' after 1 empty lines: rows are missing, or out of order
  [2]
  $ ls none
  ! ls: cannot access 'none': No such file or directory
  [2]
  $ winnow plot --from seeds.tsv
  ! winnow plot: --from draws one FIGURE, which must be given, from a file: no --all, --db, --experiment, --data-only or --eject
  [2]
