// SPDX-License-Identifier: Apache-2.0
#include "profile/builder.h"
#include "report/report.h"

static void add_entry(struct builder *b, const struct report *r, struct span unit,
                      const struct top_row *row)
{
    struct unit_conv conv = unit_conv_of(r->options.unit, unit);
    // What has no function goes by what the row is called.
    struct function f = {
        .name = builder_string(b, row->function.n ? row->function : row->name),
        .filename = builder_string(b, row->file),
        .start_line = row->start_line,
    };
    struct line line = {builder_function(b, &f), row->line, row->column};
    struct location l = {.address = row->address, .mapping = NO_INDEX, .n_lines = 1};
    uint32_t frame = builder_location(b, &l, &line);
    int64_t values[] = {i64_cut(unit_convert(&conv, row->cum).value),
                        i64_cut(unit_convert(&conv, row->flat).value)};
    builder_sample(b, &frame, 1, values);
}

static void copy_header(struct builder *b, const struct profile *p, struct span unit)
{
    struct profile *out = b->out;
    builder_sample_type(b, SPAN("cum"), unit);
    builder_sample_type(b, SPAN("flat"), unit);
    out->time_nanos = p->time_nanos;
    out->duration_nanos = p->duration_nanos;
    out->period_type.type = builder_string(b, profile_str(p, p->period_type.type));
    out->period_type.unit = builder_string(b, profile_str(p, p->period_type.unit));
    out->period = p->period;
}

void report_top_profile(const struct report *r, const struct top *top, struct profile *out)
{
    struct builder b;
    struct err ignored; // there are no more entries than in the profile at hand
    profile_init(out);
    builder_init(&b, out);
    copy_header(&b, r->profile, top->shown.unit);
    for (uint32_t i = 0; i < top->n_rows; i++)
        add_entry(&b, r, top->shown.unit, &top->rows[i]);
    builder_finish(&b, &ignored);
    builder_release(&b);
}
