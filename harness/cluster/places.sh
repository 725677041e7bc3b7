set -eu
dir={{dir}}
winnow=${WINNOW:-{{winnow}}}
cd {{cwd}}
