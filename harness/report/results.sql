-- runs
WITH paired AS MATERIALIZED (SELECT cell, speedup FROM v_speedup
                             WHERE experiment = :experiment),
run AS (SELECT *, min(position) OVER (PARTITION BY dataset, model) AS task,
               min(position) OVER (PARTITION BY dataset, model, pruner, options, rate) AS arm
        FROM v_run WHERE experiment = :experiment)
SELECT arm, dataset, model, pruner, arm(pruner, options), rate,
       attempt IS NOT NULL, accuracy, charged_s, kept_fraction, speedup, test_n,
       count(*) OVER (), test_tta_accuracy
FROM run LEFT JOIN paired USING (cell) ORDER BY task, arm, seed;

-- quality
/* Of what recorded it. */
SELECT arm(pruner, options) AS "Pruner", dataset || ', ' || model AS "Trained",
       iif(has_rate(pruner, rate), rate, NULL) AS "Rate", runs AS "n",
       100 * accuracy AS "Accuracy %", 100 * worst_class_accuracy AS "Worst class %",
       100 * class_sd AS "Classes ±", nll AS "NLL", 100 * calibration_error AS "ECE %",
       100 * corrupted_accuracy AS "Corrupted %", 100 * best_test_accuracy AS "Best on test %"
FROM v_quality
WHERE experiment = :experiment AND worst_class_accuracy IS NOT NULL
ORDER BY dataset, model, position;

-- questions
SELECT text AS "Question", state AS "Answer", seeds AS "Seeds",
       iif(state = 'open', expected_seeds, needed_seeds) AS "To be expected",
       bound AS "Bound", mean AS "Mean", low AS "Low", high AS "High", fixed_low AS "Low, fixed n",
       fixed_high AS "High, fixed n", p_holm AS "p, Holm", left_out AS "Left out"
FROM v_decision WHERE experiment = :experiment ORDER BY question;

-- same bits
/* "random 0.5 and ucb(c=1) 0.5 (synthetic, mlp)": arms that are not two */
SELECT arm(pruner, options, rate) || ' and ' || arm(other_pruner, other_options, other_rate)
       || ' (' || dataset || ', ' || model || ')', seeds
FROM v_same_bits WHERE experiment = :experiment ORDER BY position;
