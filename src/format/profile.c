// SPDX-License-Identifier: Apache-2.0
#include "format/format.h"

#include "profile/encode.h"

static void put(void *sink, struct span bytes)
{
    sink_write(sink, bytes);
}

void format_profile(const struct profile *p, double ratio, struct sink *out)
{
    sink_begin_gzip(out);
    profile_encode(p, ratio, put, out);
    sink_end_gzip(out);
}
