winnow doctor as people read it. What it finds on this machine, tests/cli/doctor.c compares.

The revision is the one that runs record, and no line is too wide for a terminal. A core type that is
none is worth a hint.

  $ OPENBLAS_CORETYPE=Nonsense winnow doctor >doctor
  $ head -n 1 doctor | grep -c "^winnow .* $(winnow --version | cut -d' ' -f 2),"
  1
  $ winnow --version | grep -c '^winnow [0-9a-z-]*$'
  1
  $ winnow doctor --json | grep -cF "\"revision\": \"$(winnow --version | cut -d' ' -f 2)\""
  1
  $ awk 'length > 100' doctor
  $ grep -e '-> unset' doctor
                           -> unset OPENBLAS_CORETYPE

Where something is missing that winnow needs, the exit code is 4: here the folder is gone, so that
nothing can be written.

  $ mkdir gone && cd gone && rmdir ../gone
  $ out=$(winnow doctor 2>/dev/null); code=$?; echo "$out" | grep ^disk; (exit $code)
  disk            missing  .: No such file or directory
  [4]
