As many steps at any rate: a smaller subset is passed over more often.

  $ unset WINNOW_DATA
  $ cat >steps.yaml <<'END'
  > name: steps
  > dataset: {name: synthetic, samples: 200}
  > model: softmax
  > pruner: random
  > rate: [0, 0.5, 0.9, 0.99]
  > seed: 1
  > train: {steps: 25, batch: 20, eval_every: 10}
  > END
  $ winnow run steps.yaml --db a.db 2>/dev/null

200, 100, 20 and 2 samples are 10, 5, 1 and 1 steps an epoch, and the last epoch is cut short.

  $ sqlite3 a.db 'SELECT rate, epochs, samples_backward, kept_fraction FROM v_run ORDER BY 1'
  0.0|3|500|1.0
  0.5|5|500|1.0
  0.9|25|500|1.0
  0.99|25|50|0.1
  $ sqlite3 a.db 'SELECT rate, group_concat(e.epoch) FROM v_run JOIN v_epoch e USING (attempt)
  > WHERE e.test_accuracy IS NOT NULL GROUP BY rate'
  0.0|1,2,3
  0.5|2,4,5
  0.9|10,20,25
  0.99|10,20,25
  $ sqlite3 a.db 'SELECT count(*) FROM v_epoch WHERE epoch IN (3, 5, 25) AND abs(lr) < 1e-12'
  4

Steps that fill whole epochs are these epochs, number by number.

  $ winnow run steps.yaml --db b.db --set rate=0.5 \
  >   --set 'train={steps: 20, batch: 20, schedule: milestones, milestones: [5, 10]}' 2>/dev/null
  $ winnow run steps.yaml --db b.db --set rate=0.5 \
  >   --set 'train={epochs: 4, batch: 20, schedule: milestones, milestones: [1, 2]}' 2>/dev/null
  $ sqlite3 b.db "SELECT epoch, count(*), count(DISTINCT printf('%!.17g %!.17g %!.17g', lr, train_loss, test_loss)), max(lr)
  > FROM v_epoch GROUP BY 1"
  1|2|1|0.005
  2|2|1|0.0005
  3|2|1|0.0005
  4|2|1|0.0005

A static score does not know the rate: its proxy takes as many steps as a training on all.

  $ winnow run steps.yaml --db c.db --set pruner=forgetting --set rate='[0.5, 0.9]' 2>/dev/null
  $ sqlite3 c.db 'SELECT rate, reused, samples_backward FROM v_run ORDER BY 1'
  0.5|0|1000
  0.9|1|1000
  $ winnow run steps.yaml --db c.db --set 'pruner={name: ucb, period: 2}' --set rate=0.9 2>/dev/null
  $ sqlite3 c.db "SELECT epochs, samples_backward FROM v_run WHERE pruner = 'ucb'"
  25|500

Who keeps more or less from epoch to epoch has as many epochs as the steps allow, planned ones beside them, and the
last share of the steps on all data: of 80 steps infobatch has the last 10, from the first epoch that begins by then.

  $ winnow run steps.yaml --db v.db --set rate=0.8 --set train.steps=80 --set 'pruner=[infobatch, seta,
  >   {name: dp-eps, eps: 1000}, {name: random-dynamic, period: 1, rate_schedule: square, anneal: 0.25},
  >   {name: random-dynamic, period: 1, quota: batch, anneal: 0.25}, dynimpt, repb, bls-seta, bls-infobatch]' 2>/dev/null
  $ sqlite3 v.db 'SELECT pruner, options, epochs, (SELECT count(*) FROM v_epoch e WHERE e.attempt = r.attempt),
  > samples_backward FROM v_run r ORDER BY position'
  infobatch||40|13|1527
  seta||8|11|1521
  dp-eps|eps=1000|40|40|3200
  random-dynamic|period=1 anneal=0.25 rate_schedule=square|40|32|1600
  random-dynamic|period=1 anneal=0.25 quota=batch|8|8|640
  dynimpt||40|20|1600
  repb||40|19|1424
  bls-seta||8|10|1493
  bls-infobatch||40|10|1513
  $ sqlite3 v.db "SELECT pruner, group_concat(kept) FROM (SELECT pruner, e.kept FROM v_run JOIN v_epoch e USING (attempt)
  > WHERE pruner = 'infobatch' OR pruner = 'random-dynamic' ORDER BY position, e.epoch) GROUP BY 1"
  infobatch|200,120,132,106,98,96,93,104,102,100,98,98,180
  random-dynamic|60,20,60,20,60,20,60,20,60,20,60,20,60,20,60,20,60,20,60,20,60,20,60,20,60,20,60,20,60,20,200,200,40,40,40,40,40,40,200,200

