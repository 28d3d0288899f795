// SPDX-License-Identifier: Apache-2.0
#include "format/emits.h"
#include "format/format.h"

#include <math.h>
#include <stdlib.h>

#include "base/path.h"
#include "base/utf8.h"
#include "format/dottags.h"
#include "format/shorten.h"

// Graphviz's language: https://graphviz.org/doc/info/lang.html. What is drawn, and how large and in
// which colour: google/pprof's internal/graph/dotgraph.go.

enum { FONT_MIN = 8, FONT_GROWTH = 16 };

struct printer {
    const struct report *r;
    struct graph_report *g;
    struct value_format values;
    struct shortener shortener;
    struct sink *out;
    uint32_t *ids; // by node: its place among those that are shown, from 1; 0: not shown
    bool *has_tags;
    double max_flat;
};

static const char *value_str(struct printer *p, int64_t value)
{
    char text[UNIT_LABEL_MAX];
    struct span s = {text, value_print(text, &p->values, value)};
    return dot_escape(p->r->arena, s);
}

static const char *percent_str(struct printer *p, int64_t value)
{
    char text[PERCENT_MAX];
    return arena_cstr(p->r->arena, unit_share(text, value, p->r->total));
}

static double limit(double v)
{
    return v > 1 ? 1 : v < -1 ? -1 : v;
}

// From green (-1) over grey (0) to red (1).
static void put_color(struct sink *out, double score, bool background)
{
    const double shift = 0.7; // away from grey, for weights far from it to differ
    double saturation = background ? 0.1 : 1.0, value = background ? 0.93 : 0.7;
    double red = value, green = value;
    score = isnan(score) ? score : limit(score);
    if (fabs(score) < 0.2)
        saturation *= fabs(score) / 0.2;
    if (score > 0)
        score = pow(score, 1 - shift);
    else if (score < 0)
        score = -pow(-score, 1 - shift);
    if (score < 0)
        red = value * (1 + saturation * score);
    else
        green = value * (1 - saturation * score);
    double blue = value * (1 - saturation);
    sink_printf(out, "\"#%02x%02x%02x\"", (unsigned)(uint8_t)i64_of(red * 255),
                (unsigned)(uint8_t)i64_of(green * 255), (unsigned)(uint8_t)i64_of(blue * 255));
}

static void put_legend(struct printer *p, struct span title)
{
    struct sink *out = p->out;
    label_lines labels = format_full_labels(p->r, &p->g->shown);
    if (labels.n == 0)
        return;
    sink_printf(out, "subgraph cluster_L { \"%s\" [shape=box fontsize=16 label=\"",
                dot_escape(p->r->arena, labels.at[0]));
    size_t length = 0;
    for (size_t i = 0; i < labels.n && length < DOT_LABEL_MAX; i++) {
        struct span line = span_of(dot_escape(p->r->arena, labels.at[i]));
        length += line.n;
        sink_write(out, line);
        sink_write(out, SPAN("\\l"));
    }
    sink_putc(out, '"');
    if (title.n)
        sink_printf(out, " tooltip=\"%s\"", dot_escape(p->r->arena, title));
    sink_write(out, SPAN("] }\n"));
}

// The parts of a name on lines of their own; Go's "[...]" stays whole.
static void add_name_lines(struct buf *label, struct span name)
{
    while (name.n) {
        if (span_starts(name, SPAN("::"))) {
            buf_add(label, SPAN("\\n"));
            name = span_from(name, 2);
        } else if (span_starts(name, SPAN("[...]"))) {
            buf_add(label, SPAN("[…]"));
            name = span_from(name, 5);
        } else if (name.at[0] == '.') {
            buf_add(label, SPAN("\\n"));
            name = span_from(name, 1);
        } else {
            buf_addc(label, name.at[0]);
            name = span_from(name, 1);
        }
    }
}

static void add_place(struct printer *p, const struct node_info *info, struct buf *label)
{
    struct span file = node_str(&p->g->table, info->file);
    struct span objfile = node_str(&p->g->table, info->objfile);
    const char *base = dot_escape(p->r->arena, file.n ? path_base(file) : file);
    if (info->line)
        buf_printf(label, "%s:%lld", base, (long long)info->line);
    if (info->line && info->column)
        buf_printf(label, ":%lld", (long long)info->column);
    if (info->line || file.n) {
        if (!info->line)
            buf_add(label, span_of(base));
        buf_add(label, SPAN("\\n"));
    } else if (!info->name && objfile.n) {
        buf_printf(label, "[%s]\\n", dot_escape(p->r->arena, path_base(objfile)));
    } else if (!info->name) {
        buf_add(label, SPAN("<unknown>\\n"));
    }
}

static void add_name(struct printer *p, const struct node *n, struct buf *label)
{
    const struct node_info *info = &p->g->table.infos.at[n->info];
    if (info->address)
        buf_printf(label, "%016llx\\n", (unsigned long long)info->address);
    if (info->name) {
        struct span name = shorten(&p->shortener, node_str(&p->g->table, info->name));
        add_name_lines(label, span_of(dot_escape(p->r->arena, name)));
        buf_add(label, SPAN("\\n"));
    }
    add_place(p, info, label);
}

static void add_weights(struct printer *p, int64_t flat, int64_t cum, struct buf *label)
{
    if (flat)
        buf_printf(label, "%s (%s)", value_str(p, flat), percent_str(p, flat));
    else
        buf_addc(label, '0');
    if (cum != flat)
        buf_printf(label, "%sof %s (%s)", flat ? "\\n" : " ", value_str(p, cum),
                   percent_str(p, cum));
}

static int font_size(const struct printer *p, int64_t flat)
{
    double weight = fabs((double)flat); // unlike i64_abs never negative
    if (p->max_flat == 0 || flat == 0 || weight > p->max_flat)
        return FONT_MIN;
    return FONT_MIN + (int)ceil(FONT_GROWTH * sqrt(weight / p->max_flat));
}

static const char *escaped_name(struct printer *p, uint32_t node)
{
    return dot_escape(p->r->arena, node_name(&p->g->table, p->g->graph.nodes[node].info));
}

static void put_node(struct printer *p, uint32_t node)
{
    const struct node *n = &p->g->graph.nodes[node];
    int64_t flat = node_flat(n), cum = node_cum(n);
    double share = (double)cum / (double)i64_abs(p->r->total);
    struct buf label = {0};
    add_name(p, n, &label);
    add_weights(p, flat, cum, &label);
    sink_printf(p->out, "N%u [label=\"%s\" id=\"node%u\" fontsize=%d shape=box", p->ids[node],
                buf_cstr(&label), p->ids[node], font_size(p, flat));
    buf_release(&label);
    sink_printf(p->out, " tooltip=\"%s (%s)\" color=", escaped_name(p, node), value_str(p, cum));
    put_color(p->out, share, false);
    sink_write(p->out, SPAN(" fillcolor="));
    put_color(p->out, share, true);
    sink_write(p->out, SPAN("]\n"));
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void put_edge_weight(struct printer *p, int64_t weight)
{
    int64_t total = p->r->total;
    if (total == 0)
        return;
    int64_t pull = 1 + least(i64_abs(i64_div(weight * 100, total)), 100);
    int64_t width = 1 + least(i64_abs(i64_div(weight * 5, total)), 5);
    if (pull > 1)
        sink_printf(p->out, " weight=%lld", (long long)pull);
    if (width > 1)
        sink_printf(p->out, " penwidth=%lld", (long long)width);
    sink_write(p->out, SPAN(" color="));
    put_color(p->out, (double)weight / (double)i64_abs(total), false);
}

static void put_edge(struct printer *p, const struct edge *e)
{
    struct sink *out = p->out;
    const char *weight = value_str(p, edge_weight(e));
    const char *tip = arena_printf(p->r->arena, "\"%s %s %s (%s)\"", escaped_name(p, e->src),
                                   e->residual ? "..." : "->", escaped_name(p, e->dst), weight);
    sink_printf(out, "N%u -> N%u [label=\" %s%s\"", p->ids[e->src], p->ids[e->dst], weight,
                e->inlined ? "\\n (inline)" : "");
    put_edge_weight(p, edge_weight(e));
    sink_printf(out, " tooltip=%s labeltooltip=%s", tip, tip);
    if (e->residual)
        sink_write(out, SPAN(" style=\"dotted\""));
    if (p->has_tags[e->src])
        sink_write(out, SPAN(" minlen=2"));
    sink_write(out, SPAN("]\n"));
}

// All calls from nodes that are shown, the heaviest first: Graphviz takes that as a hint.
static void put_edges(struct printer *p)
{
    struct graph *g = &p->g->graph;
    uint32_t *edges = arena_alloc(p->r->arena, (g->edges.n + 1) * sizeof *edges);
    size_t n = 0;
    for (size_t i = 0; i < g->edges.n; i++)
        if (!g->edges.at[i].dropped && p->ids[g->edges.at[i].src])
            edges[n++] = (uint32_t)i;
    graph_sort_edges(g, edges, n);
    for (size_t i = 0; i < n; i++)
        put_edge(p, &g->edges.at[edges[i]]);
}

static void number_nodes(struct printer *p)
{
    const struct graph *g = &p->g->graph;
    p->ids = arena_zalloc(p->r->arena, g->n_nodes, sizeof *p->ids);
    p->has_tags = arena_zalloc(p->r->arena, g->n_nodes, sizeof *p->has_tags);
    for (uint32_t i = 0; i < g->n_shown; i++) {
        double flat = (double)i64_abs(node_flat(&g->nodes[g->shown[i]]));
        p->ids[g->shown[i]] = i + 1;
        p->max_flat = flat > p->max_flat ? flat : p->max_flat;
    }
}

void dot_graph(const struct document *d, struct sink *out)
{
    const struct report *r = d->report;
    struct graph_report *g = d->data.graph;
    struct printer p = {.r = r, .g = g, .values = value_format_of(r, &g->shown), .out = out};
    struct span file =
        r->profile->n_mappings ? profile_str(r->profile, r->profile->mappings[0].file) : SPAN("");
    struct span title = file.n ? path_base(file) : SPAN("");
    shortener_init(&p.shortener);
    sink_printf(out, "digraph \"%s\" {\nnode [style=filled fillcolor=\"#f8f8f8\"]\n",
                title.n ? dot_escape(r->arena, title) : "unnamed");
    put_legend(&p, title);
    number_nodes(&p);
    for (uint32_t i = 0; i < g->graph.n_shown; i++) {
        uint32_t node = g->graph.shown[i];
        put_node(&p, node);
        p.has_tags[node] = format_dot_tags(r, g, node, p.ids[node], out);
    }
    put_edges(&p);
    sink_write(out, SPAN("}\n"));
    shortener_release(&p.shortener);
}
