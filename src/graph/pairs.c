// SPDX-License-Identifier: Apache-2.0
#include "graph/pairs.h"

#include "graph/build.h"
#include "graph/tally.h"

// A sample, and how many frames of the one before it are kept.
struct visit {
    const struct sample *sample;
    uint32_t shared;
    int64_t weight;
};

// A frame of the stack at hand: the call to it, where it was not on the stack before.
struct open_pair {
    struct tally *tally; // or NULL
    int64_t before;      // the weight of all samples that came before it was opened
};

enum { VISITS_MAX = 6 }; // whose calls are asked for before they are counted

// As in connect.c, samples are counted in parts, and only what changes from one to the next.
struct walk {
    const struct graph *g;
    const struct profile *p;
    bool divisors;
    struct sample_range range;
    struct arena arena;
    struct tallies *tallies; // of locations
    uint64_t *seen;          // a bit of each location: a sample that counts is on it
    const struct sample *last;
    struct visit visits[VISITS_MAX];
    unsigned n_visits;
    VEC(struct open_pair) open; // from the root
    int64_t sum;                // of the samples so far
};

static void leave(struct walk *w, uint32_t depth)
{
    for (; w->open.n > depth; w->open.n--) {
        const struct open_pair *open = &w->open.at[w->open.n - 1];
        if (!open->tally)
            continue;
        open->tally->open = false;
        open->tally->weight += w->sum - open->before;
    }
    if (depth == 0)
        w->sum = 0;
}

// A call counts once, however often the stack has it.
static struct tally *enter(struct walk *w, uint32_t src, uint32_t dst)
{
    struct tally *tally = tallies_find(w->tallies, src, dst);
    if (tally->open)
        return NULL;
    tally->open = true;
    return tally;
}

static void count_visit(struct walk *w, const struct visit *v)
{
    const uint32_t *frames = w->p->frames + v->sample->frame;
    uint32_t n = v->sample->n_frames;
    leave(w, v->shared);
    vec_room(&w->arena, &w->open, n - v->shared);
    for (uint32_t i = n - v->shared; i-- > 0;) {
        struct tally *tally = i + 1 < n ? enter(w, frames[i + 1], frames[i]) : NULL;
        w->open.at[w->open.n++] = (struct open_pair){tally, w->sum};
        w->seen[frames[i] / 64] |= (uint64_t)1 << frames[i] % 64;
    }
    w->sum += v->weight;
}

static void count_visits(struct walk *w)
{
    for (unsigned i = 0; i < w->n_visits; i++)
        count_visit(w, &w->visits[i]);
    w->n_visits = 0;
}

static void add_visit(struct walk *w, const struct sample *s, int64_t weight)
{
    const uint32_t *frames = w->p->frames + s->frame;
    uint32_t shared = w->last ? sample_shared(w->p, w->last, s) : 0;
    uint32_t fresh = s->n_frames - shared;
    for (uint32_t i = 1; i <= fresh && i < s->n_frames; i++)
        tallies_prefetch(w->tallies, frames[i]);
    w->visits[w->n_visits++] = (struct visit){s, shared, weight};
    w->last = s;
    if (w->n_visits == VISITS_MAX)
        count_visits(w);
}

static void walk_part(void *context, unsigned part)
{
    struct walk *w = (struct walk *)context + part;
    const struct job *job = w->g->table->job;
    struct weight weight;
    tallies_init(w->tallies, w->p->n_locations);
    w->seen = arena_zalloc(&w->arena, w->p->n_locations / 64 + 1, sizeof *w->seen);
    for (uint32_t i = w->range.first; i < w->range.end && !job_stopped(job); i++) {
        const struct sample *s = &w->p->samples[i];
        if (sample_weight(w->g, w->p, s, &weight))
            add_visit(w, s, w->divisors ? weight.div : weight.value);
    }
    count_visits(w);
    leave(w, 0);
}

// The first part has seen what any has.
static void share_seen(struct walk *parts, unsigned n_parts)
{
    for (unsigned i = 1; i < n_parts; i++)
        for (uint32_t k = 0; k <= parts->p->n_locations / 64; k++)
            parts->seen[k] |= parts[i].seen[k];
}

// The calls from a location's innermost node, then those within it.
static size_t edges_of(const void *context, uint32_t location, const struct tally *tallies,
                       size_t n, struct edge *out)
{
    const struct walk *w = context;
    const struct node_table *t = w->g->table;
    uint32_t innermost = t->first[location], end = t->first[location + 1];
    bool seen = w->seen[location / 64] >> location % 64 & 1;
    size_t n_edges = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t callee = tallies[i].key - 1, node = t->first[callee + 1] - 1;
        if (node == innermost)
            continue;
        if (out)
            out[n_edges] = (struct edge){.src = innermost,
                                         .dst = node,
                                         .weight = tallies[i].weight,
                                         .inlined = node_is_inlined(t, w->p, callee, node)};
        n_edges++;
    }
    for (uint32_t node = innermost; seen && node + 1 < end; node++, n_edges++)
        if (out)
            out[n_edges] = (struct edge){.src = node + 1,
                                         .dst = node,
                                         .weight = w->divisors ? w->g->nodes[node].cum_div
                                                               : w->g->nodes[node].cum,
                                         .inlined = true};
    return n_edges;
}

bool pairs_suffice(const struct graph *g)
{
    // Sums that may not fit are cut at each sample.
    return g->table->apart && g->nodes && !g->pruned && !g->options.overflow;
}

void pairs_connect(struct graph *g, const struct profile *p, bool divisors)
{
    unsigned n_parts = sample_parts(p, p->n_locations, g->table->job);
    struct walk *parts = arena_alloc(g->arena, n_parts * sizeof *parts);
    struct tallies *tallies = arena_alloc(g->arena, n_parts * sizeof *tallies);
    for (unsigned i = 0; i < n_parts; i++)
        parts[i] = (struct walk){.g = g,
                                 .p = p,
                                 .divisors = divisors,
                                 .range = sample_range(p, i, n_parts),
                                 .tallies = &tallies[i]};
    parallel_run(g->table->job, n_parts, walk_part, parts);
    share_seen(parts, n_parts);
    tallies_sum(tallies, n_parts, p->n_locations, edges_of, parts, g);
    for (unsigned i = 0; i < n_parts; i++) {
        tallies_release(&tallies[i]);
        arena_release(&parts[i].arena);
    }
}
