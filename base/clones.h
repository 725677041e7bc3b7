/*
 * clones: a function compiled for several instruction sets, of which the loader picks one.
 *
 * Without -ffast-math no sum is reordered: where no multiply-add is fused (-std=c11) they give the
 * same bits; the engine's kernels, which fuse them where the CPU can, differ in the last.
 * (The choice happens before the sanitizers are ready, so there the plain version must do; so it
 * does under clang, which has no such attribute for all of them.)
 */
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(WINNOW_SANITIZE)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif
