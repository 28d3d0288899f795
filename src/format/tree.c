// SPDX-License-Identifier: Apache-2.0
#include "format/put.h"

enum { EDGE_WIDTH = 50, VALUE_WIDTH = 10, EDGE_NAME = 62, NODE_NAME = 60 };

static const struct span rule =
    SPAN("----------------------------------------------------------+-------------\n");

struct printer {
    const struct report *r;
    struct graph_report *g;
    struct value_format values;
    struct sink *out;
};

static void put_edges(struct printer *p, const struct edge_list *list, uint32_t node, bool callers)
{
    const struct graph *g = &p->g->graph;
    struct calls calls = report_calls(p->g, list, node);
    int64_t cum = node_cum(&g->nodes[node]);
    for (uint32_t i = 0; i < calls.n; i++) {
        const struct edge *e = &g->edges.at[calls.edges[i]];
        uint32_t end = callers ? e->src : e->dst;
        put_weight(p->out, p->r, &p->values, e->weight, EDGE_WIDTH);
        sink_putc(p->out, ' ');
        put_percent(p->out, e->weight, cum);
        sink_write(p->out, SPAN(" |   "));
        struct span mark = e->inlined ? SPAN(" (inline)") : SPAN("");
        put_name(p->out, node_name(&p->g->table, g->nodes[end].info), EDGE_NAME + mark.n);
        sink_write(p->out, mark);
        sink_putc(p->out, '\n');
    }
}

static void put_node(struct printer *p, const struct node *n, int64_t sum)
{
    struct sink *out = p->out;
    put_weight(out, p->r, &p->values, node_flat(n), VALUE_WIDTH);
    sink_putc(out, ' ');
    put_percent(out, node_flat(n), p->r->total);
    sink_putc(out, ' ');
    put_percent(out, sum, p->r->total);
    sink_putc(out, ' ');
    put_weight(out, p->r, &p->values, node_cum(n), VALUE_WIDTH);
    sink_putc(out, ' ');
    put_percent(out, node_cum(n), p->r->total);
    sink_write(out, SPAN("                | "));
    put_name(out, node_name(&p->g->table, n->info), NODE_NAME);
    sink_putc(out, '\n');
}

void format_text_tree(const struct report *r, struct graph_report *g, const bool *wanted,
                      struct sink *out)
{
    struct printer p = {r, g, value_format_of(r), out};
    label_lines labels = format_labels(r, &g->shown);
    int64_t sum = 0;
    put_lines(out, &labels);
    sink_write(out, rule);
    sink_write(out, SPAN("      flat  flat%   sum%        cum   cum%   calls calls% + context "
                         "\t \t \n"));
    for (uint32_t i = 0; i < g->graph.n_shown; i++) {
        uint32_t node = g->graph.shown[i];
        if (wanted && !wanted[node])
            continue;
        sum += node_flat(&g->graph.nodes[node]);
        sink_write(out, rule);
        put_edges(&p, &g->callers, node, true);
        put_node(&p, &g->graph.nodes[node], sum);
        put_edges(&p, &g->callees, node, false);
    }
    if (g->graph.n_shown)
        sink_write(out, rule);
}
