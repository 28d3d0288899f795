// SPDX-License-Identifier: Apache-2.0
#include "graph/graph.h"

#include <stdlib.h>

enum { SLOTS_MIN = 256 };
#define NO_EDGE UINT32_MAX

struct pass {
    struct graph *g;
    const struct profile *p;
    const bool *kept;
    bool *inlined; // of each node, for EDGES_TO_INLINED
    uint32_t mark; // of the sample at hand
    int64_t weight, div;
};

static size_t slot_of(const struct graph *g, uint32_t src, uint32_t dst)
{
    return hash_u64((uint64_t)src << 32 | dst) & (g->edge_slots_size - 1);
}

static void place_edge(struct graph *g, uint32_t index)
{
    size_t i = slot_of(g, g->edges.at[index].src, g->edges.at[index].dst);
    while (g->edge_slots[i] != NO_EDGE)
        i = (i + 1) & (g->edge_slots_size - 1);
    g->edge_slots[i] = index;
}

static void grow_slots(struct graph *g)
{
    g->edge_slots_size = g->edge_slots_size ? g->edge_slots_size * 2 : SLOTS_MIN;
    size_t size = g->edge_slots_size * sizeof *g->edge_slots;
    g->edge_slots = memset(arena_alloc(g->arena, size), 0xff, size);
    for (size_t i = 0; i < g->edges.n; i++)
        place_edge(g, (uint32_t)i);
}

static struct edge *edge_between(struct graph *g, uint32_t src, uint32_t dst)
{
    if (g->edges.n * 2 >= g->edge_slots_size)
        grow_slots(g);
    size_t i = slot_of(g, src, dst);
    for (; g->edge_slots[i] != NO_EDGE; i = (i + 1) & (g->edge_slots_size - 1)) {
        struct edge *e = &g->edges.at[g->edge_slots[i]];
        if (e->src == src && e->dst == dst)
            return e;
    }
    g->edge_slots[i] = (uint32_t)g->edges.n;
    struct edge *e = vec_push(g->arena, &g->edges);
    *e = (struct edge){.src = src, .dst = dst, .inlined = true};
    return e;
}

static void count_edge(struct pass *pass, uint32_t src, uint32_t dst, bool residual, bool inlined)
{
    struct edge *e = edge_between(pass->g, src, dst);
    if (e->mark == pass->mark)
        return;
    e->mark = pass->mark;
    e->weight += pass->weight;
    e->weight_div += pass->div;
    e->residual |= residual;
    e->inlined &= inlined;
}

static void count_node(struct pass *pass, struct node *n)
{
    if (n->mark == pass->mark)
        return;
    n->mark = pass->mark;
    n->cum += pass->weight;
    n->cum_div += pass->div;
}

static bool wants_edge(const struct pass *pass, uint32_t src, uint32_t dst)
{
    if (src == NO_INDEX || src == dst || pass->g->options.edges == EDGES_NONE)
        return false;
    return pass->g->options.edges == EDGES_ALL || pass->inlined[dst];
}

// From the root to the leaf.
static void count_stack(struct pass *pass, const struct sample *s)
{
    struct graph *g = pass->g;
    const struct node_table *t = g->table;
    const uint32_t *frames = pass->p->frames + s->frame;
    uint32_t parent = NO_INDEX;
    bool residual = false;
    for (uint32_t i = s->n_frames; i-- > 0;) {
        uint32_t first = t->first[frames[i]], end = t->first[frames[i] + 1];
        for (uint32_t at = end; at-- > first;) {
            uint32_t n = t->nodes[at];
            if (pass->kept && !pass->kept[n]) {
                residual = true;
                continue;
            }
            count_node(pass, &g->nodes[n]);
            if (wants_edge(pass, parent, n))
                count_edge(pass, parent, n, residual, at + 1 != end);
            parent = n;
            residual = false;
        }
    }
    if (parent != NO_INDEX && !residual) {
        g->nodes[parent].flat += pass->weight;
        g->nodes[parent].flat_div += pass->div;
    }
}

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

uint32_t graph_tree_node(const struct graph *g, uint32_t parent, uint32_t info)
{
    return g->node_slots[find_node_slot(g, parent, info)];
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
    g->nodes[g->n_nodes] = (struct node){.info = info, .parent = parent};
    return g->node_slots[slot] = g->n_nodes++;
}

static void count_path(struct pass *pass, const struct sample *s)
{
    struct graph *g = pass->g;
    const struct node_table *t = g->table;
    const uint32_t *frames = pass->p->frames + s->frame;
    uint32_t parent = NO_INDEX;
    for (uint32_t i = s->n_frames; i-- > 0;) {
        uint32_t first = t->first[frames[i]], end = t->first[frames[i] + 1];
        for (uint32_t at = end; at-- > first;) {
            uint32_t n = add_tree_node(g, parent, t->nodes[at]);
            count_node(pass, &g->nodes[n]);
            if (parent != NO_INDEX)
                count_edge(pass, parent, n, false, at + 1 != end);
            parent = n;
        }
    }
    if (parent != NO_INDEX) {
        g->nodes[parent].flat += pass->weight;
        g->nodes[parent].flat_div += pass->div;
    }
}

static void find_inlined(struct pass *pass)
{
    const struct node_table *t = pass->g->table;
    pass->inlined = arena_zalloc(pass->g->arena, t->infos.n, sizeof *pass->inlined);
    for (uint32_t i = 0; i < pass->p->n_locations; i++)
        for (uint32_t at = t->first[i]; at + 1 < t->first[i + 1]; at++)
            pass->inlined[t->nodes[at]] = true;
}

