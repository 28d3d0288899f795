// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "base/xalloc.h"
#include "graph/build.h"

enum { SLOTS_MIN = 256, CALLS_MAX = 256, VISITS_MAX = 64 };
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

// Finds edges by their ends. That of another edge mostly shows in its slot already.
struct edge_slot {
    uint32_t edge; // or NO_EDGE
    uint32_t dst;
};

struct edge_table {
    struct arena *arena;
    VEC(struct edge) edges;
    struct edge_slot *slots;
    size_t n_slots;
};

// Something that goes along an edge.
struct call {
    uint32_t src, dst;
    bool residual, inlined;
    uint32_t depth; // of its frame
    uint32_t edge;  // once it is found
    size_t slot;
};

// A frame of the stack at hand, but for those that are jumped over.
struct level {
    uint32_t depth;  // from 1 at the root
    uint32_t parent; // the last node up to here that is not skipped, or NO_INDEX
    bool residual;   // something was skipped since
};

// An edge that the stack at hand goes along.
struct open_edge {
    uint32_t edge, depth;
    struct weight before; // of all samples that came before it was opened
};

// The hops of a location, the outermost first.
enum { HOPS_NEAR = 3 };
struct place {
    uint32_t n;
    uint32_t hops[HOPS_NEAR]; // or, where there are more, the place of the first in all hops
};

// What stacks are made of.
struct paths {
    const struct end *ends;
    bool all;             // edges are wanted, of the nodes that are not skipped
    uint64_t *live;       // a bit of each location: clear where edges jump over all of its nodes
    struct place *places; // by location
    uint32_t *hops;
};

// What comes of a sample: the stack is left down to some depth, then calls are added to it.
struct visit {
    uint32_t shared; // how many frames are kept
    uint32_t end;    // of its calls
    struct weight w;
};

// The samples are counted in parts, each on its own: then the parts' edges are summed, so that they
// come in the order in which the samples have them.
//
// Samples that follow each other often have the outer part of their stacks in common, so that only
// what changes is looked at: an edge gets the weight of all samples from the one that opened it to
// the one that closes it, at once. Most of the time would go into waiting for memory: calls are
// gathered, and counted many at once.
struct connector {
    const struct graph *g;
    const struct profile *p;
    const struct paths *paths;
    const uint64_t *near; // a bit of each location: it has a chosen node; NULL where all are chosen
    struct sample_range range;
    struct arena arena;
    struct edge_table table;
    const struct sample *last; // that was gathered, or NULL
    VEC(struct level) levels;  // of its stack
    unsigned n_calls, n_visits;
    struct call calls[CALLS_MAX];
    struct visit visits[VISITS_MAX];
    VEC(struct open_edge) open; // of the stack of the last sample that was counted
    struct weight sum;          // of the samples so far
};

static size_t slot_of(const struct edge_table *t, uint32_t src, uint32_t dst)
{
    return hash_u64((uint64_t)src << 32 | dst) & (t->n_slots - 1);
}

static void place_edge(struct edge_table *t, uint32_t index)
{
    size_t i = slot_of(t, t->edges.at[index].src, t->edges.at[index].dst);
    while (t->slots[i].edge != NO_EDGE)
        i = (i + 1) & (t->n_slots - 1);
    t->slots[i] = (struct edge_slot){index, t->edges.at[index].dst};
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
    for (; t->slots[i].edge != NO_EDGE; i = (i + 1) & (t->n_slots - 1))
        if (t->slots[i].dst == call->dst && t->edges.at[t->slots[i].edge].src == call->src)
            return t->slots[i].edge;
    t->slots[i] = (struct edge_slot){(uint32_t)t->edges.n, call->dst};
    *vec_push(t->arena, &t->edges) =
        (struct edge){.src = call->src, .dst = call->dst, .inlined = true};
    return t->slots[i].edge;
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
        if (t->slots[calls[i].slot].edge != NO_EDGE)
            __builtin_prefetch(&t->edges.at[t->slots[calls[i].slot].edge], 1);
    for (unsigned i = 0; i < n; i++)
        calls[i].edge = edge_between(t, &calls[i]);
}

