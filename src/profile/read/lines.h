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

// How long a text may be that is read whole, and not line by line.
enum { LINES_WHOLE_MAX = 1 << 30 };

#endif
