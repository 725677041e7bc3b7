300 classes, which no byte counts: an array and a folder of pictures are the same data.

  $ unset WINNOW_DATA
  $ /usr/bin/python3 -c "import numpy, os; from PIL import Image
  > rng = numpy.random.default_rng(0); y = numpy.arange(900) // 3; x = rng.integers(0, 256, (900, 5, 4), 'u1')
  > for i in range(900):
  >   folder = 'pictures/%s/%03d' % ('test' if i % 3 == 2 else 'train', y[i]); os.makedirs(folder, exist_ok=True)
  >   Image.fromarray(x[i]).save('%s/%d.png' % (folder, i % 3))
  > test = numpy.arange(900) % 3 == 2
  > numpy.savez('many.npz', train_images=x[~test], train_labels=y[~test], test_images=x[test], test_labels=y[test])
  > numpy.savetxt('others.txt', numpy.where(numpy.arange(600) < 30, 299, y[~test]), '%d')"
  $ cat >many.yaml <<'END'
  > name: many
  > dataset: [{name: npz, path: many.npz}, {name: folder, path: pictures}]
  > model: softmax
  > pruner:
  >   - {name: el2n, runs: 1, at: 1, balance: class}
  >   - {name: k-center, at: 1, balance: class}
  >   - {name: moderate, at: 1, balance: class}
  >   - {name: craig, at: 1}
  > rate: 0.5
  > seed: 1
  > train: {epochs: 1, batch: 100}
  > END
  $ winnow plan many.yaml --no-measure | sed -n 's/^data.*content //p' | sort -u | wc -l
  1
  $ winnow run many.yaml --db a.db 2>/dev/null

One of the two samples of each class is kept, and one more is there to be tested.

  $ sqlite3 a.db 'SELECT pruner, min(kept), max(kept), max(class), count(*) FROM v_class GROUP BY 1'
  craig|1|1|299|600
  el2n|1|1|299|600
  k-center|1|1|299|600
  moderate|1|1|299|600
  $ sqlite3 a.db 'SELECT count(*), count(DISTINCT hex(bitmap)) FROM v_selection'
  8|2
  $ sqlite3 a.db 'SELECT min(n), max(n), max(class), count(*) / count(DISTINCT attempt) FROM v_class_accuracy'
  1|1|299|300

The first 30 are said to be of the last class.

  $ winnow run many.yaml --db b.db --set dataset.labels=others.txt --set pruner=random 2>/dev/null
  $ sqlite3 b.db 'SELECT DISTINCT flipped FROM v_noise'
  30
  $ sqlite3 b.db 'SELECT sum(kept) FROM v_class'
  600

1,000 classes are the most.

  $ /usr/bin/python3 -c "import numpy
  > for n in 1000, 1001:
  >   x = numpy.zeros((n, 2, 2), 'u1'); y = numpy.arange(n)
  >   numpy.savez('%d.npz' % n, train_images=x, train_labels=y, test_images=x, test_labels=y)"
  $ winnow plan many.yaml --no-measure --set 'dataset={name: npz, path: 1000.npz}' 2>/dev/null | tail -n 1
  many: 4 cells, 0 done, 4 to run, 0 to retry (results/many.db does not exist yet); no finished cell shows how long that takes
  $ winnow plan many.yaml --no-measure --set 'dataset={name: npz, path: 1001.npz}' 2>&1 | tail -n 1
  winnow plan: npz: 1001.npz: train_labels.npy: expected at most 1000 classes, found labels from 0 to 1000
