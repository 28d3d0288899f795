// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_GRAPH_TRIM_H
#define CPROF_GRAPH_TRIM_H

#include "graph/graph.h"

struct trim_options {
    bool cum_sort;
    int64_t node_count; // at most so many; 0 or less: all
    double node_fraction, edge_fraction;
};

struct trim_result {
    uint32_t orig_count;    // nodes before node_count was applied
    uint32_t dropped_nodes; // below node_fraction
    uint32_t dropped_edges; // below edge_fraction
};

// Builds the graph of a report, leaving out what is too light, and sorts its nodes.
// Order of the steps and thresholds: newTrimmedGraph of google/pprof's internal/report/report.go.
struct trim_result graph_build_trimmed(struct graph *g, const struct profile *p,
                                       struct node_table *t, const struct graph_options *options,
                                       const struct trim_options *trim, struct arena *arena);

#endif
