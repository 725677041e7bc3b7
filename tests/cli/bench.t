winnow bench: what people and programs get, and what is refused.

  $ quick='--rounds 1 --seconds 0.005 --batch 16 --eval-batch 16'

One model is one object. What was measured is positive, here a +.

  $ measured() { sed -E 's/(: |^ +)[0-9]+(\.[0-9]+)?e-?[0-9]+/\1+/; /0\.0,?$/!s/(: |^ +)[0-9]+\.[0-9]+/\1+/
  > s/bytes": [1-9][0-9]*/bytes": +/'; }
  $ winnow bench softmax --precision fp32 --threads 1 --json $quick 2>/dev/null | tee one.json | measured
  {
    "model": "softmax",
    "input": "28x28x1",
    "precision": "fp32",
    "threads": 1,
    "batch": 16,
    "eval_batch": 16,
    "rounds": 1,
    "seconds": +,
    "train_images_per_s": +,
    "train_quartiles": [
      +,
      +
    ],
    "forward_images_per_s": +,
    "forward_quartiles": [
      +,
      +
    ],
    "phases_ms": {
      "forward": +,
      "loss": +,
      "backward": +,
      "update": +
    },
    "gflops": +,
    "peak_gflops": +,
    "gemm_gflops": +,
    "forward_flops": 15680.0,
    "backward_flops": 15680.0,
    "parameters": 7850,
    "memory": {
      "planned_bytes": +,
      "peak_bytes": +
    },
    "implementations": [],
    "cpu": "*", (glob)
    "foreign_cpu": * (glob)
  }
  $ sqlite3 :memory: "SELECT coalesce(readfile('one.json') ->> 'foreign_cpu' BETWEEN 0 AND 1, 1)"
  1

Several are an array; layers come where they are asked for.

  $ winnow bench softmax mlp:width=8 --input 8x8x3 --threads 2 --layers --json $quick >two.json 2>/dev/null
  $ sqlite3 :memory: "SELECT value ->> 'model', value ->> 'input', value ->> 'threads',
  > value ->> '$.layers[0].op' FROM json_each(readfile('two.json'))"
  softmax|8x8x3|2|linear
  mlp(width=8)|8x8x3|2|linear
  $ winnow bench mlp:width=16 --precision=bf16 --json $quick 2>/dev/null | measured | grep -e precision -e train_im
    "precision": "bf16",
    "train_images_per_s": +,

Cells beside threads, the better of which is named.

  $ winnow bench mlp:width=16 --cells --json $quick 2>/dev/null | tee cells.json | measured
  {
    "model": "mlp(width=16)",
    "precision": "fp32",
    "batch": 16,
    "rounds": 1,
    "n": 2,
    "one_cell_images_per_s": +,
    "threads_images_per_s": +,
    "cells_images_per_s": +,
    "threads_ratio": +,
    "cells_ratio": +,
    "better": "*" (glob)
  }
  $ sqlite3 :memory: "SELECT value ->> 'better' = iif(value ->> 'cells_images_per_s' >=
  > value ->> 'threads_images_per_s', 'cells', 'threads') FROM json_each('[' || readfile('cells.json') || ']')"
  1

A part of a batch, and how many pictures are computed for it.

  $ winnow bench mlp:width=16 --rows 5 --json $quick 2>/dev/null | measured
  {
    "model": "mlp(width=16)",
    "precision": "fp32",
    "batch": 16,
    "rows": 5,
    "rounds": 1,
    "rows_computed": +,
    "step_ms": +,
    "own_step_ms": +,
    "ratio": +
  }
  $ winnow bench mlp:width=16 --rows 17 $quick
  ! winnow bench: --rows: 17 are no part of a --batch of 16
  ...
  [2]

For people.

  $ winnow bench softmax --layers $quick 2>/dev/null
  *: fp32, 1 thread, batches of 16 (forward alone: 16), 1 round of 0.005 s (glob)
  peak: * GFLOP/s fp32 (multiply-adds on registers), * in a product of 1024 x 1024 matrices (glob)
  $
  model    input * train/s * forward/s * GFLOP/s * % of peak * MiB * convolutions (glob)
  ...
  softmax  28x28x1 * (glob)
  $
  model  * step ms * forward * loss * backward * update * (glob)
  ...
  softmax  * (glob)
  $
  softmax
  layer   in       out  * forward ms * backward ms * runs as (glob)
  ...
  linear  28x28x1  1x1x10 * (glob)
  $ winnow bench softmax --cells $quick 2>/dev/null
  images/s, N = 2, fp32, batches of 16, 1 round of 0.005 s
  $
  model * 1 cell x 1 thread * 1 cell x N * N cells x 1 * better (glob)
  ...
  softmax * (glob)
  $ winnow bench softmax --rows 3 $quick 2>/dev/null
  steps of 3 pictures in networks planned for 16, and for 3, fp32, 1 round of 0.005 s
  $
  model * computed * step ms * of its own ms * x (glob)
  ...
  softmax * 3 * (glob)