// Leaves what is deeper than so many frames. When all is closed, sums may begin anew.
static void leave(struct connector *c, uint32_t depth)
{
    for (; c->open.n && c->open.at[c->open.n - 1].depth > depth; c->open.n--) {
        const struct open_edge *open = &c->open.at[c->open.n - 1];
        struct edge *e = &c->table.edges.at[open->edge];
        e->open = false;
        e->weight = i64_add(e->weight, c->sum.value - open->before.value);
        e->weight_div = i64_add(e->weight_div, c->sum.div - open->before.div);
    }
    if (depth == 0)
        c->sum = (struct weight){0, 0};
}

// An edge counts once, however often the stack goes along it.
static void enter(struct connector *c, const struct call *call)
{
    struct edge *e = &c->table.edges.at[call->edge];
    if (e->open)
        return;
    e->open = true;
    edge_count(e, (struct weight){0, 0}, call->residual, call->inlined);
    *vec_push(&c->arena, &c->open) = (struct open_edge){call->edge, call->depth, c->sum};
}

static void count_visits(struct connector *c)
{
    unsigned at = 0;
    find_edges(&c->table, c->calls, c->n_calls);
    for (unsigned i = 0; i < c->n_visits; i++) {
        const struct visit *v = &c->visits[i];
        leave(c, v->shared);
        while (at < v->end)
            enter(c, &c->calls[at++]);
        c->sum.value += v->w.value;
        c->sum.div += v->w.div;
    }
    c->n_calls = c->n_visits = 0;
}

static void add_visit(struct connector *c, uint32_t shared, struct weight w)
{
    c->visits[c->n_visits++] = (struct visit){shared, c->n_calls, w};
    if (c->n_visits == VISITS_MAX)
        count_visits(c);
}

// Of a stack too long for all of its calls to be gathered, a part is counted.
static void add_call(struct connector *c, const struct level *from, uint32_t hop, uint32_t *shared)
{
    if (c->n_calls == CALLS_MAX) {
        add_visit(c, *shared, (struct weight){0, 0});
        *shared = UINT32_MAX;
        count_visits(c);
    }
    c->calls[c->n_calls++] = (struct call){.src = from->parent,
                                           .dst = hop & ~HOP_INLINED,
                                           .residual = from->residual,
                                           .inlined = hop & HOP_INLINED,
                                           .depth = from->depth};
}

static bool is_wanted(const struct paths *p, uint32_t src, uint32_t dst)
{
    return p->all || (p->ends[dst].wanted && (p->ends[src].chosen || p->ends[dst].chosen));
}

static void gather_frame(struct connector *c, uint32_t depth, const struct place *place,
                         uint32_t *shared)
{
    const uint32_t *hops = place->n <= HOPS_NEAR ? place->hops : c->paths->hops + place->hops[0];
    struct level at = {0, NO_INDEX, false};
    if (c->levels.n)
        at = c->levels.at[c->levels.n - 1];
    at.residual |= depth - at.depth > 1;
    at.depth = depth;
    for (uint32_t i = 0; i < place->n; i++) {
        uint32_t node = hops[i] & ~HOP_INLINED;
        if (hops[i] == HOP_SKIPPED) {
            at.residual = true;
            continue;
        }
        if (at.parent != NO_INDEX && at.parent != node && is_wanted(c->paths, at.parent, node))
            add_call(c, &at, hops[i], shared);
        at.parent = node;
        at.residual = false;
    }
    *vec_push(&c->arena, &c->levels) = at;
}

static void gather_frames(struct connector *c, const struct sample *s, uint32_t *shared)
{
    enum { BLOCK = 256 };
    const uint32_t *frames = c->p->frames + s->frame;
    uint32_t live[BLOCK];
    for (uint32_t end = s->n_frames - *shared; end > 0;) {
        uint32_t first = end > BLOCK ? end - BLOCK : 0;
        uint32_t n = frames_found(c->paths->live, frames, first, end, live);
        for (uint32_t i = 0; i < n; i++)
            __builtin_prefetch(&c->paths->places[frames[live[i]]]);
        for (uint32_t i = 0; i < n; i++)
            gather_frame(c, s->n_frames - live[i], &c->paths->places[frames[live[i]]], shared);
        end = first;
    }
}

