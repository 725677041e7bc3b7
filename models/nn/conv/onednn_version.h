/*
 * onednn_version: what oneDNN's version 3 has and version 2 has not, made of what version 2 has, so
 * that onednn.c is written once, for version 3. Private to it.
 *
 * A "memory descriptor" says what numbers an array holds and how they lie: in version 3 something
 * to be destroyed, in version 2 a value.
 */
#pragma once

#ifdef WINNOW_ONEDNN

#include <dnnl.h>

#if DNNL_VERSION_MAJOR >= 3

typedef dnnl_memory_desc_t onednn_md;
typedef const_dnnl_memory_desc_t onednn_const_md;

static inline dnnl_status_t onednn_append_sum(dnnl_post_ops_t ops)
{
    return dnnl_post_ops_append_sum(ops, 1, 0, dnnl_data_type_undef);
}

#else

#include "base/mem.h"

typedef dnnl_memory_desc_t *onednn_md;
typedef const dnnl_memory_desc_t *onednn_const_md;

static inline dnnl_status_t onednn_append_sum(dnnl_post_ops_t ops)
{
    return dnnl_post_ops_append_sum(ops, 1);
}

static inline dnnl_status_t dnnl_memory_desc_create_with_tag(onednn_md *ret_md, int dimensions,
                                                             const dnnl_dims_t dims,
                                                             dnnl_data_type_t type,
                                                             dnnl_format_tag_t tag)
{
    MEM_NEW(*ret_md, 1);
    return dnnl_memory_desc_init_by_tag(*ret_md, dimensions, dims, type, tag);
}

static inline dnnl_status_t dnnl_memory_desc_clone(onednn_md *ret_md, onednn_const_md md)
{
    MEM_NEW(*ret_md, 1);
    **ret_md = *md;
    return dnnl_success;
}

static inline dnnl_status_t dnnl_memory_desc_destroy(onednn_md md)
{
    mem_free(md);
    return dnnl_success;
}

/* Of the three below: the convolution's parameters first, then the primitive of them. */
static inline dnnl_status_t onednn_create(dnnl_primitive_desc_t *ret_desc, dnnl_engine_t engine,
                                          dnnl_status_t described,
                                          const dnnl_convolution_desc_t *parameters,
                                          const_dnnl_primitive_attr_t attr)
{
    return described != dnnl_success
               ? described
               : dnnl_primitive_desc_create(ret_desc, parameters, attr, engine, NULL);
}

static inline dnnl_status_t dnnl_convolution_forward_primitive_desc_create(
    dnnl_primitive_desc_t *ret_desc, dnnl_engine_t engine, dnnl_prop_kind_t kind,
    dnnl_alg_kind_t how, onednn_const_md x, onednn_const_md w, onednn_const_md bias,
    onednn_const_md y, const dnnl_dims_t strides, const dnnl_dims_t dilates,
    const dnnl_dims_t before, const dnnl_dims_t after, const_dnnl_primitive_attr_t attr)
{
    dnnl_convolution_desc_t parameters;
    const dnnl_status_t described = dnnl_dilated_convolution_forward_desc_init(
        &parameters, kind, how, x, w, bias, y, strides, dilates, before, after);
    return onednn_create(ret_desc, engine, described, &parameters, attr);
}

static inline dnnl_status_t dnnl_convolution_backward_data_primitive_desc_create(
    dnnl_primitive_desc_t *ret_desc, dnnl_engine_t engine, dnnl_alg_kind_t how, onednn_const_md dx,
    onednn_const_md w, onednn_const_md dy, const dnnl_dims_t strides, const dnnl_dims_t dilates,
    const dnnl_dims_t before, const dnnl_dims_t after, const_dnnl_primitive_desc_t forward,
    const_dnnl_primitive_attr_t attr)
{
    (void)forward;
    dnnl_convolution_desc_t parameters;
    const dnnl_status_t described = dnnl_dilated_convolution_backward_data_desc_init(
        &parameters, how, dx, w, dy, strides, dilates, before, after);
    return onednn_create(ret_desc, engine, described, &parameters, attr);
}

static inline dnnl_status_t dnnl_convolution_backward_weights_primitive_desc_create(
    dnnl_primitive_desc_t *ret_desc, dnnl_engine_t engine, dnnl_alg_kind_t how, onednn_const_md x,
    onednn_const_md dw, onednn_const_md dbias, onednn_const_md dy, const dnnl_dims_t strides,
    const dnnl_dims_t dilates, const dnnl_dims_t before, const dnnl_dims_t after,
    const_dnnl_primitive_desc_t forward, const_dnnl_primitive_attr_t attr)
{
    (void)forward;
    dnnl_convolution_desc_t parameters;
    const dnnl_status_t described = dnnl_dilated_convolution_backward_weights_desc_init(
        &parameters, how, x, dw, dbias, dy, strides, dilates, before, after);
    return onednn_create(ret_desc, engine, described, &parameters, attr);
}

#endif

#endif
