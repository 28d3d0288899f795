// SPDX-License-Identifier: Apache-2.0
#include "base/cancel.h"
#include "graph/build.h"

enum { SLOTS_MIN = 256 };
#define NO_EDGE UINT32_MAX

// What is known of a node while edges are counted.
struct end {
    bool skipped;       // edges jump over it
    bool wanted;        // edges that end here are asked for
    uint32_t last_src;  // where the last edge that ended here came from: mostly the next one does
    uint32_t last_edge; // too
};

struct connector {
    struct graph *g;
    const struct profile *p;
    struct end *ends;
    bool *dead;      // by location: edges jump over all of its nodes
    uint32_t *slots; // finds edges by their ends
    size_t n_slots;
    uint32_t mark; // of the sample at hand
    struct weight w;
};

static size_t slot_of(const struct connector *c, uint32_t src, uint32_t dst)
{
    return hash_u64((uint64_t)src << 32 | dst) & (c->n_slots - 1);
}

static void place_edge(struct connector *c, uint32_t index)
{
    size_t i = slot_of(c, c->g->edges.at[index].src, c->g->edges.at[index].dst);
    while (c->slots[i] != NO_EDGE)
        i = (i + 1) & (c->n_slots - 1);
    c->slots[i] = index;
}

static void grow_slots(struct connector *c)
{
    c->n_slots = c->n_slots ? c->n_slots * 2 : SLOTS_MIN;
    size_t size = c->n_slots * sizeof *c->slots;
    c->slots = memset(arena_alloc(c->g->arena, size), 0xff, size);
    for (size_t i = 0; i < c->g->edges.n; i++)
        place_edge(c, (uint32_t)i);
}

static struct edge *edge_between(struct connector *c, uint32_t src, uint32_t dst)
{
    if (c->g->edges.n * 2 >= c->n_slots)
        grow_slots(c);
    size_t i = slot_of(c, src, dst);
    for (; c->slots[i] != NO_EDGE; i = (i + 1) & (c->n_slots - 1)) {
        struct edge *e = &c->g->edges.at[c->slots[i]];
        if (e->src == src && e->dst == dst)
            return e;
    }
    c->slots[i] = (uint32_t)c->g->edges.n;
    struct edge *e = vec_push(c->g->arena, &c->g->edges);
    *e = (struct edge){.src = src, .dst = dst, .inlined = true};
    return e;
}

static void count_edge(struct connector *c, uint32_t src, uint32_t dst, bool residual, bool inlined)
{
    struct end *end = &c->ends[dst];
    if (end->last_src != src) {
        end->last_edge = (uint32_t)(edge_between(c, src, dst) - c->g->edges.at);
        end->last_src = src;
    }
    struct edge *e = &c->g->edges.at[end->last_edge];
    if (e->mark == c->mark)
        return;
    e->mark = c->mark;
    edge_count(e, c->w, residual, inlined);
}

// From the root to the leaf.
static void connect_stack(struct connector *c, const struct sample *s)
{
    const struct node_table *t = c->g->table;
    const uint32_t *frames = c->p->frames + s->frame;
    uint32_t parent = NO_INDEX;
    bool residual = false;
    for (uint32_t i = s->n_frames; i-- > 0;) {
        if (c->dead[frames[i]]) {
            residual = true;
            continue;
        }
        uint32_t first = t->first[frames[i]], end = t->first[frames[i] + 1];
        for (uint32_t at = end; at-- > first;) {
            uint32_t n = t->nodes[at];
            if (c->ends[n].skipped) {
                residual = true;
                continue;
            }
            if (parent != NO_INDEX && parent != n && c->ends[n].wanted)
                count_edge(c, parent, n, residual, at + 1 != end);
            parent = n;
            residual = false;
        }
    }
}

// Most locations of a large profile have no node that is shown.
static void find_dead(struct connector *c)
{
    const struct node_table *t = c->g->table;
    c->dead = arena_zalloc(c->g->arena, c->p->n_locations, sizeof *c->dead);
    for (uint32_t i = 0; i < c->p->n_locations; i++) {
        bool dead = t->first[i] < t->first[i + 1];
        for (uint32_t at = t->first[i]; at < t->first[i + 1]; at++)
            dead &= c->ends[t->nodes[at]].skipped;
        c->dead[i] = dead;
    }
}

// Whether a node is inlined somewhere, by node.
static bool *find_inlined(const struct graph *g, const struct profile *p)
{
    const struct node_table *t = g->table;
    bool *inlined = arena_zalloc(g->arena, t->infos.n, sizeof *inlined);
    for (uint32_t i = 0; i < p->n_locations; i++)
        for (uint32_t at = t->first[i]; at + 1 < t->first[i + 1]; at++)
            inlined[t->nodes[at]] = true;
    return inlined;
}

void graph_connect(struct graph *g, const struct profile *p, enum edge_want want)
{
    struct connector c = {.g = g, .p = p};
    const bool *inlined = want == EDGES_TO_INLINED ? find_inlined(g, p) : NULL;
    bool any = false;
    g->edges.n = 0;
    c.ends = arena_zalloc(g->arena, g->n_nodes, sizeof *c.ends);
    for (uint32_t i = 0; i < g->n_nodes; i++)
        c.ends[i] = (struct end){.skipped = g->pruned, .last_src = NO_INDEX};
    for (uint32_t i = 0; i < g->n_shown; i++)
        c.ends[g->shown[i]].skipped = false;
    for (uint32_t i = 0; i < g->n_nodes; i++) {
        bool wanted = want == EDGES_ALL || inlined[i];
        c.ends[i].wanted = wanted && !c.ends[i].skipped;
        any |= c.ends[i].wanted;
    }
    find_dead(&c);
    for (uint32_t i = 0; any && i < p->n_samples && !cancel_requested; i++) {
        c.mark = i + 1;
        if (sample_weight(g, p, &p->samples[i], &c.w))
            connect_stack(&c, &p->samples[i]);
    }
}
