Data that can be trained on and is not what it seems: plan, run and emit note it once they have read
it, and so do the database and jobs for a cluster.

  $ unset WINNOW_DATA
  $ be32() { printf "\\$(printf %03o $(($1 >> 24)))\\$(printf %03o $(($1 >> 16 & 255)))"
  > printf "\\$(printf %03o $(($1 >> 8 & 255)))\\$(printf %03o $(($1 & 255)))"; }
  $ idx() { # FOLDER SET COUNT LABELS <PICTURES
  > { be32 0x803; be32 $3; be32 28; be32 28; head -c $(($3 * 784)); } >$1/$2-images-idx3-ubyte
  > { be32 0x801; be32 $3; printf "$4"; head -c $3 /dev/zero; } |
  >   head -c $((8 + $3)) >$1/$2-labels-idx1-ubyte
  > }
  $ cat >sets.yaml <<'END'
  > name: sets
  > dataset: mnist
  > data_dir: leaky
  > model: softmax
  > pruner: [full, random]
  > rate: 0.5
  > seed: [0]
  > train: {epochs: 1, batch: 4, lr: 0.1}
  > END

Of five test pictures two are among the twelve to train on, one of them twice.

  $ mkdir -p leaky/mnist clean/mnist large/mnist data
  $ seq 1 9000 >text
  $ idx leaky/mnist train 12 '\0\01\02\03\04\05\06\07\010\011' <text
  $ { tail -c +785 text | head -c 784; tail -c +3137 text | head -c 784; tail -c +785 text |
  > head -c 784; seq 2 9000; } | idx leaky/mnist t10k 5 '\0\01\02\03\04'
  $ winnow check sets.yaml --strict
  sets.yaml: 2 cells (1 dataset x 1 model x (1 pruner x 1 rate + 1 pruner without rate) x 1 seed)
  $ winnow plan sets.yaml --no-measure >/dev/null
  ! sets.yaml:2:10: note: mnist: 3 of the 5 test pictures stand in the training set too: accuracy is no measure of what was learnt there
  $ for command in plan 'run --db a.db' 'emit parallel -o jobs'; do
  > winnow $command --strict sets.yaml; echo $?; done; ls a.db jobs
  2
  2
  2
  ! sets.yaml:2:10: mnist: 3 of the 5 test pictures stand in the training set too: accuracy is no measure of what was learnt there
  ! sets.yaml:2:10: mnist: 3 of the 5 test pictures stand in the training set too: accuracy is no measure of what was learnt there
  ! sets.yaml:2:10: mnist: 3 of the 5 test pictures stand in the training set too: accuracy is no measure of what was learnt there
  ! ls: cannot access 'a.db': No such file or directory
  ! ls: cannot access 'jobs': No such file or directory
  [2]
  $ winnow run sets.yaml --db a.db -j 1 2>&1 | grep -c 'note: mnist: 3 of the 5 test pictures'
  1
  $ sqlite3 a.db 'SELECT place, substr(text, 1, 24) FROM v_note'
  2:10|mnist: 3 of the 5 test p
  $ winnow emit parallel sets.yaml -o jobs 2>&1 | grep -c 'note: mnist: 3 of'
  1
  $ winnow cell --plan jobs/plan.jsonl --element 0 2>&1 | grep 'note: mnist'
  [1]
  $ winnow merge b.db jobs 2>/dev/null && sqlite3 b.db 'SELECT place, substr(text, 1, 24) FROM v_note'
  b.db: 1 shard: 1 new attempt, 0 known
  2:10|mnist: 3 of the 5 test p

Pictures that are there twice, once with another label.

  $ mkdir -p twice/mnist; cp leaky/mnist/train-labels* twice/mnist
  $ { head -c 784 text; head -c 784 text; head -c 784 text; tail -c +785 text; } |
  >   idx twice/mnist train 12 '\0\01\0\03\04\05\06\07\010\011'
  $ seq 2 9000 | idx twice/mnist t10k 5 '\0\01\02\03\04'
  $ winnow plan sets.yaml --set data_dir=twice --no-measure >/dev/null
  ! sets.yaml:2:10: note: mnist: 2 of the 12 training pictures are copies of another, 1 of them with another label

Other test pictures, none of which is there.

  $ cp leaky/mnist/train* clean/mnist
  $ seq 2 9000 | idx clean/mnist t10k 5 '\0\01\02\03\04'
  $ winnow plan sets.yaml --set data_dir=clean --no-measure --strict | grep -c 'content'
  1

As many samples as were published, and other labels than these: other datasets have the same names.

  $ seq 1 9000000 | idx large/mnist train 60000 '\010\07\0\01\04\02\04\010\01\01'
  $ cp clean/mnist/t10k* large/mnist
  $ winnow plan sets.yaml --set data_dir=large --no-measure | grep -c 'content'
  1
  ! sets.yaml:2:10: note: mnist: not the published mnist, although of its size: the training labels begin 8 7 0 1 4 2 4 8 1 1 and not 5 0 4 1 9 2 1 3 1 4 (KMNIST and others come under the same file names); results will be called mnist
  $ printf '\05\0\04\01\011\02\01\03\01\04' |
  > dd of=large/mnist/train-labels-idx1-ubyte bs=1 seek=8 conv=notrunc status=none
  $ winnow plan sets.yaml --set data_dir=large --no-measure --strict | grep -c 'content'
  1
