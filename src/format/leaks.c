// SPDX-License-Identifier: Apache-2.0
#include "report/leaks.h"

#include <inttypes.h>
#include <math.h>

#include "base/path.h"
#include "format/emits.h"
#include "format/instances.h"
#include "format/put.h"
#include "format/trendtext.h"

enum { PATH_FRAMES = 6, SPARK_WIDTH = 30 };

struct writer {
    const struct report *r;
    struct leaks *l;
    struct sink *out;
    struct buf text;
};

// Ends the line in the making.
static void put_line(struct writer *w)
{
    put_text(w->out, buf_span(&w->text));
    sink_putc(w->out, '\n');
    w->text.n = 0;
}

static void add_interval(struct writer *w, const struct trend_numbers *o)
{
    buf_add(&w->text, SPAN(" (95%: "));
    trend_add_value(&w->text, w->r, o->low, true);
    buf_add(&w->text, SPAN(" to "));
    trend_add_value(&w->text, w->r, o->high, true);
    buf_addc(&w->text, ')');
}

static void put_slope(struct writer *w, const struct leak *leak)
{
    const struct trend *t = &w->l->trend;
    const struct trend_numbers *o = &leak->item->numbers;
    buf_add(&w->text, SPAN("   "));
    trend_add_slope(&w->text, w->r, t, o->slope);
    add_interval(w, o);
    buf_add(&w->text, SPAN(", "));
    trend_add_value(&w->text, w->r, leak->item->values[0], false);
    buf_add(&w->text, SPAN(" -> "));
    trend_add_value(&w->text, w->r, leak->item->values[t->n - 1], false);
    buf_printf(&w->text, ", p = %.2g", o->p);
    put_line(w);
    buf_add(&w->text, SPAN("   "));
    trend_add_sparkline(&w->text, leak->item->values, t->n, SPARK_WIDTH);
    buf_printf(&w->text, "  %s", trend_verdict_name(o->verdict));
    put_line(w);
}

static void add_place(struct writer *w, const struct leak *leak)
{
    buf_add(&w->text, leak->file.n ? leak->file : SPAN("?"));
    if (leak->line)
        buf_printf(&w->text, ":%" PRId64, leak->line);
}

static void put_place(struct writer *w, const struct leak *leak)
{
    if (!leak->function.n)
        return;
    buf_add(&w->text, w->l->goroutines ? SPAN("   waits at ") : SPAN("   made at "));
    add_place(w, leak);
    if (!span_eq(leak->function, leak->item->row.function)) {
        buf_add(&w->text, SPAN(" in "));
        buf_add(&w->text, leak->function);
    }
    put_line(w);
    if (leak->source.n) {
        buf_add(&w->text, SPAN("       "));
        buf_add(&w->text, leak->source);
        put_line(w);
    }
    if (leak->filled) {
        buf_printf(&w->text, "   what grows there: %s", leak->filled);
        put_line(w);
    }
}

static void add_frame(struct writer *w, uint32_t node)
{
    const struct node_info *info = &w->l->lines.infos.at[node];
    struct span file = node_str(&w->l->lines, info->file);
    buf_add(&w->text, node_str(&w->l->lines, info->name));
    if (file.n && info->line)
        buf_printf(&w->text, " " SPAN_FMT ":%" PRId64, SPAN_ARG(path_base(file)), info->line);
}

// From the outermost frame to the one that the entry is about; of a long path the ends.
static void put_path(struct writer *w, const struct leak *leak)
{
    // Below the program's own frames all goroutines wait alike.
    uint32_t n = leak->n_path, end = w->l->goroutines && leak->own != NO_INDEX ? leak->own : 0;
    uint32_t left = n - end > PATH_FRAMES ? n - end - PATH_FRAMES : 0;
    if (n - end < 2)
        return;
    buf_add(&w->text, SPAN("   path: "));
    for (uint32_t i = n; i-- > end;) {
        if (left && i == n - 2) {
            buf_printf(&w->text, " > ... %u more", left);
            i -= left - 1;
            continue;
        }
        buf_add(&w->text, i < n - 1 ? SPAN(" > ") : SPAN(""));
        add_frame(w, leak->path[i]);
    }
    if (leak->share > 0 && leak->share < .995)
        buf_printf(&w->text, " (%.0f%% of the growth)", leak->share * 100);
    put_line(w);
}

static void put_states(struct writer *w, const struct leak *leak)
{
    if (leak->started.n) {
        buf_add(&w->text, SPAN("   started: "));
        buf_add(&w->text, leak->started);
        put_line(w);
    }
    for (uint32_t i = 0; i < leak->n_states && i < 3; i++) {
        const struct leak_state *s = &leak->states[i];
        buf_printf(&w->text, "   %" PRId64 " in ", s->n);
        buf_add(&w->text, s->name);
        if (s->minutes)
            buf_printf(&w->text, ", for up to %" PRId64 " minutes", s->minutes);
        put_line(w);
    }
}

static bool on_path(const struct leaks *l, const struct leak *leak, struct span function)
{
    for (uint32_t i = 0; i < leak->n_path; i++)
        if (span_eq(node_str(&l->lines, l->lines.infos.at[leak->path[i]].name), function))
            return true;
    return false;
}

