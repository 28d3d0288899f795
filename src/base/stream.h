// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_STREAM_H
#define CPROF_BASE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct populate;

// A stream of bytes, read through a window: what is at hand is [at, end). Whoever implements it
// embeds the struct and fills the window when asked.
struct stream {
    const unsigned char *at, *end;

    // Makes at least want bytes at hand, or all that are left of the stream where those are fewer;
    // moves the window, so that pointers into it end. 0, or -1 with *err filled.
    int (*more)(struct stream *r, uint64_t want, struct err *err);

    // Puts up to size bytes, at least one unless the stream has ended, where the caller wants them,
    // not into the window, in which nothing is at hand then. *n is how many. NULL: only by way of
    // the window.
    int (*into)(struct stream *r, unsigned char *memory, size_t size, size_t *n, struct err *err);

    // A thread of the stream's, to be asked for pages under memory that is about to be written to.
    // NULL: it has none.
    struct populate *populate;
};

// How many bytes are at hand.
static inline uint64_t stream_have(const struct stream *r)
{
    return (uint64_t)(r->end - r->at);
}

// Asks for want bytes only where they are not at hand yet.
static inline int stream_need(struct stream *r, uint64_t want, struct err *err)
{
    return stream_have(r) >= want ? 0 : r->more(r, want, err);
}

// Appends all bytes, of which there may be at most max, a number of whole MiB.
int stream_read_all(struct stream *in, size_t max, struct buf *out, struct err *err);

// A stream of bytes in memory, all of which are at hand.
struct stream stream_memory(struct span bytes);

#endif
