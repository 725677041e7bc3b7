The instruction sets that run: WINNOW_CPU limits winnow's kernels, BLAS and oneDNN together.

A name that is none is told, and what there is; so is one that this processor does not have.

  $ WINNOW_CPU=AVX2 winnow list models
  ! winnow: WINNOW_CPU=AVX2: no instruction set has this name; this one has baseline* (glob)
  [2]
  $ unset OPENBLAS_CORETYPE WINNOW_BLAS_FOUND; PATH=/nowhere $WINNOW_BINARY doctor --json >own.json
  $ finding() { sqlite3 :memory: "SELECT $3 FROM json_each(readfile('$1'), '$.findings')
  > WHERE value ->> 'name' = '$2'"; }
  $ finding own.json cpu "value ->> 'runs' = value ->> '$.instruction_sets[#-1]'"
  1
  $ sets=$(finding own.json cpu "value ->> 'instruction_sets'"); echo "$sets" | cut -c 1-11
  ["baseline"
  $ case $sets in *amx*) ;; *) WINNOW_CPU=amx winnow list models 2>&1 | grep -c 'does not have it'; esac | grep -vx 1
  [1]

The doctor says what runs, and less of it runs.

  $ WINNOW_CPU=baseline PATH=/nowhere $WINNOW_BINARY doctor --json >less.json
  $ finding less.json cpu "value ->> 'runs', value ->> 'instruction_sets' = '$sets'"
  baseline|1
  $ if [ $(uname -m) != x86_64 ]; then echo 'the sets are those of x86-64'; exit 80; fi
  $ WINNOW_CPU=baseline PATH=/nowhere $WINNOW_BINARY doctor | grep -c 'baseline (SSE2)'
  1
  $ finding less.json convolutions "value ->> 'implementations'"
  ["im2col","naive"]
  $ finding less.json kernels "value ->> 'chosen'"
  Prescott

A cell gives nearly the same with all of them, in its worker's kernels and in BLAS's: the loss to four
digits, the accuracy to two of 400 test samples. What limited it is recorded.

  $ cat >cell.yaml <<'YAML'
  > name: cell
  > dataset: {name: synthetic, samples: 2000, classes: 4, noise: 0.1}
  > model: {name: convnet, depth: 2, width: 16}
  > pruner: full
  > seed: [1]
  > train: {epochs: 2, batch: 32}
  > YAML
  $ for set in avx512 avx2 baseline; do case $sets in *"\"$set\""*)
  > WINNOW_CPU=$set winnow run cell.yaml --db $set.db 2>/dev/null
  > sqlite3 $set.db 'SELECT train_loss, test_accuracy FROM epoch' | tail -n 1 >>ends
  > sqlite3 $set.db "SELECT cpu, blas_core FROM environment"; esac; done | tail -n 1
  *(WINNOW_CPU=baseline)|Prescott (glob)
  $ awk -F'|' 'NR == 1 { loss = $1; right = $2 }
  > ($1 - loss) ^ 2 > (1e-4 * loss) ^ 2 || ($2 - right) ^ 2 > (2.5 / 400) ^ 2 { print "differs:", $0 }
  > END { if (loss < 0.1 || right < 0.5) print "trained nothing:", $0 }' ends

A worker that meets an instruction which the processor does not have says what it ran, and what to set.

  $ WINNOW_CPU=baseline winnow run cell.yaml --db illegal.db --set train.epochs=1000 2>log & pid=$!
  > while kill -0 $pid 2>/dev/null; do
  > for child in $(cat /proc/$pid/task/$pid/children 2>/dev/null); do { kill -ILL $child; } 2>/dev/null; done; sleep 0.02; done
  > wait $pid
  [1]
  $ sqlite3 illegal.db 'SELECT DISTINCT reason FROM attempt'
  crashed: signal 4 (Illegal instruction): it ran kernels up to baseline, and BLAS's for Prescott: set OPENBLAS_CORETYPE
