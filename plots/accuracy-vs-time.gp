# accuracy-vs-time: a curve per pruner. Columns: accuracy-vs-time.sql.
load "curves.gp"
