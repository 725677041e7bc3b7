-- choose
/* old: the attempt's number in the shard, new: here. (Attempts of databases that were made before
   there were tokens are known by their cell and their start.) */
CREATE TEMP TABLE IF NOT EXISTS merged (old INTEGER PRIMARY KEY, new INTEGER NOT NULL);
DELETE FROM temp.merged;
INSERT INTO temp.merged SELECT a.id, (SELECT coalesce(max(id), 0) FROM main.attempt) +
    row_number() OVER (ORDER BY a.started_at, a.id) FROM shard.attempt a
WHERE a.state <> 'running'
    AND NOT EXISTS (SELECT 1 FROM main.attempt m WHERE m.token = a.token)
    AND NOT (a.token IS NULL AND EXISTS (SELECT 1 FROM main.attempt m
        WHERE m.cell = a.cell AND m.started_at = a.started_at))
    AND NOT (a.state = 'done' AND EXISTS (SELECT 1 FROM main.attempt m
        WHERE m.cell = a.cell AND m.state = 'done'));

-- put experiments
/* Where the experiment of that name here has the same text, its list grows at the end; `run --set`
   makes other cells of one text. */
INSERT INTO main.experiment (name, file, yaml, figures, recorded_at) SELECT utf8(name),
    utf8(file), utf8(yaml), utf8(figures), recorded_at FROM shard.experiment WHERE true ON
    CONFLICT (name) DO NOTHING;
INSERT INTO main.experiment_target (experiment, accuracy) SELECT x.id, t.accuracy
FROM shard.experiment_target t JOIN shard.experiment s ON s.id = t.experiment
    JOIN main.experiment x ON x.name = utf8(s.name) AND x.yaml = utf8(s.yaml) WHERE true
    ON CONFLICT DO NOTHING;
INSERT INTO main.experiment_note (experiment, position, place, text)
SELECT x.id, n.position, n.place, n.text FROM shard.experiment_note n
    JOIN shard.experiment s ON s.id = n.experiment
    JOIN main.experiment x ON x.name = s.name AND x.yaml = s.yaml WHERE true
    ON CONFLICT DO NOTHING;
INSERT INTO main.question SELECT x.id, q.position, utf8(q.text), q.claim, q.margin, q.at_least,
    q.at_most, utf8(q.dataset), utf8(q.model), utf8(q.arm), utf8(q.arm_options), q.arm_rate,
    utf8(q.reference), utf8(q.reference_options), q.reference_rate
FROM shard.question q JOIN shard.experiment s ON s.id = q.experiment
    JOIN main.experiment x ON x.name = utf8(s.name) AND x.yaml = utf8(s.yaml) WHERE true
    ON CONFLICT DO NOTHING;
INSERT INTO main.experiment_cell (experiment, position, cell) SELECT x.id,
    (SELECT coalesce(max(c.position), 0) FROM main.experiment_cell c WHERE c.experiment = x.id) +
    row_number() OVER (PARTITION BY x.id ORDER BY l.position), l.cell
FROM shard.experiment_cell l JOIN shard.experiment s ON s.id = l.experiment
    JOIN main.experiment x ON x.name = utf8(s.name) AND x.yaml = utf8(s.yaml)
WHERE NOT EXISTS (SELECT 1 FROM main.experiment_cell c WHERE c.experiment = x.id
    AND c.cell = l.cell);
