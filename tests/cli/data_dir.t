Where data is read from: a choice is obeyed, or the program reports that it was not.

A folder that is chosen and has nothing, the one that is looked into after it, and another one with
other pictures. (Text makes 12 of them to train on and 5 to test on.)

  $ unset WINNOW_DATA
  $ idx() { # FOLDER SET COUNT OCTAL FIRST
  > { printf "\0\0\010\003\0\0\0\\$4\0\0\0\034\0\0\0\034"
  >   seq $5 3000 | head -c $(($3 * 784)); } >$1/$2-images-idx3-ubyte
  > { printf "\0\0\010\001\0\0\0\\$4"
  >   printf '\0\001\002\003\004\005\006\007\010\011\0\001' | head -c $3; } >$1/$2-labels-idx1-ubyte
  > }
  $ mkdir -p chosen data/mnist other/MNIST/raw
  $ idx data/mnist train 12 014 1; idx data/mnist t10k 5 005 3
  $ idx other/MNIST/raw train 12 014 2; idx other/MNIST/raw t10k 5 005 4
  $ gzip other/MNIST/raw/*
  $ cat >sets.yaml <<'END'
  > name: sets
  > dataset: mnist
  > data_dir: chosen
  > model: softmax
  > pruner: [full, random]
  > rate: 0.5
  > train: {epochs: 1, batch: 4, lr: 0.1}
  > END

A folder that is not there is a mistake with its place, before anything is written.

  $ mv chosen away
  $ for command in check plan run 'emit parallel -o jobs'; do winnow $command sets.yaml; echo $?; done
  2
  2
  2
  2
  ! sets.yaml:3:11: data_dir: 'chosen': No such file or directory; name an existing folder, or none
  ! sets.yaml:3:11: data_dir: 'chosen': No such file or directory; name an existing folder, or none
  ! sets.yaml:3:11: data_dir: 'chosen': No such file or directory; name an existing folder, or none
  ! sets.yaml:3:11: data_dir: 'chosen': No such file or directory; name an existing folder, or none
  $ winnow check sets.yaml --set data_dir=sets.yaml
  ! --set data_dir: 'sets.yaml': Not a directory; name an existing folder, or none
  [2]
  $ mv away chosen

~ is the home folder.

  $ HOME=$PWD winnow plan sets.yaml --set 'data_dir=~/other' --no-measure | grep '^data: '
  data: mnist from */other/MNIST/raw, content e0bf6f9038 (glob)
  $ HOME=$PWD winnow check sets.yaml --set 'data_dir=~/nowhere'
  ! --set data_dir: '*/nowhere': No such file or directory; name an existing folder, or none (glob)
  [2]

What is read instead of a folder without the data is named by check, plan and run; with --strict that
is a mistake.

  $ winnow check sets.yaml
  sets.yaml: 2 cells (1 dataset x 1 model x (1 pruner x 1 rate + 1 pruner without rate) x 1 seed)
  ! sets.yaml:3:11: note: data_dir: 'chosen' has no mnist: it is read from ./data/mnist
  $ winnow plan sets.yaml --no-measure | grep '^data: '
  data: mnist from */data/mnist, content fc36506bc4 (glob)
  ! sets.yaml:3:11: note: data_dir: 'chosen' has no mnist: it is read from ./data/mnist
  $ winnow run sets.yaml --db a.db -j 1 2>&1 | grep 'note: data_dir\|cells done'
  sets.yaml:3:11: note: data_dir: 'chosen' has no mnist: it is read from ./data/mnist
  2 cells done: a.db
  $ winnow plan sets.yaml --no-measure --json 2>/dev/null | grep -o '"strayed": [a-z]*'
  "strayed": true
  $ winnow run --strict sets.yaml
  ! sets.yaml:3:11: data_dir: 'chosen' has no mnist: it is read from ./data/mnist
  [2]
  $ WINNOW_DATA=chosen winnow check sets.yaml --set data_dir=data
  sets.yaml: 2 cells (1 dataset x 1 model x (1 pruner x 1 rate + 1 pruner without rate) x 1 seed)

