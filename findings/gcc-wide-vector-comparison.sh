#!/bin/sh
# gcc 12 splits arithmetic of vectors that are wider than the CPU's registers, but not comparisons.
#
# What one would guess: that a vector of 16 floats (__attribute__((vector_size(64)))), on a CPU with
# registers of 8, becomes two instructions whatever is done with it. Addition does: two vaddps. A
# comparison does not: it is taken apart lane by lane, 16 scalar comparisons, each with its moves,
# and -Wvector-operation-performance, which would tell, is in neither -Wall nor -Wextra. With
# registers of 16 floats (AVX-512) the same source is one vcmpps. So code that is fast where it was
# written loses most of its speed on older CPUs, in silence.
#
# Seen with: Debian 12, cpp-12 12.2.0-14+deb12u1 (the compiler proper, cc1). x86-64.
# Needs: apt-get, dpkg-deb. Changes nothing outside its own folder; fails if this changes.
set -eu
version=12.2.0-14+deb12u1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get -o APT::Sandbox::User=root download -qq "cpp-12=$version" \
    libisl23 libmpc3 libmpfr6 libgmp10 libzstd1 zlib1g
for package in *.deb; do
    dpkg-deb -x "$package" root
done
LD_LIBRARY_PATH=$folder/root/usr/lib/x86_64-linux-gnu:$folder/root/lib/x86_64-linux-gnu
export LD_LIBRARY_PATH

cat >vectors.c <<'C'
typedef float v16 __attribute__((vector_size(64)));
typedef int i16 __attribute__((vector_size(64)));
void sum(v16 *to, const v16 *a, const v16 *b) { *to = *a + *b; }
void higher(v16 *to, const v16 *a, const v16 *b)
{
    const i16 mask = *a > *b;
    *to = (v16)(((i16)*a & mask) | ((i16)*b & ~mask));
}
C

# assembly FLAGS...: of vectors.c
assembly() {
    root/usr/lib/gcc/x86_64-linux-gnu/12/cc1 -quiet -O3 -Wall -Wextra "$@" vectors.c -o out.s 2>said
}

# count FUNCTION PATTERN: instructions of that function in out.s that match
count() {
    awk -v label="$1:" -v pattern="$2" '
        $1 == label { inside = 1 }
        inside && $1 ~ pattern { n++ }
        inside && $1 == "ret" { inside = 0 }
        END { print n + 0 }' out.s
}

assembly -mavx2
[ ! -s said ] || {
    echo "-Wall -Wextra said something: $(cat said)" >&2
    exit 1
}
echo "cc1 of gcc $version, -O3 -mavx2: sum has $(count sum '^vaddps$') vaddps;" \
    "higher has $(count higher '^vu?comiss$') scalar comparisons" \
    "and $(count higher '^v(p?cmp[a-z]*|max|min)(ps|d)$') vector ones"
[ "$(count sum '^vaddps$')" -eq 2 ]
[ "$(count higher '^vu?comiss$')" -eq 16 ]
[ "$(count higher '^v(p?cmp[a-z]*|max|min)(ps|d)$')" -eq 0 ]

assembly -mavx512f
echo "the same, -mavx512f: sum has $(count sum '^vaddps$') vaddps;" \
    "higher has $(count higher '^vu?comiss$') scalar comparisons" \
    "and $(count higher '^v(p?cmp[a-z]*|max|min)(ps|d)$') vector ones"
[ "$(count sum '^vaddps$')" -eq 1 ]
[ "$(count higher '^vu?comiss$')" -eq 0 ]

assembly -mavx2 -Wvector-operation-performance
echo "-Wvector-operation-performance:" \
    "$(grep -c 'expanded piecewise' said) warnings of what is taken apart"
grep -q 'expanded piecewise' said
