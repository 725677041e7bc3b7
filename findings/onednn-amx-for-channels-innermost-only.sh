#!/bin/sh
# oneDNN 2.6 uses a CPU's matrix registers (AMX) for channels innermost only, never for its blocks.
#
# What one would guess: that oneDNN's own blocked layout (nChw16c), the fastest on every CPU with
# AVX-512, has the fastest bfloat16 convolutions too. On a CPU with AMX the library has kernels for
# the matrix registers in nhwc; in blocks of 16 it takes those of plain AVX-512 instead, which leave
# the registers idle. No error, no hint: only the implementation's name tells. What one wants there
# is the layout "any", and a reorder at both ends.
#
# Seen with: Debian 12, libdnnl2 2.6.3-1, on a CPU with amx_bf16 (elsewhere this is skipped).
# Needs: apt-get, dpkg-deb, gcc. Changes nothing outside its own folder; fails if this changes.
set -eu
version=2.6.3-1
grep -qw amx_bf16 /proc/cpuinfo || { echo 'skipped: this CPU has no AMX'; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get -o APT::Sandbox::User=root download -qq "libdnnl2=$version" "libdnnl-dev=$version" \
    libgomp1 ocl-icd-libopencl1
for package in *.deb; do
    dpkg-deb -x "$package" root
done
libraries=$folder/root/usr/lib/x86_64-linux-gnu

cat >layouts.c <<'C'
#include <dnnl.h>
#include <stdio.h>
#include <stdlib.h>

#define OK(call)                                                                                   \
    do {                                                                                           \
        if ((call) != dnnl_success)                                                                \
            exit(9);                                                                               \
    } while (0)

/* The implementation that oneDNN takes for a convolution in that layout and type. */
static const char *implementation(dnnl_engine_t engine, dnnl_format_tag_t layout, int type)
{
    const dnnl_dims_t data = {64, 128, 16, 16}, weights = {128, 128, 3, 3}, one = {1, 1},
                      none = {0, 0};
    dnnl_memory_desc_t x, w, y;
    dnnl_convolution_desc_t what;
    dnnl_primitive_desc_t found;
    const char *name;
    OK(dnnl_memory_desc_init_by_tag(&x, 4, data, type, layout));
    OK(dnnl_memory_desc_init_by_tag(&w, 4, weights, type, dnnl_format_tag_any));
    OK(dnnl_memory_desc_init_by_tag(&y, 4, data, type, layout));
    OK(dnnl_dilated_convolution_forward_desc_init(&what, dnnl_forward_training,
                                                  dnnl_convolution_direct, &x, &w, NULL, &y, one,
                                                  none, one, one));
    OK(dnnl_primitive_desc_create(&found, &what, NULL, engine, NULL));
    OK(dnnl_primitive_desc_query(found, dnnl_query_impl_info_str, 0, &name));
    return name;
}

int main(void)
{
    dnnl_engine_t engine;
    OK(dnnl_engine_create(&engine, dnnl_cpu, 0));
    printf("bfloat16, channels innermost: %s\n", implementation(engine, dnnl_nhwc, dnnl_bf16));
    printf("bfloat16, blocks of 16:       %s\n", implementation(engine, dnnl_nChw16c, dnnl_bf16));
    printf("float32, blocks of 16:        %s\n", implementation(engine, dnnl_nChw16c, dnnl_f32));
}
C
gcc -Iroot/usr/include layouts.c -o layouts -L"$libraries" -ldnnl -Wl,-rpath-link,"$libraries"
LD_LIBRARY_PATH=$libraries ./layouts | tee seen
cat >expected <<'END'
bfloat16, channels innermost: brgconv:avx512_core_amx_bf16
bfloat16, blocks of 16:       jit_bf16:avx512_core_bf16
float32, blocks of 16:        jit:avx512_core
END
diff expected seen
echo "as described, with oneDNN $version"
