/* What conditions_doubts() says of the good runs of :experiment: a line a row. */
WITH kind (place, part, meaning) AS (VALUES
    /* what a reason has in it (harness/machine/disturbance.c), and what that means */
    (1, 'threads:', 'had less than their threads'),
    (2, 'slower', 'on a machine whose speed changed'),
    (3, 'hypervisor', 'lost time to the hypervisor'),
    (4, 'throttled', 'throttled'),
    (5, 'paused', 'paused'),
    (6, 'stopped for', 'stopped for a while'),
    (7, 'slept', 'on a machine that slept')),
run AS (
    SELECT dataset, model, condition, timing_valid, timing_reason
    FROM v_run WHERE experiment = :experiment AND attempt IS NOT NULL),
counted AS (
    SELECT place, meaning,
        (SELECT count(*) FROM run WHERE timing_reason LIKE '%' || part || '%') AS n FROM kind
    UNION ALL
    SELECT 8, 'with a clock that does not add up', count(*) FROM run
    WHERE timing_valid = 0 AND timing_reason IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM kind WHERE timing_reason LIKE '%' || part || '%')),
timed AS (
    SELECT dataset, model, condition, count(*) AS runs FROM run
    GROUP BY dataset, model, condition),
placed AS (
    SELECT *,
        row_number() OVER (PARTITION BY dataset, model ORDER BY runs DESC, condition) AS place,
        count(*) OVER (PARTITION BY dataset, model) AS conditions
    FROM timed),
line AS (
    SELECT '' AS dataset, '' AS model,
        doubtful || ' of ' || runs || ' run' || iif(runs = 1, ' ', 's ') ||
        iif(doubtful = 1, 'has', 'have') || ' doubtful seconds' || coalesce(': ' || (
            SELECT group_concat(n || ' ' || meaning, ', ')
            FROM (SELECT * FROM counted WHERE n > 0 ORDER BY place)), '') AS text
    FROM (SELECT count(*) AS runs, sum(timing_valid = 0) AS doubtful FROM run)
    WHERE doubtful > 0
    UNION ALL
    SELECT dataset, model,
        dataset || ', ' || model || ': seconds of ' || conditions || ' conditions: ' ||
        group_concat(runs || ' run' || iif(runs = 1, '', 's') || ' with ' ||
            coalesce(condition, ''), '; ') || iif(conditions > 3, '; and others', '')
    FROM (SELECT * FROM placed WHERE conditions > 1 AND place <= 3
        ORDER BY dataset, model, place)
    GROUP BY dataset, model)
SELECT text FROM line ORDER BY dataset, model;
