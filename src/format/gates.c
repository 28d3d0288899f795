// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <math.h>

#include "base/path.h"
#include "format/format.h"
#include "format/trendtext.h"
#include "report/gate.h"

// How a gate's values are written: in the unit that suits each.
struct writer {
    struct arena *arena;
    const struct report *report;
    const struct gate_result *result;
    struct unit_conv conv;
};

static const char *value_text(const struct writer *w, double value)
{
    char text[UNIT_LABEL_MAX];
    size_t n = unit_format(text, &w->conv, i64_cut(round(value)));
    return arena_cstr(w->arena, (struct span){text, n});
}

static const char *percent_text(const struct writer *w, double percent)
{
    const char *text = arena_printf(w->arena, "%.2f", percent);
    size_t n = strlen(text);
    if (n > 3 && strcmp(text + n - 3, ".00") == 0)
        n -= 3;
    return arena_printf(w->arena, "%.*s%%", (int)n, text);
}

static const char *slope_text(const struct writer *w, double slope)
{
    struct buf out = {0};
    struct report of_type = *w->report;
    of_type.options.unit = w->result->unit;
    trend_add_slope(&out, &of_type, w->result->trend, slope);
    const char *text = arena_cstr(w->arena, buf_span(&out));
    buf_release(&out);
    return text;
}

static const char *hours_text(const struct writer *w, double hours)
{
    struct buf out = {0};
    trend_add_hours(&out, hours);
    const char *text = arena_cstr(w->arena, buf_span(&out));
    buf_release(&out);
    return text;
}

static const char *per_text(const struct gate *g)
{
    return g->per >= 24       ? " a day"
           : g->per >= 1      ? " an hour"
           : g->per * 60 > .9 ? " a minute"
                              : " a second";
}

static const char *limit_text(const struct writer *w)
{
    const struct gate *g = w->result->gate;
    if (g->subject == GATE_MEMSTATS && g->per > 0)
        return arena_printf(w->arena, "%s%s", value_text(w, w->result->limit), per_text(g));
    if (g->subject == GATE_TIME_TO)
        return hours_text(w, w->result->limit);
    if (g->subject == GATE_SLOPE && w->result->trend)
        return slope_text(w, w->result->limit);
    return g->percent ? percent_text(w, g->limit) : value_text(w, w->result->limit);
}

// What a gate found out about a series.
static const char *finding_of_series(const struct writer *w, const struct gate_item *item)
{
    const struct gate *g = w->result->gate;
    if (!item->trend)
        return "is of too few snapshots to tell";
    const struct trend_numbers *o = &item->trend->numbers;
    if (g->subject == GATE_TIME_TO && isinf(item->value))
        return arena_printf(w->arena, "has no end in sight before %s", value_text(w, g->amount));
    if (g->subject == GATE_TIME_TO)
        return arena_printf(w->arena, "reaches %s in %s", value_text(w, g->amount),
                            hours_text(w, item->value));
    if (item->verdict != GATE_FIRED && g->growing)
        return "does not grow";
    return arena_printf(w->arena, "is %s by %s, %s to %s with 95 %%",
                        trend_verdict_name(o->verdict), slope_text(w, o->slope),
                        slope_text(w, o->low), slope_text(w, o->high));
}

// What a gate found out about the whole or a function.
static const char *finding(const struct writer *w, const struct gate_item *item)
{
    const struct gate *g = w->result->gate;
    double growth = item->after - item->before;
    const char *after = value_text(w, item->after), *before = value_text(w, item->before);
    if (gate_is_of_series(g))
        return finding_of_series(w, item);
    if (g->subject == GATE_MEMSTATS && g->growing)
        return item->verdict == GATE_FIRED ? "is growing" : "does not grow";
    if (g->per > 0)
        return arena_printf(w->arena, "rises by %s%s", value_text(w, item->value), per_text(g));
    if (item->is_new)
        return arena_printf(w->arena, "is new, with %s", after);
    if (!gate_needs_base(g))
        return arena_printf(w->arena, "is %s", after);
    if (!g->growth)
        return arena_printf(w->arena, "is %s, %s of the base's %s", after,
                            percent_text(w, item->value), before);
    return arena_printf(w->arena, "%s by %s, from %s to %s", growth < 0 ? "shrank" : "grew",
                        g->percent ? percent_text(w, fabs(item->value))
                                   : value_text(w, fabs(growth)),
                        before, after);
}

static const char *verdict_text(const struct gate_result *result)
{
    static const char *const texts[] = {[GATE_PASSED] = "gate passed",
                                        [GATE_FIRED] = "gate failed",
                                        [GATE_OVERFLOW] = "gate failed, overflow",
                                        [GATE_WITHIN_NOISE] = "gate passed, within noise"};
    return texts[result->verdict];
}

static void add_line(struct writer *w, label_lines *lines, const char *text)
{
    *vec_push(w->arena, lines) = span_of(text);
}

