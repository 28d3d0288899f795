// SPDX-License-Identifier: Apache-2.0
#include "format/emits.h"
#include "format/put.h"

enum { EDGE_WIDTH = 50, EDGE_NAME = 62, NODE_NAME = 60 };

struct printer {
    const struct report *r;
    struct graph_report *g;
    struct value_format values;
    struct sink *out;
    size_t more; // that the ± take
};

static void put_rule(const struct printer *p)
{
    sink_fill(p->out, '-', p->more);
    sink_write(p->out,
               SPAN("----------------------------------------------------------+-------------\n"));
}

static void put_edges(struct printer *p, const struct edge_list *list, uint32_t node, bool callers)
{
    const struct graph *g = &p->g->graph;
    struct calls calls = report_calls(p->g, list, node);
    int64_t cum = node_cum(&g->nodes[node]);
    for (uint32_t i = 0; i < calls.n; i++) {
        const struct edge *e = &g->edges.at[calls.edges[i]];
        uint32_t end = callers ? e->src : e->dst;
        put_weight(p->out, p->r, &p->values, edge_weight(e), EDGE_WIDTH + p->more);
        sink_putc(p->out, ' ');
        put_percent(p->out, edge_weight(e), cum);
        sink_write(p->out, SPAN(" |   "));
        struct span mark = e->inlined ? SPAN(" (inline)") : SPAN("");
        put_name(p->out, node_name(&p->g->table, g->nodes[end].info), EDGE_NAME + p->more + mark.n);
        sink_write(p->out, mark);
        sink_putc(p->out, '\n');
    }
}

static void put_node(struct printer *p, uint32_t node, int64_t sum)
{
    struct sink *out = p->out;
    const struct node *n = &p->g->graph.nodes[node];
    struct errors errors = report_errors(p->g, node);
    put_noisy(out, p->r, &p->g->noise, &p->values, node_flat(n), errors.flat);
    sink_putc(out, ' ');
    put_percent(out, node_flat(n), p->r->total);
    sink_putc(out, ' ');
    put_percent(out, sum, p->r->total);
    sink_putc(out, ' ');
    put_noisy(out, p->r, &p->g->noise, &p->values, node_cum(n), errors.cum);
    sink_putc(out, ' ');
    put_percent(out, node_cum(n), p->r->total);
    sink_write(out, SPAN("                | "));
    put_name(out, node_name(&p->g->table, n->info), NODE_NAME + p->more);
    sink_putc(out, '\n');
}

void text_tree(const struct document *d, struct sink *out)
{
    const struct report *r = d->report;
    struct graph_report *g = &d->data.tree->graph;
    const bool *wanted = d->data.tree->wanted;
    struct printer p = {r, g, value_format_of(r, &g->shown), out, g->noise.known ? NOISE_WIDTH : 0};
    label_lines labels = format_labels(r, &g->shown);
    int64_t sum = 0;
    put_lines(out, &labels);
    put_noise(out, r, &g->shown, &g->noise);
    put_rule(&p);
    sink_write(out, g->noise.known
                        ? SPAN("      flat          ±  flat%   sum%        cum          ±   cum%")
                        : SPAN("      flat  flat%   sum%        cum   cum%"));
    sink_write(out, SPAN("   calls calls% + context \t \t \n"));
    for (uint32_t i = 0; i < g->graph.n_shown; i++) {
        uint32_t node = g->graph.shown[i];
        if (wanted && !wanted[node])
            continue;
        sum = i64_add(sum, node_flat(&g->graph.nodes[node]));
        put_rule(&p);
        put_edges(&p, &g->callers, node, true);
        put_node(&p, node, sum);
        put_edges(&p, &g->callees, node, false);
    }
    if (g->graph.n_shown)
        put_rule(&p);
}
