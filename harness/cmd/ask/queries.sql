-- summary: accuracy and seconds of every pruner and rate, over the seeds
SELECT experiment, dataset, model, pruner, options, rate, runs, failed,
       rounded(100 * accuracy_mean, 2) AS "accuracy %",
       rounded(100 * accuracy_sd, 2) AS "sd",
       rounded(charged_s_mean, 2) AS charged_s, rounded(score_s_mean, 2) AS score_s,
       rounded(select_s_mean, 3) AS select_s, rounded(speedup, 2) AS speedup
FROM v_summary
ORDER BY experiment, dataset, model, position;

-- runs: every run: accuracy, seconds, state
SELECT experiment, short, dataset, model, pruner, options, rate, seed, state,
       rounded(100 * accuracy, 2) AS "accuracy %", rounded(charged_s, 2) AS charged_s,
       rounded(wall_s, 2) AS wall_s, timing_valid
FROM v_run
ORDER BY experiment, position;

-- quality: what the networks at the end are worth besides: classes, calibration, bad pictures
SELECT experiment, dataset, model, pruner, options, rate, runs,
       rounded(100 * accuracy, 2) AS "accuracy %",
       rounded(100 * worst_class_accuracy, 2) AS "worst class %",
       rounded(100 * class_sd, 2) AS "sd of classes",
       rounded(100 * calibration_error, 2) AS "calibration error %", rounded(nll, 4) AS nll,
       rounded(100 * corrupted_accuracy, 2) AS "corrupted %"
FROM v_quality
ORDER BY experiment, dataset, model, position;

-- curves: test accuracy against charged seconds, epoch by epoch, over the seeds
SELECT r.experiment, r.dataset, r.model, r.pruner, r.options, r.rate, e.epoch,
       count(*) AS runs, median(e.charged_s) AS charged_s,
       median(e.test_accuracy) AS accuracy
FROM v_run r JOIN v_epoch e USING (attempt)
GROUP BY r.experiment, r.dataset, r.model, r.pruner, r.options, r.rate, e.epoch
ORDER BY r.experiment, r.dataset, r.model, min(r.position), e.epoch;

-- targets: charged seconds to the experiment's target accuracies; NULL: not reached
SELECT experiment, dataset, model, pruner, options, rate, target, reached, runs,
       rounded(charged_s_median, 2) AS charged_s_median
FROM v_target
ORDER BY experiment, dataset, model, target, position;

-- phases: where the wall clock went, in mean seconds a run
SELECT experiment, dataset, model, pruner, options, rate, rounded(avg(load_s), 2) AS load,
       rounded(avg(init_s), 2) AS init, rounded(avg(score_s), 2) AS score,
       rounded(avg(select_s), 3) AS "select", rounded(avg(train_s), 2) AS train,
       rounded(avg(eval_s), 2) AS eval, rounded(avg(checkpoint_s), 2) AS checkpoint,
       rounded(avg(other_s), 2) AS other, rounded(avg(wall_s), 2) AS wall
FROM v_run
WHERE state = 'done'
GROUP BY experiment, dataset, model, pruner, options, rate
ORDER BY experiment, dataset, model, min(position);

-- overhead: what knowing and choosing the samples cost, in percent of the charged time
SELECT experiment, dataset, model, pruner, options, rate,
       rounded(100 * avg(score_share), 1) AS "score %",
       rounded(100 * avg(select_share), 2) AS "select %"
FROM v_overhead
GROUP BY experiment, dataset, model, pruner, options, rate
ORDER BY experiment, dataset, model, min(position);

