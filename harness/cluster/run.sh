#!/bin/sh
# Runs the elements of the plan that are not done (by the database and the shards) with GNU
# parallel, then merges. Again at any time: parallel's own --resume, which counts lines, is not
# used. Ctrl-C, or TERM to parallel twice, stops it, and the cells at work with it.
#
#     run.sh [--retry-failed]
{{places}}db={{db}}
{{check-hosts}}failed=0 before=

# What is left now: where seeds are added until questions are answered, what these need next.
wave() {
    left=$("$winnow" emit pending "$dir" --db "$db" --lines "$@")
    [ -z "$left" ] || printf '%s\n' "$left" |
        parallel --quote --line-buffer --joblog "$dir/parallel.log" {{sshlogin}}{{jobs}}\
        "$winnow" cell --plan "$dir/plan.jsonl" --element {} --with-parent{{data-dir}} "$@" ||
        failed=$?
    "$winnow" merge "$db" "$dir"
}

wave "$@"
{{more-waves}}[ "$failed" -eq 0 ] || exit 1
