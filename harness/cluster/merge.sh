#!/bin/sh
# Merges the results of the array jobs into the database.
#SBATCH --job-name={{name}}-merge
{{partition}}{{account}}{{lines}}#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --open-mode=append
{{places}}db={{db}}
"$winnow" merge "$db" "$dir"
{{waves}}exit 0
