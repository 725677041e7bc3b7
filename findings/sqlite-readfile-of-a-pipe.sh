#!/bin/sh
# sqlite3: readfile() of a pipe ends with "out of memory", however short the text.
#
# What one would guess: that readfile('/dev/stdin') reads what comes through a pipe, as it reads a
# file given with <, so that a program's JSON can be queried without a file in between. The
# shell's function asks for the file's length by seeking to its end, which a pipe does not have,
# takes the -1 that it is told as a length, and reports the allocation that fails: SQLITE_NOMEM,
# 7. Three bytes are enough. A named pipe gives the same.
#
# Seen with: Debian 12, sqlite3 3.40.1-2+deb12u2; 3.46.1 of Debian 13 does the same.
# Needs: apt-get, dpkg-deb. Changes nothing outside its own folder; fails if this changes.
set -eu
version=3.40.1-2+deb12u2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get -o APT::Sandbox::User=root download -qq "sqlite3=$version" "libsqlite3-0=$version" \
    libreadline8 libtinfo6
for package in *.deb; do
    dpkg-deb -x "$package" root
done
ask() {
    LD_LIBRARY_PATH=$folder/root/usr/lib/x86_64-linux-gnu:$folder/root/lib/x86_64-linux-gnu \
        root/usr/bin/sqlite3 :memory: "SELECT json_array_length(readfile('/dev/stdin'))" 2>&1 ||
        echo "status $?"
}
printf '[1]' >file
{
    echo "a file: $(ask <file)"
    echo "a pipe: $(printf '[1]' | ask)"
} | tee seen
cat >expected <<'END'
a file: 1
a pipe: Error: stepping, out of memory (7)
status 7
END
cmp seen expected
