/* gnuplot's SVG made smaller: what it is to become, written by hand. */
#include "harness/report/svg.h"
#include "harness/report/svg_pictures.h"

#include <criterion/criterion.h>
#include <string.h>

static const char HEAD[] = "<?xml version=\"1.0\"?>\n<!DOCTYPE svg>\n<svg width=\"400\" "
                           "height=\"300\"\n viewBox=\"0 0 400 300\"\n xmlns=\"x\">\n"
                           "<title>Gnuplot</title>\n";
static const char ROOT[] = "<svg role=\"img\" aria-label=\"a &quot;b&quot;\" "
                           "style=\"max-width:500px\" viewBox=\"0 0 400 300\">";
#define GROUP "<g fill=\"none\" color=\"black\" stroke=\"currentColor\" "

static void expect(const char *inside, const char *wanted)
{
    struct str file = {0}, out = {0}, whole = {0};
    struct err err;
    str_addf(&file, "%s%s</svg>\n", HEAD, inside);
    str_addf(&whole, "%s%s</svg>", ROOT, wanted);
    struct svg_pictures none = {0};
    cr_assert_eq(svg_add(str_text(&file), "p-", "a \"b\"", &none, &out, &err), 0, "%s", err.text);
    cr_expect_str_eq(str_text(&out), str_text(&whole));
    str_release(&file);
    str_release(&out);
    str_release(&whole);
}

Test(svg, groups_that_say_nothing_new)
{
    expect("<g id=\"plots\">\n<rect x=\"0\" fill=\"#ffffff\"/>\n"
           "<defs>\n\t<circle id='Pt' r='0.333'/>\n</defs>\n"
           "\t<g id=\"plot_1\" ><title>gnuplot_plot_1</title>\n" GROUP
           "stroke-width=\"2.00\" stroke-linecap=\"butt\">\n</g>\n" GROUP
           "stroke-width=\"2.00\">\n<use xlink:href='#Pt' color='red'/></g>\n\t</g>\n" GROUP
           "stroke-width=\"2.00\"><use xlink:href='#Pt' color='rgb( 51,  34, 136)'/></g>\n</g>",
           GROUP "font-family=\"sans-serif\">"
                 "<rect x=\"0\" fill=\"#ffffff\" stroke=\"none\"/>"
                 "<defs><circle id=\"p-Pt\" r=\"0.333\"/></defs>"
                 "<use href=\"#p-Pt\" color=\"red\" stroke-width=\"2.00\"/>"
                 "<use href=\"#p-Pt\" color=\"#332288\" stroke-width=\"2.00\"/></g>");
}

/* 1.26 is 1.3 and 1.24 is 1.2; the second move goes nowhere, and a third line comes back to 1.3. */
Test(svg, lines)
{
    expect("<path d='M1.26,2 L11.24,2.04 M5,5 M1.26,1.00 L1.26,3.00 L-2.5,4 z  '/>",
           "<path d=\"M1.3 2h9.9M1.3 1v2l-3.8 1z\"/>");
    expect("<polygon fill = 'rgb(1,2,3)' points = '1,2 3,2 3,0 '/>",
           "<path fill=\"#010203\" d=\"M1 2h2v-2z\"/>");
    /* After z the next line begins where the last one did. */
    expect("<path d='M1,1 L2,1 L2,2 z L5,1'/>", "<path d=\"M1 1h1v1zh4\"/>");
    /* What is not lines stays. */
    expect("<path d='M1,2 A3,3 0 0 1 4.567,5'/>", "<path d=\"M1,2 A3,3 0 0 1 4.567,5\"/>");
    expect("<path d='M1e3,2 L4,5'/>", "<path d=\"M1e3,2 L4,5\"/>");
}

