// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_GRAPH_TRIM_H
#define CPROF_GRAPH_TRIM_H

#include "graph/graph.h"
#include "graph/tags.h"

// Which weights are shown: none of less than min or more than max, as absolute values.
struct weight_range {
    double min, max;
    bool asked; // else all are
};

struct trim_options {
    bool cum_sort;
    bool visual;        // for a picture: choose and sort by what makes it worth looking at
    bool unsorted;      // the order of the nodes is not needed yet: see graph_sort_chosen
    int64_t node_count; // at most so many; 0 or less: all
    double node_fraction, edge_fraction;
    struct weight_range flat, cum;
};

struct trim_result {
    uint32_t orig_count;    // nodes before node_count was applied
    uint32_t dropped_nodes; // below node_fraction
    uint32_t dropped_edges; // below edge_fraction
    int64_t least_tag;      // tags of less weight are left out
    struct tag_list tags;   // of the nodes that are shown and perhaps others, where they had to be
                            // weighed to choose nodes by them; otherwise first is NULL
};

// Puts the shown nodes that are chosen before the others, in the report's order.
void graph_sort_chosen(struct graph *g, const bool *chosen, const struct trim_options *trim);

// Drops the edges that weigh less and end at a node which is shown; returns how many.
uint32_t graph_drop_edges(struct graph *g, int64_t least);

// Builds the graph of a report with the edges that are wanted (a picture has all), leaving out what
// is too light, and sorts its nodes. tags say what
// tags of samples count as nodes of a picture; NULL where there are none.
// Order of the steps and thresholds: newTrimmedGraph of google/pprof's internal/report/report.go.
struct trim_result graph_build_trimmed(struct graph *g, const struct profile *p,
                                       struct node_table *t, const struct graph_options *options,
                                       const struct trim_options *trim, enum edge_want want,
                                       const struct tag_source *tags, struct arena *arena);

#endif
