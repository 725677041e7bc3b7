What draws and is stopped meanwhile leaves nothing behind, and the program that draws for it has ended
too: here one that would never end.

  $ mkdir bin temporary figures
  $ printf '%s\n' '#!/bin/sh' "echo \$\$ >$PWD/drawing" 'exec sleep 300' >bin/gnuplot
  $ chmod +x bin/gnuplot; PATH=$PWD/bin:$PATH; TMPDIR=$PWD/temporary; export TMPDIR
  $ stop() {
  > signal=$1; shift; rm -f drawing; winnow "$@" --db made.db 2>/dev/null & pid=$!
  > until [ -s drawing ]; do kill -0 $pid || return 9; sleep 0.01; done
  > kill -"$signal" $pid; { wait $pid; } 2>/dev/null; code=$?; kill -0 $(cat drawing) 2>/dev/null && echo 'it draws'
  > find temporary figures; return $code; }

128 and the signal's number.

  $ stop TERM plot phases -e made -f svg -o figures
  temporary
  figures
  [143]
  $ stop HUP plot phases -e made -f terminal
  temporary
  figures
  [129]
  $ stop TERM report -e made -o page.html
  temporary
  figures
  [143]
  $ ls page.html 2>/dev/null
  [2]