The attempt and the report have what was read; data that is made has no folder.

  $ sqlite3 a.db "SELECT DISTINCT data_folder = '$PWD/data/mnist', length(data_hash), test_n
  > FROM v_run"
  1|64|5
  $ winnow show $(sqlite3 a.db 'SELECT short FROM v_run LIMIT 1') --db a.db | grep '^  data: \|^  test '
    test * % of 5 samples (glob)
    data: */data/mnist, content fc36506bc4 (glob)
  $ winnow report --db a.db -o a.html 2>/dev/null
  a.html
  $ grep -o '<dt>Data read</dt><dd>[^,]*, content ' a.html
  <dt>Data read</dt><dd>mnist from */data/mnist, content $ (glob)
  $ winnow run sets.yaml --db b.db --set dataset=synthetic -j 1 2>/dev/null
  $ sqlite3 b.db "SELECT DISTINCT 'made' || data_folder FROM v_run"
  made

A folder by the environment is a choice too, unless the data is made.

  $ sed /data_dir/d sets.yaml >bare.yaml
  $ WINNOW_DATA=/nonexistent winnow check bare.yaml
  ! bare.yaml: $WINNOW_DATA: '/nonexistent': No such file or directory; name an existing folder, or none
  [2]
  $ WINNOW_DATA=chosen winnow check bare.yaml
  bare.yaml: 2 cells (1 dataset x 1 model x (1 pruner x 1 rate + 1 pruner without rate) x 1 seed)
  ! bare.yaml: note: $WINNOW_DATA: 'chosen' has no mnist: it is read from ./data/mnist
  $ WINNOW_DATA=other winnow plan bare.yaml --no-measure | grep '^data: '
  data: mnist from */other/MNIST/raw, content e0bf6f9038 (glob)
  $ WINNOW_DATA=/nonexistent winnow check bare.yaml --set dataset=synthetic
  bare.yaml: 2 cells (1 dataset x 1 model x (1 pruner x 1 rate + 1 pruner without rate) x 1 seed)
  $ WINNOW_DATA=/nonexistent winnow doctor | grep -o '/nonexistent (not there)\|name an .*'
  /nonexistent (not there)
  name an existing folder in $WINNOW_DATA, or unset it

A limit beyond the data is found before anything runs.

  $ sed 's/^dataset: mnist/dataset: {name: mnist, train_limit: 13}/' sets.yaml >limit.yaml
  $ winnow run limit.yaml --db limit.db 2>&1 | tail -n 1
  winnow run: limit.yaml:2:10: mnist: train_limit: expected at most 12, all there are, found 13
  $ winnow run limit.yaml --db limit.db 2>/dev/null
  [4]
  $ winnow plan sets.yaml --set 'dataset={name: mnist, test_limit: 6}' 2>&1 | tail -n 1
  winnow plan: --set dataset: mnist: test_limit: expected at most 5, all there are, found 6
  $ winnow plan sets.yaml --set 'dataset={name: mnist, test_limit: 6}' 2>/dev/null
  [4]
  $ ls limit.db
  ! ls: cannot access 'limit.db': No such file or directory
  [2]

Every flag that names a folder is obeyed or refused: by paper, and by emit for another machine, where
the element looks.

  $ winnow paper a --size smoke --run --data-dir /nonexistent
  ! winnow paper: --data-dir: '/nonexistent': No such file or directory; name an existing folder, or none
  [2]
  $ winnow emit parallel sets.yaml -o jobs --data-dir /nonexistent 2>&1 | grep 'note: --data-dir'
  note: --data-dir: not on this machine; jobs end at once where it is not
  $ winnow cell --plan jobs/plan.jsonl --element 0 --data-dir /nonexistent
  ! winnow cell: data_dir: '/nonexistent': No such file or directory; name an existing folder, or none
  [4]
  $ winnow cell --plan jobs/plan.jsonl --element 0
  ! note: mnist is not in */chosen: it is read from */data/mnist (glob)
  ! sets: element 0 of 2: 1 of 1 cells to run
  ! [1/1] mnist softmax full seed 0: accuracy * (glob)

winnow scores looks where the cell read its data, wherever the command is typed, and refuses other
data.

  $ key=$(sqlite3 a.db "SELECT short FROM v_run WHERE pruner = 'random'") db=$PWD/a.db
  $ winnow scores $key --db a.db --data-dir /nonexistent
  ! winnow scores: --data-dir: '/nonexistent': No such file or directory; name an existing folder, or none
  [4]
  $ winnow scores $key --db a.db --data-dir other
  ! winnow scores: mnist in */other/MNIST/raw is not what the cell was trained on (content e0bf6f9038, and fc36506bc4 then): name the folder that has that with --data-dir (glob)
  [4]
  $ cd / && winnow scores $key --db $db | head -n 1
  index,label,score,kept
