// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "format/format.h"

int64_t format_margin(double error)
{
    return i64_of(round(NOISE_MARGIN * error));
}

static const char *value_text(const struct report *r, const struct value_format *values,
                              int64_t value)
{
    char text[UNIT_LABEL_MAX];
    return arena_cstr(r->arena, (struct span){text, value_print(text, values, value)});
}

const char *format_noise(const struct report *r, const struct noise_shown *n,
                         const struct value_format *values)
{
    if (n->kind == NOISE_NONE)
        return "none, as everything was recorded";
    if (!n->known)
        return "not known: the profile does not say how samples were taken";
    const char *which = n->at_most ? " at most, as snapshots of one process share samples"
                        : r->options.comparison ? " if the runs are independent"
                                                : "";
    const char *total = value_text(r, values, format_margin(n->total));
    if (n->nothing <= 0)
        return arena_printf(r->arena, "± is 95%%%s; %s in total", which, total);
    return arena_printf(r->arena, "± is 95%%%s; %s in total; below %s where there are no samples",
                        which, total, value_text(r, values, i64_of(n->nothing)));
}
