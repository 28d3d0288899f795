// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_WATCHPICTURE_H
#define CPROF_CLI_WATCHPICTURE_H

#include <time.h>

#include "cli/watch.h"

// What the screen of a watched report shows.

enum { HISTORY_MAX = 60 };

// A profile, when it was read.
struct snapshot {
    const struct loaded *loaded; // counted; NULL: none yet
    time_t time;
};

struct picture {
    const struct watch *watch;
    struct config config;             // as the keys have changed it
    struct snapshot first, last, now; // what changes are told from, and to
    struct app_names types;           // of sample, of the profile at hand
    int64_t *totals[HISTORY_MAX];     // by sample type, the oldest first
    size_t n_totals;
    bool paused, failing;
    struct buf message; // a line on what was done or went wrong
    struct buf typed;   // the expression that is being typed
    bool typing;
    size_t scroll; // lines of the report that are above the screen
    unsigned columns, rows;
    uint32_t gates_fired; // in the last report
};

// The whole picture, from the top left corner on, for a terminal of columns × rows.
void picture_draw(struct picture *p, struct buf *out);

#endif
