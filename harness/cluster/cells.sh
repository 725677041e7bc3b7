#!/bin/sh
# Elements of a frozen plan, one a task. submit.sh submits those that are left.
#SBATCH --job-name={{name}}-{{chunk}}
{{partition}}{{account}}{{lines}}#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --open-mode=append
#SBATCH --array=0-{{last}}
#SBATCH --cpus-per-task={{cpus}}
{{mem}}{{time}}# The signal reaches the batch shell alone, and so the program that takes its place.
#SBATCH --signal=B:USR1@{{grace}}
#SBATCH --requeue
{{places}}exec "$winnow" cell --plan "$dir/plan.jsonl" \
    --element $(({{first}} + SLURM_ARRAY_TASK_ID)) --requeue{{data-dir}} "$@"
