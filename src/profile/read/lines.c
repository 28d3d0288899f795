// SPDX-License-Identifier: Apache-2.0
#include "profile/read/lines.h"

#include <inttypes.h>

#include "base/job.h"

// Real ones have some kilobytes: a deep stack of Java, folded, has a hundred.
enum { LINE_SIZE_MAX = 16 << 20 };

// Makes the next line be at hand as a whole: how long it is, its end not counted, or -1. It has no
// end where it is the last.
static int64_t find_end(struct lines *l, bool *ended, struct err *err)
{
    uint64_t seen = 0;
    for (;;) {
        uint64_t have = stream_have(l->in);
        const void *end = have > seen ? memchr(l->in->at + seen, '\n', have - seen) : NULL;
        *ended = end != NULL;
        if (end)
            return (const unsigned char *)end - l->in->at;
        seen = have;
        if (seen > LINE_SIZE_MAX)
            return err_set(err, "line %" PRIu64 " is longer than %d MiB", l->number + 1,
                           LINE_SIZE_MAX >> 20);
        if (stream_need(l->in, 2 * seen + 4096, err))
            return -1;
        if (stream_have(l->in) == seen)
            return (int64_t)seen;
    }
}

int lines_next(struct lines *l, struct err *err)
{
    enum { LOOK = 1023 }; // at the job, every so many lines
    bool ended;
    if (l->again) {
        l->again = false;
        return 1;
    }
    l->line = SPAN("");
    if ((l->number & LOOK) == LOOK && job_check(l->job, err))
        return -1;
    int64_t n = find_end(l, &ended, err);
    if (n < 0 || (n == 0 && !ended))
        return n < 0 ? -1 : 0;
    l->line = (struct span){(const char *)l->in->at, (size_t)n};
    l->in->at += n + ended;
    l->ended = ended;
    l->number++;
    if (span_ends(l->line, SPAN("\r")))
        l->line.n--;
    return 1;
}

int lines_fault(const struct lines *l, struct err *err, const char *what)
{
    enum { SHOWN = 80 };
    int n = l->line.n < SHOWN ? (int)l->line.n : SHOWN;
    return err_set(err, "line %" PRIu64 " '%.*s%s': %s", l->number, n, l->line.at,
                   l->line.n > SHOWN ? "..." : "", what);
}
