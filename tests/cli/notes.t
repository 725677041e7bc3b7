Notes on an experiment: what is right and cannot do what it says. Every command that reads a file
prints them, --strict takes them for mistakes; the database and the report keep them.

  $ cat >noted.yaml <<'END'
  > name: noted
  > dataset: {name: synthetic, samples: 200, classes: 2}
  > model: softmax
  > pruner:
  >   - full
  >   - random
  >   - random-dynamic
  >   - full-short
  > rate: [0, 0.9]
  > seed: 1
  > train: {epochs: 5, batch: 50, lr: 0.1}
  > END

check and plan print them with their places.

  $ winnow check noted.yaml
  noted.yaml: 7 cells (1 dataset x 1 model x (3 pruners x 2 rates + 1 pruner without rate) x 1 seed)
  ! noted.yaml:6:5: note: random: rate 0 leaves nothing out: the same as full
  ! noted.yaml:7:5: note: random-dynamic: rate 0 leaves nothing out: the same as full
  ! noted.yaml:7:5: note: random-dynamic: chooses once in 5 epochs (period 10): the same as random
  ! noted.yaml:8:5: note: full-short: rate 0 leaves nothing out: the same as full
  ! noted.yaml:8:5: note: full-short: rate 0.9 leaves 0.5 of 5 epochs, but it trains 1: 200 samples instead of 100, 2 times the budget
  $ winnow plan --no-measure noted.yaml | tail -n 1
  noted: 7 cells, 0 done, 7 to run, 0 to retry (results/noted.db does not exist yet); no finished cell shows how long that takes
  ! noted.yaml:6:5: note: random: rate 0 leaves nothing out: the same as full
  ! noted.yaml:7:5: note: random-dynamic: rate 0 leaves nothing out: the same as full
  ! noted.yaml:7:5: note: random-dynamic: chooses once in 5 epochs (period 10): the same as random
  ! noted.yaml:8:5: note: full-short: rate 0 leaves nothing out: the same as full
  ! noted.yaml:8:5: note: full-short: rate 0.9 leaves 0.5 of 5 epochs, but it trains 1: 200 samples instead of 100, 2 times the budget
  $ winnow plan noted.yaml --no-measure --json >plan.json
  ! noted.yaml:6:5: note: random: rate 0 leaves nothing out: the same as full
  ! noted.yaml:7:5: note: random-dynamic: rate 0 leaves nothing out: the same as full
  ! noted.yaml:7:5: note: random-dynamic: chooses once in 5 epochs (period 10): the same as random
  ! noted.yaml:8:5: note: full-short: rate 0 leaves nothing out: the same as full
  ! noted.yaml:8:5: note: full-short: rate 0.9 leaves 0.5 of 5 epochs, but it trains 1: 200 samples instead of 100, 2 times the budget
  $ sqlite3 :memory: "SELECT value ->> 'place', value ->> 'text'
  > FROM json_each(readfile('plan.json'), '$.notes')"
  6:5|random: rate 0 leaves nothing out: the same as full
  7:5|random-dynamic: rate 0 leaves nothing out: the same as full
  7:5|random-dynamic: chooses once in 5 epochs (period 10): the same as random
  8:5|full-short: rate 0 leaves nothing out: the same as full
  8:5|full-short: rate 0.9 leaves 0.5 of 5 epochs, but it trains 1: 200 samples instead of 100, 2 times the budget
  $ winnow check noted.yaml --set train.epochs=20 --set rate=0.5
  noted.yaml: 4 cells (1 dataset x 1 model x (3 pruners x 1 rate + 1 pruner without rate) x 1 seed)
  $ winnow check noted.yaml --set pruner=random-dynamic --set rate=0.5
  noted.yaml: 1 cell (1 dataset x 1 model x 1 pruner x 1 rate x 1 seed)
  ! --set pruner: note: random-dynamic: chooses once in 5 epochs (period 10): the same as random

