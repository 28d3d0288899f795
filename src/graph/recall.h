// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_GRAPH_RECALL_H
#define CPROF_GRAPH_RECALL_H

#include "base/cache.h"
#include "graph/graph.h"

// What was worked out of a profile before: node tables, and sums at their nodes. What is recalled
// is a copy that is the same to the last byte, so that nothing else can tell the difference.

// As node_table_init, by way of the memo, whose subject is the profile with its filters; NULL:
// none.
void recall_node_table(struct node_table *t, const struct profile *p, const struct detail *d,
                       const struct job *job, const struct memo *memo, struct arena *arena);

// The nodes of a graph that is not a call tree: false where they are not known yet. Then, when they
// are there, keep_sums keeps them; not those of a job that was stopped.
bool recall_sums(struct graph *g);
void keep_sums(const struct graph *g);

#endif