static void show_nodes(struct graph *g)
{
    g->shown = arena_alloc(g->arena, g->n_nodes * sizeof *g->shown);
    for (uint32_t i = 0; i < g->n_nodes; i++) {
        const struct node *n = &g->nodes[i];
        bool negative = n->flat < 0 || (n->flat == 0 && n->cum < 0);
        if ((n->cum == 0 && n->flat == 0) || (negative && g->options.drop_negative))
            continue;
        g->shown[g->n_shown++] = i;
    }
}

static void init_nodes(struct graph *g)
{
    if (g->options.call_tree)
        return;
    g->n_nodes = (uint32_t)g->table->infos.n;
    g->nodes = arena_zalloc(g->arena, g->n_nodes, sizeof *g->nodes);
    for (uint32_t i = 0; i < g->n_nodes; i++)
        g->nodes[i] = (struct node){.info = i, .parent = NO_INDEX};
}

void graph_build(struct graph *g, const struct profile *p, struct node_table *t,
                 const struct graph_options *options, const bool *kept, struct arena *arena)
{
    *g = (struct graph){.arena = arena, .table = t, .options = *options};
    init_nodes(g);
    struct pass pass = {.g = g, .p = p, .kept = kept};
    if (options->edges == EDGES_TO_INLINED)
        find_inlined(&pass);
    for (uint32_t i = 0; i < p->n_samples; i++) {
        const int64_t *values = sample_values(p, &p->samples[i]);
        pass.weight = values[options->value_index];
        pass.div = options->mean ? values[0] : 0;
        pass.mark = i + 1;
        if (!pass.weight && !pass.div)
            continue;
        if (options->call_tree)
            count_path(&pass, &p->samples[i]);
        else
            count_stack(&pass, &p->samples[i]);
    }
    show_nodes(g);
}

// Hangs an edge's lower end on the nearest node above that stays, or on none.
static void lift_edge(struct graph *g, const uint32_t *edge_to, const bool *kept, struct edge *e)
{
    while (!e->dropped && !kept[e->src]) {
        uint32_t above = edge_to[e->src];
        if (above == NO_EDGE || g->edges.at[above].dropped) {
            e->dropped = true;
            return;
        }
        e->src = g->edges.at[above].src;
        e->residual = true;
        e->inlined &= g->edges.at[above].inlined;
    }
}

void graph_prune_tree(struct graph *g, const bool *kept)
{
    uint32_t *edge_to = arena_alloc(g->arena, g->n_nodes * sizeof *edge_to);
    uint32_t n_shown = 0;
    memset(edge_to, 0xff, g->n_nodes * sizeof *edge_to);
    for (size_t i = 0; i < g->edges.n; i++)
        edge_to[g->edges.at[i].dst] = (uint32_t)i;
    for (size_t i = 0; i < g->edges.n; i++)
        if (kept[g->edges.at[i].dst])
            lift_edge(g, edge_to, kept, &g->edges.at[i]);
    for (size_t i = 0; i < g->edges.n; i++)
        g->edges.at[i].dropped |= !kept[g->edges.at[i].dst];
    for (uint32_t i = 0; i < g->n_shown; i++)
        if (kept[g->shown[i]])
            g->shown[n_shown++] = g->shown[i];
    g->n_shown = n_shown;
}

static uint32_t edge_end(const struct edge *e, bool out)
{
    return out ? e->src : e->dst;
}

static struct edge_list list_edges(const struct graph *g, bool out)
{
    size_t n = (size_t)g->n_nodes + 1;
    uint32_t *first = arena_zalloc(g->arena, n + 1, sizeof *first);
    uint32_t *next = arena_alloc(g->arena, n * sizeof *next);
    uint32_t *edges = arena_alloc(g->arena, g->edges.n * sizeof *edges);
    for (size_t i = 0; i < g->edges.n; i++)
        first[edge_end(&g->edges.at[i], out) + 1] += !g->edges.at[i].dropped;
    for (size_t i = 1; i <= n; i++)
        first[i] += first[i - 1];
    memcpy(next, first, n * sizeof *next);
    for (size_t i = 0; i < g->edges.n; i++)
        if (!g->edges.at[i].dropped)
            edges[next[edge_end(&g->edges.at[i], out)]++] = (uint32_t)i;
    return (struct edge_list){first, edges};
}

struct edge_list graph_edges_out(const struct graph *g)
{
    return list_edges(g, true);
}

struct edge_list graph_edges_in(const struct graph *g)
{
    return list_edges(g, false);
}

static int cmp_edges(const void *a, const void *b, void *context)
{
    struct graph *g = context;
    const struct edge *x = &g->edges.at[*(const uint32_t *)a];
    const struct edge *y = &g->edges.at[*(const uint32_t *)b];
    int64_t wx = i64_abs(x->weight), wy = i64_abs(y->weight);
    if (wx != wy)
        return wx > wy ? -1 : 1;
    int order = span_cmp(node_name(g->table, g->nodes[x->src].info),
                         node_name(g->table, g->nodes[y->src].info));
    if (order == 0)
        order = span_cmp(node_name(g->table, g->nodes[x->dst].info),
                         node_name(g->table, g->nodes[y->dst].info));
    return order ? order : (x > y) - (x < y);
}

void graph_sort_edges(struct graph *g, uint32_t *edges, size_t n)
{
    qsort_r(edges, n, sizeof *edges, cmp_edges, g);
}
