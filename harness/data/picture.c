#include "harness/data/picture.h"

#include "base/mem.h"
#include "base/str.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <jerror.h>
#include <jpeglib.h>

enum {
    LARGEST_SIDE = 1 << 14,
    LARGEST_FILE = 1 << 26,
    REASON = 200,
};

bool picture_is_named(const char *name)
{
    static const char *const ends[] = {".png", ".jpg", ".jpeg"};
    const size_t length = strlen(name);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (length > strlen(ends[i]) && strcasecmp(name + length - strlen(ends[i]), ends[i]) == 0)
            return true;
    return false;
}

/* A file on its way to a picture. Both libraries leave by a jump where something is wrong. */
struct decoding {
    const uint8_t *bytes;
    size_t size, at;
    struct picture picture;
    jmp_buf jump;
    char reason[REASON];
};

static void make_room(struct decoding *d, size_t h, size_t w)
{
    d->picture.h = h;
    d->picture.w = w;
    MEM_NEW(d->picture.pixels, mem_size(mem_size(h, w), PICTURE_CHANNELS));
}

/* ---- PNG --------------------------------------------------------------------------------------*/

static _Noreturn void png_failed(png_structp png, png_const_charp reason)
{
    struct decoding *d = png_get_error_ptr(png);
    snprintf(d->reason, sizeof d->reason, "%s", reason);
    longjmp(d->jump, 1);
}

static void png_warned(png_structp png, png_const_charp reason)
{
    (void)png;
    (void)reason;
}

static void png_take(png_structp png, png_bytep into, size_t size)
{
    struct decoding *d = png_get_io_ptr(png);
    if (size > d->size - d->at)
        png_error(png, "cut short");
    memcpy(into, d->bytes + d->at, size);
    d->at += size;
}

static void png_rows(struct decoding *d, png_structp png, png_infop info)
{
    png_set_user_limits(png, LARGEST_SIDE, LARGEST_SIDE);
    png_set_read_fn(png, d, png_take);
    png_read_info(png, info);
    const int colour = png_get_color_type(png, info);
    if (png_get_bit_depth(png, info) > 8)
        png_error(png, "16 bits a channel (write it with 8)");
    d->picture.grey = !(colour & PNG_COLOR_MASK_COLOR);
    if (colour == PNG_COLOR_TYPE_PALETTE)
        png_set_palette_to_rgb(png);
    if (d->picture.grey) {
        png_set_expand_gray_1_2_4_to_8(png);
        png_set_gray_to_rgb(png);
    }
    png_set_strip_alpha(png);
    const int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    make_room(d, png_get_image_height(png, info), png_get_image_width(png, info));
    const size_t row = d->picture.w * PICTURE_CHANNELS;
    if (png_get_rowbytes(png, info) != row)
        png_error(png, "an unusual type of colour");
    for (int pass = 0; pass < passes; pass++)
        for (size_t y = 0; y < d->picture.h; y++)
            png_read_row(png, d->picture.pixels + y * row, NULL);
    png_read_end(png, NULL);
}

static bool decode_png(struct decoding *d)
{
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, d, png_failed, png_warned);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    REQUIRE(info);
    const bool decoded = setjmp(d->jump) == 0;
    if (decoded)
        png_rows(d, png, info);
    png_destroy_read_struct(&png, &info, NULL);
    return d->reason[0] == '\0';
}

/* ---- JPEG -------------------------------------------------------------------------------------*/

static _Noreturn void jpeg_failed(j_common_ptr jpeg)
{
    struct decoding *d = jpeg->client_data;
    char text[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, text);
    snprintf(d->reason, sizeof d->reason, "%s", text);
    longjmp(d->jump, 1);
}

/* What it would make up for what is damaged is not taken; bytes between two parts do no harm. */
static void jpeg_warned(j_common_ptr jpeg, int level)
{
    if (level < 0 && jpeg->err->msg_code != JWRN_EXTRANEOUS_DATA)
        jpeg_failed(jpeg);
}

