// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_REPORT_FLAME_H
#define CPROF_REPORT_FLAME_H

#include "report/own.h"
#include "report/report.h"

// A flame graph: the samples' stacks as a tree of frames, of which only those that can be seen are
// worked out. Frame 0 is all of what is shown, "all" or the pivot; from there a path of frames
// leads to the one in view, which takes up the whole width, and below it stand all frames that are
// as wide as one column. Frames stand in preorder, children by falling width, then by name.

enum { FLAME_FRAMES_MAX = 20000, FLAME_DEPTH_MAX = 4096 };

struct flame_options {
    int64_t width;     // of the view, in columns or pixels; 0: as the format likes it
    int64_t depth;     // so many rows below the view at most; 0: all
    bool flipped;      // from the leaves to the roots
    bool whole_path;   // the heaviest path is shown to its end, however narrow
    struct span root;  // the path to the view, as folded stacks have it: names with ";" between
    struct span pivot; // a regular expression: callers and callees of what it matches; or ""
    struct span own;   // a regular expression: what is the program's own; or ""
};

struct flame_frame {
    uint32_t name;   // of the flame's names, or NO_INDEX: frame 0, unless it is of one function
    uint32_t parent; // or NO_INDEX
    uint32_t end;    // the first frame that is not below it
    uint32_t depth;
    bool inlined; // into its caller, wherever it stands
    bool folded;  // there is more below it, too narrow or too deep to be shown
    // cum is of all samples that have come here, flat of those whose leaf it is; the mean where
    // there is one. Width is what it takes up: the values' absolute sum, or with sides, the larger
    // of both, summed up from the leaves. So the children of a frame never take up more than it.
    int64_t cum, flat, width;
    struct side_weights before, after; // where the report has sides
    double error;                      // of cum; where noise was asked for and is known
};

struct flame_name {
    struct span name; // printable
    struct span file; // of the function, trimmed; or ""
    int64_t line;     // the node's, or the function's first, or 0
    enum code_class class;
};

struct flame_tree {
    struct flame_frame *frames;
    uint32_t n;
    uint32_t view; // the frame that takes up the whole width
};

struct flame {
    bool up; // frames stand below those that they were called by
    bool has_sides;
    struct flame_tree tree, callers; // the latter has frames where there is a pivot, and is up
    struct flame_name *names;        // those that frames have
    uint32_t n_names;
    struct shown shown; // the total is of what the filters leave
    int64_t shown_before, shown_after;
    int64_t least;            // frames below this width are left out
    struct noise_shown noise; // where it was asked for
};

// -1 with *err filled where an expression is not valid or the pivot matches nothing.
int report_flame(const struct report *r, const struct flame_options *o, struct flame *out,
                 struct err *err);

#endif
