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

NumPy's arrays: in an archive, packed or not, in a folder; rows first or columns first; labels of any
type.

  $ for name in stored packed streamed keras photos; do reads $name "{name: npz, path: $name.npz}"
  > done
  stored: as expected
  packed: as expected
  streamed: as expected
  keras: as expected
  photos: as expected
  $ reads folder '{name: npy, path: folder}'
  folder: as expected

Files of PNG and JPEG, as PIL decodes them: grey, with a palette, transparent, inks; of one size, or
scaled to one; classes by folders, or as TinyImageNet has them.

  $ for name in kinds grey tiny; do reads $name "{name: folder, path: $name}"; done
  kinds: as expected
  grey: as expected
  tiny: as expected
  ! --set dataset: note: folder: 1 of the 9 training pictures is a copy of another, 1 of them with another label
  $ reads sizes '{name: folder, path: sizes, size: 16}'
  sizes: as expected

CIFAR for Python.

  $ reads cifar-10-batches-py cifar10
  cifar-10-batches-py: as expected
  $ reads cifar-100-python cifar100
  cifar-100-python: as expected

Which files they are, and what is in them, is not guessed.

  $ refused() { winnow plan any.yaml --no-measure --set "dataset={name: $1}" 2>&1 | tail -n 1; }
  $ refused 'idx, path: nowhere'
  winnow plan: idx: 'nowhere' not found; get it from whoever made it: four files in the folder that `path` names; searched ./data, /usr/share/datasets, and the working directory
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

