#include "harness/report/report.h"

#include "base/mem.h"
#include "base/save.h"
#include "harness/report/about.h"
#include "harness/report/html.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define EMBEDDED(stem)                                                                             \
    extern const char _binary_plots_report_##stem##_start[], _binary_plots_report_##stem##_end[]
EMBEDDED(html);
EMBEDDED(css);
EMBEDDED(js);

/* How a page is known again: it is in the template. */
static const char mark[] = "<meta name=\"generator\" content=\"winnow report\">";

struct place {
    const char *name;
    const struct str *text;
};

/* The template with each {{name}} replaced, in one pass. */
static void fill(const struct place *places, size_t count, struct str *out)
{
    const char *p = _binary_plots_report_html_start, *end = _binary_plots_report_html_end;
    while (p < end) {
        size_t i = 0, length = 0;
        for (; i < count; i++) {
            length = strlen(places[i].name);
            if ((size_t)(end - p) > length + 4 && memcmp(p, "{{", 2) == 0 &&
                memcmp(p + 2, places[i].name, length) == 0 && memcmp(p + 2 + length, "}}", 2) == 0)
                break;
        }
        if (i < count) {
            str_add(out, str_text(places[i].text));
            p += length + 4;
        } else
            str_add_bytes(out, p++, 1);
    }
}

/* A link for each section there is. */
static void list_sections(const struct str *sections, struct str *out)
{
    static const struct {
        const char *id, *name;
    } all[] = {
        {"summary", "Summary"},           {"results", "Results"},       {"claims", "Claims"},
        {"figures", "Figures"},           {"failures", "Failures"},     {"timing", "Timing"},
        {"environments", "Environments"}, {"provenance", "Provenance"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char opening[64];
        snprintf(opening, sizeof opening, "<section id=\"%s\"", all[i].id);
        if (strstr(str_text(sections), opening))
            str_addf(out, "<li><a href=\"#%s\">%s</a></li>\n", all[i].id, all[i].name);
    }
    str_add(out, "<li><a href=\"#definitions\">Definitions</a></li>\n");
}

static int add_sections(const struct report *report, struct str *lead, struct str *sections,
                        struct str *notes, struct err *err)
{
    if (report_lead(report, lead, err) || report_summary(report, sections, err) ||
        report_results(report, sections, err))
        return -1;
    str_add(sections, report->claims ? report->claims : "");
    return report_figures(report, sections, notes, err) || report_failures(report, sections, err) ||
                   report_timing(report, sections, err) ||
                   report_environments(report, sections, err) ||
                   report_provenance(report, sections, err)
               ? -1
               : 0;
}

int report_make(const struct report *report, struct str *ret_page, struct str *ret_notes,
                struct err *err)
{
    struct str title = {0}, lead = {0}, contents = {0}, sections = {0}, footer = {0}, css = {0};
    struct str js = {0}, hash = {0}, notes = {0};
    const struct place places[] = {
        {"title", &title},
        {"lead", &lead},
        {"contents", &contents},
        {"sections", &sections},
        {"footer", &footer},
        {"css", &css},
        {"js", &js},
        {"script-hash", &hash},
    };
    const int failed = add_sections(report, &lead, &sections, &notes, err);
    if (!failed) {
        html_add(&title, report->title ? report->title : report->experiment);
        list_sections(&sections, &contents);
        str_add(&footer, "<p>Made from the database alone by <code>winnow report</code>. Seconds "
                         "and accuracies are measured; nothing on this page is loaded from "
                         "elsewhere.</p>\n");
        str_add_bytes(&css, _binary_plots_report_css_start,
                      (size_t)(_binary_plots_report_css_end - _binary_plots_report_css_start));
        str_add_bytes(&js, _binary_plots_report_js_start,
                      (size_t)(_binary_plots_report_js_end - _binary_plots_report_js_start));
        /* What is between <script> and </script>, the line break after <script> included. */
        struct str script = {0};
        str_addf(&script, "\n%s", str_text(&js));
        html_script_hash(&hash, str_text(&script), script.length);
        str_release(&script);
        fill(places, sizeof places / sizeof *places, ret_page);
        str_add(ret_notes, str_text(&notes));
    }
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        str_release((struct str *)places[i].text);
    str_release(&notes);
    return failed;
}

int report_may_replace(const char *path, struct err *err)
{
    char head[1024];
    if (save_target(path, NULL) == SAVE_STREAM)
        return 0; /* it stays, and reading a FIFO would wait for a writer */
    FILE *file = fopen(path, "rb");
    if (!file)
        return errno == ENOENT ? 0 : err_set(err, "cannot read %s: %s", path, strerror(errno));
    const size_t length = fread(head, 1, sizeof head - 1, file);
    const int reason = errno;
    const bool failed = ferror(file);
    fclose(file);
    if (failed)
        return err_set(err, "cannot read %s: %s", path, strerror(reason));
    head[length] = '\0';
    return strstr(head, mark) ? 0
                              : err_set(err,
                                        "%s exists and is not a report of winnow's; give another "
                                        "name with -o, or --force",
                                        path);
}
