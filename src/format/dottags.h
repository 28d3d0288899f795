// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FORMAT_DOTTAGS_H
#define CPROF_FORMAT_DOTTAGS_H

#include "format/format.h"

// Draws the heaviest tags of a node as boxes beside it; whether there are any. id is the node's
// number in the picture.
bool format_dot_tags(const struct report *r, const struct graph_report *g, uint32_t node,
                     uint32_t id, struct sink *out);

// Graphviz refuses strings of more than 16 KiB, so that what is longer than this is cut.
enum { DOT_TEXT_MAX = 2000, DOT_LABEL_MAX = 10000 };

// Text between double quotes: nothing in it ends the string, begins an escape of Graphviz's or is
// forbidden in the XML that comes of it.
const char *dot_escape(struct arena *arena, struct span text);

#endif
