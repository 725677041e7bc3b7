What make install puts below a prefix works without the sources, wherever that is moved to.

  $ install() { (cd $repository && packaging/install "$@"); }
  $ build=$(dirname $WINNOW_BINARY)
  $ install $build $PWD/usr | sed "s|$PWD|.|"
  winnow *: * files in ./usr; make uninstall removes them (glob)
  $ mv usr moved && mkdir work && cd work && PATH=$PWD/../moved/bin:$PATH
  $ winnow list experiments quickstart | sed "s|$(dirname $PWD)|..|"
  quickstart  does pruning save time on Fashion-MNIST, once the time to choose the
      samples counts?
    time: about 4 minutes on 2 cores (48 cells).
    file: ../moved/share/winnow/experiments/quickstart.yaml
  $ winnow list experiments --json | grep -o '/moved/share/winnow/experiments/.*.yaml' >listed
  $ ls $repository/experiments/*.yaml | wc -l | sed 's/ //g' >there && wc -l <listed | diff there -
  $ winnow run quickstart --set 'dataset={name: synthetic, samples: 200}' --set pruner=full --set seed=1 --set train.epochs=1 2>&1 |
  > tail -n 1
  1 cell done: results/quickstart.db
  $ winnow sql --db results/quickstart.db -f csv 'SELECT file FROM v_experiment' | sed "s|$(dirname $PWD)|..|"
  file
  ../moved/share/winnow/experiments/quickstart.yaml
  $ if [ -e $WINNOW_BINARY-fetch ]; then winnow fetch mnist --from http://127.0.0.1:9/ --data-dir . 2>&1; else echo 127.0.0.1; fi |
  > grep -c 127.0.0.1
  1

A name that is none; a name that is a file here is the file; what has a slash or ends in .yaml is none.

  $ winnow check quikstart
  ! no such file here, and unknown experiment 'quikstart', did you mean quickstart?
  [2]
  $ echo 'name: mine' >quickstart && winnow check quickstart
  ! quickstart:1:1: 'dataset' is missing
  ! quickstart:1:1: 'model' is missing
  ! quickstart:1:1: 'pruner' is missing
  [2]
  $ winnow check ./quikstart
  ! ./quikstart: cannot be read: No such file or directory
  [2]
  $ winnow check quikstart.yaml
  ! quikstart.yaml: cannot be read: No such file or directory
  [2]

Where they have gone.

  $ mv ../moved/share/winnow ../share
  $ winnow list experiments 2>&1 | sed "s|$(dirname $PWD)|..|"
  winnow list: the experiments that come with winnow are not in ../moved/share/winnow/experiments; make install puts them there
  $ winnow check reference-fashion 2>&1 | sed "s|$(dirname $PWD)|..|"
  there is no file 'reference-fashion' here, and the experiments that come with winnow are not in ../moved/share/winnow/experiments; make install puts them there
  $ winnow list | grep -c experiments
  0
  [1]
  $ mv ../share ../moved/share/winnow

Each command has its manual page, each verb too.

  $ cd ../moved/share/man/man1 && ls | tr '\n' ' '
  winnow-bench.1 winnow-check.1 winnow-compare.1 winnow-db-backup.1 winnow-db-check.1 winnow-db-gc.1 winnow-db.1 winnow-doctor.1 winnow-emit-parallel.1 winnow-emit-pending.1 winnow-emit-slurm.1 winnow-emit.1 winnow-fetch.1 winnow-help.1 winnow-list.1 winnow-logs.1 winnow-merge.1 winnow-new.1 winnow-paper.1 winnow-plan.1 winnow-plot.1 winnow-report.1 winnow-run.1 winnow-scores.1 winnow-show.1 winnow-sql.1 winnow-status.1 winnow-why.1 winnow.1 $
  $ grep -L '^\.SH SYNOPSIS' *
  $ cd ../../../..

Its documents link each other, and nothing that is not there.

  $ cd moved/share/doc/winnow && grep -o ']([^)#:]*' -r . | sed 's/:](/ /' >links && wc -l <links | grep -c '^[0-9][0-9][0-9]'
  1
  $ while read -r file link; do [ -e ${file%/*}/$link ] || echo "$file: no $link"; done <links && rm links
  $ grep -c '^pruner.h is the contract' docs/howto/pruner.md
  1
  $ cd ../../../..

What another version had put goes when this one comes, and at the end all of it.

  $ mkdir -p moved/share/winnow/old/er moved/share/mine
  $ touch moved/share/winnow/old/er/file moved/share/mine/file
  $ echo share/winnow/old/er/file >>moved/share/winnow/installed
  $ install $build $PWD/moved >/dev/null && ls moved/share/winnow
  experiments
  installed
  $ install --remove $PWD/moved | sed "s|$PWD|.|"
  removed * files from ./moved (glob)
  $ find moved
  moved
  moved/share
  moved/share/mine
  moved/share/mine/file
  moved/lib
  moved/bin
  $ install --remove $PWD/moved 2>&1 | sed "s|$PWD|.|g"
  there is no winnow in ./moved: there is no ./moved/share/winnow/installed; PREFIX says where it is
