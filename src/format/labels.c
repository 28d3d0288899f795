// SPDX-License-Identifier: Apache-2.0
#include "format/format.h"

#include <time.h>

#include "base/path.h"

enum { FILTER_MAX = 80 }; // longer ones are cut

struct value_format value_format_of(const struct report *r, const struct shown *shown)
{
    return (struct value_format){
        unit_conv_of(r->options.unit, shown ? shown->unit : r->options.output_unit),
        r->options.ratio};
}

size_t value_print(char out[UNIT_LABEL_MAX], const struct value_format *f, int64_t value)
{
    return unit_format(out, &f->conv, i64_scaled(value, f->ratio));
}

static const char *value_str(const struct report *r, const struct value_format *f, int64_t value)
{
    char out[UNIT_LABEL_MAX];
    size_t n = value_print(out, f, value);
    return arena_cstr(r->arena, (struct span){out, n});
}

static const char *percent_str(const struct report *r, int64_t value, int64_t total)
{
    char out[PERCENT_MAX];
    return arena_cstr(r->arena, unit_share(out, value, total));
}

static void add_line(const struct report *r, label_lines *lines, const char *line)
{
    *vec_push(r->arena, lines) = span_of(line);
}

#define ADD(...) add_line(r, lines, arena_printf(r->arena, __VA_ARGS__))

static void add_binary(const struct report *r, label_lines *lines)
{
    const struct profile *p = r->profile;
    if (p->n_mappings == 0)
        return;
    struct span file = profile_str(p, p->mappings[0].file);
    struct span build_id = profile_str(p, p->mappings[0].build_id);
    if (file.n)
        ADD("File: " SPAN_FMT, SPAN_ARG(path_base(file)));
    if (build_id.n)
        ADD("Build ID: " SPAN_FMT, SPAN_ARG(build_id));
}

static void add_time(const struct report *r, label_lines *lines)
{
    int64_t nanos = r->profile->time_nanos;
    if (nanos == 0)
        return;
    time_t seconds = (time_t)(nanos / 1000000000 - (nanos % 1000000000 < 0));
    struct tm local;
    char text[64] = "";
    if (localtime_r(&seconds, &local))
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %Z", &local);
    ADD("Time: %s", text);
}

static void add_duration(const struct report *r, const struct shown *shown, label_lines *lines)
{
    int64_t nanos = r->profile->duration_nanos;
    if (nanos == 0)
        return;
    struct value_format values = value_format_of(r, shown);
    struct unit_conv time = unit_conv_of(SPAN("nanoseconds"), SPAN("auto"));
    char duration[UNIT_LABEL_MAX];
    size_t n = unit_format(duration, &time, nanos);
    struct measure total = unit_scale(r->total, r->options.unit, SPAN("nanoseconds"));
    const char *share = "";
    if (span_eq(total.unit, SPAN("ns")) && total.value != 0) {
        char percent[PERCENT_MAX];
        size_t m = unit_percent(percent, i64_of(total.value), nanos);
        share = arena_printf(r->arena, "(%.*s)", (int)m, percent);
    }
    ADD("Duration: %.*s, Total samples = %s %s", (int)n, duration, value_str(r, &values, r->total),
        share);
}

// "Period: 512kB of space", and of time how many samples that is a second.
static void add_sampling(const struct report *r, label_lines *lines)
{
    const struct profile *p = r->profile;
    struct span type = profile_str(p, p->period_type.type),
                unit = profile_str(p, p->period_type.unit);
    if (p->period == 0) {
        ADD("Period: not known");
        return;
    }
    struct unit_conv conv = unit_conv_of(unit, SPAN("auto"));
    char period[UNIT_LABEL_MAX];
    size_t n = unit_format(period, &conv, p->period);
    ADD("Period: %.*s%s" SPAN_FMT, (int)n, period, type.n ? " of " : "", SPAN_ARG(type));
    if (unit_compatible(unit, SPAN("nanoseconds"))) {
        double seconds = (double)p->period * unit_scale(1, unit, SPAN("seconds")).value;
        if (seconds > 0)
            ADD("Rate: %.6g samples a second", 1 / seconds);
    }
}

label_lines format_profile_labels(const struct report *r, const struct shown *shown)
{
    const struct profile *p = r->profile;
    label_lines found = {0}, *lines = &found;
    add_binary(r, lines);
    for (uint32_t i = 0; i < p->n_comments; i++) {
        struct span comment = profile_str(p, p->comments[i]);
        if (!span_starts(comment, SPAN("#")))
            *vec_push(r->arena, lines) = comment;
    }
    if (r->options.type.n)
        ADD("Type: " SPAN_FMT, SPAN_ARG(r->options.type));
    if (p->doc_url)
        ADD("Doc: " SPAN_FMT, SPAN_ARG(profile_str(p, p->doc_url)));
    add_time(r, lines);
    add_duration(r, shown, lines);
    if (r->options.full_header)
        add_sampling(r, lines);
    if (r->overflow)
        ADD("Overflow: sums do not fit 64 bits; what does not is the largest or the least number");
    return found;
}

static void add_filters(const struct report *r, label_lines *lines)
{
    if (r->options.n_filters)
        add_line(r, lines, "Active filters:");
    for (size_t i = 0; i < r->options.n_filters; i++) {
        struct span filter = r->options.filters[i];
        bool cut = filter.n > FILTER_MAX;
        ADD("   " SPAN_FMT "%s", SPAN_ARG(cut ? span_upto(filter, FILTER_MAX) : filter),
            cut ? "…" : "");
    }
}

static int64_t fraction_of(int64_t total, double fraction)
{
    return i64_abs(i64_of((double)total * fraction));
}

static void add_dropped(const struct report *r, const struct value_format *values, const char *what,
                        const char *measure, uint32_t n, double fraction, label_lines *lines)
{
    if (n > 0)
        ADD("Dropped %u %s%s (%s <= %s)", n, what, n > 1 ? "s" : "", measure,
            value_str(r, values, fraction_of(r->total, fraction)));
}

static void add_shown(const struct report *r, const struct shown *shown, bool edges,
                      label_lines *lines)
{
    const struct trim_options *o = &r->options.trim;
    struct value_format values = value_format_of(r, shown);
    add_filters(r, lines);
    ADD("Showing nodes accounting for %s, %s of %s total", value_str(r, &values, shown->total),
        percent_str(r, shown->total, r->total), value_str(r, &values, r->total));
    if (r->total == 0)
        return;
    add_dropped(r, &values, "node", "cum", shown->trim.dropped_nodes, o->node_fraction, lines);
    if (edges)
        add_dropped(r, &values, "edge", "freq", shown->trim.dropped_edges, o->edge_fraction, lines);
    if (shown->n_nodes > 0 && shown->n_nodes < shown->trim.orig_count)
        ADD("Showing top %u nodes out of %u", shown->n_nodes, shown->trim.orig_count);
}

label_lines format_labels(const struct report *r, const struct shown *shown)
{
    label_lines lines = {0};
    if (!r->options.compact_labels)
        lines = format_profile_labels(r, shown);
    add_shown(r, shown, false, &lines);
    return lines;
}

label_lines format_full_labels(const struct report *r, const struct shown *shown)
{
    label_lines lines = format_profile_labels(r, shown);
    add_shown(r, shown, true, &lines);
    add_line(r, &lines, "\nSee https://git.io/JfYMW for how to read the graph");
    return lines;
}
