// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FORMAT_SAMENAMES_H
#define CPROF_FORMAT_SAMENAMES_H

#include "report/report.h"

// Names of functions that differ where the functions do: those of one name and file have numbers to
// tell them apart, in the order in which the report shows their first nodes; those of a call tree
// also by their callers.

// By node of the graph: its function's name, 0 of one that is not shown. New names are added to the
// strings, which stand on top of the node table's.
str_id *samenames_told_apart(const struct graph_report *g, struct strtab *strings,
                             struct arena *arena);

#endif
