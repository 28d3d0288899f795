// SPDX-License-Identifier: Apache-2.0
#include "app/commands.h"

#include "app/query.h"

#define ROWS_DETAIL                                                                                \
    "flat is an entry's own weight, cum its weight with all that it calls, sum% the flat weights " \
    "so far."
#define PICTURE_DETAIL                                                                            \
    "Boxes are functions, sized by their own weight; arrows are calls. Graphviz's dot draws the " \
    "picture."
#define PICTURE \
    .node_count = 80, .visual = true, .paths = true, .detail = PICTURE_DETAIL, .emit = emit_dot

static const char *const browsers[] = {"$BROWSER", "xdg-open",         "chromium", "google-chrome",
                                       "firefox",  "sensible-browser", NULL};
static const char *const eog[] = {"eog", NULL};
static const char *const evince[] = {"evince", NULL};
static const char *const gv[] = {"gv", NULL};
static const char *const kcachegrind[] = {"kcachegrind", "qcachegrind", NULL};

const struct command_def command_defs[] = {
    {.name = "callgrind",
     .untrimmed = true,
     .granularity = GRANULARITY_ADDRESSES,
     .paths = true,
     .obj_names = true,
     .binary = "callgraph.out",
     .summary = "the call graph for KCachegrind",
     .emit = emit_callgrind},
    {.name = "comments",
     .formats = true,
     .summary = "the comments in the profile",
     .emit = emit_comments},
    {.name = "disasm",
     .wants_regex = true,
     .summary = "not there yet: assembly with weights",
     .emit = emit_unsupported},
    {.name = "dot", .summary = "the call graph in Graphviz's language", PICTURE},
    {.name = "eog",
     .graphviz = "svg",
     .viewers = eog,
     .summary = "the call graph as a picture, shown by eog",
     PICTURE},
    {.name = "evince",
     .graphviz = "pdf",
     .viewers = evince,
     .summary = "the call graph as a picture, shown by evince",
     PICTURE},
    {.name = "folded",
     .sides = true,
     .untrimmed = true,
     .summary = "a line per stack, for flame graph programs",
     .detail =
         "The names from the root to the leaf with semicolons between them, then the value; of a "
         "comparison, the value before and that after. In a name a semicolon becomes a colon.",
     .emit = emit_folded},
    {.name = "gif",
     .binary = "gif",
     .graphviz = "gif",
     .summary = "the call graph as a GIF picture",
     PICTURE},
    {.name = "gv",
     .graphviz = "ps",
     .viewers = gv,
     .summary = "the call graph as a picture, shown by gv",
     PICTURE},
    {.name = "kcachegrind",
     .untrimmed = true,
     .granularity = GRANULARITY_ADDRESSES,
     .paths = true,
     .obj_names = true,
     .viewers = kcachegrind,
     .summary = "the call graph, shown by KCachegrind",
     .emit = emit_callgrind},
    {.name = "list",
     .formats = true,
     .wants_regex = true,
     .untrimmed = true,
     .granularity = GRANULARITY_LINES,
     .obj_names = true,
     .summary = "source lines of matching functions with their weights",
     .detail = "Source files are looked for on source_path and, for Go programs, in GOROOT, the "
               "module cache, a vendor folder and the current module.",
     .emit = emit_list},
    {.name = "pdf",
     .binary = "pdf",
     .graphviz = "pdf",
     .summary = "the call graph as a PDF picture",
     PICTURE},
    {.name = "peek",
     .formats = true,
     .wants_regex = true,
     .untrimmed = true,
     .summary = "callers and callees of matching functions",
     .detail = "Laid out as tree.",
     .emit = emit_tree},
    {.name = "png",
     .binary = "png",
     .graphviz = "png",
     .summary = "the call graph as a PNG picture",
     PICTURE},
    {.name = "proto",
     .untrimmed = true,
     .granularity = GRANULARITY_ADDRESSES,
     .binary = "pb.gz",
     .summary = "the profile, merged and filtered, in pprof's format",
     .emit = emit_proto},
    {.name = "ps",
     .binary = "ps",
     .graphviz = "ps",
     .summary = "the call graph as a PostScript picture",
     PICTURE},
    {.name = "raw",
     .untrimmed = true,
     .granularity = GRANULARITY_ADDRESSES,
     .summary = "everything in the profile as text",
     .emit = emit_raw},
    {.name = "svg",
     .binary = "svg",
     .graphviz = "svg",
     .summary = "the call graph as an SVG picture that zooms in a browser",
     PICTURE},
    {.name = "tags",
     .formats = true,
     .node_count = 80,
     .summary = "the samples' tags with the weight of each value",
     .emit = emit_tags},
    {.name = "text",
     .formats = true,
     .summary = "the entries that weigh most, one a line",
     .detail = "The same as top.",
     .emit = emit_top},
    {.name = "top",
     .formats = true,
     .summary = "the entries that weigh most, one a line",
     .detail = ROWS_DETAIL,
     .emit = emit_top},
    {.name = "topproto",
     .binary = "pb.gz",
     .summary = "the entries of top, in pprof's format",
     .emit = emit_topproto},
    {.name = "traces",
     .formats = true,
     .node_count = 80,
     .summary = "every sample with its stack",
     .emit = emit_traces},
    {.name = "tree",
     .formats = true,
     .node_count = 80,
     .summary = "the entries that weigh most, with their callers and callees",
     .detail = "Above each entry stand its callers, below it what it calls, with the weight of the "
               "calls. " ROWS_DETAIL,
     .emit = emit_tree},
    {.name = "web",
     .graphviz = "svg",
     .viewers = browsers,
     .summary = "the call graph as a picture, shown by a browser",
     PICTURE},
    {.name = "weblist",
     .wants_regex = true,
     .summary = "not there yet: source and assembly with weights, shown by a browser",
     .emit = emit_unsupported},
    {.name = NULL},
};

const struct command_def *command_find(struct span name)
{
    for (const struct command_def *c = command_defs; c->name; c++)
        if (span_eq(span_of(c->name), name))
            return c;
    return NULL;
}