Test(svg, texts)
{
    expect("<g transform=\"translate(1.26,2.00) rotate(270.00)\" stroke=\"none\" "
           "text-anchor=\"end\">\n<text> a <tspan xml:space=\"preserve\"> </tspan>&lt;/svg&gt;"
           "</text>\n</g><g fill=\"red\"><text></text></g>",
           "<text transform=\"translate(1.3 2)rotate(270.00)\" text-anchor=\"end\"> a "
           "<tspan xml:space=\"preserve\"> </tspan>&lt;/svg&gt;</text>");
    /* A run that says the same says it once; a filter is of its own group alone. */
    expect("<text x='1' fill='red'>a</text><text x='2' fill='red'>b</text><text x='3'>c</text>",
           "<g fill=\"red\"><text x=\"1\">a</text><text x=\"2\">b</text></g>"
           "<text x=\"3\">c</text>");
    expect("<g filter='url(#box)'><text>a</text></g><g filter='url(#box)'><text>b</text></g>",
           "<g filter=\"url(#p-box)\"><text>a</text></g>"
           "<g filter=\"url(#p-box)\"><text>b</text></g>");
}

Test(svg, what_is_not_whole)
{
    static const char *const files[] = {
        "",
        "<svg",
        "<svg width='1",
        "<svg><g>",
        "<svg><!-- ",
        "<svg><g></g",
        "<svg><a b></svg>",
        "<svg></g></svg>",
        "<svg><g></svg></g>",
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct svg_pictures none = {0};
        struct str out = {0};
        struct err err;
        cr_expect_eq(svg_add(files[i], "p-", "a", &none, &out, &err), -1, "%s", files[i]);
        cr_expect_str_eq(str_text(&out), "", "%s", files[i]);
        str_release(&out);
    }
}

#define IMAGE(x, data)                                                                             \
    "<image x='" x "' y='2' width='19.10' height='20' preserveAspectRatio='none' "                 \
    "xlink:href='data:image/png;base64," data "'/>"
#define USE(number, x)                                                                             \
    "<use href=\"#i-" number "\" transform=\"translate(" x " 2)scale(19.10 20)\"/>"

/* Of two drawings: each picture once, wherever it stands; what is no data stays. */
Test(svg, pictures_stand_in_the_page_once)
{
    static const char *const files[] = {
        "<svg width='9'>" IMAGE("1", "AA==") IMAGE("30.26", "BB==") IMAGE("60", "AA==") "</svg>",
        "<svg width='9'>" IMAGE("5", "BB==") "<image x='1' href='a.png'/></svg>",
    };
    struct arena arena = {0};
    struct svg_pictures pictures = {.prefix = "i-", .arena = &arena};
    struct str out = {0}, store = {0};
    struct err err;
    for (int i = 0; i < 2; i++)
        cr_assert_eq(svg_add(files[i], "p-", "a", &pictures, &out, &err), 0, "%s", err.text);
    cr_expect_not_null(
        strstr(str_text(&out), ">" USE("0", "1") USE("1", "30.3") USE("0", "60") "<"), "%s",
        str_text(&out));
    cr_expect_not_null(
        strstr(str_text(&out), ">" USE("1", "5") "<image x=\"1\" href=\"a.png\"/></svg>"), "%s",
        str_text(&out));
    svg_pictures_add(&pictures, &store);
    cr_expect_str_eq(str_text(&store),
                     "<svg class=\"store\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>"
                     "<image id=\"i-0\" width=\"1\" height=\"1\" preserveAspectRatio=\"none\" "
                     "href=\"data:image/png;base64,AA==\"/>"
                     "<image id=\"i-1\" width=\"1\" height=\"1\" preserveAspectRatio=\"none\" "
                     "href=\"data:image/png;base64,BB==\"/></defs></svg>\n");
    svg_pictures_release(&pictures);
    str_release(&store);
    svg_pictures_add(&pictures, &store);
    cr_expect_str_eq(str_text(&store), "", "nothing where there are none");
    str_release(&store);
    str_release(&out);
    arena_release(&arena);
}
