Labels from elsewhere and worse pictures: in training alone, and part of what a cell is.

  $ unset WINNOW_DATA
  $ /usr/bin/python3 "$repository/tests/support/anyones_data.py" data >/dev/null
  $ cat >given.yaml <<'END'
  > name: given
  > dataset: {name: idx, path: plain}
  > model: softmax
  > pruner: [full, random]
  > rate: 0.5
  > seed: 1
  > train: {epochs: 1, batch: 4}
  > END
  $ content() { winnow plan given.yaml --no-measure "$@" | sed -n 's/^data.*content //p'; }
  $ own=$(content)

Of 24 labels the first six are replaced by the next class; a text and an array are one content.

  $ awk 'BEGIN { for (i = 0; i < 24; i++) print (i < 6 ? i + 1 : i) % 3 }' >data/people.txt
  $ /usr/bin/python3 -c "import numpy
  > numpy.save('data/people.npy', numpy.loadtxt('data/people.txt', int).reshape(-1, 1))"
  $ text=$(content --set dataset.labels=people.txt) array=$(content --set dataset.labels=people.npy)
  $ test $text = $array && test $text != $own
  $ winnow run given.yaml --db a.db --set dataset.labels=people.txt 2>/dev/null
  $ sqlite3 a.db "SELECT DISTINCT dataset, flipped || ' of ' || n FROM v_noise"
  idx(labels=people.txt path=plain)|6 of 24

Another content of the file is another cell.

  $ winnow plan given.yaml --db a.db --set dataset.labels=people.txt --no-measure | tail -n 1
  given: 2 cells, 2 done, 0 to run, 0 to retry (a.db)
  $ sed -i 's/^0/1/' data/people.txt
  $ winnow plan given.yaml --db a.db --set dataset.labels=people.txt --no-measure | tail -n 1
  given: 2 cells, 0 done, 2 to run, 0 to retry, 2 stale (a.db); about * with -j * (glob)
  ! given.yaml:2:10: note: idx: 1 of the 3 classes has no training sample, the first is 0

A file that does not fit is refused.

  $ refused() { winnow plan given.yaml --no-measure --set "dataset={name: idx, path: plain, $1}" 2>&1 |
  >   tail -n 1; }
  $ refused 'labels: nowhere.txt'
  winnow plan: idx: labels: 'nowhere.txt' not found; searched ./data, /usr/share/datasets, and the working directory
  $ sed 1d data/people.txt >short.txt; refused 'labels: short.txt'
  winnow plan: idx: labels: ./short.txt: expected 24 labels, one for each picture in the training set, found 23
  $ sed 's/2/3/' data/people.txt >high.txt; refused 'labels: high.txt'
  winnow plan: idx: labels: ./high.txt: expected labels from 0 to 2, found 3 at position 1
  $ sed '3s/.*/cat/' data/people.txt >word.txt; refused 'labels: word.txt'
  winnow plan: idx: labels: ./word.txt:3: expected a label, a whole number, found 'cat'
  $ refused 'labels: people.txt, noise: 0.1'
  winnow plan: --set dataset: idx: noise: not with labels, whose noise is in their file
  $ refused 'labels: folder/train_images.npy'
  winnow plan: idx: labels: ./data/folder/train_images.npy: expected one label for each picture, as n or n x 1, found 24 x 9 x 5

Worse pictures leave the content, and make another cell; without any the key is as it was.

  $ winnow run given.yaml --db a.db \
  >   --set "dataset={name: idx, path: plain, corrupt: 0.5, corrupt_kind: [noise, blur, occlusion]}" \
  >   2>/dev/null
  $ sqlite3 a.db "SELECT dataset, count(*) FROM v_run GROUP BY dataset"
  idx(corrupt=0.5 corrupt_kind=blur path=plain)|2
  idx(corrupt=0.5 corrupt_kind=occlusion path=plain)|2
  idx(corrupt=0.5 path=plain)|2
  $ sqlite3 a.db "SELECT count(DISTINCT data_hash) FROM v_run"
  1

Which pictures is recorded, and how many of them a subset has.

  $ sqlite3 a.db "SELECT DISTINCT pruner, n, kept, corrupted, corrupt_share, kept_share FROM v_corrupt
  > WHERE pruner = 'full'"
  full|24|24|12|0.5|1.0
  $ winnow sql --db a.db "SELECT DISTINCT kept_count(c.bitmap), c.corrupt_kept = kept_both(c.bitmap, s.bitmap)
  > FROM v_corrupt c JOIN v_selection s USING (attempt)"
  kept_count(c.bitmap)  c.corrupt_kept = kept_both(c.bitmap, s.bitmap)
  --------------------  ----------------------------------------------
                    12                                               1
  $ winnow db check --db a.db | tail -n 1
  a.db: 8 cells, 8 attempts, 8 selections, 0 artifacts: 0 damaged, 0 notes
  $ winnow run given.yaml --db b.db 2>/dev/null
  $ winnow plan given.yaml --db b.db --no-measure --set 'dataset={name: idx, path: plain, corrupt: 0}' |
  >   tail -n 1
  given: 2 cells, 2 done, 0 to run, 0 to retry (b.db)
