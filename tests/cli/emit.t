winnow emit, cell and merge without a cluster: by hand, and with GNU parallel on this machine.
tests/cli/emit.c has the element that is stopped.

  $ cat >tiny.yaml <<'END'
  > name: tiny
  > dataset: {name: synthetic, samples: 200, classes: 4}
  > model: softmax
  > pruner: [full, random]
  > rate: [0.3, 0.7]
  > seed: 2
  > train: {epochs: 1, batch: 32}
  > END

Shards that are none are put aside, and the rest goes on. What was lost is pending, and nothing else.

  $ winnow emit slurm tiny.yaml -o j --cells 3
  tiny: 6 cells in 2 elements, frozen in */j/plan.jsonl (glob)
  $
    */j/submit.sh (glob)
        submits what is neither done nor queued, as 1 array job at most, and a job that merges
        their results. Run it again after a bad night: it submits what is left.
    winnow merge */results/tiny.db */j (glob)
        takes in the results so far, as often as you like.
  ...
  $ for i in 0 1; do winnow cell --plan j/plan.jsonl --element $i; done 2>&1 | grep '^tiny: '
  tiny: element 0 of 2: 3 of 3 cells to run
  tiny: element 1 of 2: 3 of 3 cells to run
  $ truncate -s 9000 $(ls j/shards/*.db | head -n 1); echo text >j/shards/other.db
  $ winnow merge a.db j --json >merged.json
  ! winnow merge: j/shards/*.db: database disk image is malformed; renamed to j/shards/*.db.bad (glob)
  ! winnow merge: j/shards/other.db: not a database; renamed to j/shards/other.db.bad
  [1]
  $ sqlite3 :memory: "SELECT json_remove(readfile('merged.json'), '$.shards'),
  > count(value ->> 'refused'), count(value ->> 'aside')
  > FROM json_each(readfile('merged.json'), '$.shards')"
  {"database":"a.db","attempts":3,"known":0,"refused":2}|2|2
  $ ls j/shards | grep -c '\.bad$'
  2
  $ winnow merge a.db j
  a.db: 1 shard: 0 new attempts, 3 known
  $ sqlite3 a.db 'SELECT count(*), count(refused) FROM import_log'
  3|2
  $ sqlite3 a.db "SELECT count(*) FROM v_run WHERE experiment = 'tiny'"
  6
  $ winnow emit pending j --lines | wc -l
  1
  $ winnow emit pending j --db a.db --except 0-1

A folder is of one plan, whose scripts may change.

  $ emit() { winnow emit "$@" | head -n 1; }
  $ emit slurm tiny.yaml -o k --max-array 2
  tiny: 6 cells in 6 elements, frozen in */k/plan.jsonl (glob)
  $ cp k/plan.jsonl before; ls k
  cells-1.sbatch
  cells-2.sbatch
  cells-3.sbatch
  merge.sbatch
  plan.jsonl
  submit.sh
  $ emit slurm tiny.yaml -o k --max-array 4 --partition p
  tiny: 6 cells in 6 elements, frozen in */k/plan.jsonl (glob)
  $ cmp before k/plan.jsonl && ls k
  cells-1.sbatch
  cells-2.sbatch
  merge.sbatch
  plan.jsonl
  submit.sh
  $ winnow emit slurm tiny.yaml -o k --set seed=1
  ! winnow emit slurm: */k holds another plan: choose another folder, or --force (glob)
  [2]
  $ cmp before k/plan.jsonl
  $ emit slurm tiny.yaml -o k --set seed=1 --force
  tiny: 3 cells in 3 elements, frozen in */k/plan.jsonl (glob)
  $ cmp -s before k/plan.jsonl
  [1]
  $ mkdir mine && echo x >mine/y && winnow emit slurm tiny.yaml -o mine
  ! winnow emit slurm: */mine is not empty, and has no plan: choose another folder, or --force (glob)
  [2]
  $ ls mine
  y

Its scripts are programs. What a link leads to, and is no file, keeps its rights.

  $ (umask 027; winnow emit parallel tiny.yaml -o p) && stat -c %a p/run.sh p/plan.jsonl
  tiny: 6 cells in 6 elements, frozen in */p/plan.jsonl (glob)
  $
    */p/run.sh (glob)
        runs what is not done on this machine, and merges. Run it again at any time.
    winnow merge */results/tiny.db */p (glob)
        takes in the results so far, as often as you like.
  ...
  750
  640
  $ mkdir q; mkfifo -m 600 pipe; ln -s ../pipe q/run.sh; cat pipe >script & reader=$!
  $ timeout 60 winnow emit parallel tiny.yaml -o q --force >/dev/null && wait $reader
  $ stat -c %a pipe; head -n 1 script
  600
  #!/bin/sh

Mistakes.

  $ winnow emit slurm tiny.yaml
  ! winnow emit slurm: -o DIR is missing
  [2]
  $ winnow emit slurn tiny.yaml
  ! winnow emit: unknown verb 'slurn', did you mean slurm?; see winnow emit --help
  [2]
  $ winnow emit slurm tiny.yaml -o none/deep
  ! winnow emit slurm: */none/deep: cannot create the folder: No such file or directory (glob)
  [4]
  $ winnow emit slurm tiny.yaml -o x --partition 'a b'
  ! winnow emit slurm: 'a b' cannot stand in an #SBATCH line
  [2]
  $ ls x
  ! ls: cannot access 'x': No such file or directory
  [2]
  $ winnow cell --element 0
  ! winnow cell: --plan FILE is missing; see winnow cell --help
  [2]
  $ winnow cell --plan none.jsonl
  ! winnow cell: cannot read none.jsonl: No such file or directory
  [2]
  $ winnow cell --plan p/plan.jsonl --element 6
  ! winnow cell: p/plan.jsonl has the elements 0 to 5
  [2]
  $ winnow cell --plan p/plan.jsonl --scratch none
  ! tiny: element 0 of 6: 1 of 1 cells to run
  ! winnow cell: no folder in none: No such file or directory; --scratch names another disk
  [4]
  $ winnow emit pending p --except x
  ! winnow emit pending: --except: expected a list like 0-3,7
  [2]
  $ winnow merge a.db
  ! winnow merge: DB SHARD... is missing; see winnow merge --help
  [2]
  $ winnow merge none/deep/a.db p
  ! winnow merge: none/deep: cannot create the folder: No such file or directory
  [5]
  $ winnow merge a.db none.db
  a.db: 1 shard: 0 new attempts, 0 known, 1 refused
  ! winnow merge: none.db: No such file or directory
  [1]
  $ sed 's/0\.3/0.4/' p/plan.jsonl >changed.jsonl
  $ winnow cell --plan changed.jsonl
  ! winnow cell: changed.jsonl: it was changed or is damaged: emit it again
  [2]

GNU parallel runs what is left, and merges: of three elements the second has run already.

  $ command -v parallel >/dev/null || { echo 'there is no GNU parallel here'; exit 80; }
  $ emit parallel tiny.yaml -o "it's a dir" --db b.db --cells 2 -j 2
  tiny: 6 cells in 3 elements, frozen in */it's a dir/plan.jsonl (glob)
  $ winnow cell --plan "it's a dir/plan.jsonl" --element 1 2>&1 | grep '^tiny: '
  tiny: element 1 of 3: 2 of 2 cells to run
  $ "./it's a dir/run.sh" 2>/dev/null
  */b.db: 3 shards: 6 new attempts, 0 known (glob)
  $ wc -l <"it's a dir/parallel.log"
  3
  $ "./it's a dir/run.sh"
  */b.db: 3 shards: 0 new attempts, 6 known (glob)
  $ sqlite3 b.db "SELECT count(*) FROM v_run WHERE state = 'done'"
  6

No database is made for shards that are not there.

  $ winnow merge new.db none.db
  ! winnow merge: no such file: none.db
  [2]
  $ winnow merge new.db none.db neither.db
  ! winnow merge: no such file: none.db; nor is there any of the others
  [2]
  $ ls new.db 2>/dev/null
  [2]
  $ winnow merge new.db none.db a.db
  new.db: 2 shards: 3 new attempts, 0 known, 1 refused
  ! winnow merge: none.db: No such file or directory
  [1]
