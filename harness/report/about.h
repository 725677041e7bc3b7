/*
 * report_about: what a report says around its results. Each appends a section to the page; after an
 * error, what it appended is of no use.
 */
#pragma once

#include "harness/report/report.h"

/* The hypothesis, a paragraph without a section; nothing where the file has none. */
int report_lead(const struct report *report, struct str *out, struct err *err);
int report_summary(const struct report *report, struct str *out, struct err *err);
int report_failures(const struct report *report, struct str *out, struct err *err);
int report_timing(const struct report *report, struct str *out, struct err *err);
int report_environments(const struct report *report, struct str *out, struct err *err);
int report_provenance(const struct report *report, struct str *out, struct err *err);