What is no picture, no label, or no archive is refused with its place.

  $ for name in fractions many volumes objects negative unlike lacking; do
  > refused "npz, path: $name.npz"; done
  winnow plan: npz: ./data/fractions.npz: train_images.npy: expected pictures of unsigned bytes (uint8), found float64: write them as bytes from 0 to 255
  winnow plan: npz: ./data/many.npz: train_labels.npy: expected one label for each picture, as n or n x 1, found 24 x 14
  winnow plan: npz: ./data/volumes.npz: test_images.npy: expected pictures as n x height x width, with or without 1 to 4 channels behind (reshape them so), found 10 x 9 x 9 x 9
  winnow plan: npz: ./data/objects.npz: test_labels.npy: expected numbers of 1 to 8 bytes, found the type '<U1': convert it (array.astype('uint8'))
  winnow plan: npz: ./data/negative.npz: test_labels.npy: expected labels from 0 or 1 of at most 1000 classes, found -1 at position 0
  winnow plan: npz: ./data/unlike.npz: test_images.npy: expected pictures of 9 x 5 x 1, as in ./data/unlike.npz: train_images.npy, found 9 x 5 x 3
  winnow plan: npz: ./data/lacking.npz: expected train_labels.npy or y_train.npy in it, found train_images.npy, labels.npy
  $ again() { cp data/stored.npz data/other.npz; }
  $ again; truncate -s -30 data/other.npz; refused 'npz, path: other.npz'
  winnow plan: npz: ./data/other.npz: expected a zip archive, found no end of one (cut short?): get it again, whole
  $ again; truncate -s 300 data/other.npz; refused 'npz, path: other.npz'
  winnow plan: npz: ./data/other.npz: expected a zip archive, found no end of one (cut short?): get it again, whole
  $ echo not one >data/other.npz; refused 'npz, path: other.npz'
  winnow plan: npz: ./data/other.npz: expected a zip archive, found something else: get it again, whole
  $ again; damaged other.npz 300 0; refused 'npz, path: other.npz'
  winnow plan: npz: ./data/other.npz: train_images.npy: damaged zip archive: the checksum differs
  $ cp data/packed.npz data/other.npz; damaged other.npz 300 0; refused 'npz, path: other.npz'
  winnow plan: npz: ./data/other.npz: train_images.npy: damaged zip archive: less is packed in it than its size says
  $ remade() { /usr/bin/python3 -c "
  > import sys; path, old, new = sys.argv[1:]; data = open(path, 'rb').read()
  > assert old.encode() in data; open(path, 'wb').write(data.replace(old.encode(), new.encode()))
  > " data/folder/train_images.npy "$@"; refused 'npy, path: folder'; }
  $ remade '(24, 9, 5), }' '(np.int64(24), 9, 5), }'
  winnow plan: npz: ./data/folder/train_images.npy: its shape has 'np.int64', which NumPy cannot read either (NumPy 2's open_memmap writes it, given a shape of its own numbers): write it again with shape=tuple(map(int, shape))
  $ remade 'np.int64(24)' '25'
  winnow plan: npz: ./data/folder/train_images.npy: cut short: expected 1253 bytes as the header says, found 1208
  $ remade '(25,' '(2x,'
  winnow plan: npz: ./data/folder/train_images.npy: expected a comma at character 52 of its header, found 'x, 9, 5), }         '
  $ remade '(2x,' '(99999999999, 99999999999,'
  winnow plan: npz: ./data/folder/train_images.npy: expected at most 4294967296 bytes, found a header that says more
  $ remade "False, 'shape'" "None, 'shape'"
  winnow plan: npz: ./data/folder/train_images.npy: expected True or False at character 34 of its header, found 'None, 'shape': (9999'
  $ remade "'|u1'" "'|O'"
  winnow plan: npz: ./data/folder/train_images.npy: expected numbers of 1 to 8 bytes, found the type '|O': convert it (array.astype('uint8'))
  $ remade 'NUMPY' 'NUMPI'
  winnow plan: npz: ./data/folder/train_images.npy: expected an array of NumPy's (\x93NUMPY, version 1 to 3), found something else
  $ truncate -s 60 data/folder/test_labels.npy; cp data/folder/test_images.npy data/folder/train_images.npy; refused 'npy, path: folder'
  winnow plan: npz: ./data/folder/test_labels.npy: cut short in its header: expected 128 bytes, found 60

Pictures that are damaged, of another size, or no pictures; classes that are none.

  $ png=data/other/train/bee/rgb.png jpeg=data/other/train/bee/rgb.jpg
  $ again() { rm -rf data/other; cp -r data/kinds data/other; }
  $ again; truncate -s -20 $png; refused 'folder, path: other'
  winnow plan: folder: ./data/other/train/bee/rgb.png: expected an intact PNG file of 8 bits, found: cut short
  $ again; truncate -s 200 $png; refused 'folder, path: other'
  winnow plan: folder: ./data/other/train/bee/rgb.png: expected an intact PNG file of 8 bits, found: cut short
  $ again; truncate -s -40 $jpeg; refused 'folder, path: other'
  winnow plan: folder: ./data/other/train/bee/rgb.jpg: expected an intact JPEG file of 8 bits, found: Premature end of JPEG file
  $ again; echo not one >$png; refused 'folder, path: other'
  winnow plan: folder: ./data/other/train/bee/rgb.png: expected a PNG or JPEG file, found something else
  $ again; /usr/bin/python3 -c "from PIL import Image; Image.new('I', (20, 14)).save('$png')"
  $ refused 'folder, path: other'
  winnow plan: folder: ./data/other/train/bee/rgb.png: expected an intact PNG file of 8 bits, found: 16 bits a channel (write it with 8)
  $ refused 'folder, path: sizes'
  winnow plan: folder: ./data/sizes/train/bee/3.png: expected 9 x 50 pixels, as the first picture has, found 33 x 38: scale all to one size (`size: 64`, say)
  $ /usr/bin/python3 -c "from PIL import Image; Image.new('L', (20, 300)).save('data/other/train/bee/a.png')"
  $ refused 'folder, path: other'
  winnow plan: folder: ./data/other/train/bee/a.png: expected at most 256 x 256 pixels, found 300 x 20: scale them (`size: 64`, say)
  $ again; rm -r data/other/train/eel/*; refused 'folder, path: other'
  winnow plan: folder: ./data/other/train/eel: expected pictures (.png, .jpg, .jpeg), found none
  $ again; mv data/other/test/bee data/other/test/bees; refused 'folder, path: other'
  winnow plan: folder: ./data/other/test/bees: expected a class of those in ./data/other/train, found another
  $ again; mv data/other/test data/other/tests; refused 'folder, path: other'
  winnow plan: folder: ./data/other: expected a folder test or val with a folder for each class, or val/val_annotations.txt: set some pictures aside to test on
  $ again; mv data/other/train data/other/trains; refused 'folder, path: other'
  winnow plan: folder: ./data/other: expected a folder train in it, with a folder for each class, and another, test or val
  $ rm -rf data/other; cp -r data/tiny data/other; echo val_0.png bee >>data/other/val/val_annotations.txt
  $ refused 'folder, path: other'
  winnow plan: folder: ./data/other/val/val_annotations.txt:5: expected a file's name and, behind a tab, a class in ./data/other/train
  $ rm data/other/val/images/val_3.png; sed -i '$d' data/other/val/val_annotations.txt
  $ refused 'folder, path: other'
  winnow plan: folder: cannot read ./data/other/val/images/val_3.png: No such file or directory

A pickle is not executed, and what CIFAR's have not got is refused.

  $ cifar() { # PYTHON'S EXPRESSION FOR A FILE
  > /usr/bin/python3 -c "import os, pickle; path = 'data/cifar-100-python/test'
  > old = open(path, 'rb').read(); open(path, 'wb').write($1)"
  > winnow plan any.yaml --no-measure --set dataset=cifar100 2>&1 | tail -n 1
  > cp test data/cifar-100-python; }
  $ cp data/cifar-100-python/test .
  $ cifar 'b"\x80\2cos\nsystem\nU\x0btouch ran.txt\x85R."'; ls ran.txt
  winnow plan: cifar100: ./data/cifar-100-python/test: imports something, which is not done: operation 0x63 'c' at byte 2 of a Python pickle
  ! ls: cannot access 'ran.txt': No such file or directory
  [2]
  $ cifar 'pickle.dumps({"a": 1}, 4)'
  winnow plan: cifar100: ./data/cifar-100-python/test: expected protocol 2, as CIFAR's, found another: operation 0x80 at byte 0 of a Python pickle
  $ cifar 'pickle.dumps({"fine_labels": [1.5]}, 2)'
  winnow plan: cifar100: ./data/cifar-100-python/test: unknown to CIFAR's files: operation 0x47 'G' at byte 26 of a Python pickle
  $ cifar 'old[:-400]'
  winnow plan: cifar100: ./data/cifar-100-python/test: cut short: operation 0x54 'T' at byte 133 of a Python pickle
  $ cifar 'old + b"."'
  winnow plan: cifar100: ./data/cifar-100-python/test: something is left over at its end: operation 0x2e '.' at byte 9446 of a Python pickle
  $ cifar 'old.replace(b"u1", b"u2")'
  winnow plan: cifar100: ./data/cifar-100-python/test: calls something other than numpy's array of unsigned bytes: operation 0x52 'R' at byte 108 of a Python pickle
  $ cifar 'old.replace(b"fine_labels", b"FINE_LABELS")'
  winnow plan: cifar100: ./data/cifar-100-python/test: expected a list 'fine_labels' and an array 'data' in a dictionary
  $ cifar 'old.replace(b"(K\x05", b"(K\x65", 1) if b"(K\x05" in old else old.replace(b"K\0K", b"K\xc8K")'
  winnow plan: cifar100: ./data/cifar-100-python/test: expected labels from 0 to 99, found 200 in record 0
  $ cifar 'old.replace(b"(K\1K\3M\0\x0c", b"(K\1K\6M\0\x06")'
  winnow plan: cifar100: ./data/cifar-100-python/test: expected 3072 bytes of data for each label, found 9216 for 3

A label that is none leaves classes without samples.

  $ rm -r data/other; cp -r data/plain data/other; damaged other/train-labels-idx1-ubyte 12 377
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
