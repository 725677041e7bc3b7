winnow help: manual pages and completion, made from the tables that commands are parsed by.

Each command has its line, its help and its manual page. Help fits into the narrowest terminal.

  $ sed -n 's/^COMMAND(\([a-z]*\), "\(.*\)")$/\1 \2/p' \
  > $repository/harness/cmd/kit/commands.def >commands
  $ [ $(wc -l <commands) -gt 20 ]
  $ winnow help >help && winnow --help | cmp - help
  $ while read -r name line; do
  > printf '  %-8s %s\n' "$name" "$line" | grep -qxF -f - help || echo "$name: no line"
  > winnow help $name >$name && winnow $name --help | cmp - $name
  > head -n 1 $name | grep -q "^usage: winnow $name\b" || echo "$name: no usage"
  > winnow help --man $name >$name.1 || echo "$name: no page"
  > done <commands
  $ winnow help --man >winnow.1; winnow help --man emit slurm >emit-slurm.1
  $ winnow help --man db check >db-check.1
  $ awk 'length > 80' help $(cut -d' ' -f1 commands)
  $ head -n 8 sql
  usage: winnow sql [FLAGS] [QUERY]
  $
  Queries a database, read-only. Without QUERY: reads one from stdin, or runs the
  query 'summary'. The views are v_run, v_epoch, v_summary and others;
  results/README.md explains them. Besides SQLite's functions there are median(x),
  quantile(x, q), iqm(x), stddev(x), ci_low(x), ci_high(x) (ends of the 95 %
  interval of the mean), kept_bit(bitmap, i), kept_count(bitmap), kept_both(a, b)
  and the table selection_samples(attempt).
  $ head -n 3 list
  usage: winnow list [FLAGS] [KIND] [NAME...]
  $
  Lists what an experiment may name. KIND is one of datasets, models, pruners,

A page begins with its title, and says how the command is called.

  $ awk 'FNR == 1 && !/^\.TH "winnow/ { print FILENAME }
  > last == ".SH SYNOPSIS" && !/^winnow / { print FILENAME } { last = $0 }' *.1
  $ grep -L '^\.SH SYNOPSIS$' *.1
  $ sed '/^\.SH DESCRIPTION/q' run.1
  .TH "winnow-run" 1 "" "winnow" "winnow"
  .SH NAME
  winnow\-run \- Trains every cell of an experiment that is not done yet and records its progress in the database
  .SH SYNOPSIS
  winnow run [FLAGS] FILE
  .SH DESCRIPTION
  $ grep -A 1 -e '-jobs' -e 'retry..failed' run.1
  \fB\-j\fR, \fB\-\-jobs\fR \fIN\fR
  cells at once; 0: as many as the cores have room for (default 0)
  --
  \fB\-\-retry\-failed\fR\fI\fR
  run failed and diverged cells again

groff warns of each mistake in them, where it is installed (groff-base, which man-db wants).

  $ if command -v groff >/dev/null; then groff -ww -man -Tascii *.1 2>&1 >/dev/null; fi

Choices are those that one may make: "none" says only that the flag is not given.

  $ winnow help --help
  usage: winnow help [FLAGS] [COMMAND [VERB]]
  $
  Helps with a command, or lists them all.
  $
        --man                    print the manual page, in roff: winnow help --man
                                 | man -l -
        --completion SHELL       print a script that completes winnow's words in
                                 the shell: eval it, or source it (one of bash,
                                 zsh, fish)

A command that is none is refused.

  $ winnow help plto
  ! winnow: unknown command 'plto', did you mean plot?; see winnow --help
  [2]

What bash offers for these words, the last of which is being typed. Files are bash's affair, but for
experiments, which may be winnow's own.

  $ touch mine.yaml min.txt
  $ cat >completed <<'END'
  > eval "$(winnow help --completion bash)" || exit
  > while read -r words; do
  >   eval "COMP_WORDS=(winnow $words)"
  >   COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  >   _winnow
  >   echo "$words: ${COMPREPLY[*]}"
  > done
  > END
  $ bash completed <<'END'
  > pl
  > hel
  > help compa
  > plot accuracy-vs
  > plot phases perf
  > run --retr
  > run a.yaml --retr
  > run paper-b-sm
  > check min
  > list experiments quick
  > list mod
  > list presets ''
  > list models mlp wr
  > compare random infob
  > new mo
  > emit sl
  > db check --d
  > help --completion z
  > help --completion = z
  > plan experim
  > plot -- --ac
  > nothing x
  > END
  pl: plan plot
  hel: help
  help compa: compare
  plot accuracy-vs: accuracy-vs-time accuracy-vs-rate
  plot phases perf: performance-profile
  run --retr: --retry-failed
  run a.yaml --retr: --retry-failed
  run paper-b-sm: paper-b-smoke
  check min: mine.yaml
  list experiments quick: quickstart
  list mod: models
  list presets '': paper code airbench data-diet ccs infobatch
  list models mlp wr: wrn16-4
  compare random infob: infobatch
  new mo: model
  emit sl: slurm
  db check --d: --db
  help --completion z: zsh
  help --completion = z: zsh
  plan experim: $
  plot -- --ac: $
  nothing x: $

Cells are completed by their keys.

  $ bash completed <<'END'
  > show --db made.db ''
  > why --db=made.db abc
  > why --db=made.db 30
  > show --db none.db ''
  > END
  show --db made.db '': 300000000000 400000000000 500000000000 600000000000 700000000000 800000000000 900000000000 abc000000000 abc000000000
  why --db=made.db abc: abc000000000 abc000000000
  why --db=made.db 30: 300000000000
  show --db none.db '': $

Other shells read their scripts, where these are installed.

  $ for shell in zsh fish; do winnow help --completion $shell >script && test -s script &&
  > if command -v $shell >/dev/null; then $shell -n script; fi; done
