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

struct value_format value_format_of(const struct report *r);
size_t value_print(char out[UNIT_LABEL_MAX], const struct value_format *f, int64_t value);

// The lines on top of a report, each a string in the arena: those on the profile, and with the part
// that is shown.
typedef VEC(struct span) label_lines;
label_lines format_profile_labels(const struct report *r);
label_lines format_labels(const struct report *r, const struct shown *shown);

// The same for a picture, with all there is to say.
label_lines format_full_labels(const struct report *r, const struct shown *shown);

// What gates found out, a line each, with the functions to blame below those that fired: of all
// gates, or of those that fired or would have but for noise.
struct gate_results;
label_lines format_gates(const struct report *r, const struct gate_results *results, bool all);

// What is known of noise, and how the ± is to be read; and the ± of a standard error.
const char *format_noise(const struct report *r, const struct noise_shown *n,
                         const struct value_format *values);
int64_t format_margin(double error);

// Text, with the reference's layout.
void format_text_top(const struct report *r, const struct top *top, struct sink *out);
void format_text_traces(const struct report *r, struct node_table *t, struct sink *out);
void format_text_tags(const struct report *r, const struct tags_report *tags, struct sink *out);
void format_raw(const struct report *r, struct sink *out);
void format_comments(const struct report *r, struct sink *out);

// Only the nodes that are wanted; all where that is NULL.
void format_text_tree(const struct report *r, struct graph_report *g, const bool *wanted,
                      struct sink *out);

// Where source files come from: NULL with *err filled for one that cannot be had.
struct text_files {
    const struct text_file *(*find)(void *context, struct span name, struct err *err);
    void *context;
};

void format_text_list(const struct report *r, const struct list *list,
                      const struct text_files *files, struct sink *out);

// For other programs: KCachegrind, Graphviz and everything that reads pprof profiles.
void format_callgrind(const struct report *r, struct graph_report *g, struct sink *out);
void format_dot(const struct report *r, struct graph_report *g, struct sink *out);
void format_profile(const struct profile *p, double ratio, struct sink *out);

#endif