// Sums that may not fit are cut at each sample.
static void gather_sample(struct connector *c, const struct sample *s, struct weight w)
{
    bool shares = c->last && !c->g->options.overflow;
    uint32_t shared = shares ? sample_shared(c->p, c->last, s) : 0;
    while (c->levels.n && c->levels.at[c->levels.n - 1].depth > shared)
        c->levels.n--;
    gather_frames(c, s, &shared);
    add_visit(c, shared, w);
    c->last = s;
}

static bool is_near(const struct connector *c, const struct sample *s)
{
    return !c->near || frames_any(c->near, c->p->frames + s->frame, s->n_frames);
}

static void connect_part(void *context, unsigned part)
{
    struct connector *c = (struct connector *)context + part;
    const struct job *job = c->g->table->job;
    struct weight w;
    for (uint32_t i = c->range.first; i < c->range.end && !job_stopped(job); i++) {
        const struct sample *s = &c->p->samples[i];
        if (sample_weight(c->g, c->p, s, &w) && is_near(c, s))
            gather_sample(c, s, w);
    }
    count_visits(c);
    leave(c, 0);
}

static void find_hops(const struct paths *paths, const struct graph *g, const struct profile *p,
                      uint32_t location)
{
    const struct node_table *t = g->table;
    uint32_t first = t->first[location], n = t->first[location + 1] - first;
    struct place *place = &paths->places[location];
    uint32_t *hops = n <= HOPS_NEAR ? place->hops : paths->hops + first;
    bool live = n == 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = first + n - 1 - i, node = t->nodes[at];
        bool skipped = paths->ends[node].skipped;
        hops[i] = node | (node_is_inlined(t, p, location, at) ? HOP_INLINED : 0);
        if (skipped)
            hops[i] = HOP_SKIPPED;
        live |= !skipped;
    }
    place->n = n;
    if (n > HOPS_NEAR)
        place->hops[0] = first;
    paths->live[location / 64] |= (uint64_t)live << location % 64;
}

// Most locations of a large profile have no node that is shown.
static void find_places(struct paths *paths, const struct graph *g, const struct profile *p)
{
    paths->live = arena_zalloc(g->arena, p->n_locations / 64 + 1, sizeof *paths->live);
    paths->places = arena_alloc(g->arena, p->n_locations * sizeof *paths->places);
    paths->hops = arena_alloc(g->arena, g->table->first[p->n_locations] * sizeof *paths->hops);
    for (uint32_t i = 0; i < p->n_locations; i++)
        find_hops(paths, g, p, i);
}

// Which locations have a node that is chosen.
static uint64_t *find_near(const struct graph *g, const struct profile *p, const bool *chosen)
{
    const struct node_table *t = g->table;
    uint64_t *near = arena_zalloc(g->arena, p->n_locations / 64 + 1, sizeof *near);
    for (uint32_t i = 0; i < p->n_locations; i++)
        for (uint32_t at = t->first[i]; at < t->first[i + 1]; at++)
            near[i / 64] |= (uint64_t)chosen[t->nodes[at]] << i % 64;
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
    find_places(&paths, g, p);
    const uint64_t *near = chosen ? find_near(g, p, chosen) : NULL;
    unsigned n_parts = sample_parts(p, g->n_nodes, g->table->job);
    struct connector *parts = arena_alloc(g->arena, n_parts * sizeof *parts);
    for (unsigned i = 0; i < n_parts; i++) {
        parts[i] =
            (struct connector){g, p, &paths, near, sample_range(p, i, n_parts), .last = NULL};
        parts[i].table.arena = i ? &parts[i].arena : g->arena;
    }
    parallel_run(g->table->job, n_parts, connect_part, parts);
    for (unsigned i = 1; i < n_parts; i++)
        add_edges(&parts[0].table, &parts[i].table);
    for (unsigned i = 0; i < n_parts; i++) {
        free(parts[i].table.slots);
        arena_release(&parts[i].arena);
    }
    g->edges.at = parts[0].table.edges.at;
    g->edges.n = parts[0].table.edges.n;
    g->edges.cap = parts[0].table.edges.cap;
}
