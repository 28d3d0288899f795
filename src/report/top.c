// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

#include "profile/builder.h"

// How the outermost frames of stacks came there, by node: see node_is_inlined.
struct roots {
    bool *inlined, *called; // or NULL: as they are called by nothing, they do not count
};

static struct roots roots_of(const struct report *r, const struct graph_report *g)
{
    const struct profile *p = r->profile;
    const struct node_table *t = &g->table;
    struct roots roots = {NULL, NULL};
    if (!t->cut)
        return roots;
    roots.inlined = arena_zalloc(r->arena, t->infos.n, sizeof *roots.inlined);
    roots.called = arena_zalloc(r->arena, t->infos.n, sizeof *roots.called);
    for (uint32_t i = 0; i < p->n_samples; i++) {
        const uint32_t *frames = p->frames + p->samples[i].frame;
        uint32_t n = p->samples[i].n_frames;
        while (n && t->first[frames[n - 1]] == t->first[frames[n - 1] + 1])
            n--;
        if (n == 0)
            continue;
        uint32_t loc = frames[n - 1], at = t->first[loc + 1] - 1;
        (node_is_inlined(t, p, loc, at) ? roots.inlined : roots.called)[t->nodes[at]] = true;
    }
    return roots;
}

static enum inlining inlining_of(const struct graph_report *g, const struct roots *roots,
                                 uint32_t node)
{
    bool inlined = false, called = false;
    for (uint32_t i = g->callers.first[node]; i < g->callers.first[node + 1]; i++) {
        bool edge_inlined = g->graph.edges.at[g->callers.edges[i]].inlined;
        inlined |= edge_inlined;
        called |= !edge_inlined;
    }
    uint32_t info = g->graph.nodes[node].info;
    if (roots->inlined && roots->inlined[info]) {
        inlined = true;
        called |= roots->called[info];
    }
    return !inlined ? INLINED_NEVER : called ? INLINED_SOMETIMES : INLINED_ALWAYS;
}

// The row of each node that is shown, NO_INDEX for the others.
static uint32_t *rows_of_nodes(const struct report *r, const struct graph *g)
{
    uint32_t *rows = arena_alloc(r->arena, g->n_nodes * sizeof *rows);
    memset(rows, 0xff, g->n_nodes * sizeof *rows);
    for (uint32_t i = 0; i < g->n_shown; i++)
        rows[g->shown[i]] = i;
    return rows;
}

static void sum_flats(const struct report *r, const struct graph_report *g, struct top *top)
{
    const struct profile *p = r->profile;
    const uint32_t *rows = rows_of_nodes(r, &g->graph);
    for (uint32_t i = 0; i < p->n_samples; i++) {
        const struct sample *s = &p->samples[i];
        uint32_t leaf = node_leaf(&g->table, p->frames + s->frame, s->n_frames);
        if (leaf == NO_INDEX || rows[leaf] == NO_INDEX)
            continue;
        const int64_t *values = sample_values(p, s);
        for (uint32_t type = 0; type < top->n_columns; type++)
            top->columns[type].flats[rows[leaf]] =
                i64_add(top->columns[type].flats[rows[leaf]], values[type]);
    }
}

static void pick_unit(const struct report *r, const struct top *top, uint32_t type)
{
    struct top_column *c = &top->columns[type];
    int64_t least = 0;
    for (uint32_t i = 0; i < top->n_rows; i++) {
        int64_t v = i64_abs(c->flats[i]);
        if (v && (least == 0 || v < least))
            least = v;
    }
    c->output_unit =
        report_common_unit(r, least, report_total(r->profile, type, false, r->job), c->unit);
}

static void add_columns(const struct report *r, const struct graph_report *g, struct top *top)
{
    struct span wanted = r->options.output_unit;
    const struct profile *p = r->profile;
    top->n_columns = p->n_sample_types;
    top->columns = arena_alloc(r->arena, top->n_columns * sizeof *top->columns);
    for (uint32_t i = 0; i < top->n_columns; i++)
        top->columns[i] = (struct top_column){
            .type = profile_str(p, p->sample_types[i].type),
            .unit = profile_str(p, p->sample_types[i].unit),
            .output_unit = wanted,
            .flats = arena_zalloc(r->arena, top->n_rows, sizeof(int64_t)),
        };
    sum_flats(r, g, top);
    for (uint32_t i = 0; i < top->n_columns && span_eq(wanted, SPAN("minimum")); i++)
        pick_unit(r, top, i);
}

struct top report_top(const struct report *r)
{
    struct graph_report g;
    report_graph(r, EDGES_TO_INLINED, NULL, &g);
    struct top top = {.shown = g.shown, .noise = g.noise, .n_rows = g.graph.n_shown};
    top.rows = arena_alloc(r->arena, top.n_rows * sizeof *top.rows);
    struct roots roots = roots_of(r, &g);
    for (uint32_t i = 0; i < top.n_rows; i++) {
        top.rows[i] = report_node_row(r, &g, g.graph.shown[i]);
        top.rows[i].inlining = inlining_of(&g, &roots, g.graph.shown[i]);
    }
    if (r->options.all_types)
        add_columns(r, &g, &top);
    graph_report_release(&g);
    return top;
}

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
