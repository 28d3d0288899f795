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

// Those of some frames whose location has its bit set, the last first, a block of them at a time:
// struct found_frames found; frames_begin(&found, …); while (frames_find(&found)) …
enum { FOUND_MAX = 256 };
struct found_frames {
    const uint64_t *bits;
    const uint32_t *frames;
    uint32_t end;              // of those that were not looked at
    uint32_t n, at[FOUND_MAX]; // which were found
};

static inline void frames_begin(struct found_frames *f, const uint64_t *bits,
                                const uint32_t *frames, uint32_t n)
{
    f->bits = bits;
    f->frames = frames;
    f->end = n;
}

// Without branches, since it cannot be foreseen which they are; false at the end.
static inline bool frames_find(struct found_frames *f)
{
    uint32_t first = f->end > FOUND_MAX ? f->end - FOUND_MAX : 0, n = 0;
    if (f->end == 0)
        return false;
    for (uint32_t i = f->end; i-- > first;) {
        f->at[n] = i;
        n += f->bits[f->frames[i] / 64] >> f->frames[i] % 64 & 1;
    }
    f->end = first;
    f->n = n;
    return true;
}

// Makes a call tree of the samples' stacks, and prunes it: see graph_build and graph_keep.
void calltree_build(struct graph *g, const struct profile *p);
void calltree_keep(struct graph *g, const bool *kept);

#endif
