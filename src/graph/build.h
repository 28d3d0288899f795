// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_GRAPH_BUILD_H
#define CPROF_GRAPH_BUILD_H

#include "graph/graph.h"
#include "profile/parts.h"

// What the parts that build graphs share.

// What a sample weighs; false where it does not count.
struct weight {
    int64_t value, div;
};

static inline bool sample_weight(const struct graph *g, const struct profile *p,
                                 const struct sample *s, struct weight *w)
{
    *w = (struct weight){sample_value(p, s, g->options.value_index),
                         g->options.mean ? sample_value(p, s, 0) : 0};
    return w->value != 0 || w->div != 0;
}

static inline void edge_count(struct edge *e, struct weight w, bool residual, bool inlined)
{
    e->weight = i64_add(e->weight, w.value);
    e->weight_div = i64_add(e->weight_div, w.div);
    e->residual |= residual;
    e->inlined &= inlined;
}

// Finds those of some frames whose location has its bit set, the last first; without branches,
// since that cannot be foreseen.
static inline uint32_t frames_found(const uint64_t *bits, const uint32_t *frames, uint32_t first,
                                    uint32_t end, uint32_t *found)
{
    uint32_t n = 0;
    for (uint32_t i = end; i-- > first;) {
        found[n] = i;
        n += bits[frames[i] / 64] >> frames[i] % 64 & 1;
    }
    return n;
}

// Makes a call tree of the samples' stacks, and prunes it: see graph_build and graph_keep.
void calltree_build(struct graph *g, const struct profile *p);
void calltree_keep(struct graph *g, const bool *kept);

#endif
