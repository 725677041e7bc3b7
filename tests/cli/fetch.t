Getting a dataset, from a server on this machine that is as bad as one likes
(tests/support/fetch_server.py). Two pictures for the test and ten to train on, as CIFAR-100.

  $ [ -e $WINNOW_BINARY-fetch ] || { echo 'winnow fetch was not built, for want of its libraries'; exit 80; }
  $ unset WINNOW_DATA http_proxy all_proxy ALL_PROXY
  $ mkdir site cifar-100-binary; echo whole >site/way
  $ python3 "$repository/tests/support/fetch_server.py" site &
  $ records() { for i in $(seq $1); do printf '\0\0'; head -c 3072 /dev/urandom; done; }
  $ records 10 >cifar-100-binary/train.bin; records 2 >cifar-100-binary/test.bin
  $ seq 100 >cifar-100-binary/fine_label_names.txt; echo fish >cifar-100-binary/coarse_label_names.txt
  $ tar czf site/cifar-100-binary.tar.gz cifar-100-binary
  $ (cd site; sha256sum *.gz >../sums)
  $ tar czf changed.tar.gz cifar-100-binary/*_*.txt cifar-100-binary/*.bin
  $ while [ ! -e site/port ]; do sleep 0.02; done
  $ server=http://127.0.0.1:$(cat site/port)
  $ fetch_from() { winnow fetch cifar100 --from $server/"$@" --sums sums; }
  $ fetch() { fetch_from sets "$@"; }
  $ left() { (cd data/cifar100 && ls) 2>&1; }
  $ asked() { cat site/log; rm -f site/log; }

A slow server is no stalled one. (Both take their time; the end of this file looks at them.)

  $ fetch_from slow --data-dir slow --stall 2s >slow.out 2>&1 & slow=$!
  $ fetch_from stall --data-dir stalled --stall 2s >stalled.out 2>&1 & stalled=$!
  $ begun() { while [ "$(cat site/begun 2>/dev/null | wc -l)" -lt $1 ]; do sleep 0.02; done; }
  $ begun 2

What goes wrong says where, and what can be done by hand. Nothing is left of it, not even a folder.

  $ echo 404 >site/way; fetch
  ! winnow fetch: http://127.0.0.1:*/sets/cifar-100-binary.tar.gz: HTTP 404: there is no such file. By hand: save http://127.0.0.1:*/sets/cifar-100-binary.tar.gz as ./data/cifar100/cifar-100-binary.tar.gz, then run the same command (glob)
  [4]
  $ echo 503 >site/way; fetch
  ! winnow fetch: http://127.0.0.1:*/cifar-100-binary.tar.gz: HTTP 503: try again later. By hand: * (glob)
  [4]
  $ echo page >site/way; fetch
  ! winnow fetch: http://127.0.0.1:*/cifar-100-binary.tar.gz: a web page came in the place of the file, a login's or a proxy's. By hand: * (glob)
  [4]
  $ echo wrong >site/way; fetch
  ! winnow fetch: http://127.0.0.1:*/cifar-100-binary.tar.gz: expected SHA-256 *, found *: nothing is kept. By hand: * (glob)
  [4]
  $ winnow fetch cifar100 --from http://127.0.0.1:1
  ! winnow fetch: http://127.0.0.1:1/cifar-100-binary.tar.gz: Failed to connect to 127.0.0.1 port 1 * By hand: * (glob)
  [4]
  $ ls data; asked >asked
  $ winnow fetch cifar100 --data-dir /proc
  ! winnow fetch: cannot make the folder /proc/cifar100: No such file or directory
  [4]

A connection that is cut off is taken up again, as often as it takes; one that brings nothing more
leaves what has come, for the next time. If the file has changed since, all of it comes.

  $ echo dead >site/way; fetch; left
  cifar-100-binary.tar.gz.part
  cifar-100-binary.tar.gz.part.from
  ! winnow fetch: http://127.0.0.1:*/cifar-100-binary.tar.gz: * 19.5 KiB are kept: the same command goes on from there. By hand: * (glob)
  $ echo cut >site/way; fetch; asked
  ./data/cifar100
  cifar-100-binary.tar.gz all
  cifar-100-binary.tar.gz bytes=20000- if
  cifar-100-binary.tar.gz bytes=20000- if
  ! cifar-100-binary.tar.gz: * KiB from http://127.0.0.1:*/sets/cifar-100-binary.tar.gz (glob)
  $ left
  fine_label_names.txt
  test.bin
  train.bin
  $ cmp data/cifar100/train.bin cifar-100-binary/train.bin
  $ cmp data/cifar100/test.bin cifar-100-binary/test.bin

What is there is not fetched again.

  $ fetch; asked
  ./data/cifar100
  ! cat: site/log: No such file or directory
  $ winnow fetch cifar100 --data-dir data
  data/cifar100

