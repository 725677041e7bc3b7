Questions on several machines: the same evidence gives the same answers (decide.t has the rest).

  $ cat >night.yaml <<'END'
  > name: night
  > dataset: {name: synthetic, samples: 600, classes: 4}
  > model: {name: mlp, width: 16}
  > pruner: [full, random, {name: ucb, period: 1}]
  > rate: [0.1, 0.95]
  > seed: {at_least: 3, at_most: 6}
  > train: {epochs: 2, batch: 32, lr: 0.1}
  > decide:
  >   - {arm: random, against: full, better: true, rate: 0.95}
  >   - {arm: random, against: full, noninferior: 2, rate: 0.1}
  > END
  $ answers() { sqlite3 $1 'SELECT text, state, seeds, left_out, decided_seeds, unit, bound,
  > round(mean, 6), round(low, 6), round(fixed_high, 6), p_holm FROM v_decision'; }
  $ winnow run night.yaml --db a.db -j 1 2>/dev/null; answers a.db >a

Merged: the answers come with the runs.

  $ winnow merge c.db a.db >/dev/null && answers c.db | cmp a -

On a cluster seeds come in waves: the first three, then what open questions need next. GNU parallel's
script goes on until there is none, as the job that merges does with Slurm.

  $ winnow emit slurm night.yaml -o slurm --db f.db >/dev/null && tail -n 6 slurm/merge.sbatch
  # have been merged, unless that is what was submitted the last time: then it has failed.
  left=$("$winnow" emit pending "$dir" --db "$db" --lines)
  [ -n "$left" ] && [ "$left" != "$(cat "$dir/wave" 2>/dev/null)" ] || exit 0
  printf '%s\n' "$left" >"$dir/wave"
  exec "$dir/submit.sh"
  exit 0
  $ winnow emit parallel night.yaml -o jobs --db f.db -j 1 >/dev/null; winnow emit pending jobs --db f.db
  0-14
  $ command -v parallel >/dev/null || { echo 'there is no GNU parallel here'; exit 80; }
  $ jobs/run.sh 2>/dev/null | grep -c 'f.db: '
  4
  $ answers f.db | cmp a -
  $ winnow emit pending jobs --db f.db
  $ sqlite3 f.db "SELECT count(*) FROM v_run WHERE state = 'done'"
  20
