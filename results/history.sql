/* What history_read() asks. */

-- runs
SELECT c.dataset, c.model_label, c.pruner, c.options, c.rate, c.epochs, a.wall_ns,
    a.peak_memory_bytes FROM attempt a JOIN cell c ON c.key = a.cell
WHERE a.state = 'done' AND a.wall_ns IS NOT NULL ORDER BY a.id;

-- cells
/* The attempt that tells a cell's state is v_run's. */
WITH latest AS (
    SELECT cell, coalesce(
        max(id) FILTER (WHERE state = 'done' AND timing_reason IS NULL),
        max(id) FILTER (WHERE state = 'done'),
        max(id) FILTER (WHERE state <> 'lost'), max(id)) AS told FROM attempt GROUP BY cell)
SELECT c.key, c.json, c.dataset, c.model, c.pruner,
    c.dataset || ' ' || c.model_label || ' ' || c.pruner ||
    iif(c.options = '', '', '(' || c.options || ')'),
    c.rate, c.seed, coalesce(t.state, 'new'), t.reason, t.cause,
    c.key IN (SELECT cell FROM experiment_cell WHERE experiment =
    (SELECT id FROM experiment WHERE name = ?1)) OR (
    NOT EXISTS (SELECT 1 FROM experiment WHERE name <> ?1)
    AND c.key NOT IN (SELECT cell FROM experiment_cell))
FROM cell c LEFT JOIN latest l ON l.cell = c.key LEFT JOIN attempt t ON t.id = l.told
ORDER BY c.key;

-- bytes
/* The pages in use, without those of an empty database and what the lists of cells take (a key
   stands in some tables and indices; 512 bytes are for them and the columns beside the JSON), by
   the good attempts; a page at least. */
WITH used AS (
    SELECT page_size, (page_count - freelist_count) * page_size AS bytes
    FROM pragma_page_count, pragma_freelist_count, pragma_page_size),
    schema AS (SELECT sum(rootpage > 0) AS roots, sum(length(sql)) AS bytes FROM sqlite_schema),
    listed AS (SELECT coalesce(sum(length(json) + 512), 0) AS bytes FROM cell),
    good AS (SELECT count(*) AS runs FROM attempt WHERE state = 'done')
SELECT iif(runs = 0, 0, max(page_size, (used.bytes - roots * page_size - schema.bytes -
            listed.bytes) / runs)) FROM used, schema, listed, good;
