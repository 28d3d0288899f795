// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "format/put.h"

int64_t format_margin(double error)
{
    return i64_cut(round(NOISE_MARGIN * error));
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

void put_noise(struct sink *out, const struct report *r, const struct shown *shown,
               const struct noise_shown *noise)
{
    struct value_format values = value_format_of(r, shown);
    if (r->options.noise)
        sink_printf(out, "Noise: %s\n", format_noise(r, noise, &values));
}

static void put_margin(struct sink *out, const struct value_format *f, double error)
{
    sink_putc(out, ' ');
    if (error > 0)
        put_value(out, f, format_margin(error), WEIGHT_WIDTH);
    else
        sink_fill(out, ' ', WEIGHT_WIDTH);
}

void put_noisy(struct sink *out, const struct report *r, const struct noise_shown *noise,
               const struct value_format *f, int64_t value, double error)
{
    bool dim = noise->known && sink_style(out)->color && i64_abs(value) <= format_margin(error);
    if (dim) {
        sink_write(out, SPAN("\x1b[2m"));
        put_value(out, f, value, WEIGHT_WIDTH);
    } else {
        put_weight(out, r, f, value, WEIGHT_WIDTH);
    }
    if (noise->known)
        put_margin(out, f, error);
    if (dim)
        sink_write(out, SPAN("\x1b[0m"));
}
