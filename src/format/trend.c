// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"
#include "format/emits.h"
#include "format/put.h"
#include "format/trendtext.h"

enum { SPARK_WIDTH = 30, SLOPE_WIDTH = 13, INTERVAL_WIDTH = 25, VERDICT_WIDTH = 21 };

// The text of a table in the making.
struct writer {
    const struct report *r;
    const struct trend *t;
    struct sink *out;
    struct buf text; // of the cell at hand
};

// Puts the cell at hand with blanks on its left, or on its right.
static void put_cell(struct writer *w, size_t width, bool right)
{
    size_t used = utf8_count(buf_span(&w->text));
    if (!right)
        sink_write(w->out, buf_span(&w->text));
    for (size_t i = used; i < width; i++)
        sink_putc(w->out, ' ');
    if (right)
        sink_write(w->out, buf_span(&w->text));
    w->text.n = 0;
}

static void put_ends(struct writer *w, const struct trend_item *item)
{
    uint32_t n = w->t->n;
    trend_add_value(&w->text, w->r, n ? item->values[0] : 0, false);
    put_cell(w, WEIGHT_WIDTH, true);
    sink_putc(w->out, ' ');
    trend_add_value(&w->text, w->r, n ? item->values[n - 1] : 0, false);
    put_cell(w, WEIGHT_WIDTH, true);
}

static void put_slope(struct writer *w, const struct trend_item *item)
{
    if (w->t->n >= 3)
        trend_add_slope(&w->text, w->r, w->t, item->numbers.slope);
    sink_write(w->out, SPAN("  "));
    put_cell(w, SLOPE_WIDTH, true);
    sink_write(w->out, SPAN("  "));
    if (w->t->n >= 3) {
        trend_add_value(&w->text, w->r, item->numbers.low, true);
        buf_add(&w->text, SPAN(" to "));
        trend_add_value(&w->text, w->r, item->numbers.high, true);
    }
    put_cell(w, INTERVAL_WIDTH, true);
}

static void put_item(struct writer *w, const struct trend_item *item, struct span name)
{
    uint32_t sparks = w->t->n < SPARK_WIDTH ? w->t->n : SPARK_WIDTH;
    put_ends(w, item);
    put_slope(w, item);
    sink_write(w->out, SPAN("  "));
    trend_add_sparkline(&w->text, item->values, w->t->n, SPARK_WIDTH);
    put_cell(w, sparks < 9 ? 9 : sparks, false);
    sink_write(w->out, SPAN("  "));
    buf_add(&w->text, span_of(trend_verdict_name(item->numbers.verdict)));
    put_cell(w, VERDICT_WIDTH, false);
    sink_write(w->out, SPAN("  "));
    put_name(w->out, name, 2 * WEIGHT_WIDTH + SLOPE_WIDTH + INTERVAL_WIDTH + VERDICT_WIDTH + 40);
    sink_putc(w->out, '\n');
}

static void put_head(struct writer *w)
{
    uint32_t sparks = w->t->n < SPARK_WIDTH ? w->t->n : SPARK_WIDTH;
    sink_write(w->out, SPAN("     first       last"));
    buf_add(&w->text, span_of(w->t->series.timed ? "per hour" : "per snapshot"));
    put_cell(w, SLOPE_WIDTH + 2, true);
    sink_write(w->out, SPAN("  "));
    buf_add(&w->text, SPAN("95% interval"));
    put_cell(w, INTERVAL_WIDTH, true);
    sink_write(w->out, SPAN("  "));
    buf_add(&w->text, SPAN("over time"));
    put_cell(w, sparks < 9 ? 9 : sparks, false);
    sink_write(w->out, SPAN("  verdict                name\n"));
}

static void put_remarks(struct writer *w)
{
    const struct trend *t = w->t;
    uint32_t rare = 0;
    for (uint32_t i = 0; i < t->n_items; i++)
        rare += t->items[i].numbers.verdict == TREND_TOO_FEW_SAMPLES;
    if (t->n_shown < t->n_items)
        sink_printf(w->out, "Showing %u of %u entries", t->n_shown, t->n_items);
    if (t->n_shown < t->n_items && rare)
        sink_printf(w->out, "; %u have too few samples", rare);
    sink_write(w->out, t->n_shown < t->n_items ? SPAN("\n") : SPAN(""));
    struct span limit = format_limit(w->r, t, &t->total);
    if (limit.n) {
        trend_add_value(&w->text, w->r, w->r->options.limit, false);
        sink_printf(w->out, "The total reaches %s: ", buf_cstr(&w->text));
        sink_write(w->out, limit);
        sink_putc(w->out, '\n');
        w->text.n = 0;
    }
}

void text_trend(const struct document *d, struct sink *out)
{
    const struct trend *t = d->data.trend;
    struct writer w = {.r = d->report, .t = t, .out = out};
    label_lines labels = format_series_labels(w.r, t);
    put_lines(out, &labels);
    put_remarks(&w);
    put_head(&w);
    put_item(&w, &t->total, SPAN("TOTAL"));
    for (uint32_t i = 0; i < t->n_items; i++)
        if (t->items[i].shown)
            put_item(&w, &t->items[i], t->items[i].row.name);
    buf_release(&w.text);
}
