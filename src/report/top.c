// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

static enum inlining inlining_of(const struct graph_report *g, uint32_t node)
{
    bool inlined = false, called = false;
    for (uint32_t i = g->in.first[node]; i < g->in.first[node + 1]; i++) {
        bool edge_inlined = g->graph.edges.at[g->in.edges[i]].inlined;
        inlined |= edge_inlined;
        called |= !edge_inlined;
    }
    return !inlined ? INLINED_NEVER : called ? INLINED_SOMETIMES : INLINED_ALWAYS;
}

struct top report_top(struct report *r)
{
    struct graph_report g;
    report_graph(r, EDGES_TO_INLINED, NULL, &g);
    struct top top = {.shown = g.shown, .n_rows = g.graph.n_shown};
    top.rows = arena_alloc(r->arena, top.n_rows * sizeof *top.rows);
    for (uint32_t i = 0; i < top.n_rows; i++) {
        uint32_t node = g.graph.shown[i];
        const struct node *n = &g.graph.nodes[node];
        top.rows[i] = (struct top_row){
            .name = node_name(&g.table, n->info),
            .flat = node_flat(n),
            .cum = node_cum(n),
            .inlining = inlining_of(&g, node),
        };
    }
    graph_report_release(&g);
    return top;
}