With --strict they are mistakes, and nothing is written.

  $ for command in check plan 'run --db a.db' 'emit parallel -o jobs'; do
  > winnow $command --strict noted.yaml; echo $?; done
  2
  2
  2
  2
  ! noted.yaml:6:5: random: rate 0 leaves nothing out: the same as full
  ! noted.yaml:7:5: random-dynamic: rate 0 leaves nothing out: the same as full
  ! noted.yaml:7:5: random-dynamic: chooses once in 5 epochs (period 10): the same as random
  ! noted.yaml:8:5: full-short: rate 0 leaves nothing out: the same as full
  ! noted.yaml:8:5: full-short: rate 0.9 leaves 0.5 of 5 epochs, but it trains 1: 200 samples instead of 100, 2 times the budget
  ! noted.yaml:6:5: random: rate 0 leaves nothing out: the same as full
  ! noted.yaml:7:5: random-dynamic: rate 0 leaves nothing out: the same as full
  ! noted.yaml:7:5: random-dynamic: chooses once in 5 epochs (period 10): the same as random
  ! noted.yaml:8:5: full-short: rate 0 leaves nothing out: the same as full
  ! noted.yaml:8:5: full-short: rate 0.9 leaves 0.5 of 5 epochs, but it trains 1: 200 samples instead of 100, 2 times the budget
  ! noted.yaml:6:5: random: rate 0 leaves nothing out: the same as full
  ! noted.yaml:7:5: random-dynamic: rate 0 leaves nothing out: the same as full
  ! noted.yaml:7:5: random-dynamic: chooses once in 5 epochs (period 10): the same as random
  ! noted.yaml:8:5: full-short: rate 0 leaves nothing out: the same as full
  ! noted.yaml:8:5: full-short: rate 0.9 leaves 0.5 of 5 epochs, but it trains 1: 200 samples instead of 100, 2 times the budget
  ! noted.yaml:6:5: random: rate 0 leaves nothing out: the same as full
  ! noted.yaml:7:5: random-dynamic: rate 0 leaves nothing out: the same as full
  ! noted.yaml:7:5: random-dynamic: chooses once in 5 epochs (period 10): the same as random
  ! noted.yaml:8:5: full-short: rate 0 leaves nothing out: the same as full
  ! noted.yaml:8:5: full-short: rate 0.9 leaves 0.5 of 5 epochs, but it trains 1: 200 samples instead of 100, 2 times the budget
  $ ls
  empty.db
  made.db
  noted.yaml
  plan.json
  $ winnow check --strict noted.yaml --set train.epochs=20 --set rate=0.5
  noted.yaml: 4 cells (1 dataset x 1 model x (3 pruners x 1 rate + 1 pruner without rate) x 1 seed)

The database and the report keep them, until the experiment is mended.

  $ winnow run noted.yaml --db a.db --set pruner=[full,random-dynamic] --set rate=0.9 -j 1 \
  > 2>&1 | grep "note: random"
  --set pruner: note: random-dynamic: chooses once in 5 epochs (period 10): the same as random
  $ sqlite3 a.db 'SELECT experiment, place, text FROM v_note'
  noted|--set pruner|random-dynamic: chooses once in 5 epochs (period 10): the same as random
  $ winnow report --db a.db -o a.html 2>/dev/null && grep -c 'Notes on the experiment' a.html
  a.html
  2
  $ grep -o 'random-dynamic: chooses[^<]*' a.html
  random-dynamic: chooses once in 5 epochs (period 10): the same as random
  $ winnow run noted.yaml --db a.db --set pruner=full -j 1 2>&1 | grep "note: random"
  [1]
  $ sqlite3 a.db 'SELECT count(*) FROM v_note'
  0
  $ winnow report --force --db a.db -o a.html 2>/dev/null && grep -c 'Notes on the' a.html
  a.html
  0
  [1]

A frozen plan brings them along.

  $ winnow emit parallel -o jobs noted.yaml --set rate=0.9 --cells 9 2>/dev/null >/dev/null
  $ winnow cell --plan jobs/plan.jsonl --element 0 2>/dev/null && winnow merge d.db jobs
  d.db: 1 shard: 4 new attempts, 0 known
  $ sqlite3 d.db 'SELECT place, text FROM v_note'
  7:5|random-dynamic: chooses once in 5 epochs (period 10): the same as random
  8:5|full-short: rate 0.9 leaves 0.5 of 5 epochs, but it trains 1: 200 samples instead of 100, 2 times the budget

Options of the training that no cell uses, but for those of a preset and those that are written as
they would be without, and lookahead that never looks.

  $ cat >idle.yaml <<'END'
  > name: idle
  > dataset: {name: synthetic, samples: 200}
  > model: [softmax, mlp]
  > pruner: full
  > train:
  >   epochs: 5
  >   batch: 64
  >   milestones: [2, 4]
  >   lars_trust: 0.01
  >   crop_pad: 2
  >   step_factor: 0.1
  >   lookahead_decay: 0.5
  > END
  $ winnow check idle.yaml
  idle.yaml: 2 cells (1 dataset x 2 models x 1 pruner x 1 seed)
  ! idle.yaml:8:15: note: milestones: changes nothing without schedule milestones
  ! idle.yaml:9:15: note: lars_trust: changes nothing without optimizer lars
  ! idle.yaml:10:13: note: crop_pad: changes nothing without augment crop or crop-flip
  ! idle.yaml:12:20: note: lookahead_decay: changes nothing without lookahead
  $ cat >>idle.yaml <<'END'
  > overrides:
  >   - when: {model: mlp}
  >     train: {schedule: milestones, augment: crop, optimizer: lars, lookahead: 20}
  > END
  $ winnow check idle.yaml
  idle.yaml: 2 cells (1 dataset x 2 models x 1 pruner x 1 seed)
  $ winnow check idle.yaml --set train.epochs=5 --set dataset.samples=192
  idle.yaml: 2 cells (1 dataset x 2 models x 1 pruner x 1 seed)
  ! idle.yaml:15:78: note: lookahead: the training has 15 steps at most, fewer than 20: it ends as it began
  $ winnow check idle.yaml --set model=softmax --set train='{preset: airbench, flip: random, augment: none}'
  idle.yaml: 1 cell (1 dataset x 1 model x 1 pruner x 1 seed)
