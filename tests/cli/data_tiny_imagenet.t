A grid on 2,000 pictures of 200 classes in TinyImageNet's layout.

  $ unset WINNOW_DATA
  $ mkdir -p data/tiny && /usr/bin/python3 "$repository/tests/support/tiny_imagenet.py" data/tiny
  $ cat >tiny.yaml <<'END'
  > name: tiny
  > dataset: {name: folder, path: tiny, size: 16, val_fraction: 0.1}
  > model: softmax
  > pruner: [full, random, {name: el2n, runs: 1, at: 1}]
  > rate: 0.5
  > seed: 1
  > train: {epochs: 4, batch: 32, lr: 0.05}
  > END
  $ winnow run tiny.yaml --db tiny.db 2>/dev/null
  $ sqlite3 tiny.db "SELECT pruner, dataset, train_n, test_n FROM v_run ORDER BY pruner"
  el2n|folder(val_fraction=0.1 path=tiny size=16)|1800|200
  full|folder(val_fraction=0.1 path=tiny size=16)|1800|200
  random|folder(val_fraction=0.1 path=tiny size=16)|1800|200

What has a colour and a wave of its own is learnt, by more than one in 200; classes are called as
words.txt has it.

  $ sqlite3 tiny.db "SELECT min(accuracy) > 0.05 FROM v_run"
  1
  $ winnow sql --db tiny.db "SELECT class_name(cell, 0), class_name(cell, 199), sample_class(cell, 1799)
  > FROM v_run WHERE pruner = 'full'" --format csv
  "class_name(cell, 0)","class_name(cell, 199)","sample_class(cell, 1799)"
  thing 0,thing 199,199
