// SPDX-License-Identifier: Apache-2.0
#include "input/window.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

// Less than what malloc gives back to the system as soon as it is free.
enum { WINDOW_MIN = 120 << 10 };

void window_release(struct window *w)
{
    free(w->bytes);
    *w = (struct window){0};
}

size_t window_room(struct window *w, struct stream *r, uint64_t want)
{
    size_t have = stream_have(r);
    if (have)
        memmove(w->bytes, r->at, have);
    uint64_t most = have + have / 2 + WINDOW_MIN;
    size_t need = want < most ? (size_t)want : (size_t)most;
    if (w->cap < WINDOW_MIN || w->cap < need || w->cap == have) {
        size_t cap = w->cap < WINDOW_MIN ? WINDOW_MIN : most;
        w->bytes = xrealloc(w->bytes, cap);
        w->cap = cap;
    }
    r->at = w->bytes;
    r->end = w->bytes + have;
    return w->cap - have;
}
