/*
 * peak: how fast this CPU multiplies and adds, to measure everything else against.
 *
 * A loop of independent fused multiply-adds on registers, as wide as the CPU has them, without a
 * load or a store: what no program of floats gets beyond. (Winograd's convolutions may: their
 * operations are counted as the plain convolution's.)
 */
#pragma once

/* GFLOP/s of the calling thread over about so many seconds; 1 multiply-add = 2. */
double nn_peak_gflops(double seconds);
