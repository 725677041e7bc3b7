-- columns: what a figure's own query becomes, with the columns that all figures share before its
-- own (render.h says which). winnow puts in what begins with a dollar sign: the query, the names of
-- its own columns, and what stands for those that it may do without.
WITH
figure AS MATERIALIZED (
    SELECT *, row_number() OVER () AS place_in_query,
           facet IS NULL AND max(rate) OVER (PARTITION BY dataset, model, pruner, options) = 0
               AS is_everywhere
    FROM (SELECT *$absent FROM (
$query
    ))
),
-- Where facets are rates, what has none (full) is in each of them.
facets AS (
    SELECT DISTINCT rate AS at FROM figure WHERE NOT is_everywhere
    UNION
    SELECT 0.0 WHERE NOT EXISTS (SELECT 1 FROM figure WHERE NOT is_everywhere)
),
placed AS (
    SELECT f.*, at, coalesce(facet, at) AS facet_key, coalesce(block, at) AS block_key,
           coalesce(f.variant, s.variant) AS any_variant, coalesce(f.label, s.label) AS any_label
    FROM figure f
    JOIN facets ON at = rate OR is_everywhere
    LEFT JOIN v_series s
        ON s.experiment = :experiment AND s.pruner = f.pruner AND s.options = f.options
)
SELECT dense_rank() OVER (ORDER BY dataset, model, panel, block_key, pruner, options) - 1 AS block,
       :experiment AS experiment,
       (SELECT count(*) FROM v_run WHERE experiment = :experiment AND state <> 'done')
           AS unfinished,
       (SELECT count(*) FROM v_run
        WHERE experiment = :experiment AND state = 'done' AND timing_valid = 0) AS doubtful,
       n,
       dense_rank() OVER (ORDER BY dataset, model, panel) AS panel,
       dataset, model, pruner, any_variant AS variant, any_label AS label, at AS rate$own
FROM placed
ORDER BY block, facet_key, place_in_query;
