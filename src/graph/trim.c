// SPDX-License-Identifier: Apache-2.0
#include "graph/trim.h"

#include <stdlib.h>

static int64_t cutoff(int64_t total, double fraction)
{
    return i64_abs(i64_of((double)total * fraction));
}

static int64_t flat_total(const struct graph *g)
{
    int64_t total = 0;
    for (uint32_t i = 0; i < g->n_shown; i++)
        total += g->nodes[g->shown[i]].flat;
    return total;
}

static int by_weight(int64_t a, int64_t b)
{
    a = i64_abs(a);
    b = i64_abs(b);
    return a == b ? 0 : a > b ? -1 : 1;
}

static int cmp_flat(const void *a, const void *b, void *context)
{
    struct graph *g = context;
    const struct node *x = &g->nodes[*(const uint32_t *)a], *y = &g->nodes[*(const uint32_t *)b];
    int order = by_weight(x->flat, y->flat);
    if (order == 0)
        order = node_cmp(g->table, x->info, y->info);
    return order ? order : by_weight(x->cum, y->cum);
}

static int cmp_cum(const void *a, const void *b, void *context)
{
    struct graph *g = context;
    const struct node *x = &g->nodes[*(const uint32_t *)a], *y = &g->nodes[*(const uint32_t *)b];
    int order = by_weight(x->cum, y->cum);
    if (order == 0)
        order = node_cmp(g->table, x->info, y->info);
    return order ? order : by_weight(x->flat, y->flat);
}

static void sort_nodes(struct graph *g, bool cum)
{
    qsort_r(g->shown, g->n_shown, sizeof *g->shown, cum ? cmp_cum : cmp_flat, g);
}

static uint32_t drop_edges(struct graph *g, int64_t least)
{
    uint32_t dropped = 0;
    for (size_t i = 0; i < g->edges.n; i++) {
        struct edge *e = &g->edges.at[i];
        if (!e->dropped && i64_abs(e->weight) < least) {
            e->dropped = true;
            dropped++;
        }
    }
    return dropped;
}

struct builder {
    struct graph *g;
    const struct profile *p;
    struct node_table *t;
    const struct graph_options *options;
    struct arena *arena;
};

// Builds the graph anew with the first n of the shown nodes that weigh at least so much.
static void keep_nodes(struct builder *b, uint32_t n, int64_t least_cum)
{
    struct graph *g = b->g;
    bool *kept = arena_zalloc(b->arena, b->t->infos.n, sizeof *kept);
    for (uint32_t i = 0; i < n; i++)
        kept[g->shown[i]] = i64_abs(g->nodes[g->shown[i]].cum) >= least_cum;
    graph_build(g, b->p, b->t, b->options, kept, b->arena);
}

static uint32_t count_light(const struct graph *g, int64_t least_cum)
{
    uint32_t light = 0;
    for (uint32_t i = 0; i < g->n_shown; i++)
        light += i64_abs(g->nodes[g->shown[i]].cum) < least_cum;
    return light;
}

struct trim_result graph_build_trimmed(struct graph *g, const struct profile *p,
                                       struct node_table *t, const struct graph_options *options,
                                       const struct trim_options *trim, struct arena *arena)
{
    struct trim_result result = {0};
    struct builder b = {g, p, t, options, arena};
    graph_build(g, p, t, options, NULL, arena);
    int64_t total = flat_total(g);
    int64_t least_node = cutoff(total, trim->node_fraction);
    int64_t least_edge = cutoff(total, trim->edge_fraction);
    result.dropped_nodes = count_light(g, least_node);
    if (result.dropped_nodes)
        keep_nodes(&b, g->n_shown, least_node);
    result.orig_count = g->n_shown;
    sort_nodes(g, trim->cum_sort);
    if (trim->node_count > 0)
        drop_edges(g, least_edge);
    if (trim->node_count > 0 && trim->node_count < g->n_shown) {
        keep_nodes(&b, (uint32_t)trim->node_count, 0);
        sort_nodes(g, trim->cum_sort);
    }
    result.dropped_edges = drop_edges(g, least_edge);
    return result;
}
