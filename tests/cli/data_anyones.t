Datasets of anybody's: whatever numpy reads of a file, winnow reads of it, bit for bit. (The content
hash is of shape, labels and pictures.)

  $ unset WINNOW_DATA
  $ /usr/bin/python3 "$repository/tests/support/anyones_data.py" data >expected
  $ cat >any.yaml <<'END'
  > name: any
  > dataset: idx
  > model: softmax
  > pruner: [full, random]
  > rate: 0.5
  > seed: 1
  > train: {epochs: 1, batch: 4}
  > END
  $ reads() { # NAME DATASET
  > found=$(winnow plan any.yaml --no-measure --set "dataset=$2" | sed -n 's/.*content //p')
  > grep -qx "$1 $found" expected && echo "$1: as expected"; }

IDX: sizes and classes are in the headers, whatever they are.

  $ reads plain '{name: idx, path: plain}'
  plain: as expected
  $ reads several '{name: idx, path: several, prefix: emnist-letters-, transposed: true}'
  several: as expected
  $ reads qmnist '{name: idx, path: qmnist}'
  qmnist: as expected
  $ reads colour "{name: idx, path: $PWD/data/colour}"
  colour: as expected

Which files they are, and what is in them, is not guessed.

  $ refused() { winnow plan any.yaml --no-measure --set "dataset={name: $1}" 2>&1 | tail -n 1; }
  $ refused 'idx, path: nowhere'
  winnow plan: idx: path 'nowhere' not found; get it from whoever made it: four files in the folder that `path` names; searched ./data, /usr/share/datasets, and the working directory
  $ refused 'idx, path: several'
  winnow plan: idx: ./data/several has emnist-digits-train-images-idx3-ubyte and emnist-letters-train-images-idx3-ubyte: choose a set by the prefix of its files' names
  $ refused 'idx, path: plain, prefix: qmnist-'
  winnow plan: idx: ./data/plain: expected a file 'qmnist-...train...images...idx...', found none
  $ damaged() { # FILE OFFSET BYTE
  > printf "\\$3" | dd of=data/$1 bs=1 seek=$2 conv=notrunc status=none; }
  $ cp -r data/plain data/other; damaged other/t10k-images-idx3-ubyte 15 3
  $ refused 'idx, path: other'
  winnow plan: idx: ./data/other/t10k-images-idx3-ubyte: too long: expected 286 bytes as the header says (10 of IDX data), found at least 466
  $ cp data/plain/* data/other; damaged other/t10k-images-idx3-ubyte 3 7
  $ refused 'idx, path: other'
  winnow plan: idx: ./data/other/t10k-images-idx3-ubyte: expected IDX data of 1 to 4 dimensions (magic number 0x0000TTDD), found 0x00000807
  $ cp data/plain/train-labels* data/other/t10k-labels-idx1-ubyte
  $ cp data/plain/*images* data/other
  $ refused 'idx, path: other'
  winnow plan: idx: ./data/other/t10k-labels-idx1-ubyte: expected 10 labels, one for each picture in ./data/other/t10k-images-idx3-ubyte, found 24
  $ cp data/colour/test-images* data/colour/train-labels-idx1-short
  $ refused 'idx, path: colour'
  winnow plan: idx: ./data/colour/train-labels-idx1-short: expected one label for each picture, as n or n x 1, found 10 x 3 x 9 x 5
  $ winnow fetch idx
  ! winnow fetch: idx cannot be fetched; get it from whoever made it: four files in the folder that `path` names
  [2]

A label that is none leaves classes without samples.

  $ cp data/plain/* data/other; damaged other/train-labels-idx1-ubyte 12 377
  $ winnow plan any.yaml --no-measure --set 'dataset={name: idx, path: other}' >/dev/null
  ! --set dataset: note: idx: 252 of the 256 classes have no training sample, the first is 3

A grid of it, and its pictures again by the record of a cell, wherever it is asked for.

  $ winnow run any.yaml --set 'dataset={name: idx, path: several, prefix: emnist-letters-}' \
  >   --db a.db 2>/dev/null
  $ sqlite3 a.db "SELECT DISTINCT dataset, data_folder = '$PWD/data' FROM v_run"
  idx(path=several prefix=emnist-letters-)|1
  $ key=$(sqlite3 a.db "SELECT short FROM v_run WHERE pruner = 'random'") db=$PWD/a.db
  $ cd / && winnow scores $key --db $db --kept | wc -l
  12
