// SPDX-License-Identifier: Apache-2.0
#include "profile/builder.h"
#include "report/report.h"

static str_id copy_str(struct builder *b, const struct graph_report *g, str_id id)
{
    return builder_string(b, node_str(&g->table, id));
}

static void add_entry(struct builder *b, const struct report *r, const struct graph_report *g,
                      const struct node *n)
{
    const struct report_options *o = &r->options;
    const struct node_info *info = &g->table.infos.at[n->info];
    struct unit_conv conv = unit_conv_of(o->unit, o->output_unit);
    struct function f = {
        .name = copy_str(b, g, info->name),
        .filename = copy_str(b, g, info->file),
        .start_line = info->start_line,
    };
    struct line line = {builder_function(b, &f), info->line, info->column};
    struct location l = {.address = info->address, .mapping = NO_INDEX, .n_lines = 1};
    uint32_t frame = builder_location(b, &l, &line);
    int64_t values[] = {i64_of(unit_convert(&conv, node_cum(n)).value),
                        i64_of(unit_convert(&conv, node_flat(n)).value)};
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

void report_top_profile(struct report *r, struct profile *out)
{
    struct graph_report g;
    struct builder b;
    struct err ignored; // there are no more entries than in the profile at hand
    report_graph(r, EDGES_NONE, NULL, &g);
    profile_init(out);
    builder_init(&b, out);
    copy_header(&b, r->profile, r->options.output_unit);
    for (uint32_t i = 0; i < g.graph.n_shown; i++)
        add_entry(&b, r, &g, &g.graph.nodes[g.graph.shown[i]]);
    builder_finish(&b, &ignored);
    builder_release(&b);
    graph_report_release(&g);
}
