// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_FLAMESTATE_H
#define CPROF_CLI_FLAMESTATE_H

#include "app/app.h"
#include "base/regex.h"
#include "format/flamelayout.h"

// What the parts of the live flame graph share.

enum { HISTORY_MAX = 100, MARGIN_TOP = 2, MARGIN_BOTTOM = 3 };

// What is to be done when the flame graph at hand is put down.
enum flame_next {
    FLAME_STAY,
    FLAME_AGAIN,  // with the config as it is now
    FLAME_SOURCE, // show the source of the frame that is in focus
    FLAME_QUIT,
};

struct flamestate {
    const struct loaded *l;
    struct request request; // its config is the one below
    struct config config;
    struct config history[HISTORY_MAX]; // what Escape goes back to
    size_t n_history;
    unsigned columns, rows; // of the terminal
    struct buf focus;       // the path of the frame in focus, names with ";" between,
    bool focus_above;       // which is one of the pivot's callers
    struct buf name;        // of the function in focus
    struct buf prompt;      // what is being typed
    bool typing;
    struct regex *search; // or NULL
    struct buf found;     // what a search has to say
    struct buf message;   // until the next key
    bool helping;         // the keys are shown in the graph's place
    unsigned scroll;      // how many rows are above the screen
    enum flame_next next;

    // Of the flame graph at hand.
    const struct document *d;
    struct flame_layout below, above; // the latter has rows where there is a pivot
    uint32_t frame;                   // in focus, of the tree that focus_above says
    bool *matches;                    // by name
};

// Rows of the picture: callers stand above, the outermost first.
static inline uint32_t flame_rows_above(const struct flamestate *s)
{
    return s->above.n_rows ? s->above.n_rows - 1 : 0;
}

static inline uint32_t flame_rows(const struct flamestate *s)
{
    return flame_rows_above(s) + s->below.n_rows;
}

static inline unsigned flame_rows_shown(const struct flamestate *s)
{
    unsigned margins = MARGIN_TOP + MARGIN_BOTTOM;
    return s->rows > margins + 1 ? s->rows - margins : 1;
}

static inline const struct flame_layout *flame_layout_at(const struct flamestate *s, bool above)
{
    return above ? &s->above : &s->below;
}

static inline const struct flame_tree *flame_tree_at(const struct flamestate *s, bool above)
{
    return above ? &s->d->data.flame->callers : &s->d->data.flame->tree;
}

// Which row of which layout a row of the picture is.
static inline const struct flame_layout *flame_row_at(const struct flamestate *s, uint32_t row,
                                                      bool *above, uint32_t *layout_row)
{
    *above = row < flame_rows_above(s);
    *layout_row = *above ? flame_rows_above(s) - row : row - flame_rows_above(s);
    return flame_layout_at(s, *above);
}

// The row of the picture that the focus is in.
static inline uint32_t flame_focus_row(const struct flamestate *s)
{
    uint32_t depth = flame_tree_at(s, s->focus_above)->frames[s->frame].depth;
    return s->focus_above ? flame_rows_above(s) - depth : flame_rows_above(s) + depth;
}

// Draws everything.
void flamestate_draw(struct flamestate *s);

// Obeys a key, one of cli/tty.h; s->next says what follows.
void flamestate_obey(struct flamestate *s, int key);

// Adds a regular expression of the function in focus alone.
void flamestate_quote(const struct flamestate *s, struct buf *regex);

// Puts the focus on the frame of a path, as far as there is one, and makes matches and name fit.
void flamestate_settle(struct flamestate *s);

#endif
