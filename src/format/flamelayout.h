// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FORMAT_FLAMELAYOUT_H
#define CPROF_FORMAT_FLAMELAYOUT_H

#include "format/formats.h"

// Where the frames of a flame graph stand in columns of a window, and what is written in them.

struct flame_cell {
    uint32_t frame;
    uint32_t x, width; // in columns
};

struct flame_layout {
    const struct flame_tree *tree;
    uint32_t columns, n_rows;
    struct flame_cell *cells; // row by row, from left to right
    uint32_t *first;          // of each row; one more at the end
};

// The view takes up all columns, and so do the frames on the path to it. Of the heaviest path every
// frame has a cell; of others those that are a column wide. All memory is the arena's.
void flame_layout_init(struct flame_layout *l, const struct flame_tree *tree, uint32_t columns,
                       struct arena *arena);

// The cell of a frame, or NULL.
const struct flame_cell *flame_cell_of(const struct flame_layout *l, uint32_t frame);

// What a painter has at hand.
struct flame_painter {
    const struct report *r;
    const struct flame *f;
    const struct flame_layout *layout;
    struct value_format values;
    struct span whole;   // the name of a frame that has none
    bool color, visible; // as in struct sink_style
    bool alive;          // on a terminal: the focus and matches show without colours, too
    bool compared;       // colours are of growing and shrinking
    uint32_t focus;      // this frame is marked; or NO_INDEX
    const bool *matches; // by name: it is underlined, and others are dim; or NULL
};

struct flame_painter flame_painter_of(const struct document *d, const struct flame_layout *layout,
                                      const struct sink_style *style);

// A row of cells, with no line break.
void flame_put_row(const struct flame_painter *p, uint32_t row, struct sink *out);

// The share by which a frame of a comparison grew or shrank, of the larger side, from -1 to 1; 0
// where that is little or within noise.
double flame_change(const struct flame_painter *p, const struct flame_frame *frame);

// The full name of a frame, and its value and share, or its change.
struct span flame_frame_name(const struct flame_painter *p, uint32_t frame);

enum { FLAME_CUTS_MAX = 12 };

// What may be written in a frame, the longest first: its name, or less and less of it. What is made
// of a tag has the tag's key before its value, in the buffer. At least 1, at most FLAME_CUTS_MAX.
unsigned flame_frame_cuts(const struct flame_painter *p, uint32_t frame, struct buf *key,
                          struct span *cuts);
void flame_add_value(const struct flame_painter *p, const struct flame_frame *frame,
                     struct buf *text);

#endif
