// SPDX-License-Identifier: Apache-2.0
#include "format/trendtext.h"

#include <inttypes.h>
#include <math.h>
#include <time.h>

static bool is_count(struct span unit)
{
    return unit.n == 0 || span_eq(unit, SPAN("count"));
}

static void add_plain(struct buf *out, double value)
{
    static const char *const thousands[] = {"", "k", "M", "G", "T", "P"};
    double size = fabs(value);
    int power = 0;
    for (; size >= 1e4 && power < 5; power++)
        size /= 1e3;
    if (power)
        buf_printf(out, "%s%.4g%s", value < 0 ? "-" : "", size, thousands[power]);
    else if (value == floor(value) && size < 1e15)
        buf_printf(out, "%.0f", value);
    else if (size < 1)
        buf_printf(out, "%.2g", value);
    else
        buf_printf(out, size < 100 ? "%.2f" : "%.1f", value);
}

void trend_add_value(struct buf *out, const struct report *r, double value, bool sign)
{
    struct span unit = r->options.unit;
    double v = r->options.ratio > 0 ? value * r->options.ratio : value;
    if (sign && v > 0)
        buf_addc(out, '+');
    if (!is_count(unit) && fabs(v) >= 1 && fabs(v) < 0x1p62) {
        char text[UNIT_LABEL_MAX];
        struct unit_conv conv = unit_conv_of(unit, SPAN("auto"));
        size_t n = unit_format(text, &conv, i64_cut(round(v)));
        buf_add(out, (struct span){text, n});
        return;
    }
    add_plain(out, v);
    if (!is_count(unit) && v != 0)
        buf_add(out, unit);
}

void trend_add_slope(struct buf *out, const struct report *r, const struct trend *t, double slope)
{
    trend_add_value(out, r, slope, true);
    buf_add(out, span_of(t->series.timed ? "/h" : "/snapshot"));
}

void trend_add_hours(struct buf *out, double hours)
{
    double seconds = hours * 3600;
    if (seconds < 120)
        buf_printf(out, "%.3gs", seconds);
    else if (seconds < 7200)
        buf_printf(out, "%.3gmin", seconds / 60);
    else if (hours < 72)
        buf_printf(out, "%.3gh", hours);
    else if (hours < 24 * 1000)
        buf_printf(out, "%.3g days", hours / 24);
    else
        buf_printf(out, "%.0f years", hours / 24 / 365.25);
}

void trend_add_sparkline(struct buf *out, const double *values, uint32_t n, uint32_t width)
{
    static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    double least = INFINITY, most = -INFINITY;
    for (uint32_t i = 0; i < n; i++) {
        least = fmin(least, values[i]);
        most = fmax(most, values[i]);
    }
    uint32_t shown = n < width ? n : width;
    for (uint32_t i = 0; i < shown; i++) {
        uint32_t from = (uint32_t)((uint64_t)i * n / shown);
        uint32_t to = (uint32_t)((uint64_t)(i + 1) * n / shown);
        double sum = 0;
        for (uint32_t j = from; j < to; j++)
            sum += values[j];
        double share = most > least ? (sum / (to - from) - least) / (most - least) : 0;
        buf_add(out, span_of(bars[(int)fmin(share * 8, 7)]));
    }
}

#define ADD(...) *vec_push(r->arena, lines) = span_of(arena_printf(r->arena, __VA_ARGS__))

static void add_span(const struct report *r, const struct trend *t, label_lines *lines)
{
    struct buf length = {0};
    char text[64] = "";
    if (t->series.timed) {
        struct tm local;
        time_t seconds = (time_t)(t->times[0] / 1000000000);
        if (localtime_r(&seconds, &local))
            strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %Z", &local);
        trend_add_hours(&length, t->hours);
        ADD("Snapshots: %u over %s, from %s", t->n, buf_cstr(&length), text);
    } else {
        ADD("Snapshots: %u without times, so slopes are per snapshot, in the order given", t->n);
    }
    buf_release(&length);
}

// Whether the values only rise while a process runs.
static bool is_sum(const struct report *r)
{
    static const char *const types[] = {"alloc_space", "alloc_objects", "contentions", "delay"};
    const struct profile *p = r->profile;
    struct span type = profile_str(p, p->sample_types[r->options.value_index].type);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (span_eq(type, span_of(types[i])))
            return true;
    return false;
}

label_lines format_series_labels(const struct report *r, const struct trend *t)
{
    label_lines all = format_profile_labels(r, NULL), found = {0}, *lines = &found;
    for (size_t i = 0; i < all.n; i++)
        if (!span_starts(all.at[i], SPAN("Time: ")) && !span_starts(all.at[i], SPAN("Duration: ")))
            *vec_push(r->arena, lines) = all.at[i];
    add_span(r, t, lines);
    const struct series *s = &t->series;
    if (s->sorted)
        ADD("They are in the order of their times, not in the one given");
    if (s->n_restarts)
        ADD("The process was started anew %s: the %u snapshots before are left out",
            s->n_restarts > 1 ? "several times, the last time" : "once", s->n_cut);
    if (s->n_repeats)
        ADD("%u equal the one before, as where no collection was between: left out", s->n_repeats);
    if (t->rates)
        ADD("Values are per second");
    else if (is_sum(r))
        ADD("Values are sums since the process began: that they grow is not a leak");
    return found;
}

struct span format_limit(const struct report *r, const struct trend *t,
                         const struct trend_item *item)
{
    struct buf out = {0};
    const struct trend_numbers *o = &item->numbers;
    if (r->options.limit <= 0 || t->n < 3)
        return SPAN("");
    struct trend_limit l =
        trend_limit(o->slope, o->low, o->high, item->values[t->n - 1], item->se, r->options.limit);
    if (!t->series.timed && l.kind == LIMIT_REACHED)
        buf_add(&out, SPAN("not known without times"));
    else if (l.kind == LIMIT_BEYOND)
        buf_add(&out, SPAN("beyond it already"));
    else if (l.kind == LIMIT_NEVER || isinf(l.high))
        buf_add(&out, SPAN("no end in sight"));
    if (out.n == 0) {
        buf_add(&out, SPAN("in "));
        trend_add_hours(&out, l.at);
        buf_add(&out, SPAN(" ("));
        trend_add_hours(&out, l.low);
        buf_add(&out, SPAN(" to "));
        trend_add_hours(&out, l.high);
        buf_addc(&out, ')');
    }
    struct span text = arena_span(r->arena, buf_span(&out));
    buf_release(&out);
    return text;
}
