// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_GRAPH_GRAPH_H
#define CPROF_GRAPH_GRAPH_H

#include "base/num.h"
#include "graph/node.h"

// The weights of nodes and of the calls between them, summed over the samples.

struct node {
    int64_t flat, flat_div; // samples whose leaf it is
    int64_t cum, cum_div;   // samples whose stack it is on, each once
    uint32_t info;          // of the node table
    uint32_t parent;        // in a call tree: the caller, or NO_INDEX
    uint32_t edge;          // and the edge from it
};

struct edge {
    uint32_t src, dst; // nodes: the caller and the callee
    int64_t weight, weight_div;
    bool residual; // over nodes that were left out
    bool inlined;  // in every stack
    bool dropped;
};

enum edge_want {
    EDGES_NONE,
    EDGES_TO_INLINED, // only those that end at a node that is inlined somewhere
    EDGES_ALL,
};

struct graph_options {
    uint32_t value_index; // of the sample type that is counted
    bool mean;            // divide by the first value of each sample
    bool drop_negative;
    bool overflow;  // sums may not fit
    bool call_tree; // a node per path from a root, not per place in the code
};

struct edge_list {
    uint32_t *first; // of each node; one more at the end
    uint32_t *edges;
};

struct graph {
    struct arena *arena;
    struct node_table *table;
    struct graph_options options;
    struct node *nodes; // all of them; node n of a graph that is not a call tree has the info n
    uint32_t n_nodes;
    uint32_t *shown; // those that have a weight and are not left out, in the report's order
    uint32_t n_shown;
    bool pruned; // graph_keep left some out
    VEC(struct edge) edges;
    uint32_t *leaves; // of a call tree: the last node of each sample, or NO_INDEX
};

// Sums up the profile's samples at the nodes; in a call tree also along its edges. All memory is
// the arena's.
void graph_build(struct graph *g, const struct profile *p, struct node_table *t,
                 const struct graph_options *options, struct arena *arena);

// Leaves only some of the shown nodes; kept is by node. In a call tree, whose edges are there, the
// children of the others go to the nearest node above that stays.
void graph_keep(struct graph *g, const bool *kept);

// Finds the edges of a graph that is not a call tree, anew, by src and then by dst: they jump over
// the nodes that graph_keep left out. Only those from and to the nodes that are chosen; all where
// that is NULL.
void graph_connect(struct graph *g, const struct profile *p, enum edge_want want,
                   const bool *chosen);

// The values that are shown: the mean where there is a divisor.
static inline int64_t node_flat(const struct node *n)
{
    return n->flat_div ? i64_div(n->flat, n->flat_div) : n->flat;
}

static inline int64_t node_cum(const struct node *n)
{
    return n->cum_div ? i64_div(n->cum, n->cum_div) : n->cum;
}

static inline int64_t edge_weight(const struct edge *e)
{
    return e->weight_div ? i64_div(e->weight, e->weight_div) : e->weight;
}

// Lists of the edges that are not dropped, by the node that they start from or end at.
struct edge_list graph_edges_out(const struct graph *g);
struct edge_list graph_edges_in(const struct graph *g);

// Orders edges by falling weight, then by the names of their ends.
void graph_sort_edges(struct graph *g, uint32_t *edges, size_t n);

#endif
