winnow list: what people read of the registries. That all of each is listed, tests/cli/list.c says.

A pruner in full: of the least and of the most.

  $ winnow list pruners el2n infobatch full
  full  everything: the control without pruning
    static; ignores-rate
    cost: nothing
  $
  el2n  the largest distance of the probabilities from the label, early, mean over
      proxies
    static; needs probabilities
    cost: `runs` proxies of `at` epochs, and a forward pass each
    unseen: yes
    from: Paul et al. 2021, NeurIPS
      runs     10    proxy networks averaged over [1 to 1000]
      at       20    epochs each proxy trains [1 to 100000]
      balance  none  class: each class keeps its share of the budget [none, class]
      and those of all scores: winnow list samplers
  $
  infobatch  drops samples below the mean loss with probability rate, weighs the
      rest of them up
    dynamic; needs losses; soft-budget
    cost: nothing
    from: Qin et al. 2024, ICLR
      delta          0.875     share of the epochs that prune; the rest, at the
                               end, use all data [0 to 1]
      rate_schedule  constant  how the rate moves around the cell's; its mean
                               stays [constant, square, linear]
      swing          0.5       by how much, of what is possible; negative: begins
                               high [-0.9 to 0.9]

A range stays in one line.

  $ winnow list pruners esps | grep -A 1 balance
      balance  none   class: each class keeps its share of the budget
                      [none, class]

Settings that were published with one.

  $ winnow list pruners moso | tail -2
      preset authors  what the authors' program calls: rule=program params=full
          balance=class
  $ winnow list pruners dyn-unc --markdown | grep -o '.windows. all.*authors.'
  `windows` all, [samplers](#samplers); presets `authors`
  $ winnow list pruners ccs --json >ccs.json
  $ sqlite3 :memory: "SELECT value ->> 'name', value ->> 'values'
  > FROM json_each(readfile('ccs.json'), '$.pruners[0].presets')"
  authors-90|beta=0.3
  d2-90|beta=0.4

Options that all scores take are told once.

  $ winnow list samplers window mixed
  window  the highest scores after the very highest
      skip  0  share of the group, the highest, that is passed over [0 to 1]
  $
  mixed  the highest scores, and a share of the budget at random
    from: arXiv 2302.06960
      mix  0.5  share of the budget that is drawn at random [0 to 1]
  $ winnow list samplers --markdown | grep strata
  | `strata` | alike from all parts of the scores' range, without the very highest | `skip` 0, `strata` 50 | Zheng et al. 2023, ICLR |

One table for documents.

  $ winnow list pruners rs2 --markdown
  | pruner | kind | rule | cost | unseen | options and defaults | from |
  |---|---|---|---|---|---|---|
  | `rs2` | dynamic | walks through random permutations, taking the next keep samples each epoch | nothing | - | `anneal` 0, `rate_schedule` constant, `swing` 0.5 | Okanovic et al. 2024, ICLR |
  $ winnow list figures phases --markdown
  | figure | what it is | options and defaults | from |
  |---|---|---|---|
  | `phases` | where did the time go: scoring, selecting, training, the rest? | - | - |

For programs: only what is asked for, in the order of the registries. Defaults have their types, so
that nobody needs to parse texts.

  $ for name in 'datasets mnist' 'models mlp' 'pruners ucb' 'figures phases'; do
  > winnow list $name --json >one.json; sqlite3 :memory: "SELECT key, json_array_length(value),
  > value ->> '$[0].name', value ->> '$[0].needs' FROM json_each(readfile('one.json'))"; done
  datasets|1|mnist|
  models|1|mlp|
  pruners|1|ucb|["losses"]
  figures|1|phases|
  $ winnow list train | grep -A1 'milestones  '
      milestones       none          milestones: epochs (with steps: steps) after
                                     which lr falls, as in [60, 120]
  $ winnow list presets code
  code  Yang et al. 2023, as in their program: the same, but batch 128, lr 0.01
    sets: {batch: 128, lr: 0.01, epochs: 200, momentum: 0.9, weight_decay: 5e-4,
          schedule: cosine, augment: crop-flip, crop_pad: 4}
  $ winnow list train --json >train.json
  $ sqlite3 :memory: "SELECT DISTINCT value ->> 'type' AS type, json_type(value, '$.default')
  > FROM json_each(readfile('train.json'), '$.train[0].options') ORDER BY type"
  boolean|false
  enum|text
  integer|integer
  number|real
  numbers|array
  $ sqlite3 -line :memory: "SELECT value ->> 'name' AS name, value ->> 'default' AS fallback,
  > value ->> 'min' AS min FROM json_each(readfile('train.json'), '$.train[0].options')
  > WHERE name = 'lr'"
      name = lr
  fallback = 0.05
       min = 0.0

Mistakes.

  $ winnow list prunners
  ! winnow list: unknown kind 'prunners', did you mean pruners?
  [2]
  $ winnow list xyzzy
  ! winnow list: unknown kind 'xyzzy'; winnow list shows them all
  [2]
  $ winnow list models mpl
  ! winnow list: unknown model 'mpl', did you mean mlp?
  [2]
  $ winnow list train lr
  ! winnow list: unknown train 'lr'; winnow list train shows them
  [2]
  $ winnow list models mlp lenot
  ! winnow list: unknown model 'lenot', did you mean lenet?
  [2]
  $ winnow list --markdown
  ! winnow list: --markdown needs exactly one kind, and no --json
  [2]
  $ winnow list pruners --markdown --json
  ! winnow list: --markdown needs exactly one kind, and no --json
  [2]

What cannot be printed is an error, of any command.

  $ for command in list 'list pruners --json' --version --help 'help list' 'list --help' 'sql --help'; do
  > winnow $command >/dev/full || echo "[$?]"; done
  [4]
  [4]
  [4]
  [4]
  [4]
  [4]
  [4]
  ! winnow: cannot write the output
  ! winnow: cannot write the output
  ! winnow: cannot write the output
  ! winnow: cannot write the output
  ! winnow: cannot write the output
  ! winnow: cannot write the output
  ! winnow: cannot write the output
  $ printf '%s\n' 'name: x' 'dataset: {name: synthetic, samples: 200}' 'model: softmax' \
  > 'pruner: full' 'seed: 1' >x.yaml
  $ winnow plan x.yaml --db x.db >/dev/full
  ! winnow: cannot write the output
  [4]