// Goroutines that grow beside it, those first that run a function of its path.
static void put_holders(struct writer *w, const struct leak *leak)
{
    const struct leaks *l = w->l;
    for (uint32_t i = 0; i < l->n_holders; i++) {
        const struct trend_item *h = l->holders[i];
        bool held = on_path(l, leak, h->row.function);
        buf_add(&w->text, held ? SPAN("   held by goroutines of ")
                               : SPAN("   goroutines that grow beside it: "));
        buf_add(&w->text, h->row.name);
        buf_printf(&w->text, ", %.0f -> %.0f", h->values[0], h->values[l->beside->n - 1]);
        put_line(w);
    }
}

// When this one alone takes the total to the limit.
static void put_limit(struct writer *w, const struct leak *leak)
{
    struct trend_item total = w->l->trend.total;
    total.numbers.slope = leak->item->numbers.slope;
    total.numbers.low = leak->item->numbers.low;
    total.numbers.high = leak->item->numbers.high;
    struct span when = format_limit(w->r, &w->l->trend, &total);
    if (!when.n)
        return;
    buf_add(&w->text, SPAN("   takes the total to "));
    trend_add_value(&w->text, w->r, w->r->options.limit, false);
    buf_add(&w->text, SPAN(" by itself: "));
    buf_add(&w->text, when);
    put_line(w);
}

static void put_leak(struct writer *w, uint32_t i)
{
    const struct leak *leak = &w->l->leaks[i];
    buf_printf(&w->text, "\n%u. ", i + 1);
    buf_add(&w->text, leak->item->row.name);
    if (w->l->proven)
        buf_printf(&w->text, ": %" PRId64 " can never run again", leak->count);
    put_line(w);
    if (!w->l->proven)
        put_slope(w, leak);
    put_place(w, leak);
    put_path(w, leak);
    if (w->l->goroutines)
        put_states(w, leak);
    else
        put_holders(w, leak);
    if (leak->growing)
        put_limit(w, leak);
}

// Heaps that were read between collections are all the same.
static void put_advice(struct writer *w)
{
    const struct series *s = &w->l->trend.series;
    if (s->n_repeats * 2 >= s->n_read)
        sink_write(w->out, SPAN("Most equal the one before: if there was no collection between, a "
                                "URL such as .../debug/pprof/heap?gc=1 makes one before each\n"));
}

// Where nothing grows by itself: what goroutines do, which hold little of what a heap shows.
static void put_goroutines(struct writer *w)
{
    const struct leaks *l = w->l;
    if (l->n || !l->n_holders)
        return;
    sink_write(w->out, SPAN("\nBut goroutines grow:\n"));
    for (uint32_t i = 0; i < l->n_holders; i++) {
        const struct trend_item *h = l->holders[i];
        buf_add(&w->text, SPAN("   "));
        buf_add(&w->text, h->row.name);
        if (h->row.file.n)
            buf_printf(&w->text, " " SPAN_FMT ":%" PRId64, SPAN_ARG(path_base(h->row.file)),
                       h->row.line);
        buf_printf(&w->text, ", %.0f -> %.0f, p = %.2g", h->values[0], h->values[l->beside->n - 1],
                   h->numbers.p);
        put_line(w);
    }
}

static void put_nothing(struct writer *w)
{
    const struct trend *t = &w->l->trend;
    uint32_t least = trend_least_snapshots(t->tests.tested ? t->tests.tested : 1, t->alpha);
    if (w->l->proven) {
        sink_write(w->out, SPAN("No goroutine has leaked\n"));
    } else if (t->n < least) {
        sink_printf(w->out,
                    "Too few snapshots to tell what grows: there are %u that differ, and with %u "
                    "entries to tell apart it takes %u\n",
                    t->n, t->tests.tested > 1 ? t->tests.tested : 1, least);
    } else if (t->hidden > 0) {
        buf_add(&w->text, SPAN("Nothing grows: no growth above "));
        trend_add_value(&w->text, w->r, t->hidden, false);
        buf_add(&w->text, span_of(t->series.timed ? "/h" : "/snapshot"));
        buf_printf(&w->text, " could hide in these %u snapshots", t->n);
        put_line(w);
    } else {
        sink_write(w->out, SPAN("Nothing grows\n"));
    }
}

static void put_summary(struct writer *w)
{
    const struct leaks *l = w->l;
    struct span limit = format_limit(w->r, &l->trend, &l->trend.total);
    if (l->n_growing)
        sink_printf(w->out, "Growing: %u of %u entries\n", l->n_growing, l->trend.tests.tested);
    else if (l->n && l->proven)
        sink_printf(w->out, "Leaked goroutines at %u place%s\n", l->n, l->n > 1 ? "s" : "");
    else
        put_nothing(w);
    if (!l->n_growing && !l->proven)
        put_advice(w);
    if (limit.n) {
        buf_add(&w->text, SPAN("The total reaches "));
        trend_add_value(&w->text, w->r, w->r->options.limit, false);
        buf_add(&w->text, SPAN(": "));
        buf_add(&w->text, limit);
        put_line(w);
    }
}

void text_leaks(const struct document *d, struct sink *out)
{
    struct leaks *l = d->data.leaks;
    if (l->instances) {
        text_instances(d, l->instances, out);
        return;
    }
    struct writer w = {.r = d->report, .l = l, .out = out};
    label_lines labels =
        l->proven ? format_profile_labels(w.r, NULL) : format_series_labels(w.r, &l->trend);
    put_lines(out, &labels);
    put_summary(&w);
    put_goroutines(&w);
    for (uint32_t i = 0; i < l->n; i++) {
        if (i == l->n_growing && !l->proven)
            sink_write(out, SPAN("\nGrown, but whether it goes on cannot be told yet:\n"));
        put_leak(&w, i);
    }
    buf_release(&w.text);
}
