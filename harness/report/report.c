#include "harness/report/report.h"

#include "base/hash.h"
#include "base/save.h"
#include "harness/report/about.h"
#include "harness/report/html.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define EMBEDDED(ending) _binary_plots_report_##ending##_start
extern const char EMBEDDED(html)[], EMBEDDED(css)[], EMBEDDED(js)[];

/* How a page is known again: it is in the template. */
static const char mark[] = "<meta name=\"generator\" content=\"winnow report\">";

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
    struct str title = {0}, lead = {0}, contents = {0}, sections = {0}, notes = {0};
    const int failed = add_sections(report, &lead, &sections, &notes, err);
    if (!failed) {
        char digest[HASH_BASE64_SIZE];
        struct hash *hash = hash_new();
        hash_add(hash, "\n", 1); /* of what is between <script> and </script> */
        hash_add(hash, EMBEDDED(js), strlen(EMBEDDED(js)));
        hash_finish_base64(hash, digest);
        html_add(&title, report->title ? report->title : report->experiment);
        list_sections(&sections, &contents);
        const struct str_place places[] = {
            {"{{title}}", str_text(&title)},
            {"{{lead}}", str_text(&lead)},
            {"{{contents}}", str_text(&contents)},
            {"{{sections}}", str_text(&sections)},
            {"{{css}}", EMBEDDED(css)},
            {"{{js}}", EMBEDDED(js)},
            {"{{script-hash}}", digest},
        };
        str_add_filled(ret_page, EMBEDDED(html), places, sizeof places / sizeof *places);
        str_add(ret_notes, str_text(&notes));
    }
    STR_RELEASE(&title, &lead, &contents, &sections, &notes);
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
