// SPDX-License-Identifier: Apache-2.0
#include "format/emits.h"
#include "profile/encode.h"

static void put(void *sink, struct span bytes)
{
    sink_write(sink, bytes);
}

void proto_write(const struct profile *p, double ratio, struct sink *out)
{
    sink_begin_gzip(out);
    profile_encode(p, ratio, put, out);
    sink_end_gzip(out);
}

void proto_profile(const struct document *d, struct sink *out)
{
    proto_write(d->data.profile, d->report->options.ratio, out);
}

void proto_top(const struct document *d, struct sink *out)
{
    struct profile top;
    report_top_profile(d->report, d->data.top, &top);
    proto_write(&top, 1, out);
    profile_release(&top);
}
