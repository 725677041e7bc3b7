Where -o leads to something that is no file: each command that writes one file, and plot.

A pipe is written to, and stays.

  $ mkfifo p
  $ timeout 100 cat p >page & winnow report -e other --db made.db -o p 2>/dev/null; wait
  $ head -c 15 page; test -p p
  <!doctype html>
  $ timeout 100 cat p >copy.db & winnow db backup --db made.db -o p; wait
  $ sqlite3 copy.db 'PRAGMA integrity_check; SELECT count(*) FROM cell'
  ok
  9
  $ winnow db check --db copy.db | tail -n 1
  copy.db: 9 cells, 9 attempts, 1 selection, 0 artifacts: 0 damaged, 1 note
  $ ls; test -p p
  copy.db
  empty.db
  made.db
  p
  page

So is stdout by its path, whose name is not printed then.

  $ echo before >page
  $ winnow report -e other --db made.db -o /dev/stdout >>page 2>/dev/null
  $ head -n 1 page; tail -n 1 page
  before
  </html>
  $ winnow db backup --db made.db -o /dev/stdout | cat >copy.db
  $ sqlite3 copy.db 'SELECT count(*) FROM cell'
  9

A link is followed, and stays.

  $ mkdir d f
  $ ln -s d/page.html page.html; ln -s d/b.db b.db; ln -s ../d/phases.svg f/phases.svg
  $ winnow report -e other --db made.db -o page.html 2>/dev/null
  page.html
  $ winnow db backup --db made.db -o b.db
  b.db
  $ winnow plot phases -e made --db made.db -f svg -o f 2>/dev/null
  f/phases.tsv
  f/phases.svg
  $ find . -type l | sort; ls d
  ./b.db
  ./f/phases.svg
  ./page.html
  b.db
  page.html
  phases.svg
  $ winnow db backup --db made.db -o b.db
  ! winnow db backup: b.db exists; --force replaces it
  [5]
  $ ln -s made.db self
  $ winnow db backup --force --db made.db -o self
  ! winnow db backup: made.db is the database itself
  [5]

A character device is written into, and stays, where one can be made and used.

  $ if ! { mknod null c 1 3 && : >null; } 2>/dev/null; then echo 'no device can be made and used'; exit 80; fi
  $ winnow report -e other --db made.db -o null 2>/dev/null
  $ winnow db backup --db made.db -o null
  $ test -c null
