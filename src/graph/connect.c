// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "base/xalloc.h"
#include "graph/build.h"

enum { SLOTS_MIN = 256, CALLS_MAX = 256 };
#define NO_EDGE UINT32_MAX

// A node on a stack: one that is inlined has the upper bit, too. Edges jump over HOP_SKIPPED.
#define HOP_INLINED 0x80000000u
#define HOP_SKIPPED UINT32_MAX

// What is known of a node while edges are counted.
struct end {
    bool skipped; // edges jump over it
    bool wanted;  // edges that end here are asked for
    bool chosen;  // and all edges from here and to here
};

// Finds edges by their ends.
struct edge_table {
    struct arena *arena;
    VEC(struct edge) edges;
    uint32_t *slots;
    size_t n_slots;
};

// Something that goes along an edge.
struct call {
    uint32_t src, dst;
    bool residual, inlined;
    uint32_t edge; // once it is found
    size_t slot;
};

// What stacks are made of.
struct paths {
    const struct end *ends;
    bool all;       // edges are wanted, of the nodes that are not skipped
    bool *dead;     // by location: edges jump over all of its nodes
    uint32_t *hops; // of each location, where the table has its nodes; the outermost first
};

// The samples are counted in parts, each on its own: then the parts' edges are summed, so that they
// come in the order in which the samples have them.
struct connector {
    const struct graph *g;
    const struct profile *p;
    const struct paths *paths;
    const bool *near; // by location: it has a chosen node; NULL where all are chosen
    struct sample_range range;
    struct arena arena;
    struct edge_table table;
    uint32_t mark; // of the sample at hand
    struct weight w;
    unsigned n_calls; // of it that are not counted yet
    struct call calls[CALLS_MAX];
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
    free(t->slots);
    size_t size = xmul(t->n_slots, sizeof *t->slots);
    t->slots = memset(xmalloc(size), 0xff, size);
    for (size_t i = 0; i < t->edges.n; i++)
        place_edge(t, (uint32_t)i);
}

static uint32_t edge_between(struct edge_table *t, const struct call *call)
{
    size_t i = call->slot;
    for (; t->slots[i] != NO_EDGE; i = (i + 1) & (t->n_slots - 1)) {
        const struct edge *e = &t->edges.at[t->slots[i]];
        if (e->src == call->src && e->dst == call->dst)
            return t->slots[i];
    }
    t->slots[i] = (uint32_t)t->edges.n;
    *vec_push(t->arena, &t->edges) =
        (struct edge){.src = call->src, .dst = call->dst, .inlined = true};
    return t->slots[i];
}

// Finds the edges of several calls, or adds them in the order of the calls. Most of the time goes
// into waiting for memory, so that it is asked for all of it first.
static void find_edges(struct edge_table *t, struct call *calls, unsigned n)
{
    while ((t->edges.n + n) * 2 >= t->n_slots)
        grow_slots(t);
    for (unsigned i = 0; i < n; i++) {
        calls[i].slot = slot_of(t, calls[i].src, calls[i].dst);
        __builtin_prefetch(&t->slots[calls[i].slot]);
    }
    for (unsigned i = 0; i < n; i++)
        if (t->slots[calls[i].slot] != NO_EDGE)
            __builtin_prefetch(&t->edges.at[t->slots[calls[i].slot]], 1);
    for (unsigned i = 0; i < n; i++)
        calls[i].edge = edge_between(t, &calls[i]);
}

static void count_calls(struct connector *c)
{
    find_edges(&c->table, c->calls, c->n_calls);
    for (unsigned i = 0; i < c->n_calls; i++) {
        struct edge *e = &c->table.edges.at[c->calls[i].edge];
        if (e->mark == c->mark)
            continue;
        e->mark = c->mark;
        edge_count(e, c->w, c->calls[i].residual, c->calls[i].inlined);
    }
    c->n_calls = 0;
}

static void add_call(struct connector *c, uint32_t src, uint32_t dst, bool residual, bool inlined)
{
    if (c->n_calls == CALLS_MAX)
        count_calls(c);
    c->calls[c->n_calls++] =
        (struct call){.src = src, .dst = dst, .residual = residual, .inlined = inlined};
}

