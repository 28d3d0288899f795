// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_GRAPH_BUILD_H
#define CPROF_GRAPH_BUILD_H

#include "base/parallel.h"
#include "graph/graph.h"

// What the parts that build graphs share.

// What a sample weighs; false where it does not count.
struct weight {
    int64_t value, div;
};

static inline bool sample_weight(const struct graph *g, const struct profile *p,
                                 const struct sample *s, struct weight *w)
{
    const int64_t *values = sample_values(p, s);
    *w = (struct weight){values[g->options.value_index], g->options.mean ? values[0] : 0};
    return w->value != 0 || w->div != 0;
}

struct sample_range {
    uint32_t first, end;
};

// Into how many parts to split the samples where each part needs room for n entries.
static inline unsigned sample_parts(const struct profile *p, uint32_t n)
{
    enum { LEAST = 10000, PER_ENTRY = 4 };
    uint32_t most = p->n_samples / (n / PER_ENTRY + LEAST);
    unsigned threads = parallel_threads();
    return most < 1 ? 1 : most < threads ? most : threads;
}

static inline struct sample_range sample_range(const struct profile *p, unsigned part,
                                               unsigned n_parts)
{
    uint64_t n = p->n_samples;
    return (struct sample_range){(uint32_t)(n * part / n_parts),
                                 (uint32_t)(n * (part + 1) / n_parts)};
}

static inline void edge_count(struct edge *e, struct weight w, bool residual, bool inlined)
{
    e->weight += w.value;
    e->weight_div += w.div;
    e->residual |= residual;
    e->inlined &= inlined;
}

// Builds a call tree, and prunes it: see graph_build and graph_keep.
void calltree_build(struct graph *g, const struct profile *p);
void calltree_keep(struct graph *g, const bool *kept);

#endif