A file that has changed since, a server that gives no parts, a part of another address: all of it
comes. One that was put together of two files, where the server does not say so, comes once more.

  $ again() { # with a part that is there, after $1, with the flags that follow it
  >   rm -rf data; echo dead >site/way; fetch 2>&1 | grep -c 'are kept'
  >   rm site/log; eval "$1"; shift; fetch "$@" 2>/dev/null; asked
  > }
  $ again 'echo old >site/way'
  1
  ./data/cifar100
  cifar-100-binary.tar.gz bytes=20000- if
  $ again 'echo whole >site/way' --from $server/whole
  1
  ./data/cifar100
  cifar-100-binary.tar.gz all
  $ change() { cat changed.tar.gz >site/cifar-100-binary.tar.gz; cp sums.changed sums; }
  $ cp site/*.gz original.tar.gz; cp sums sums.original
  $ (mv changed.tar.gz cifar-100-binary.tar.gz; sha256sum *.gz; mv cifar-100-binary.tar.gz changed.tar.gz) | head -n 1 >sums.changed
  $ again 'echo whole >site/way; change'
  1
  ./data/cifar100
  cifar-100-binary.tar.gz bytes=20000- if
  $ cp original.tar.gz site/cifar-100-binary.tar.gz; cp sums.original sums
  $ again 'echo blind >site/way; change'
  1
  ./data/cifar100
  cifar-100-binary.tar.gz bytes=20000- if
  cifar-100-binary.tar.gz all

What is killed goes on from there, too; two do not write into one part.

  $ cp original.tar.gz site/cifar-100-binary.tar.gz; cp sums.original sums; rm -rf data
  $ echo stall >site/way; rm -f site/log
  $ winnow fetch cifar100 --from $server/sets --sums sums & killed=$!
  $ begun 3; fetch
  ! winnow fetch: ./data/cifar100/cifar-100-binary.tar.gz.part: another winnow fetch is at it; wait for its end
  [4]
  $ until [ "$(stat -c %s data/*/*.part)" -eq 20000 ]; do sleep 0.02; done
  $ { kill -KILL $killed; wait $killed; } 2>/dev/null
  [137]
  $ echo whole >site/way; fetch 2>/dev/null; asked
  ./data/cifar100
  cifar-100-binary.tar.gz bytes=20000- if

Somebody saved the archive there: it is unpacked, and stays; another one is refused.

  $ rm -rf data; mkdir -p data/cifar100; cp original.tar.gz data/cifar100/cifar-100-binary.tar.gz
  $ fetch; left
  ./data/cifar100
  cifar-100-binary.tar.gz
  fine_label_names.txt
  test.bin
  train.bin
  $ rm data/cifar100/train.bin; cp changed.tar.gz data/cifar100/cifar-100-binary.tar.gz; fetch
  ! winnow fetch: ./data/cifar100/cifar-100-binary.tar.gz: expected SHA-256 *, found *: move it away, then it is fetched (glob)
  [4]

An archive decides neither where its files go nor what they are, and has to have all of them.

  $ archive() { # from the files, with the flags of tar that follow
  >   rm -rf data up; tar czPf site/cifar-100-binary.tar.gz -C cifar-100-binary "$@"
  >   (cd site; md5sum *.gz >../sums); fetch; left
  > }
  $ archive --transform 's|^t|../../up/t|' --transform "s|^f|$PWD/up/f|" train.bin test.bin fine_label_names.txt 2>/dev/null
  ./data/cifar100
  fine_label_names.txt
  test.bin
  train.bin
  $ ls -d up; (cd cifar-100-binary; mkdir more; ln -s ../test.bin more/train.bin)
  ! ls: cannot access 'up': No such file or directory
  $ archive more/train.bin test.bin fine_label_names.txt
  cifar-100-binary.tar.gz.part
  cifar-100-binary.tar.gz.part.from
  ! winnow fetch: ./data/cifar100/cifar-100-binary.tar.gz.part: expected train.bin in it, which is not there
  $ for archive in "head -c 30000 original.tar.gz" "echo no archive"; do
  >   $archive >site/cifar-100-binary.tar.gz; (cd site; md5sum *.gz >../sums); fetch
  > done
  ! winnow fetch: ./data/cifar100/cifar-100-binary.tar.gz.part: expected an archive of the dataset, found: truncated gzip input
  ! winnow fetch: ./data/cifar100/cifar-100-binary.tar.gz.part: expected an archive of the dataset, found: Unrecognized archive format
  [4]

The slow and the stalled server.

  $ wait $slow; ls slow/cifar100
  fine_label_names.txt
  test.bin
  train.bin
  $ wait $stalled
  [4]
  $ cat stalled.out
  winnow fetch: http://127.0.0.1:*/cifar-100-binary.tar.gz: nothing came for 2 s; 19.5 KiB are kept: * (glob)
