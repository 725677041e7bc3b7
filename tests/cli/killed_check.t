make check that is killed leaves nothing alive: not Criterion's programs, which survive SIGTERM, nor their tests,
which have sessions of their own.

  $ make() { env -u MAKEFLAGS -u MAKELEVEL make "$@"; }
  $ folder=build/tests/unit/base && mkdir -p $folder && cat >$folder/tests <<END && chmod +x $folder/tests
  > #!/bin/bash
  > [ "\$1" != --list ] || { printf 'made: 1 test\n└── waits\n'; exit; }
  > [ -z "\$WINNOW_FAIL_ON_PURPOSE" ] || { echo '[====] Synthesis: Tested: 1 | Passing: 0 | Failing: 1 | Crashing: 0'; exit 1; }
  > trap '' TERM
  > setsid sleep 1000 &
  > echo \$\$ \$! >$PWD/started
  > wait
  > END

This is what make runs, with these tests.

  $ { echo check:; printf '\t@'; make -n -C $repository --no-print-directory check T=unit/base | sed ':a; /\\$/ { N; s/\\\n//; ba }' |
  > tail -n 1 | sed "s|tests/check build |tests/check $PWD/build |"; } >killed.mk
  $ alive() { grep -qs '^State:.[^ZX]' /proc/$1/status; }
  $ for signal in TERM KILL; do
  >   rm -f started; setsid make -s -C $repository -f $PWD/killed.mk check >/dev/null 2>&1 &
  >   make=$!; for i in $(seq 500); do [ ! -s started ] || break; sleep 0.02; done
  >   for pid in $(cat started); do alive $pid || echo "$signal: $pid has not begun"; done
  >   kill -$signal $make
  >   for pid in $(cat started); do for i in $(seq 500); do alive $pid || break; sleep 0.02; done
  >     ! alive $pid || { echo "$signal: $pid is alive"; kill -KILL $pid; }; done
  > done
