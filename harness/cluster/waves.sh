# Seeds are added until all questions are answered: what they need next is submitted when these
# have been merged, unless that is what was submitted the last time: then it has failed.
left=$("$winnow" emit pending "$dir" --db "$db" --lines)
[ -n "$left" ] && [ "$left" != "$(cat "$dir/wave" 2>/dev/null)" ] || exit 0
printf '%s\n' "$left" >"$dir/wave"
exec "$dir/submit.sh"