A frozen plan knows how many epochs these are.

  $ winnow emit parallel steps.yaml -o j --cells 4 >/dev/null
  ! steps.yaml:4:9: note: random: rate 0 leaves nothing out: the same as full
  $ winnow cell --plan j/plan.jsonl --element 0 >/dev/null 2>&1
  $ winnow merge e.db j >/dev/null; sqlite3 e.db 'SELECT rate, epochs FROM v_run ORDER BY 1'
  0.0|3
  0.5|5
  0.9|25
  0.99|25

It is one or the other, of the same mapping; the later of two.

  $ winnow check steps.yaml --set train.epochs=3
  ! steps.yaml:7:16: steps: there are epochs too: one of them says how long the training is
  [2]
  $ winnow check steps.yaml --set 'train={preset: ccs, epochs: 3, eval_every: 1}'
  steps.yaml: 4 cells (1 dataset x 1 model x 1 pruner x 4 rates x 1 seed)
  ! steps.yaml:4:9: note: random: rate 0 leaves nothing out: the same as full
  $ winnow check steps.yaml --set 'train={preset: paper, steps: 30, warmup: 40}'
  ! --set train: warmup: 40 steps, but the training has only 30 (--set train)
  [2]
  $ winnow check steps.yaml --set 'train={preset: data-diet, steps: 300}'
  ! --set train: milestones: expected steps above 0 that rise and stay below 300, found 23400
  [2]
  $ refused() { winnow check steps.yaml --set "pruner={$1}"; }
  $ refused 'name: divbs'
  ! steps.yaml:7:16: steps: divbs chooses in each batch, and one that it leaves empty is no step: epochs
  [2]
  $ refused 'name: full-short'
  ! steps.yaml:7:16: steps: full-short is full where all trainings take as many steps: full, or epochs
  [2]
  $ refused 'name: infobatch, rate_schedule: linear'
  ! steps.yaml:7:16: steps: infobatch has a rate that moves over epochs which nobody can count beforehand: rate_schedule constant, or epochs
  [2]
  $ for name in data-diet ccs infobatch; do
  >   winnow check steps.yaml --set "train={preset: $name}" 2>&1; winnow list presets $name; done
  steps.yaml:4:9: note: random: rate 0 leaves nothing out: the same as full
  steps.yaml: 4 cells (1 dataset x 1 model x 1 pruner x 4 rates x 1 seed)
  data-diet  Paul et al. 2021: 78,000 steps at any rate, batch 128, lr 0.1 with
      falls, Nesterov
    sets: {steps: 78000, batch: 128, drop_last: true, lr: 0.1, momentum: 0.9,
          nesterov: true, weight_decay: 5e-4, schedule: milestones, milestones:
          [23400, 46800, 62400], step_factor: 0.2, augment: crop-flip, crop_pad:
          4, crop_border: reflect, eval_every: 390}
  steps.yaml:4:9: note: random: rate 0 leaves nothing out: the same as full
  steps.yaml: 4 cells (1 dataset x 1 model x 1 pruner x 4 rates x 1 seed)
  ccs  Zheng et al. 2023, and D2: 40,000 steps at any rate, batch 256, lr 0.1,
      cosine
    sets: {steps: 40000, batch: 256, lr: 0.1, momentum: 0.9, nesterov: true,
          weight_decay: 5e-4, schedule: cosine, augment: crop-flip, crop_pad: 4,
          crop_border: reflect, eval_every: 800}
  steps.yaml:4:9: note: random: rate 0 leaves nothing out: the same as full
  steps.yaml: 4 cells (1 dataset x 1 model x 1 pruner x 4 rates x 1 seed)
  infobatch  Qin et al. 2024: 200 epochs, batch 128, LARS with one cycle up to lr
      5.2
    sets: {epochs: 200, batch: 128, optimizer: lars, lr: 5.2, momentum: 0.9,
          weight_decay: 5e-4, label_smoothing: 0.1, schedule: one-cycle, augment:
          crop-flip, crop_pad: 4, crop_border: reflect}
