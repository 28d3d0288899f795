// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FORMAT_FORMAT_H
#define CPROF_FORMAT_FORMAT_H

#include "report/report.h"
#include "sink/sink.h"

// The looks of reports. Nothing here computes: every number comes from the report.

// How a report shows values.
struct value_format {
    struct unit_conv conv;
    double ratio;
};

struct value_format value_format_of(const struct report *r);
size_t value_print(char out[UNIT_LABEL_MAX], const struct value_format *f, int64_t value);

// The lines on top of a report, each a string in the arena: those on the profile, and with the part
// that is shown.
typedef VEC(struct span) label_lines;
label_lines format_profile_labels(const struct report *r);
label_lines format_labels(const struct report *r, const struct shown *shown);

// Lays out rows as the reference does.
void format_text_top(const struct report *r, const struct top *top, struct sink *out);

#endif