/* a b / 255, rounded */
static unsigned share(unsigned a, unsigned b)
{
    return (2 * a * b + 255) / 510;
}

/* Inks are stored the other way round, as Adobe's programs do: 255 is none. */
static void mix_inks(uint8_t *rgb, const uint8_t *cmyk)
{
    for (int k = 0; k < PICTURE_CHANNELS; k++)
        rgb[k] = (uint8_t)(cmyk[3] - share(255U - cmyk[k], cmyk[3]));
}

static void jpeg_row(const struct decoding *d, const uint8_t *row, int channels, uint8_t *rgb)
{
    for (size_t x = 0; x < d->picture.w; x++, rgb += PICTURE_CHANNELS, row += channels)
        if (channels == 1)
            memset(rgb, row[0], PICTURE_CHANNELS);
        else if (channels == 4)
            mix_inks(rgb, row);
        else
            memcpy(rgb, row, PICTURE_CHANNELS);
}

static void jpeg_rows(struct decoding *d, struct jpeg_decompress_struct *jpeg)
{
    jpeg_mem_src(jpeg, d->bytes, d->size);
    jpeg_read_header(jpeg, TRUE);
    if (jpeg->image_width > LARGEST_SIDE || jpeg->image_height > LARGEST_SIDE)
        ERREXIT1(jpeg, JERR_IMAGE_TOO_BIG, LARGEST_SIDE);
    d->picture.grey = jpeg->num_components == 1;
    jpeg->out_color_space = d->picture.grey             ? JCS_GRAYSCALE
                            : jpeg->num_components == 4 ? JCS_CMYK
                                                        : JCS_RGB;
    jpeg_start_decompress(jpeg);
    make_room(d, jpeg->output_height, jpeg->output_width);
    const int channels = jpeg->output_components;
    JSAMPARRAY row = jpeg->mem->alloc_sarray((j_common_ptr)jpeg, JPOOL_IMAGE,
                                             jpeg->output_width * (JDIMENSION)channels, 1);
    for (size_t y = 0; y < d->picture.h; y++) {
        jpeg_read_scanlines(jpeg, row, 1);
        jpeg_row(d, row[0], channels, d->picture.pixels + y * d->picture.w * PICTURE_CHANNELS);
    }
    jpeg_finish_decompress(jpeg);
}

static bool decode_jpeg(struct decoding *d)
{
    struct jpeg_error_mgr errors;
    struct jpeg_decompress_struct jpeg = {.err = jpeg_std_error(&errors), .client_data = d};
    errors.error_exit = jpeg_failed;
    errors.emit_message = jpeg_warned;
    if (setjmp(d->jump) == 0) {
        jpeg_create_decompress(&jpeg);
        jpeg_rows(d, &jpeg);
    }
    jpeg_destroy_decompress(&jpeg);
    return d->reason[0] == '\0';
}

/* ---- Either -----------------------------------------------------------------------------------*/

int picture_decode(const char *path, const uint8_t *bytes, size_t size, struct picture *ret_picture,
                   struct err *err)
{
    struct decoding d = {.bytes = bytes, .size = size};
    const bool png = size >= 8 && png_sig_cmp(bytes, 0, 8) == 0;
    const bool jpeg = size >= 3 && memcmp(bytes, "\xff\xd8\xff", 3) == 0;
    if (!png && !jpeg)
        return err_set(err, "%s: expected a PNG or JPEG file, found something else", path);
    if (png ? decode_png(&d) : decode_jpeg(&d)) {
        *ret_picture = d.picture;
        return 0;
    }
    mem_free(d.picture.pixels);
    return err_set(err, "%s: expected an intact %s file of 8 bits, found: %s", path,
                   png ? "PNG" : "JPEG", d.reason);
}

int picture_read(const char *path, struct picture *ret_picture, struct err *err)
{
    struct str bytes = {0};
    if (str_add_file(&bytes, path, LARGEST_FILE, err))
        return -1;
    const int failed =
        picture_decode(path, (const uint8_t *)str_text(&bytes), bytes.length, ret_picture, err);
    str_release(&bytes);
    return failed;
}
