// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_REPORT_PLACE_H
#define CPROF_REPORT_PLACE_H

#include "report/report.h"

// Where in the source something is.
struct place {
    struct span file; // "" where it is not known
    int64_t line;     // or 0
};

// The line of a node that weighs most of a sample type, by how much that changed in a comparison:
// of samples whose leaf the node is, with cum of all that have it on the stack.
struct place place_of_node(const struct report *r, const struct node_table *t, uint32_t node,
                           uint32_t type, bool cum);

#endif