// Where on its stack a sample is.
struct place {
    uint32_t parent; // the last node that is not skipped, or NO_INDEX
    uint32_t frame;  // the last that is not dead
    bool residual;   // something was skipped since
};

static bool is_wanted(const struct paths *p, uint32_t src, uint32_t dst)
{
    return p->all || (p->ends[dst].wanted && (p->ends[src].chosen || p->ends[dst].chosen));
}

static void connect_hops(struct connector *c, struct place *at, const uint32_t *hops, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t node = hops[i] & ~HOP_INLINED;
        if (hops[i] == HOP_SKIPPED) {
            at->residual = true;
            continue;
        }
        if (at->parent != NO_INDEX && at->parent != node && is_wanted(c->paths, at->parent, node))
            add_call(c, at->parent, node, at->residual, hops[i] & HOP_INLINED);
        at->parent = node;
        at->residual = false;
    }
}

// Puts the hops of some frames in a row, few at a time without branches, since how many there are
// cannot be foreseen.
static void connect_frames(struct connector *c, struct place *at, const uint32_t *frames,
                           const uint32_t *live, uint32_t n_live)
{
    enum { BLOCK = 64 };
    const uint32_t *first = c->g->table->first;
    uint32_t hops[BLOCK * (1 + NODES_AT_ONCE)], n = 0;
    for (uint32_t i = 0; i < n_live; i++) {
        const uint32_t *of_frame = c->paths->hops + first[frames[live[i]]];
        uint32_t n_hops = first[frames[live[i]] + 1] - first[frames[live[i]]];
        hops[n] = HOP_SKIPPED;
        n += at->frame - live[i] > 1;
        at->frame = live[i];
        memcpy(hops + n, of_frame, NODES_AT_ONCE * sizeof *hops);
        bool many = n_hops > NODES_AT_ONCE;
        n += many ? 0 : n_hops;
        if (!many && n < (BLOCK - 1) * (1 + NODES_AT_ONCE))
            continue;
        connect_hops(c, at, hops, n);
        n = 0;
        if (many)
            connect_hops(c, at, of_frame, n_hops);
    }
    connect_hops(c, at, hops, n);
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
            n += !c->paths->dead[frames[i]];
        }
        connect_frames(c, &at, frames, live, n);
        end = first;
    }
}

static bool is_near(const struct connector *c, const struct sample *s)
{
    bool near = !c->near;
    for (uint32_t i = 0; !near && i < s->n_frames; i++)
        near = c->near[c->p->frames[s->frame + i]];
    return near;
}

static void connect_part(void *context, unsigned part)
{
    struct connector *c = (struct connector *)context + part;
    const struct job *job = c->g->table->job;
    for (uint32_t i = c->range.first; i < c->range.end && !job_stopped(job); i++) {
        c->mark = i + 1;
        const struct sample *s = &c->p->samples[i];
        if (!sample_weight(c->g, c->p, s, &c->w) || !is_near(c, s))
            continue;
        connect_stack(c, s);
        count_calls(c);
    }
}

// Most locations of a large profile have no node that is shown.
static void find_hops(struct paths *paths, const struct graph *g, const struct profile *p)
{
    const struct node_table *t = g->table;
    paths->dead = arena_zalloc(g->arena, p->n_locations, sizeof *paths->dead);
    paths->hops = arena_zalloc(g->arena, (size_t)t->first[p->n_locations] + NODES_AT_ONCE,
                               sizeof *paths->hops);
    for (uint32_t i = 0; i < p->n_locations; i++) {
        uint32_t first = t->first[i], end = t->first[i + 1];
        paths->dead[i] = first < end;
        for (uint32_t at = first; at < end; at++) {
            uint32_t from = end - 1 - (at - first), node = t->nodes[from];
            bool skipped = paths->ends[node].skipped;
            paths->hops[at] =
                skipped ? HOP_SKIPPED : node | (node_is_inlined(t, p, i, from) ? HOP_INLINED : 0);
            paths->dead[i] &= skipped;
        }
    }
}

