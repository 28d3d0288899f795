// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

static enum inlining inlining_of(const struct graph *g, const struct edge_list *in, uint32_t node)
{
    bool inlined = false, called = false;
    for (uint32_t i = in->first[node]; i < in->first[node + 1]; i++) {
        bool edge_inlined = g->edges.at[in->edges[i]].inlined;
        inlined |= edge_inlined;
        called |= !edge_inlined;
    }
    return !inlined ? INLINED_NEVER : called ? INLINED_SOMETIMES : INLINED_ALWAYS;
}

struct top report_top(struct report *r)
{
    struct node_table table;
    struct graph g;
    struct graph_options options = {
        .value_index = r->options.value_index,
        .mean = r->options.mean,
        .drop_negative = r->options.drop_negative,
        .edges = EDGES_TO_INLINED,
    };
    struct top top = {0};
    node_table_init(&table, r->profile, &r->options.detail, r->arena);
    top.shown.trim =
        graph_build_trimmed(&g, r->profile, &table, &options, &r->options.trim, r->arena);
    report_pick_unit(r, &g);
    struct edge_list in = graph_edges_in(&g);
    top.n_rows = top.shown.n_nodes = g.n_shown;
    top.rows = arena_alloc(r->arena, g.n_shown * sizeof *top.rows);
    for (uint32_t i = 0; i < g.n_shown; i++) {
        const struct node *n = &g.nodes[g.shown[i]];
        top.rows[i] = (struct top_row){
            .name = node_name(&table, n->info),
            .flat = node_flat(n),
            .cum = node_cum(n),
            .inlining = inlining_of(&g, &in, g.shown[i]),
        };
        top.shown.total += top.rows[i].flat;
    }
    node_table_release(&table);
    return top;
}
