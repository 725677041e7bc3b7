#!/bin/sh
# Runs the elements of the plan that are not done (by the database and the shards) with GNU
# parallel, then merges. Again at any time: parallel's own --resume, which counts lines, is not
# used. Ctrl-C, or TERM to parallel twice, stops it, and the cells at work with it.
#
#     run.sh [--retry-failed]
{{places}}db={{db}}
{{check-hosts}}failed=0
left=$("$winnow" emit pending "$dir" --db "$db" --lines "$@")
[ -z "$left" ] || printf '%s\n' "$left" |
    parallel --quote --line-buffer --joblog "$dir/parallel.log" {{sshlogin}}{{jobs}}\
    "$winnow" cell --plan "$dir/plan.jsonl" --element {} --with-parent{{data-dir}} "$@" || failed=1
"$winnow" merge "$db" "$dir"
exit "$failed"
