// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_INPUT_WINDOW_H
#define CPROF_INPUT_WINDOW_H

#include <stddef.h>

#include "base/stream.h"

// The memory behind a stream's window.
struct window {
    unsigned char *bytes;
    size_t cap;
};

void window_release(struct window *w);

// Moves what is at hand to the start and makes free room after it: as much as is wanted, but never
// more than about as much again as has arrived, so that a false length takes no memory.
// Returns how much room there is after r->end, which is not 0.
size_t window_room(struct window *w, struct stream *r, uint64_t want);

#endif
