winnow doctor as people read it, and what programs read of other kernels and without gnuplot. What it
finds on this machine, tests/cli/doctor.c compares.

The revision is the one that runs record, and no line is too wide for a terminal. A core type that is
none is worth a hint. Where something is missing that winnow needs, the exit code is 4: here the folder is
gone, so that nothing can be written.

  $ mkdir gone && (cd gone && rmdir ../gone && OPENBLAS_CORETYPE=Nonsense winnow doctor >../doctor 2>/dev/null)
  [4]
  $ head -n 1 doctor | grep -c "^winnow .* $(winnow --version | cut -d' ' -f 2-),"
  1
  $ winnow --version | grep -c "^winnow $(cat $repository/VERSION) ([0-9a-z.-]*)\$"
  1
  $ awk 'length > 100' doctor
  $ grep -e '-> unset' doctor
                           -> unset OPENBLAS_CORETYPE
  $ grep ^disk doctor
  disk            missing  .: No such file or directory

For programs. Nothing that is needed is missing now; gnuplot is not needed for all.

  $ unset OPENBLAS_CORETYPE WINNOW_BLAS_FOUND
  $ OPENBLAS_CORETYPE=Prescott PATH=/nowhere $WINNOW_BINARY doctor --json >chosen.json
  $ finding() { sqlite3 :memory: "SELECT $3 FROM json_each(readfile('$1'), '$.findings')
  > WHERE value ->> 'name' = '$2'"; }
  $ grep -cF "\"revision\": \"$(winnow --version | sed 's/.*(\(.*\))/\1/')\"" chosen.json
  1
  $ finding chosen.json gnuplot "value ->> 'level', value ->> 'advice'"
  warning|apt-get install gnuplot-nox

Whether cells can be bound, as another process finds it that binds itself to the first processor that it
may have.

  $ works=$(finding chosen.json pinning "value ->> 'works'")
  $ first=$(sed -n 's/^Cpus_allowed_list:\t\([0-9]*\).*/\1/p' /proc/self/status)
  $ winnow doctor --bind $first; [ $? = $((works ? 0 : 4)) ]
  $ winnow doctor --bind x
  ! winnow doctor: 'x' is not a list of processors
  [4]

Both sets of kernels are measured, where people chose one and where winnow did. These core types are run by
every x86-64 processor; elsewhere OpenBLAS ignores them.

  $ if [ $(uname -m) != x86_64 ]; then echo 'the kernels are those of x86-64'; exit 80; fi
  $ finding chosen.json kernels "value ->> 'chosen', value ->> 'found' = 'Prescott'
  > OR value ->> 'text' LIKE '%as OPENBLAS_CORETYPE says%'"
  Prescott|1
  $ OPENBLAS_CORETYPE=Nehalem WINNOW_BLAS_FOUND=Prescott winnow doctor --json >ours.json
  $ finding ours.json kernels "value ->> 'level', value ->> 'chosen',
  > value ->> 'text' LIKE '%winnow runs Nehalem%'"
  warning|Nehalem|1
