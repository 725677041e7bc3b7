/*
 * sample-sheets: one row per panel, pruner and picture: training samples that a pruner always,
 * sometimes and never kept, of each class. Of each pruner one run is shown: the rate nearest to a
 * half (of two, the higher), the first seed. A static pruner, which chooses once, has kept and
 * pruned. Twelve samples a class go round the groups that there are; in each group they are the
 * first of those that qualify, in the order of the dataset's own training file. Of more than ten
 * classes ten are shown, evenly spaced. After the columns that all figures share (plots/render.h):
 *
 *     13 group            from 1, of those that the pruner has
 *     14 kept             always, sometimes, never; kept, pruned
 *     15 share            of the training split that is in the group
 *     16 groups           that the pruner has
 *     17 line             from 1, by class
 *     18 class  19 class_name
 *     20 place            from 1, within the line and the group
 *     21 sample           its position in the run's training split
 *     22 origin           its position in the dataset's own training file
 *     23 times            in how many subsets it is
 *     24 subsets          of the run
 *     25 seed
 *     26 classes          of the dataset
 *     27 pixels           as plots/pictures.h has them
 */
WITH
run AS (SELECT * FROM v_run WHERE experiment = :experiment AND state = 'done'),
choosing AS (
    SELECT r.*
    FROM run r
    WHERE (SELECT min(s.kept) < max(s.n) FROM v_selection s WHERE s.attempt = r.attempt)
),
one AS MATERIALIZED (
    SELECT *
    FROM (SELECT *, row_number() OVER (PARTITION BY dataset, model, pruner, options
                                       ORDER BY rounded(abs(rate - 0.5), 6), rate DESC, seed) AS nth
          FROM choosing)
    WHERE nth = 1
),
sample AS MATERIALIZED (
    SELECT o.attempt, o.cell, s.sample, s.kept AS times, s.selections AS subsets,
           CASE WHEN s.kept = s.selections THEN 1 WHEN s.kept > 0 THEN 2 ELSE 3 END AS kind,
           sample_class(o.cell, s.sample) AS class
    FROM one o
    JOIN selection_samples(o.attempt) s
),
part AS (
    SELECT attempt, kind, 1.0 * count(*) / sum(count(*)) OVER (PARTITION BY attempt) AS share,
           row_number() OVER (PARTITION BY attempt ORDER BY kind) AS part,
           count(*) OVER (PARTITION BY attempt) AS parts
    FROM sample
    GROUP BY attempt, kind
),
placed AS (
    -- The training split is in the order of the file.
    SELECT *, row_number() OVER (PARTITION BY attempt, kind, class ORDER BY sample) AS place
    FROM sample
),
shown AS (
    SELECT p.*, g.part, g.parts, g.share, class_count(p.cell) AS classes
    FROM placed p
    JOIN part g USING (attempt, kind)
    WHERE p.place <= 12 / g.parts
)
SELECT o.dataset AS dataset, o.model AS model, o.pruner AS pruner, o.options AS options,
       o.rate AS rate, 1 AS n,
       part AS "group",
       CASE WHEN subsets = 1 THEN iif(kind = 1, 'kept', 'pruned')
            ELSE iif(kind = 1, 'always', iif(kind = 2, 'sometimes', 'never')) END AS kept,
       share, parts AS groups,
       iif(classes > 10, class * 10 / classes, class) + 1 AS line,
       class, class_name(o.cell, class) AS class_name, place, sample,
       sample_origin(o.cell, sample) AS origin, times, subsets, o.seed AS seed, classes,
       sample_pixels(o.cell, sample) AS pixels
FROM shown
JOIN one o USING (attempt)
WHERE classes <= 10 OR class = 0 OR class * 10 / classes <> (class - 1) * 10 / classes
ORDER BY line, part, place;
