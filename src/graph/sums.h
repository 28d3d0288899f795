// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_GRAPH_SUMS_H
#define CPROF_GRAPH_SUMS_H

#include "graph/graph.h"

// Sums of other columns than the one that a graph counts: what a comparison was before and after,
// variances. They have the shapes of the graph's own: flat is of samples whose leaf a node is, cum
// of samples whose stack it is on, each once; a sample counts though its value in the graph is 0.
// Entries are by node of the table, which are the nodes of a graph that is not a call tree.

struct node_sums {
    int64_t *flat, *cum;
    int64_t total; // of all samples
};

// The sums of one sample type of a column with the profile's rows and types, such as a side.
struct node_sums sums_column(const struct node_table *t, const struct profile *p,
                             const int64_t *column, uint32_t type, struct arena *arena);

struct node_reals {
    double *flat, *cum;
    double total;
};

// The sums of numbers that are given for each sample, in their order.
struct node_reals sums_reals(const struct node_table *t, const struct profile *p,
                             const double *by_sample, struct arena *arena);

// By sample: whether it is on a node that is wanted; with leaves_only, whether its leaf is one. The
// total of a column for a set of nodes counts every sample once.
bool *sums_mask(const struct node_table *t, const struct profile *p, const bool *wanted,
                bool leaves_only, struct arena *arena);

#endif
