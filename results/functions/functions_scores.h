/*
 * functions_scores: an SQL function on what static pruners computed of each sample. Scores are not
 * in the database but in artifacts/ beside it (results/record/artifact.h); an attempt's
 * `artifact` names its file.
 *
 *     score_profile(artifact, bitmap, n, bins [, split])
 *         a text, a JSON object: how the scores of the n samples are distributed, and which of them
 *         a selection keeps. split: v_selection.split, the samples that the scores are of, where
 *         the bitmap is by position in the dataset's file; NULL: it is by position among them
 *             "n"        how many scores there are that are numbers (NaN is none); 0: the pruner
 *                        does not score, and there is nothing else
 *             "scores"   [bins]: the quantiles at (b + 1/2) / bins, as quantile() has them
 *             "kept"     [bins]: the samples sorted by their scores, lowest first, and cut into so
 *                        many bins of as many samples, as far as they go round: the share of each
 *                        that is kept. Equal scores are not in any order, and so each of them
 *                        counts as the share that is kept of all of them
 *             "lowest", "highest"
 *             "cut"      where what is kept and what is not lie on two sides of one score: the
 *                        share of the samples below it; else null
 *             "side"     which of them are kept then: "high", "low"; else null
 *         Infinite values are null. NULL where the attempt has no artifact, and where the file is
 *         gone, or of another number of samples. An error where it is damaged, or cannot be read.
 *
 *     SELECT pruner, rate, score_profile(r.artifact, s.bitmap, s.n, 10, s.split)
 *     FROM v_run r JOIN v_selection s USING (attempt) WHERE r.artifact IS NOT NULL;
 */
#pragma once

struct sqlite3;

/* An SQLite result code; its message is the connection's. */
int functions_scores_register(struct sqlite3 *db);
