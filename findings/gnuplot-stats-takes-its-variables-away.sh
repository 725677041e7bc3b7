#!/bin/sh
# gnuplot's `stats` of no valid point takes away the variables that it would have set.
#
# What one would guess: that `stats FILE using ... name "a"` with nothing to count sets a_records to
# 0, so that a script can ask, or leaves the values of an earlier call. It warns ("No valid data
# points found in file"), goes on, and a_records, a_max and all others are undefined from then on,
# those of an earlier call too: `if (a_records == 0)` is the error that it was to prevent.
# exists("a_records") tells.
#
# Seen with: Debian 12, gnuplot 5.4 patchlevel 4.
# Needs: gnuplot. Changes nothing outside its own folder; fails if this changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
printf '1\n2\n' >two.tsv

gnuplot --version
cat >ask.gp <<'GP'
stats "two.tsv" using 1 name "a" nooutput
print sprintf("of two points: %d records, maximum %g", a_records, a_max)
stats "two.tsv" using (NaN) name "a" nooutput
print exists("a_records") || exists("a_max") ? "of none: defined" : "of none: undefined"
GP
gnuplot ask.gp 2>said
cat said
grep -q '^of two points: 2 records, maximum 2$' said
grep -q '^of none: undefined$' said
if gnuplot -e 'stats "two.tsv" using (NaN) name "a" nooutput; print a_records == 0' 2>error; then
    exit 1
fi
grep -q 'undefined variable: a_records' error
