// SPDX-License-Identifier: Apache-2.0
#include "graph/build.h"
#include "graph/pairs.h"
#include "graph/tally.h"

enum { CALLS_MAX = 256, VISITS_MAX = 64 };

// Nodes that are not jumped over have numbers without gaps here, in their order. One on a stack
// that is inlined has the upper bit, too. Edges jump over HOP_SKIPPED.
#define HOP_INLINED 0x80000000u
#define HOP_SKIPPED UINT32_MAX

// What is known of a node while edges are counted, by its number.
struct end {
    bool wanted; // edges that end here are asked for
    bool chosen; // and all edges from here and to here
};

// Something that goes along an edge.
struct call {
    uint32_t src, dst;
    bool residual, inlined;
    uint32_t depth; // of its frame
};

// A frame of the stack at hand, but for those that are jumped over.
struct level {
    uint32_t depth;  // from 1 at the root
    uint32_t parent; // the last node up to here that is not skipped, or HOP_SKIPPED
    bool residual;   // something was skipped since
};

// An edge that the stack at hand goes along.
struct open_edge {
    struct tally *tally;
    uint32_t depth;
    int64_t before; // the weight of all samples that came before it was opened
};

// The hops of a location, the outermost first.
enum { HOPS_NEAR = 3 };
struct place {
    uint32_t n;
    uint32_t hops[HOPS_NEAR]; // or, where there are more, the place of the first in all hops
};

// What stacks are made of.
struct paths {
    uint32_t n;        // nodes that are not jumped over
    uint32_t *nodes;   // by their numbers; NULL: they are all, and have their own
    uint32_t *numbers; // and the numbers by node, or HOP_SKIPPED; NULL
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
    int64_t weight;
};

// The samples are counted in parts, each on its own: then the parts' edges are summed.
//
// Samples that follow each other often have the outer part of their stacks in common, so that only
// what changes is looked at: an edge gets the weight of all samples from the one that opened it to
// the one that closes it, at once. Most of the time would go into waiting for memory: calls are
// gathered, and counted many at once.
struct connector {
    const struct graph *g;
    const struct profile *p;
    const struct paths *paths;
    const uint64_t *near; // see find_near
    bool divisors;        // these are counted of a mean, not the values
    struct sample_range range;
    struct arena arena;
    struct tallies *tallies;
    const struct sample *last; // that was gathered, or NULL
    VEC(struct level) levels;  // of its stack
    unsigned n_calls, n_visits;
    struct call calls[CALLS_MAX];
    struct visit visits[VISITS_MAX];
    VEC(struct open_edge) open; // of the stack of the last sample that was counted
    int64_t sum;                // of the samples so far
};

// Leaves what is deeper than so many frames. When all is closed, sums may begin anew.
static void leave(struct connector *c, uint32_t depth)
{
    for (; c->open.n && c->open.at[c->open.n - 1].depth > depth; c->open.n--) {
        const struct open_edge *open = &c->open.at[c->open.n - 1];
        open->tally->open = false;
        open->tally->weight = i64_add(open->tally->weight, c->sum - open->before);
    }
    if (depth == 0)
        c->sum = 0;
}

// An edge counts once, however often the stack goes along it.
static void enter(struct connector *c, const struct call *call)
{
    struct tally *tally = tallies_find(c->tallies, call->src, call->dst);
    if (tally->open)
        return;
    tally->open = true;
    tally->residual |= call->residual;
    tally->called |= !call->inlined;
    *vec_push(&c->arena, &c->open) = (struct open_edge){tally, call->depth, c->sum};
}

static void count_visits(struct connector *c)
{
    unsigned at = 0;
    for (unsigned i = 0; i < c->n_visits; i++) {
        const struct visit *v = &c->visits[i];
        leave(c, v->shared);
        while (at < v->end)
            enter(c, &c->calls[at++]);
        c->sum += v->weight;
    }
    c->n_calls = c->n_visits = 0;
}

