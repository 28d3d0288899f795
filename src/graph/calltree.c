// SPDX-License-Identifier: Apache-2.0
#include "graph/build.h"
#include "graph/stacks.h"

#define NO_EDGE UINT32_MAX

// A call tree has its nodes in the order in which the samples come upon them, which is seen where
// nothing else tells nodes apart. By node of the stacks.
static uint32_t *order_nodes(const struct stacks *s, uint32_t n_samples, struct arena *arena)
{
    uint32_t *first = arena_alloc(arena, s->n * sizeof *first); // the first sample of each
    uint32_t *start = arena_zalloc(arena, n_samples + 1ul, sizeof *start);
    for (uint32_t i = 0; i < s->n; i++)
        first[i] = NO_INDEX;
    for (uint32_t i = n_samples; i-- > 0;)
        if (s->leaf[i] != NO_INDEX)
            first[s->leaf[i]] = i;
    for (uint32_t i = s->n; i-- > 0;) {
        uint32_t parent = s->nodes[i].parent;
        if (parent != NO_INDEX && first[i] < first[parent])
            first[parent] = first[i];
        start[first[i] + 1]++;
    }
    for (uint32_t i = 0; i < n_samples; i++)
        start[i + 1] += start[i];
    for (uint32_t i = 0; i < s->n; i++)
        first[i] = start[first[i]]++;
    return first;
}

static void add_nodes(struct graph *g, const struct stacks *s, const uint32_t *order)
{
    uint32_t n_edges = 0;
    g->n_nodes = s->n;
    g->nodes = arena_alloc(g->arena, s->n * sizeof *g->nodes);
    for (uint32_t i = 0; i < s->n; i++) {
        uint32_t parent = s->nodes[i].parent;
        g->nodes[order[i]] = (struct node){
            .info = s->nodes[i].node,
            .parent = parent == NO_INDEX ? NO_INDEX : order[parent],
            .edge = parent == NO_INDEX ? NO_EDGE : 0,
        };
        n_edges += parent != NO_INDEX;
    }
    vec_room(g->arena, &g->edges, n_edges);
    for (uint32_t i = 0; i < g->n_nodes; i++) {
        struct node *n = &g->nodes[i];
        if (n->edge == NO_EDGE)
            continue;
        n->edge = (uint32_t)g->edges.n;
        *vec_push(g->arena, &g->edges) = (struct edge){.src = n->parent, .dst = i};
    }
    for (uint32_t i = 0; i < s->n; i++)
        if (g->nodes[order[i]].edge != NO_EDGE)
            g->edges.at[g->nodes[order[i]].edge].inlined = s->nodes[i].inlined;
}

// Callers stand before their callees, so that one sweep from the end sums up. Every path is a chain
// of nodes of its own: nothing on it is counted twice.
static void sum_up(struct graph *g)
{
    for (uint32_t i = g->n_nodes; i-- > 0;) {
        struct node *n = &g->nodes[i];
        n->cum = i64_add(n->cum, n->flat);
        n->cum_div = i64_add(n->cum_div, n->flat_div);
        if (n->edge == NO_EDGE)
            continue;
        g->nodes[n->parent].cum = i64_add(g->nodes[n->parent].cum, n->cum);
        g->nodes[n->parent].cum_div = i64_add(g->nodes[n->parent].cum_div, n->cum_div);
        g->edges.at[n->edge].weight = n->cum;
        g->edges.at[n->edge].weight_div = n->cum_div;
    }
}

void calltree_build(struct graph *g, const struct profile *p)
{
    struct stacks s;
    struct weight w;
    bool *counted = arena_alloc(g->arena, p->n_samples * sizeof *counted);
    for (uint32_t i = 0; i < p->n_samples; i++)
        counted[i] = sample_weight(g, p, &p->samples[i], &w);
    stacks_build(&s, p, g->table, &(struct stack_options){.counted = counted}, g->arena);
    uint32_t *order = order_nodes(&s, p->n_samples, g->arena);
    add_nodes(g, &s, order);
    g->leaves = s.leaf;
    for (uint32_t i = 0; i < p->n_samples; i++) {
        if (s.leaf[i] == NO_INDEX)
            continue;
        sample_weight(g, p, &p->samples[i], &w);
        g->leaves[i] = order[s.leaf[i]];
        g->nodes[g->leaves[i]].flat = i64_add(g->nodes[g->leaves[i]].flat, w.value);
        g->nodes[g->leaves[i]].flat_div = i64_add(g->nodes[g->leaves[i]].flat_div, w.div);
    }
    sum_up(g);
}

// Hangs an edge's lower end on the nearest node above that stays, or on none.
static void lift_edge(struct graph *g, const bool *kept, struct edge *e)
{
    while (!e->dropped && !kept[e->src]) {
        uint32_t above = g->nodes[e->src].edge;
        if (above == NO_EDGE || g->edges.at[above].dropped) {
            e->dropped = true;
            return;
        }
        e->src = g->edges.at[above].src;
        e->residual = true;
        e->inlined &= g->edges.at[above].inlined;
    }
}

void calltree_keep(struct graph *g, const bool *kept)
{
    for (size_t i = 0; i < g->edges.n; i++)
        if (kept[g->edges.at[i].dst])
            lift_edge(g, kept, &g->edges.at[i]);
    for (size_t i = 0; i < g->edges.n; i++)
        g->edges.at[i].dropped |= !kept[g->edges.at[i].dst];
}
