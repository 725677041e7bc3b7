# Up to 101: so many jobs failed; beyond, it was stopped.
while [ -n "$left" ] && [ "$left" != "$before" ] && [ "$failed" -le 101 ]; do
    before=$left
    wave "$@"
done
