// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>

#include "input/transfer.h"

static void put_duration(int64_t seconds, struct buf *out)
{
    if (seconds >= 3600)
        buf_printf(out, "%" PRId64 "h", seconds / 3600);
    if (seconds >= 60)
        buf_printf(out, "%" PRId64 "m", seconds / 60 % 60);
    buf_printf(out, "%" PRId64 "s", seconds % 60);
}

// In profiles of a state, seconds ask for what changes over that time.
static bool asks_for_change(const struct url *u)
{
    static const char *const states[] = {"allocs", "block", "goroutine",
                                         "heap",   "mutex", "threadcreate"};
    for (size_t i = 0; i < sizeof states / sizeof *states && u->seconds; i++)
        if (span_eq(url_last_part(u), span_of(states[i])))
            return true;
    return false;
}

void transfer_note(const struct transfer *t, const struct job *job, bool *told_change)
{
    struct buf text = {0};
    buf_add(&text, SPAN("Fetching profile over HTTP from "));
    url_show(&t->first, &text);
    job_note(job, buf_cstr(&text));
    buf_clear(&text);
    if (t->options->seconds > 0) {
        buf_add(&text, SPAN("Please wait... ("));
        put_duration(t->options->seconds, &text);
        buf_addc(&text, ')');
        job_note(job, buf_cstr(&text));
        buf_clear(&text);
    }
    if (asks_for_change(&t->first) && !*told_change) {
        struct span what = url_last_part(&t->first);
        buf_printf(&text,
                   "with seconds, " SPAN_FMT " is what changes over %" PRId64
                   " s, not what there is",
                   SPAN_ARG(what), t->first.seconds);
        job_note(job, buf_cstr(&text));
        *told_change = true;
    }
    buf_release(&text);
}