static const char *noise_text(const struct writer *w)
{
    const struct gate_result *result = w->result;
    if (!result->noise_asked)
        return "";
    if (result->noise == NOISE_UNKNOWN)
        return "; noise is not known: the profile does not say how samples were taken";
    if (result->noise == NOISE_NONE)
        return "; there is no noise, as everything was recorded";
    if (result->worst.margin == 0)
        return "";
    return arena_printf(w->arena, "; noise is up to %s%s", value_text(w, result->worst.margin),
                        result->at_most                 ? ", and less as snapshots share samples"
                        : gate_needs_base(result->gate) ? " if the runs are independent"
                                                        : "");
}

static const char *headline(struct writer *w)
{
    const struct gate_result *result = w->result;
    const struct gate_item *worst = &result->worst;
    bool any = gate_is_any(result->gate);
    struct buf text = {0};
    buf_printf(&text, "%s: " SPAN_FMT ": " SPAN_FMT " ", verdict_text(result),
               SPAN_ARG(result->gate->text), SPAN_ARG(result->type));
    if (result->verdict == GATE_OVERFLOW)
        buf_printf(&text, "has sums that do not fit 64 bits");
    else if (any && worst->name.n == 0)
        buf_printf(&text, "of no function is beyond the limit");
    else if (any)
        buf_printf(&text, "of " SPAN_FMT " %s", SPAN_ARG(worst->name), finding(w, worst));
    else
        buf_printf(&text, "%s", finding(w, worst));
    if (!result->gate->growing)
        buf_printf(&text, "; the limit is %s%s", limit_text(w), noise_text(w));
    const char *line = arena_cstr(w->arena, buf_span(&text));
    buf_release(&text);
    return line;
}

static void add_items(struct writer *w, label_lines *lines)
{
    const struct gate_result *result = w->result;
    bool growth = gate_needs_base(result->gate);
    for (uint32_t i = 0; i < result->n_items; i++) {
        const struct gate_item *item = &result->items[i];
        double value = growth ? item->after - item->before : item->after;
        if (item->trend) {
            add_line(w, lines,
                     arena_printf(w->arena, "  %s  " SPAN_FMT, slope_text(w, item->value),
                                  SPAN_ARG(item->name)));
            continue;
        }
        add_line(w, lines,
                 arena_printf(w->arena, "  %s%s  " SPAN_FMT, growth && value > 0 ? "+" : "",
                              value_text(w, value), SPAN_ARG(item->name)));
    }
    if (result->n_beyond > result->n_items)
        add_line(w, lines,
                 arena_printf(w->arena, "  and %u more", result->n_beyond - result->n_items));
}

label_lines format_gates(const struct report *r, const struct gate_results *results, bool all)
{
    label_lines lines = {0};
    for (uint32_t i = 0; i < results->n; i++) {
        const struct gate_result *result = &results->at[i];
        struct writer w = {r->arena, r, result, unit_conv_of(result->unit, SPAN("auto"))};
        if (!all && result->verdict == GATE_PASSED)
            continue;
        add_line(&w, &lines, headline(&w));
        if (result->verdict == GATE_FIRED)
            add_items(&w, &lines);
    }
    return lines;
}

// What GitHub reads in a property of a command: "%", line ends, ":" and "," have another meaning.
static void add_property(struct buf *out, const char *name, struct span value)
{
    buf_printf(out, "%s=", name);
    for (size_t i = 0; i < value.n; i++)
        if (strchr("%\r\n:,", value.at[i]))
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)value.at[i]);
        else
            buf_addc(out, value.at[i]);
}

static void add_place(struct buf *out, const struct report *r, const struct place *place)
{
    const struct detail *d = &r->options.detail;
    struct span file = path_trim(place->file, d->trim_path, d->source_path);
    if (!file.n)
        return;
    add_property(out, " file", file);
    if (place->line > 0)
        buf_printf(out, ",line=%" PRId64, place->line);
    buf_addc(out, ',');
}

static const char *annotation(struct writer *w, const struct report *r)
{
    static const char *const kinds[] = {[GATE_PASSED] = "notice",
                                        [GATE_FIRED] = "error",
                                        [GATE_OVERFLOW] = "error",
                                        [GATE_WITHIN_NOISE] = "warning"};
    const struct gate_result *result = w->result;
    struct buf out = {0};
    buf_printf(&out, "::%s", kinds[result->verdict]);
    if (result->verdict == GATE_FIRED && result->n_items)
        add_place(&out, r, &result->items[0].place);
    if (out.at[out.n - 1] != ',')
        buf_addc(&out, ' ');
    add_property(&out, "title", span_of(verdict_text(result)));
    buf_printf(&out, "::%s", headline(w));
    const char *line = arena_cstr(w->arena, buf_span(&out));
    buf_release(&out);
    return line;
}

label_lines format_gates_github(const struct report *r, const struct gate_results *results,
                                bool all)
{
    label_lines lines = {0};
    for (uint32_t i = 0; i < results->n; i++) {
        const struct gate_result *result = &results->at[i];
        struct writer w = {r->arena, r, result, unit_conv_of(result->unit, SPAN("auto"))};
        if (all || result->verdict != GATE_PASSED)
            add_line(&w, &lines, annotation(&w, r));
    }
    return lines;
}
