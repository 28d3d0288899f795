// SPDX-License-Identifier: Apache-2.0
#include "graph/build.h"

enum { SLOTS_MIN = 256 };
#define NO_EDGE UINT32_MAX

static size_t node_slot_of(const struct graph *g, uint32_t parent, uint32_t info)
{
    return hash_u64((uint64_t)parent << 32 | info) & (g->node_slots_size - 1);
}

static void place_node(struct graph *g, uint32_t index)
{
    size_t i = node_slot_of(g, g->nodes[index].parent, g->nodes[index].info);
    while (g->node_slots[i] != NO_INDEX)
        i = (i + 1) & (g->node_slots_size - 1);
    g->node_slots[i] = index;
}

static void grow_node_slots(struct graph *g)
{
    g->node_slots_size = g->node_slots_size ? g->node_slots_size * 2 : SLOTS_MIN;
    size_t size = g->node_slots_size * sizeof *g->node_slots;
    g->node_slots = memset(arena_alloc(g->arena, size), 0xff, size);
    for (uint32_t i = 0; i < g->n_nodes; i++)
        place_node(g, i);
}

static size_t find_node_slot(const struct graph *g, uint32_t parent, uint32_t info)
{
    size_t i = node_slot_of(g, parent, info);
    for (; g->node_slots[i] != NO_INDEX; i = (i + 1) & (g->node_slots_size - 1)) {
        const struct node *n = &g->nodes[g->node_slots[i]];
        if (n->parent == parent && n->info == info)
            break;
    }
    return i;
}

static uint32_t add_tree_node(struct graph *g, uint32_t parent, uint32_t info)
{
    if ((size_t)g->n_nodes * 2 >= g->node_slots_size)
        grow_node_slots(g);
    size_t slot = find_node_slot(g, parent, info);
    if (g->node_slots[slot] != NO_INDEX)
        return g->node_slots[slot];
    if (g->n_nodes == g->cap_nodes)
        g->nodes = vec_grown(g->arena, g->nodes, sizeof *g->nodes, g->n_nodes + 1ul, &g->cap_nodes);
    g->nodes[g->n_nodes] = (struct node){.info = info, .parent = parent, .edge = NO_EDGE};
    if (parent != NO_INDEX) {
        g->nodes[g->n_nodes].edge = (uint32_t)g->edges.n;
        *vec_push(g->arena, &g->edges) =
            (struct edge){.src = parent, .dst = g->n_nodes, .inlined = true};
    }
    return g->node_slots[slot] = g->n_nodes++;
}

// The nodes of the last path: samples in a row mostly begin alike.
typedef VEC(uint32_t) node_path;

static uint32_t next_on_path(struct graph *g, const node_path *last, size_t depth, bool *alike,
                             uint32_t parent, uint32_t info)
{
    *alike = *alike && depth < last->n && g->nodes[last->at[depth]].info == info;
    return *alike ? last->at[depth] : add_tree_node(g, parent, info);
}

// Every path is a chain of nodes of its own, so that nothing on it is counted twice. Returns its
// last node.
static uint32_t count_path(struct graph *g, const struct profile *p, const struct sample *s,
                           struct weight w, node_path *path)
{
    const struct node_table *t = g->table;
    const uint32_t *frames = p->frames + s->frame;
    uint32_t parent = NO_INDEX;
    size_t depth = 0;
    bool alike = true;
    for (uint32_t i = s->n_frames; i-- > 0;) {
        uint32_t first = t->first[frames[i]], end = t->first[frames[i] + 1];
        for (uint32_t at = end; at-- > first; depth++) {
            uint32_t n = next_on_path(g, path, depth, &alike, parent, t->nodes[at]);
            g->nodes[n].cum += w.value;
            g->nodes[n].cum_div += w.div;
            if (parent != NO_INDEX)
                edge_count(&g->edges.at[g->nodes[n].edge], w, false, at + 1 != end);
            if (!alike) {
                path->n = depth;
                *vec_push(g->arena, path) = n;
            }
            parent = n;
        }
    }
    path->n = depth;
    if (parent != NO_INDEX) {
        g->nodes[parent].flat += w.value;
        g->nodes[parent].flat_div += w.div;
    }
    return parent;
}

void calltree_build(struct graph *g, const struct profile *p)
{
    struct weight w;
    node_path path = {0};
    const struct job *job = g->table->job;
    g->leaves = arena_alloc(g->arena, p->n_samples * sizeof *g->leaves);
    for (uint32_t i = 0; i < p->n_samples; i++)
        g->leaves[i] = NO_INDEX;
    for (uint32_t i = 0; i < p->n_samples && !job_stopped(job); i++)
        g->leaves[i] = sample_weight(g, p, &p->samples[i], &w)
                           ? count_path(g, p, &p->samples[i], w, &path)
                           : NO_INDEX;
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