// Which locations have a node that is chosen.
static bool *find_near(const struct graph *g, const struct profile *p, const bool *chosen)
{
    const struct node_table *t = g->table;
    bool *near = arena_zalloc(g->arena, p->n_locations, sizeof *near);
    for (uint32_t i = 0; i < p->n_locations; i++)
        for (uint32_t at = t->first[i]; at < t->first[i + 1]; at++)
            near[i] |= chosen[t->nodes[at]];
    return near;
}

// Whether a node is inlined somewhere, by node.
static bool *find_inlined(const struct graph *g, const struct profile *p)
{
    const struct node_table *t = g->table;
    bool *inlined = arena_zalloc(g->arena, t->infos.n, sizeof *inlined);
    for (uint32_t i = 0; i < p->n_locations; i++)
        for (uint32_t at = t->first[i]; at < t->first[i + 1]; at++)
            if (node_is_inlined(t, p, i, at))
                inlined[t->nodes[at]] = true;
    return inlined;
}

// False where no edges are wanted.
static bool find_ends(struct paths *paths, const struct graph *g, const struct profile *p,
                      enum edge_want want, const bool *chosen)
{
    struct end *ends = arena_alloc(g->arena, g->n_nodes * sizeof *ends);
    const bool *inlined = want == EDGES_TO_INLINED ? find_inlined(g, p) : NULL;
    bool any = false;
    for (uint32_t i = 0; i < g->n_nodes; i++)
        ends[i].skipped = g->pruned;
    for (uint32_t i = 0; i < g->n_shown; i++)
        ends[g->shown[i]].skipped = false;
    for (uint32_t i = 0; i < g->n_nodes; i++) {
        bool wanted = want == EDGES_ALL || inlined[i];
        ends[i].chosen = !chosen || chosen[i];
        ends[i].wanted = wanted && !ends[i].skipped;
        any |= ends[i].wanted;
    }
    paths->ends = ends;
    paths->all = want == EDGES_ALL && !chosen;
    return any;
}

static void add_edges(struct edge_table *to, const struct edge_table *from)
{
    struct call calls[CALLS_MAX];
    for (size_t first = 0; first < from->edges.n; first += CALLS_MAX) {
        const struct edge *edges = from->edges.at + first;
        unsigned n = from->edges.n - first < CALLS_MAX ? from->edges.n - first : CALLS_MAX;
        for (unsigned i = 0; i < n; i++)
            calls[i] = (struct call){.src = edges[i].src, .dst = edges[i].dst};
        find_edges(to, calls, n);
        for (unsigned i = 0; i < n; i++)
            edge_count(&to->edges.at[calls[i].edge],
                       (struct weight){edges[i].weight, edges[i].weight_div}, edges[i].residual,
                       edges[i].inlined);
    }
}

void graph_connect(struct graph *g, const struct profile *p, enum edge_want want,
                   const bool *chosen)
{
    struct paths paths;
    g->edges.n = 0;
    if (!find_ends(&paths, g, p, want, chosen))
        return;
    find_hops(&paths, g, p);
    const bool *near = chosen ? find_near(g, p, chosen) : NULL;
    unsigned n_parts = sample_parts(p, g->n_nodes, g->table->job);
    struct connector *parts = arena_alloc(g->arena, n_parts * sizeof *parts);
    for (unsigned i = 0; i < n_parts; i++) {
        parts[i] = (struct connector){g, p, &paths, near, sample_range(p, i, n_parts), .mark = 0};
        parts[i].table.arena = i ? &parts[i].arena : g->arena;
    }
    parallel_run(g->table->job, n_parts, connect_part, parts);
    for (unsigned i = 1; i < n_parts; i++) {
        add_edges(&parts[0].table, &parts[i].table);
        free(parts[i].table.slots);
        arena_release(&parts[i].arena);
    }
    free(parts[0].table.slots);
    g->edges.at = parts[0].table.edges.at;
    g->edges.n = parts[0].table.edges.n;
    g->edges.cap = parts[0].table.edges.cap;
}
