// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_GRAPH_PAIRS_H
#define CPROF_GRAPH_PAIRS_H

#include "graph/graph.h"

// The edges of a graph that leaves nothing out, whose nodes are those of a table that keeps
// locations apart: calls between two locations are one edge each, and those within a location have
// the weight of its nodes.

// Whether graph_connect may find all edges so.
bool pairs_suffice(const struct graph *g);

// Finds them, with the sums of the samples' values or of what these are divided by.
void pairs_connect(struct graph *g, const struct profile *p, bool divisors);

#endif