Pruners.

  $ small='--samples 40,80 --features 4 --classes 3 --rounds 2 --epochs 4'
  $ winnow bench --pruners el2n:runs=2 ucb $small --json >pruners.json 2>/dev/null
  $ sqlite3 :memory: "SELECT value ->> 'features', value ->> 'threads'
  > FROM json_each('[' || readfile('pruners.json') || ']')"
  4|1
  $ sizes() { sqlite3 :memory: "WITH p AS (SELECT p.value ->> 'pruner' AS pruner, p.value ->> 'growth' AS growth,
  > s.value AS size FROM json_each(readfile('$1'), '$.pruners') p, json_each(p.value, '$.sizes') s) $2"; }
  $ sizes pruners.json "SELECT pruner, size ->> 'samples', size ->> 'rounds', size ->> 'passes',
  > size ->> 'round_s' > 0, size ->> 'observe_s' > 0, size ->> 'select_s' > 0,
  > size ->> 'made_up_bytes' > 0, size ->> 'peak_bytes' > 0, json_type(size, '$.solutions'),
  > typeof(growth) FROM p"
  el2n(runs=2)|40|2|2|1|1|1|1|1|array|real
  el2n(runs=2)|80|2|2|1|1|1|1|1|array|real
  ucb|40|2|1|1|1|1|1|1|array|real
  ucb|80|2|1|1|1|1|1|1|array|real

Without names it is all of the registry; those that refuse say why.

  $ winnow bench --pruners --samples 40 --features 4 --classes 3 --rounds 1 --epochs 4 --json \
  > >all.json 2>/dev/null
  $ winnow list pruners --json >list.json
  $ sqlite3 :memory: "SELECT value ->> 'name' FROM json_each(readfile('list.json'), '$.pruners')" >names
  $ sizes all.json 'SELECT pruner FROM p' | cmp - names && [ $(wc -l <names) -gt 40 ]
  $ sizes all.json "SELECT pruner, size ->> 'failed' FROM p WHERE size ->> 'failed' IS NOT NULL
  > OR coalesce(size ->> 'rounds', size ->> 'left_out') IS NULL"

For people.

  $ winnow bench --pruners ucb random $small
  *: 1 thread; a made-up training of 4 epochs, 4 features, 3 classes, rate 0.3; medians; (glob)
  memory in MiB: the process's peak, and in it the arrays it is lent and its state
  $
  pruner  samples  passes  observe ms  * peak MiB * growth (glob)
  ...
  ucb          40       1 * (glob)
  ucb          80       1 * (glob)
  random       40       0           -  - * (glob)
  random       80       0           -  - * (glob)
  ...
  ! [2/2] random, 80 samples: * s, * MiB (glob)
  ...
  $ winnow bench --pruners el2n --rate 0.9 --samples 4,40 --features 4 --rounds 1 2>/dev/null
  ...
  el2n         40      10 * (glob)
  $
  left out at 4 samples: el2n: rate 0.9 keeps none of 4 samples; the highest rate is 0.8750

Mistakes.

  $ winnow bench mpl
  ! winnow bench: unknown model 'mpl', did you mean mlp?
  [2]
  $ winnow bench mlp --precision fp8
  ! winnow bench: --precision: expected one of fp32, bf16, found 'fp8'
  [2]
  $ winnow bench convnet:deph=2
  ! winnow bench: convnet has no option 'deph', did you mean depth?
  [2]
  $ winnow bench mlp --input 28x28
  ! winnow bench: --input: expected HEIGHTxWIDTHxCHANNELS, as in 28x28x1, not '28x28'
  [2]
  $ winnow bench mlp --conv naiv
  ! winnow bench: --conv: unknown implementation 'naiv', did you mean naive?
  [2]
  $ winnow bench --pruners uct
  ! winnow bench: unknown pruner 'uct', did you mean ucb?
  [2]
  $ winnow bench --pruners ucb:perod=3
  ! winnow bench: ucb has no option 'perod', did you mean period?
  [2]
  $ winnow bench --pruners --samples 50,5
  ! winnow bench: --samples: expected rising numbers from 1 to 10000000, at most 8 of them, as in 5000,50000, found '50,5'
  [2]
  $ winnow bench --pruners ucb --cells
  ! winnow bench: --pruners measures no models: --cells, --layers, --rows, --conv and --input do not apply
  [2]
  $ winnow bench mlp --samples 5
  ! winnow bench: --samples and --to need --pruners
  [2]
  $ winnow bench mlp --seconds 0
  ! winnow bench: --seconds: expected a number from 0.001 to 3600, found '0'
  [2]

A cell that cannot be built says why itself; the comparison then ends.

  $ winnow bench convnet --cells --input 4x4x1 $quick
  ! winnow bench: convnet: depth 3 halves the picture 3 times, but it is only 4 x 4 pixels
  ...
  ! winnow bench: a cell has ended before it answered
  [2]
