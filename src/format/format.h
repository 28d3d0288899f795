// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FORMAT_FORMAT_H
#define CPROF_FORMAT_FORMAT_H

#include "base/text.h"
#include "report/report.h"
#include "sink/sink.h"

// The looks of reports. Nothing here computes: every number comes from the report.

// How a report shows values.
struct value_format {
    struct unit_conv conv;
    double ratio;
};

// In the unit that was chosen for what is shown; shown may be NULL: in the one that was asked for.
struct value_format value_format_of(const struct report *r, const struct shown *shown);
size_t value_print(char out[UNIT_LABEL_MAX], const struct value_format *f, int64_t value);

// The lines on top of a report, each a string in the arena: those on the profile, and with the part
// that is shown.
typedef VEC(struct span) label_lines;
label_lines format_profile_labels(const struct report *r, const struct shown *shown);
label_lines format_labels(const struct report *r, const struct shown *shown);

// The same for a picture, with all there is to say.
label_lines format_full_labels(const struct report *r, const struct shown *shown);

// What gates found out, a line each, with the functions to blame below those that fired: of all
// gates, or of those that fired or would have but for noise.
struct gate_results;
label_lines format_gates(const struct report *r, const struct gate_results *results, bool all);

// The same as GitHub's annotations, each at the worst offender's heaviest line:
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
label_lines format_gates_github(const struct report *r, const struct gate_results *results,
                                bool all);

// What is known of noise, and how the ± is to be read; and the ± of a standard error.
const char *format_noise(const struct report *r, const struct noise_shown *n,
                         const struct value_format *values);
int64_t format_margin(double error);

#endif
