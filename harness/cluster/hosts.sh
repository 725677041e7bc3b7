hosts={{hosts}}
# All hosts must see the plan and the program under the same paths.
parallel --nonall --sshloginfile "$hosts" --tag --quote \
    test -r "$dir/plan.jsonl" -a -x "$winnow" </dev/null || {
    echo "run.sh: a host of $hosts cannot be reached, or sees no $dir/plan.jsonl or no $winnow" >&2
    exit 4
}
