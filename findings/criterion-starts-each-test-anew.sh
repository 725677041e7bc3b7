#!/bin/sh
# Criterion starts each test by executing the test program anew, not by forking it.
#
# What one would guess: that a test which runs "in a process of its own" is a fork of the runner, so
# that libraries are loaded and constructors run once. The program is executed once more for each
# test, and for each parameter of a parameterised one: the dynamic loader works, and constructors
# run, one time more than there are tests, and what they learn or build in the runner no test sees.
# With a program that links OpenBLAS and oneDNN, and Criterion's own libgit2 and Kerberos,
# that is tens of milliseconds a test; a rule that is checked for each of 40 entries of a table is
# 40 starts as a parameterised test, and one as a loop.
#
# Seen with: Debian 12, libcriterion3 2.4.1-2. x86-64.
# Needs: apt-get, dpkg-deb, gcc. Changes nothing outside its own folder; fails if this changes.
set -eu
version=2.4.1-2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get -o APT::Sandbox::User=root download -qq "libcriterion3=$version" \
    "libcriterion-dev=$version" libboxfort-dev libgit2-1.5 libnanomsg5 libffi8 libmbedtls14 \
    libmbedx509-1 libmbedcrypto7 libhttp-parser2.9 libpcre2-8-0 libssh2-1 libgssapi-krb5-2 \
    libkrb5-3 libk5crypto3 libkrb5support0 libkeyutils1 libcom-err2 zlib1g
for package in *.deb; do
    dpkg-deb -x "$package" root
done
libraries=root/usr/lib/x86_64-linux-gnu
LD_LIBRARY_PATH=$folder/$libraries:$folder/root/lib/x86_64-linux-gnu
export LD_LIBRARY_PATH

cat >tests.c <<'C'
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <fcntl.h>
#include <unistd.h>
__attribute__((constructor)) static void begin(void)
{
    const int log = open("constructed", O_WRONLY | O_CREAT | O_APPEND, 0666);
    if (write(log, "x", 1) != 1)
        _exit(9);
    close(log);
}
Test(plain, one) {}
Test(plain, two) {}
ParameterizedTestParameters(each, entry)
{
    static int entries[] = {1, 2, 3, 4, 5};
    return cr_make_param_array(int, entries, 5);
}
ParameterizedTest(int *entry, each, entry) { cr_assert(*entry > 0); }
C
gcc -Iroot/usr/include tests.c -L$libraries -l:libcriterion.so.3 \
    -Wl,--allow-shlib-undefined -o tests
LD_DEBUG=statistics LD_DEBUG_OUTPUT=$folder/loader ./tests -j1 >said 2>&1
tests=$(sed -n 's/.*Tested: \([0-9]*\).*/\1/p' said)
loaded=$(find . -name 'loader.*' | wc -l)
constructed=$(wc -c <constructed)
echo "Criterion $version: $tests tests; the loader started $loaded times," \
    "and the constructor ran $constructed times"
[ "$tests" -eq 7 ]
[ "$loaded" -eq 8 ]
[ "$constructed" -eq 8 ]
