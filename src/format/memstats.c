// SPDX-License-Identifier: Apache-2.0
#include "report/memstats.h"

#include <math.h>

#include "base/utf8.h"
#include "format/emits.h"
#include "format/put.h"
#include "format/table.h"
#include "format/trendtext.h"

enum { NAME_WIDTH = 13, SPARK_WIDTH = 30, VALUE_WIDTH = 10, RATE_WIDTH = 12 };

static void add_value(struct buf *out, const struct memstats_row *row, double value)
{
    char text[UNIT_LABEL_MAX];
    if (*row->unit == '\0') {
        buf_printf(out, "%.2f%%", value * 100);
        return;
    }
    struct unit_conv conv = unit_conv_of(span_of(row->unit), SPAN("auto"));
    size_t n = unit_format(text, &conv, i64_cut(round(value)));
    buf_add(out, (struct span){text, n});
}

// Bytes per second; counts per minute.
static void add_rate(struct buf *out, const struct memstats_row *row)
{
    bool bytes = strcmp(row->unit, "bytes") == 0;
    if (isnan(row->per_second))
        return;
    if (bytes)
        add_value(out, row, row->per_second);
    else
        buf_printf(out, "%.3g", row->per_second * 60);
    buf_add(out, bytes ? SPAN("/s") : SPAN("/min"));
}

static void put_cell(struct sink *out, struct buf *text, size_t width, bool right)
{
    size_t used = utf8_count(buf_span(text));
    for (size_t i = used; right && i < width; i++)
        sink_putc(out, ' ');
    sink_write(out, buf_span(text));
    for (size_t i = used; !right && i < width; i++)
        sink_putc(out, ' ');
    text->n = 0;
}

static void put_row(const struct memstats_report *m, const struct memstats_row *row,
                    struct sink *out, struct buf *text)
{
    uint32_t n = m->points.n;
    buf_add(text, span_of(row->name));
    put_cell(out, text, NAME_WIDTH, false);
    if (n > 1) {
        add_value(text, row, row->values[0]);
        put_cell(out, text, VALUE_WIDTH, true);
    }
    add_value(text, row, row->values[n - 1]);
    put_cell(out, text, VALUE_WIDTH + 1, true);
    if (n > 1) {
        add_rate(text, row);
        put_cell(out, text, RATE_WIDTH, true);
        sink_write(out, SPAN("  "));
        trend_add_sparkline(text, row->values, n, SPARK_WIDTH);
        put_cell(out, text, n < 9 ? 9 : n < SPARK_WIDTH ? n : SPARK_WIDTH, false);
    }
    if (n > 2) {
        sink_write(out, SPAN("  "));
        buf_add(text, span_of(row->counter ? "" : trend_verdict_name(row->verdict)));
        put_cell(out, text, 21, false);
    }
    sink_printf(out, "  %s\n", row->meaning);
}

static void put_head(const struct memstats_report *m, struct sink *out, struct buf *text)
{
    uint32_t n = m->points.n;
    if (n < 2)
        return;
    if (m->seconds > 0) {
        trend_add_hours(text, m->seconds / 3600);
        sink_printf(out, "%u readings over %s\n", n, buf_cstr(text));
        text->n = 0;
    }
    if (m->n_restarts)
        sink_printf(out, "The process was started anew %s: verdicts are of the last %u readings\n",
                    m->n_restarts > 1 ? "several times" : "once", n - m->first);
    sink_write(out, SPAN("                  first       last        rate  "));
    buf_add(text, SPAN("over time"));
    put_cell(out, text, n < 9 ? 9 : n < SPARK_WIDTH ? n : SPARK_WIDTH, false);
    sink_write(out, n > 2 ? SPAN("  verdict\n") : SPAN("\n"));
}

static void put_idle(const struct memstats_report *m, struct sink *out)
{
    const struct memstats *s = &m->points.at[m->points.n - 1].stats;
    struct unit_conv conv = unit_conv_of(SPAN("bytes"), SPAN("auto"));
    char text[UNIT_LABEL_MAX];
    int64_t idle = s->heap_idle - s->heap_released;
    if (s->heap_inuse <= 0 || idle <= s->heap_inuse)
        return;
    size_t n = unit_format(text, &conv, idle);
    sink_printf(out,
                "More is held free (%.*s) than used: a smaller GOGC or a GOMEMLIMIT keeps the heap "
                "smaller\n",
                (int)n, text);
}

static void put_profiled(const struct memstats_report *m, struct sink *out)
{
    const struct memstats_point *last = &m->points.at[m->points.n - 1];
    if (last->profiled <= 0 || last->stats.heap_alloc <= 0)
        return;
    sink_printf(out,
                "The heap profile beside it accounts for %.0f%% of HeapAlloc: it is an estimate of "
                "the last collection; trust MemStats for absolute numbers\n",
                (double)last->profiled / (double)last->stats.heap_alloc * 100);
}

void text_memstats(const struct document *d, struct sink *out)
{
    const struct memstats_report *m = d->data.memstats;
    struct buf text = {0};
    put_head(m, out, &text);
    for (uint32_t i = 0; i < m->n_rows; i++)
        if (m->rows[i].meaning && (m->rows[i].values[m->points.n - 1] != 0 || i < 12))
            put_row(m, &m->rows[i], out, &text);
    put_idle(m, out);
    put_profiled(m, out);
    buf_release(&text);
}

static void add_facts(struct table *t, const struct memstats_report *m)
{
    const struct memstats_point *last = &m->points.at[m->points.n - 1];
    struct table_fact facts[] = {
        {"readings", cell_number(m->points.n)},
        {"seconds", m->seconds > 0 ? cell_real(m->seconds) : (struct cell){.kind = CELL_NULL}},
        {"profiled",
         last->profiled > 0 ? cell_number(last->profiled) : (struct cell){.kind = CELL_NULL}},
    };
    t->facts = arena_copy(t->r->arena, facts, sizeof facts / sizeof *facts, sizeof *facts);
    t->n_facts = sizeof facts / sizeof *facts;
    t->facts_name = "memstats";
}

void table_memstats(const struct document *d, struct sink *out)
{
    const struct memstats_report *m = d->data.memstats;
    struct table table = table_of(d, NULL, NULL, out), *t = &table;
    static const char *const columns[] = {"name",    "unit",    "value", "rate_per_second",
                                          "verdict", "meaning", "values"};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        table_add_column(t, columns[i]);
    add_facts(t, m);
    table_begin(t);
    for (uint32_t i = 0; i < m->n_rows; i++) {
        const struct memstats_row *row = &m->rows[i];
        struct cell *cells = table_new_row(t);
        uint32_t n = m->points.n;
        cells[0] = cell_name(span_of(row->name));
        cells[1] = cell_text(span_of(row->unit));
        cells[2] = cell_real(row->values[n - 1]);
        cells[3] = isnan(row->per_second) ? (struct cell){0} : cell_real(row->per_second);
        cells[4] = n > 2 && !row->counter ? cell_text(span_of(trend_verdict_name(row->verdict)))
                                          : (struct cell){0};
        cells[5] = cell_text(span_of(row->meaning ? row->meaning : ""));
        cells[6] = cell_reals(row->values, n);
        table_put_row(t);
    }
    table_end(t);
}
