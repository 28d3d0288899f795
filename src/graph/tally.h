// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_GRAPH_TALLY_H
#define CPROF_GRAPH_TALLY_H

#include "graph/graph.h"

// What is counted of the calls of a graph while its edges are found. Both ends have numbers without
// gaps. Most of the time goes into waiting for memory, so that the first calls of each source stand
// in one cache line of its own, and only the others have to be looked for.

struct tally {
    int64_t weight;
    uint32_t key; // dst + 1; 0: none
    bool open;    // the stack at hand goes along it
    bool residual;
    bool called; // not inlined, in some stack
};

enum { TALLIES_NEAR = 4, TALLIES_LINE = 64 };

struct tallies {
    struct tally *near; // TALLIES_NEAR of each source
    void *memory;       // that near is in
    struct arena arena; // of what is far
    VEC(struct far_tally {
        struct tally tally;
        uint32_t src;
    } *)
    far;
    struct far_slot {
        struct far_tally *tally; // or NULL
        uint32_t src, key;
    } * slots;
    size_t n_slots;
};

void tallies_init(struct tallies *t, uint32_t n_sources);
void tallies_release(struct tallies *t);

// The tally of a call, which is added where there is none; it does not move.
struct tally *tallies_find_far(struct tallies *t, uint32_t src, uint32_t dst);

static inline struct tally *tallies_find(struct tallies *t, uint32_t src, uint32_t dst)
{
    struct tally *near = t->near + (size_t)src * TALLIES_NEAR;
    unsigned found = 0;
    for (unsigned i = 0; i < TALLIES_NEAR; i++) // which it is cannot be foreseen
        found |= (unsigned)(near[i].key == dst + 1) << i;
    return found ? near + __builtin_ctz(found) : tallies_find_far(t, src, dst);
}

static inline void tallies_prefetch(const struct tallies *t, uint32_t src)
{
    __builtin_prefetch(t->near + (size_t)src * TALLIES_NEAR, 1);
}

// Makes edges of the tallies of a source, by dst; returns how many. Without a place to put them it
// only counts them.
typedef size_t (*tally_edges_fn)(const void *context, uint32_t src, const struct tally *tallies,
                                 size_t n, struct edge *out);

// The graph's edges, source by source, of what was counted in several parts.
void tallies_sum(struct tallies *parts, unsigned n_parts, uint32_t n_sources, tally_edges_fn edges,
                 const void *context, struct graph *g);

#endif
