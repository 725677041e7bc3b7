#!/bin/sh
# clang 14: a function for AVX-512 that may use more of it gets vectors half as long.
#
# What one would guess: that a vector of 64 bytes (vector_size) in a function with the attribute
# target("arch=x86-64-v4"), a superset of target("avx512f"), lies in a register of 64 bytes, as it
# does with avx512f, and with gcc for both. clang takes it apart into two registers of 32 bytes: the
# level brings along the tuning "prefer 256 bits", and that makes longer vectors illegal where no
# argument has one. There is no warning, and the code is right; kernels whose tiles fill 32
# registers then spill. What mends it is another attribute, min_vector_width(512), or
# -mprefer-vector-width=512. With -march=x86-64-v4 on the command line it is the same.
#
# Seen with: Debian 12, clang-14 1:14.0.6-12; gcc-12 12.2.0 does otherwise.
# Needs: apt-get, dpkg-deb, objdump, libstdc++. Changes nothing outside its own folder; fails if
# this changes.
set -eu
version=1:14.0.6-12
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get -o APT::Sandbox::User=root download -qq "clang-14=$version" "libclang-cpp14=$version" \
    "libllvm14=$version" "libclang-common-14-dev=$version" libz3-4 libedit2 libxml2 libbsd0 libmd0 \
    libicu72 libffi8 libtinfo6
for package in *.deb; do
    dpkg-deb -x "$package" root
done
libraries=$folder/root/usr/lib/x86_64-linux-gnu

cat >scale.c <<'C'
typedef float sixteen __attribute__((vector_size(64), aligned(4), may_alias));

__attribute__((ATTRIBUTES)) void scale(float *x, long n)
{
    for (long i = 0; i < n; i += 16)
        *(sixteen *)(x + i) *= 2.0F;
}
C

# look NAME OPTION...: which of the long registers the function uses
look() {
    name=$1
    shift
    LD_LIBRARY_PATH=$libraries root/usr/bin/clang-14 --target=x86_64-linux-gnu -O3 "$@" -c scale.c \
        -o scale.o
    objdump -d scale.o >code
    case $(grep -c zmm code):$(grep -c ymm code) in
    0:*) echo "$name: registers of 32 bytes" ;;
    *:0) echo "$name: registers of 64 bytes" ;;
    *) echo "$name: both" ;;
    esac
}
{
    look 'target("avx512f")' '-DATTRIBUTES=target("avx512f")'
    look 'target("arch=x86-64-v4")' '-DATTRIBUTES=target("arch=x86-64-v4")'
    look '... min_vector_width(512)' \
        '-DATTRIBUTES=target("arch=x86-64-v4"), min_vector_width(512)'
    look '-march=x86-64-v4' -march=x86-64-v4 -DATTRIBUTES=noinline
} | tee seen
cat >expected <<'END'
target("avx512f"): registers of 64 bytes
target("arch=x86-64-v4"): registers of 32 bytes
... min_vector_width(512): registers of 64 bytes
-march=x86-64-v4: registers of 32 bytes
END
diff expected seen
echo "as described, with clang $version"