-- versus: better than random at as many samples? Points, with the 95 % interval over n seeds
SELECT experiment, dataset, model, pruner, options, rate,
       max(random_n, dynamic_n) AS n,
       fixed(100 * random_difference, 2, '+')
           || coalesce(' [' || fixed(100 * random_low, 2, '+') || ', '
                       || fixed(100 * random_high, 2, '+') || ']', '') AS "to random",
       random_verdict || coalesce(': ' || random_reason, '') AS verdict,
       fixed(100 * dynamic_difference, 2, '+')
           || coalesce(' [' || fixed(100 * dynamic_low, 2, '+') || ', '
                       || fixed(100 * dynamic_high, 2, '+') || ']', '') AS "to random-dynamic",
       dynamic_verdict || coalesce(': ' || dynamic_reason, '') AS "verdict, dynamic"
FROM v_versus_summary
ORDER BY experiment, dataset, model, position;

-- same-bits: arms that are one: the same network, bit for bit, with every seed of both
SELECT experiment, dataset, model, pruner, options, rate, other_pruner, other_options,
       other_rate, seeds
FROM v_same_bits
ORDER BY experiment, position;

-- speedup: time against full data, pair by pair: at the end, and where it is as accurate
SELECT experiment, dataset, model, pruner, options, rate, pairs,
       rounded(speedup_median, 2) AS speedup,
       rounded(100 * difference_mean, 2) AS "points to full",
       equal_reached AS "as accurate", rounded(equal_speedup_median, 2) AS "speedup there"
FROM v_speedup_summary
ORDER BY experiment, dataset, model, position;

-- amortization: seconds a training where k trainings share the scores, and the k that pays
SELECT experiment, dataset, model, pruner, options, rate,
       rounded(max(training_s) FILTER (WHERE k = 1), 2) AS "k = 1",
       rounded(max(training_s) FILTER (WHERE k = 10), 2) AS "k = 10",
       rounded(max(training_s) FILTER (WHERE k = 100), 2) AS "k = 100",
       rounded(max(full_total_s) FILTER (WHERE k = 1), 2) AS "full", max(pays_at) AS pays_at
FROM v_amortization
GROUP BY experiment, dataset, model, pruner, options, rate
ORDER BY experiment, dataset, model, min(position);

-- pareto: the arms that no other beats in both accuracy and charged time
SELECT experiment, dataset, model, pruner, options, rate, runs,
       rounded(charged_s_mean, 2) AS charged_s, rounded(100 * accuracy_mean, 2) AS "accuracy %"
FROM v_pareto
ORDER BY experiment, dataset, model, charged_s_mean;

-- protocols: mean seconds of a run by four rules of timing
SELECT experiment, dataset, model, pruner, options, rate,
       rounded(avg(seconds) FILTER (WHERE protocol = 'charged'), 2) AS charged,
       rounded(avg(seconds) FILTER (WHERE protocol = 'wallclock'), 2) AS wallclock,
       rounded(avg(seconds) FILTER (WHERE protocol = 'algoperf'), 2) AS algoperf,
       rounded(avg(seconds) FILTER (WHERE protocol = 'mlperf'), 2) AS mlperf
FROM v_protocol
GROUP BY experiment, dataset, model, pruner, options, rate
ORDER BY experiment, dataset, model, min(position);

-- samples: samples that runs with several subsets kept always and never, beside a random null
SELECT r.experiment, r.dataset, r.model, r.pruner, r.options, r.rate, r.seed, r.selections,
       sum(s.kept = s.selections) AS always, rounded(r.random_always, 1) AS "random always",
       sum(s.kept = 0) AS never, rounded(r.random_never, 1) AS "random never"
FROM v_selection_random r JOIN selection_samples(r.attempt) s
WHERE r.selections > 1
GROUP BY r.experiment, r.attempt
ORDER BY r.experiment, r.position;

-- progress: how far each experiment is
SELECT * FROM v_progress ORDER BY experiment;

-- failures: cells that failed, and why
SELECT experiment, short, dataset, model, pruner, options, rate, seed, state, attempts,
       reason
FROM v_failures
ORDER BY experiment, position;

-- warnings: what makes numbers doubtful, and how many attempts it touches
SELECT code, count(DISTINCT attempt) AS attempts, min(text) AS example
FROM v_warning
GROUP BY code
ORDER BY code;
