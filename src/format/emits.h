// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FORMAT_EMITS_H
#define CPROF_FORMAT_EMITS_H

#include "format/formats.h"

// What the table of formats is made of: each writes one kind of report in one format.

// Text, with the reference's layout.
emit text_comments, text_disasm, text_leaks, text_list, text_tags, text_top, text_traces, text_tree;
emit text_trend, text_memstats, text_hints;
emit raw_profile;

// Tables in any format that has them: see format/table.h.
emit table_comments, table_disasm, table_hints, table_leaks, table_list, table_memstats, table_tags,
    table_top, table_traces, table_tree, table_trend, table_weblist;

// The flame graph: rows of cells, a picture, and JSON: see format/flamejson.c.
emit text_flame, svg_flame, json_flame;

// For other programs: Graphviz, KCachegrind, and what reads pprof's profiles.
emit dot_graph, callgrind_graph, proto_profile, proto_top;

// Any profile as pprof's programs write it, compressed, its values multiplied by ratio.
void proto_write(const struct profile *p, double ratio, struct sink *out);

// Source lines with instructions, as a page by itself.
emit html_weblist;

// A line per stack, "root;…;leaf value": what flame graph programs read. Stacks that look the same
// are one. Of a comparison whose sides are known a line has two values, before and after. Notes how
// many stacks are left out, as their values are negative.
emit folded_stacks;

// Makes a picture from Graphviz one that can be moved and zoomed in a browser.
void svg_finish(struct span graphviz, struct sink *out);

#endif
