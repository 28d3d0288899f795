// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_READ_LINES_H
#define CPROF_PROFILE_READ_LINES_H

#include "base/buf.h"
#include "base/stream.h"

struct job;

// A stream by its lines.
struct lines {
    struct stream *in;
    const struct job *job; // that may be stopped
    struct span line;      // at hand, without its end (LF, or CR LF); "" after the last
    uint64_t number;       // of that line, from 1
    bool ended;            // with an end of line: only the last may have none
    bool again;            // lines_back was called
};

// 1, 0 after the last line, or -1 with *err filled. What was at hand ends with the call.
int lines_next(struct lines *l, struct err *err);

// Makes the line at hand the next one, too.
static inline void lines_back(struct lines *l)
{
    l->again = true;
}

// -1, and a message that names the line at hand, quotes it and says what is wrong with it.
int lines_fault(const struct lines *l, struct err *err, const char *what);

// Appends all bytes of a stream, of which there may be at most 1 GiB.
int lines_read_all(struct stream *in, struct buf *out, struct err *err);

// A stream of bytes in memory.
struct stream lines_memory(struct span bytes);

#endif
