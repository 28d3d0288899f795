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

// Finds edges by their ends.
struct edge_table {
    struct arena *arena;
    VEC(struct edge) edges;
    uint32_t *slots;
    size_t n_slots;
};

// The samples are counted in parts, each on its own: then the parts' edges are summed, so that they
// come in the order in which the samples have them.
struct connector {
    const struct graph *g;
    const struct profile *p;
    const bool *dead; // by location: edges jump over all of its nodes
    struct sample_range range;
    struct arena arena;
    struct edge_table table;
    struct end *ends;
    uint32_t mark; // of the sample at hand
    struct weight w;
};

static size_t slot_of(const struct edge_table *t, uint32_t src, uint32_t dst)
{
    return hash_u64((uint64_t)src << 32 | dst) & (t->n_slots - 1);
}

static void place_edge(struct edge_table *t, uint32_t index)
{
    size_t i = slot_of(t, t->edges.at[index].src, t->edges.at[index].dst);
    while (t->slots[i] != NO_EDGE)
        i = (i + 1) & (t->n_slots - 1);
    t->slots[i] = index;
}

static void grow_slots(struct edge_table *t)
{
    t->n_slots = t->n_slots ? t->n_slots * 2 : SLOTS_MIN;
    size_t size = t->n_slots * sizeof *t->slots;
    t->slots = memset(arena_alloc(t->arena, size), 0xff, size);
    for (size_t i = 0; i < t->edges.n; i++)
        place_edge(t, (uint32_t)i);
}

static struct edge *edge_between(struct edge_table *t, uint32_t src, uint32_t dst)
{
    if (t->edges.n * 2 >= t->n_slots)
        grow_slots(t);
    size_t i = slot_of(t, src, dst);
    for (; t->slots[i] != NO_EDGE; i = (i + 1) & (t->n_slots - 1)) {
        struct edge *e = &t->edges.at[t->slots[i]];
        if (e->src == src && e->dst == dst)
            return e;
    }
    t->slots[i] = (uint32_t)t->edges.n;
    struct edge *e = vec_push(t->arena, &t->edges);
    *e = (struct edge){.src = src, .dst = dst, .inlined = true};
    return e;
}

static void count_edge(struct connector *c, uint32_t src, uint32_t dst, bool residual, bool inlined)
{
    struct end *end = &c->ends[dst];
    if (end->last_src != src) {
        end->last_edge = (uint32_t)(edge_between(&c->table, src, dst) - c->table.edges.at);
        end->last_src = src;
    }
    struct edge *e = &c->table.edges.at[end->last_edge];
    if (e->mark == c->mark)
        return;
    e->mark = c->mark;
    edge_count(e, c->w, residual, inlined);
}

// Where on its stack a sample is.
struct place {
    uint32_t parent; // the last node that is not skipped, or NO_INDEX
    uint32_t frame;  // the last that is not dead
    bool residual;   // something was skipped since
};

static void connect_frame(struct connector *c, struct place *at, uint32_t location)
{
    const struct node_table *t = c->g->table;
    uint32_t first = t->first[location], end = t->first[location + 1];
    for (uint32_t i = end; i-- > first;) {
        uint32_t n = t->nodes[i];
        if (c->ends[n].skipped) {
            at->residual = true;
            continue;
        }
        if (at->parent != NO_INDEX && at->parent != n && c->ends[n].wanted)
            count_edge(c, at->parent, n, at->residual, i + 1 != end);
        at->parent = n;
        at->residual = false;
    }
}

// From the root to the leaf: first it is found out which frames count, without branches, since
// that cannot be foreseen.
static void connect_stack(struct connector *c, const struct sample *s)
{
    enum { BLOCK = 256 };
    const uint32_t *frames = c->p->frames + s->frame;
    struct place at = {NO_INDEX, s->n_frames, false};
    uint32_t live[BLOCK];
    for (uint32_t end = s->n_frames; end > 0;) {
        uint32_t n = 0, first = end > BLOCK ? end - BLOCK : 0;
        for (uint32_t i = end; i-- > first;) {
            live[n] = i;
            n += !c->dead[frames[i]];
        }
        for (uint32_t i = 0; i < n; i++) {
            at.residual |= at.frame - live[i] > 1;
            at.frame = live[i];
            connect_frame(c, &at, frames[live[i]]);
        }
        end = first;
    }
}

static void connect_part(void *context, unsigned part)
{
    struct connector *c = (struct connector *)context + part;
    for (uint32_t i = c->range.first; i < c->range.end && !cancel_requested; i++) {
        c->mark = i + 1;
        if (sample_weight(c->g, c->p, &c->p->samples[i], &c->w))
            connect_stack(c, &c->p->samples[i]);
    }
}

// Most locations of a large profile have no node that is shown.
static bool *find_dead(const struct graph *g, const struct profile *p, const struct end *ends)
{
    const struct node_table *t = g->table;
    bool *dead = arena_zalloc(g->arena, p->n_locations, sizeof *dead);
    for (uint32_t i = 0; i < p->n_locations; i++) {
        dead[i] = t->first[i] < t->first[i + 1];
        for (uint32_t at = t->first[i]; at < t->first[i + 1]; at++)
            dead[i] &= ends[t->nodes[at]].skipped;
    }
    return dead;
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

// By node; NULL where no edges are wanted.
static struct end *find_ends(const struct graph *g, const struct profile *p, enum edge_want want)
{
    struct end *ends = arena_alloc(g->arena, g->n_nodes * sizeof *ends);
    const bool *inlined = want == EDGES_TO_INLINED ? find_inlined(g, p) : NULL;
    bool any = false;
    for (uint32_t i = 0; i < g->n_nodes; i++)
        ends[i] = (struct end){.skipped = g->pruned, .last_src = NO_INDEX};
    for (uint32_t i = 0; i < g->n_shown; i++)
        ends[g->shown[i]].skipped = false;
    for (uint32_t i = 0; i < g->n_nodes; i++) {
        bool wanted = want == EDGES_ALL || inlined[i];
        ends[i].wanted = wanted && !ends[i].skipped;
        any |= ends[i].wanted;
    }
    return any ? ends : NULL;
}

static void add_edges(struct edge_table *to, const struct edge_table *from)
{
    for (size_t i = 0; i < from->edges.n; i++) {
        const struct edge *e = &from->edges.at[i];
        struct edge *sum = edge_between(to, e->src, e->dst);
        edge_count(sum, (struct weight){e->weight, e->weight_div}, e->residual, e->inlined);
    }
}

void graph_connect(struct graph *g, const struct profile *p, enum edge_want want)
{
    struct end *ends = find_ends(g, p, want);
    g->edges.n = 0;
    if (!ends)
        return;
    const bool *dead = find_dead(g, p, ends);
    unsigned n_parts = sample_parts(p, g->n_nodes);
    struct connector *parts = arena_zalloc(g->arena, n_parts, sizeof *parts);
    for (unsigned i = 0; i < n_parts; i++) {
        parts[i] = (struct connector){g, p, dead, sample_range(p, i, n_parts), .mark = 0};
        parts[i].table.arena = &parts[i].arena;
        parts[i].ends = arena_copy(&parts[i].arena, ends, g->n_nodes, sizeof *ends);
    }
    parallel_run(n_parts, connect_part, parts);
    struct edge_table sums = {.arena = g->arena};
    for (unsigned i = 0; i < n_parts; i++) {
        add_edges(&sums, &parts[i].table);
        arena_release(&parts[i].arena);
    }
    g->edges.at = sums.edges.at;
    g->edges.n = sums.edges.n;
    g->edges.cap = sums.edges.cap;
}
