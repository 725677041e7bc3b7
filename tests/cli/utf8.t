Text from outside that is not UTF-8: names of folders, and databases of others. What is printed and
stored is made safe; paths are still opened by the bytes that they have. (What a worker prints,
tests/cli/utf8.c has.)

  $ d=$PWD/$(printf 'x\377')
  $ mkdir "$d"

A shard whose error is not UTF-8 is put aside: SQLite's own words quote the table's name.

  $ cp made.db bad.db && cp made.db good.db
  $ sqlite3 -cmd '.dbconfig defensive off' bad.db "PRAGMA writable_schema = ON;
  > UPDATE sqlite_schema SET sql = 'CREATE INDEX warning_attempt ON ' || CAST(x'ff61' AS TEXT) ||
  > ' (attempt)' WHERE name = 'warning_attempt'" >/dev/null
  $ winnow merge all.db bad.db good.db --json >merge.json
  ! winnow merge: bad.db: * no such table: main.�a*; renamed to bad.db.bad (glob)
  [1]
  $ sqlite3 :memory: "SELECT readfile('merge.json') ->> 'attempts'"
  8
  $ sqlite3 all.db "SELECT count(*), sum(refused IS NULL), sum(hex(refused) LIKE '%2EEFBFBD61%')
  > FROM import_log"
  2|1|1
  $ sqlite3 all.db 'SELECT count(*) FROM attempt'
  8

One that is intact, with a host and a log in another encoding, is taken. The same words again are the
same environment.

  $ cp made.db "$d/odd.db"
  $ sqlite3 "$d/odd.db" "DROP TRIGGER attempt_changes_once;
  > UPDATE environment SET host = CAST(x'6dfc' AS TEXT);
  > UPDATE attempt SET log = CAST(x'4cff0a' AS TEXT) WHERE state = 'failed'"
  $ winnow merge odd.db "$d/odd.db"
  odd.db: 1 shard: 8 new attempts, 0 known
  $ sqlite3 odd.db 'SELECT DISTINCT hex(host) FROM environment'
  6DEFBFBD
  $ sqlite3 odd.db "SELECT DISTINCT hex(log) FROM attempt WHERE state = 'failed'"
  4CEFBFBD0A
  $ sqlite3 odd.db "SELECT hex(path) LIKE '%2F78EFBFBD2F%' FROM import_log"
  1
  $ winnow merge odd.db "$d/odd.db"
  odd.db: 1 shard: 0 new attempts, 8 known
  $ winnow db check --db odd.db
  odd.db: 9 cells, 8 attempts, 1 selection, 0 artifacts: 0 damaged, 0 notes

A grid in a folder whose name is not UTF-8.

  $ cat >"$d/scored.yaml" <<'END'
  > name: scored
  > dataset: {name: synthetic, samples: 200}
  > model: softmax
  > pruner: [random, {name: el2n, runs: 1, at: 1}]
  > rate: 0.5
  > seed: 1
  > train: {epochs: 1}
  > data_dir: .
  > END
  $ cd "$d"
  $ winnow run "$d/scored.yaml" --db "$d/a.db" -j 1 2>&1 | grep -o '2 cells done: '
  2 cells done: $
  $ ls artifacts | wc -l
  1
  $ winnow sql 'SELECT file FROM v_experiment' --db "$d/a.db" -f csv
  file
  */x�/scored.yaml (glob)
  $ winnow plan "$d/scored.yaml" --db "$d/a.db" --json >plan.json
  $ sqlite3 :memory: "SELECT readfile('plan.json') ->> 'database'"
  */x�/a.db (glob)

Jobs there: the folder of the data is carried byte by byte, /...x, 0xff, "/.".

  $ winnow emit parallel "$d/scored.yaml" -o "$d/jobs" --db "$d/b.db" >/dev/null 2>&1
  $ for i in 0 1; do winnow cell --plan "$d/jobs/plan.jsonl" --element $i 2>/dev/null; done
  $ winnow merge b.db jobs
  b.db: 2 shards: 2 new attempts, 0 known
  $ grep -ac '"data_dir":\[47,.*,120,255,47,46\]' jobs/plan.jsonl
  1
