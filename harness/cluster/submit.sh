#!/bin/sh
# Submits the elements of the plan that are neither done (by the database and the shards) nor
# queued, and a job that merges them when all have ended. Again at any time:
#
#     submit.sh [--retry-failed]
{{places}}db={{db}}
name={{name}}
jobs=

# In a file name of Slurm's, %% is a percent sign.
logs=$(printf '%s' "$dir/logs" | sed 's/%/%%/g')
mkdir -p "$dir/logs"

submit() { # submit CHUNK FIRST COUNT [FLAG...]
    chunk=$1 first=$2 count=$3
    shift 3
    queued=$(squeue --noheader --array --format=%K --user="$(id -un)" --name="$name-$chunk")
    left=$("$winnow" emit pending "$dir" --db "$db" --first "$first" --count "$count" \
        --except "$queued" "$@")
    [ -n "$left" ] || return 0
    job=$(sbatch --parsable --array="$left" --output="$logs/%x-%a.log" \
        "$dir/cells-$chunk.sbatch" "$@")
    jobs=$jobs:${job%%;*}
    echo "job ${job%%;*}: cells-$chunk.sbatch, tasks $left" >&2
}

{{submits}}
if [ -z "$jobs" ]; then
    echo "nothing to submit: everything is done or queued; winnow merge takes in what is there" >&2
    exit 0
fi
# afterany: a job that waits for a failed one to succeed waits for ever.
job=$(sbatch --parsable --dependency="afterany$jobs" --output="$logs/%x.log" "$dir/merge.sbatch")
echo "job ${job%%;*}: merge.sbatch, when they have ended" >&2
