/*
 * score-sampler: one row per panel, score, sampler and rate that can be compared with random: how
 * much better than a random subset of the same size. A score is a pruner with its options but for
 * those of its sampler (pruners/sampler.h); scores with one sampler alone are left out. After the
 * columns that all figures share (plots/render.h), whose label is that of the score, the pruner
 * alone where that has one set of options:
 *
 *     13 facet            from 1, by rate
 *     14 place            of the sampler, from 1, in the order of the file
 *     15 sampler          with its options, as "window skip=0.1"
 *     16 difference       of test accuracy after the last epoch to random, mean over seeds
 *     17 verdict          better, worse, undecided; NaN: one seed
 */
WITH RECURSIVE
chooses (name) AS (
    VALUES ('sampler'), ('quota'), ('ties'), ('skip'), ('strata'), ('easing'), ('split'),
           ('temperature'), ('mix'), ('spare')
),
arm AS (
    SELECT dataset, model, pruner, options, rate, random_n AS n, random_difference AS difference,
           random_verdict AS verdict, position
    FROM v_versus_summary
    WHERE experiment = :experiment AND random_n > 0 AND rate > 0
),
-- The words of the options, one after the other, each put to one side when the next one is read.
word (pruner, options, rest, read, score, sampler) AS (
    SELECT DISTINCT pruner, options, options || ' ', '', '', '' FROM arm
    UNION ALL
    SELECT pruner, options, substr(rest, instr(rest, ' ') + 1), substr(rest, 1, instr(rest, ' ')),
           score || iif(EXISTS (SELECT 1 FROM chooses WHERE read LIKE name || '=%'), '', read),
           sampler || iif(EXISTS (SELECT 1 FROM chooses WHERE read LIKE name || '=%'), read, '')
    FROM word
    WHERE rest <> '' OR read <> ''
),
named AS (
    SELECT pruner, options, trim(pruner || ' ' || trim(score)) AS score,
           CASE WHEN sampler = '' THEN 'top'
                WHEN instr(sampler, 'sampler=') = 0 THEN 'top ' || trim(sampler)
                ELSE replace(trim(sampler), 'sampler=', '') END AS sampler
    FROM word
    WHERE rest = '' AND read = ''
),
crossed AS (SELECT score FROM named GROUP BY score HAVING count(DISTINCT sampler) > 1),
placed AS (
    SELECT *, min(position) OVER (PARTITION BY sampler) AS first_place,
           min(options) OVER (PARTITION BY score) AS score_options
    FROM arm JOIN named USING (pruner, options) JOIN crossed USING (score)
)
SELECT dataset, model, pruner, score_options AS options, rate, n, rate AS facet,
       iif((SELECT count(DISTINCT n.score) FROM named n WHERE n.pruner = placed.pruner) = 1, pruner,
           score) AS label,
       dense_rank() OVER (ORDER BY sampler <> 'top', first_place, sampler) AS place, sampler,
       difference, verdict
FROM placed
ORDER BY place;