static void add_visit(struct connector *c, uint32_t shared, int64_t weight)
{
    c->visits[c->n_visits++] = (struct visit){shared, c->n_calls, weight};
    if (c->n_visits == VISITS_MAX)
        count_visits(c);
}

// Of a stack too long for all of its calls to be gathered, a part is counted.
static void add_call(struct connector *c, const struct level *from, uint32_t hop, uint32_t *shared)
{
    if (c->n_calls == CALLS_MAX) {
        add_visit(c, *shared, 0);
        *shared = UINT32_MAX;
        count_visits(c);
    }
    tallies_prefetch(c->tallies, from->parent);
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

// The calls to the nodes of a frame, from the last one above and from one to the next.
static void gather_hops(struct connector *c, const struct place *place, struct level *at,
                        uint32_t *shared)
{
    const uint32_t *hops = place->n <= HOPS_NEAR ? place->hops : c->paths->hops + place->hops[0];
    for (uint32_t i = 0; i < place->n; i++) {
        uint32_t node = hops[i] & ~HOP_INLINED;
        if (hops[i] == HOP_SKIPPED) {
            at->residual = true;
            continue;
        }
        if (at->parent != HOP_SKIPPED && at->parent != node &&
            is_wanted(c->paths, at->parent, node))
            add_call(c, at, hops[i], shared);
        at->parent = node;
        at->residual = false;
    }
}

static void gather_frame(struct connector *c, uint32_t depth, const struct place *place,
                         uint32_t *shared)
{
    struct level at = {0, HOP_SKIPPED, false};
    if (c->levels.n)
        at = c->levels.at[c->levels.n - 1];
    at.residual |= depth - at.depth > 1;
    at.depth = depth;
    gather_hops(c, place, &at, shared);
    *vec_push(&c->arena, &c->levels) = at;
}

static void gather_frames(struct connector *c, const struct sample *s, uint32_t *shared)
{
    const uint32_t *frames = c->p->frames + s->frame;
    const struct place *places = c->paths->places;
    struct found_frames live;
    frames_begin(&live, c->paths->live, frames, s->n_frames - *shared);
    while (frames_find(&live)) {
        for (uint32_t i = 0; i < live.n; i++)
            __builtin_prefetch(&places[frames[live.at[i]]]);
        for (uint32_t i = 0; i < live.n; i++)
            gather_frame(c, s->n_frames - live.at[i], &places[frames[live.at[i]]], shared);
    }
}

// Sums that may not fit are cut at each sample.
static void gather_sample(struct connector *c, const struct sample *s, int64_t weight)
{
    bool shares = c->last && !c->g->options.overflow;
    uint32_t shared = shares ? sample_shared(c->p, c->last, s) : 0;
    while (c->levels.n && c->levels.at[c->levels.n - 1].depth > shared)
        c->levels.n--;
    gather_frames(c, s, &shared);
    add_visit(c, shared, weight);
    c->last = s;
}

// A stack around a frame with a chosen node, which comes after those that are gathered: the frame
// above it, itself, and the one below it; frames without nodes do not count. next is the last that
// is gathered.
static uint32_t gather_around(struct connector *c, const uint32_t *frames, uint32_t frame,
                              uint32_t next, struct level *at, uint32_t *shared)
{
    const struct place *places = c->paths->places;
    if (frame < next) {
        uint32_t above = frame + 1;
        while (above < next && places[frames[above]].n == 0)
            above++;
        if (above < next) {
            at->parent = HOP_SKIPPED;
            gather_hops(c, &places[frames[above]], at, shared);
        }
        gather_hops(c, &places[frames[frame]], at, shared);
        next = frame;
    }
    while (next > 0 && places[frames[--next]].n == 0)
        ;
    if (next < frame)
        gather_hops(c, &places[frames[next]], at, shared);
    return next;
}

// Where few locations have a chosen node and nothing is jumped over, only what is around them.
static void gather_near(struct connector *c, const struct sample *s, int64_t weight)
{
    const uint32_t *frames = c->p->frames + s->frame;
    uint32_t next = s->n_frames, shared = 0;
    struct level at = {1, HOP_SKIPPED, false};
    struct found_frames near;
    frames_begin(&near, c->near, frames, s->n_frames);
    while (frames_find(&near))
        for (uint32_t i = 0; i < near.n; i++)
            next = gather_around(c, frames, near.at[i], next, &at, &shared);
    if (next < s->n_frames)
        add_visit(c, shared, weight);
}

static void connect_part(void *context, unsigned part)
{
    struct connector *c = (struct connector *)context + part;
    const struct job *job = c->g->table->job;
    struct weight w;
    tallies_init(c->tallies, c->paths->n);
    for (uint32_t i = c->range.first; i < c->range.end && !job_stopped(job); i++) {
        const struct sample *s = &c->p->samples[i];
        if (!sample_weight(c->g, c->p, s, &w))
            continue;
        if (c->near)
            gather_near(c, s, c->divisors ? w.div : w.value);
        else
            gather_sample(c, s, c->divisors ? w.div : w.value);
    }
    count_visits(c);
    leave(c, 0);
}

static inline uint32_t number_of(const struct paths *paths, uint32_t node)
{
    return paths->numbers ? paths->numbers[node] : node;
}

static bool is_live(const struct paths *paths, const struct node_table *t, uint32_t location)
{
    uint32_t first = t->first[location], end = t->first[location + 1];
    bool live = first == end;
    for (uint32_t at = first; at < end; at++)
        live |= number_of(paths, t->nodes[at]) != HOP_SKIPPED;
    return live;
}

// Of one whose nodes are all skipped nothing is noted, as most are.
static void find_hops(const struct paths *paths, const struct graph *g, const struct profile *p,
                      uint32_t location)
{
    const struct node_table *t = g->table;
    uint32_t first = t->first[location], n = t->first[location + 1] - first;
    struct place *place = &paths->places[location];
    uint32_t *hops = n <= HOPS_NEAR ? place->hops : paths->hops + first;
    if (!is_live(paths, t, location))
        return;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = first + n - 1 - i, number = number_of(paths, t->nodes[at]);
        bool inlined = number != HOP_SKIPPED && node_is_inlined(t, p, location, at);
        hops[i] = number | (inlined ? HOP_INLINED : 0);
    }
    place->n = n;
    if (n > HOPS_NEAR)
        place->hops[0] = first;
    paths->live[location / 64] |= UINT64_C(1) << location % 64;
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

// Which locations have a node that is chosen, if few do and nothing is jumped over; else NULL.
static uint64_t *find_near(const struct graph *g, const struct profile *p, const bool *chosen)
{
    enum { FEW = 8 }; // in so many
    const struct node_table *t = g->table;
    uint32_t n_near = 0;
    if (!chosen || g->pruned)
        return NULL;
    uint64_t *near = arena_zalloc(g->arena, p->n_locations / 64 + 1, sizeof *near);
    for (uint32_t i = 0; i < p->n_locations; i++) {
        bool any = false;
        for (uint32_t at = t->first[i]; at < t->first[i + 1]; at++)
            any |= chosen[t->nodes[at]];
        near[i / 64] |= (uint64_t)any << i % 64;
        n_near += any;
    }
    return n_near <= p->n_locations / FEW ? near : NULL;
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

// Numbers the nodes that edges do not jump over.
static void number_nodes(struct paths *paths, const struct graph *g)
{
    paths->n = g->n_nodes;
    if (!g->pruned)
        return;
    paths->numbers = arena_alloc(g->arena, g->n_nodes * sizeof *paths->numbers);
    paths->nodes = arena_alloc(g->arena, g->n_shown * sizeof *paths->nodes);
    memset(paths->numbers, 0xff, g->n_nodes * sizeof *paths->numbers);
    for (uint32_t i = 0; i < g->n_shown; i++)
        paths->numbers[g->shown[i]] = 0;
    paths->n = 0;
    for (uint32_t i = 0; i < g->n_nodes; i++)
        if (paths->numbers[i] == 0) {
            paths->nodes[paths->n] = i;
            paths->numbers[i] = paths->n++;
        }
}

// False where no edges are wanted.
static bool find_ends(struct paths *paths, const struct graph *g, const struct profile *p,
                      enum edge_want want, const bool *chosen)
{
    struct end *ends = arena_alloc(g->arena, paths->n * sizeof *ends);
    const bool *inlined = want == EDGES_TO_INLINED ? find_inlined(g, p) : NULL;
    bool any = false;
    for (uint32_t i = 0; i < paths->n; i++) {
        uint32_t node = paths->nodes ? paths->nodes[i] : i;
        ends[i].chosen = !chosen || chosen[node];
        ends[i].wanted = want == EDGES_ALL || inlined[node];
        any |= ends[i].wanted;
    }
    paths->ends = ends;
    paths->all = want == EDGES_ALL && !chosen;
    return any;
}

static size_t edges_of(const void *context, uint32_t src, const struct tally *tallies, size_t n,
                       struct edge *out)
{
    const struct paths *paths = context;
    for (size_t i = 0; out && i < n; i++) {
        uint32_t dst = tallies[i].key - 1;
        out[i] = (struct edge){.src = paths->nodes ? paths->nodes[src] : src,
                               .dst = paths->nodes ? paths->nodes[dst] : dst,
                               .weight = tallies[i].weight,
                               .residual = tallies[i].residual,
                               .inlined = !tallies[i].called};
    }
    return n;
}

// The edges with the sums of the samples' values, or of what they are divided by.
static void count_edges(struct graph *g, const struct profile *p, const struct paths *paths,
                        const uint64_t *near, bool divisors)
{
    // Sums that are cut depend on the order in which they are made.
    unsigned n_parts = g->options.overflow ? 1 : sample_parts(p, paths->n, g->table->job);
    struct connector *parts = arena_alloc(g->arena, n_parts * sizeof *parts);
    struct tallies *tallies = arena_alloc(g->arena, n_parts * sizeof *tallies);
    for (unsigned i = 0; i < n_parts; i++) {
        parts[i] = (struct connector){g,
                                      p,
                                      paths,
                                      near,
                                      divisors,
                                      sample_range(p, i, n_parts),
                                      .last = NULL,
                                      .tallies = &tallies[i]};
    }
    parallel_run(g->table->job, n_parts, connect_part, parts);
    tallies_sum(tallies, n_parts, paths->n, edges_of, paths, g);
    for (unsigned i = 0; i < n_parts; i++) {
        tallies_release(&tallies[i]);
        arena_release(&parts[i].arena);
    }
}

// The edges of both sums are the same ones, unless the job was stopped.
static void take_divisors(struct graph *g, const struct graph *divisors)
{
    for (size_t i = 0; i < g->edges.n && i < divisors->edges.n; i++)
        g->edges.at[i].weight_div = divisors->edges.at[i].weight;
}

static void connect_pairs(struct graph *g, const struct profile *p)
{
    struct graph divisors = *g;
    pairs_connect(g, p, false);
    if (!g->options.mean)
        return;
    pairs_connect(&divisors, p, true);
    take_divisors(g, &divisors);
}

void graph_connect(struct graph *g, const struct profile *p, enum edge_want want,
                   const bool *chosen)
{
    struct paths paths = {0};
    g->edges.n = 0;
    if (want == EDGES_ALL && !chosen && pairs_suffice(g)) {
        connect_pairs(g, p);
        return;
    }
    number_nodes(&paths, g);
    if (!find_ends(&paths, g, p, want, chosen))
        return;
    find_places(&paths, g, p);
    const uint64_t *near = find_near(g, p, chosen);
    count_edges(g, p, &paths, near, false);
    if (!g->options.mean)
        return;
    struct graph divisors = *g;
    count_edges(&divisors, p, &paths, near, true);
    take_divisors(g, &divisors);
}
