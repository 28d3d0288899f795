// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_GRAPH_TAGS_H
#define CPROF_GRAPH_TAGS_H

#include "graph/graph.h"

// The weights of samples' tags at the nodes of a graph.

// What of a sample's tags counts: its text labels together, as one tag, and the numbers of the tag
// "bytes" one by one.
struct tag_source {
    struct span number_unit; // of the tag "bytes"
    struct span output_unit; // to tell numbers apart in
};

struct node_tag {
    uint32_t node;
    str_id group; // of a number: the text tag that it came with, 0: none
    str_id name;  // of the tag; both are of the node table's strings
    bool is_number;
    int64_t value; // of a number, in number_unit
    int64_t flat, flat_div, cum, cum_div;
};

enum { TAGS_SHOWN = 4 }; // of each kind at a node

struct tag_list {
    struct node_tag *tags; // by node
    uint32_t *first;       // of each node; one more at the end
};

// Weighs the tags of the nodes that are wanted, by node; those lighter than least are left out.
struct tag_list graph_tags(const struct graph *g, const struct profile *p,
                           const struct tag_source *source, const bool *wanted, int64_t least,
                           struct arena *arena);

#endif
