#!/bin/sh
# QEMU's user mode: posix_spawn of a program that does not exist succeeds.
#
# What one would guess: that posix_spawn fails with ENOENT, as it does on every Linux with glibc
# since 2.24, and that a program which relies on that can be tested for arm64 by qemu-aarch64.
# glibc's child leaves the reason of a failed execve in memory that it shares with its parent
# (CLONE_VM and CLONE_VFORK); QEMU makes a fork of such a clone, in a memory of its own, so that the
# reason is lost: posix_spawn returns 0, and the child ends with status 127. A program that tells
# "not installed" from "failed" by what posix_spawn returns tells the wrong one there.
#
# Seen with: Debian 12, qemu-user-static 1:7.2+dfsg-7+deb12u18+b3, glibc 2.36 for arm64.
# Needs: apt-get, dpkg-deb, gcc and what its cc1 links. Changes nothing outside its own folder;
# fails if this changes.
set -eu
qemu=1:7.2+dfsg-7+deb12u18+b3 gcc=12.2.0-14cross1 libc=2.36-8cross1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get -o APT::Sandbox::User=root download -qq "qemu-user-static=$qemu" \
    "gcc-12-aarch64-linux-gnu=$gcc" "cpp-12-aarch64-linux-gnu=$gcc" \
    "libgcc-12-dev-arm64-cross=$gcc" binutils-aarch64-linux-gnu=2.40-2 \
    "libc6-dev-arm64-cross=$libc" linux-libc-dev-arm64-cross
for package in *.deb; do
    dpkg-deb -x "$package" root
done

cat >spawn.c <<'C'
#define _GNU_SOURCE
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    char *argv[] = {"/nonexistent", NULL};
    int status = 0;
    pid_t child;
    const int error = posix_spawn(&child, argv[0], NULL, NULL, argv, environ);
    if (error == 0)
        waitpid(child, &status, 0);
    printf("posix_spawn returns %s", error ? strerrorname_np(error) : "0");
    if (error == 0)
        printf(", and the child ends with status %d", WEXITSTATUS(status));
    puts("");
    return 0;
}
C
gcc -o here spawn.c
PATH=$folder/root/usr/bin:$PATH LD_LIBRARY_PATH=$folder/root/usr/lib/x86_64-linux-gnu \
    aarch64-linux-gnu-gcc-12 -static -o there spawn.c \
    -isystem root/usr/aarch64-linux-gnu/include -Lroot/usr/aarch64-linux-gnu/lib \
    -Broot/usr/aarch64-linux-gnu/lib
{
    printf 'here: ' && ./here
    printf 'arm64, by QEMU: ' && root/usr/bin/qemu-aarch64-static ./there
} | tee seen
cat >expected <<'END'
here: posix_spawn returns ENOENT
arm64, by QEMU: posix_spawn returns 0, and the child ends with status 127
END
diff expected seen
echo "as described, with qemu-user-static $qemu"
