// SPDX-License-Identifier: Apache-2.0
#include "format/instances.h"

#include <inttypes.h>

#include "base/path.h"
#include "format/put.h"
#include "format/table.h"
#include "format/trendtext.h"
#include "report/instances.h"

enum { SPARK_WIDTH = 40 };

static struct span name_of(const struct document *d, const struct instances *in, uint32_t i)
{
    uint32_t source = in->order[i];
    return source < d->n_sources ? span_of(d->sources[source]) : SPAN("?");
}

// The end of a path, unless other sources end like it, as those of one page on many machines do.
static struct span short_name(const struct document *d, const struct instances *in, uint32_t i)
{
    struct span name = name_of(d, in, i), base = path_base(name);
    for (uint32_t k = 0; k < in->n; k++)
        if (k != i && span_eq(path_base(name_of(d, in, k)), base))
            return name;
    return base;
}

// Of many instances the most of some neighbours.
static void add_sparkline(struct buf *out, const double *counts, uint32_t n)
{
    uint32_t shown = n < SPARK_WIDTH ? n : SPARK_WIDTH;
    double most[SPARK_WIDTH] = {0};
    for (uint32_t i = 0; i < n; i++) {
        double *to = &most[(uint64_t)i * shown / n];
        *to = counts[i] > *to ? counts[i] : *to;
    }
    trend_add_sparkline(out, most, shown, SPARK_WIDTH);
}

static void put_blocked(const struct document *d, const struct instances *in, uint32_t i,
                        struct sink *out)
{
    const struct blocked *b = &in->at[i];
    struct buf spark = {0};
    sink_printf(out, "\n%u. ", i + 1);
    put_text(out, b->operation);
    sink_write(out, SPAN(" at "));
    put_text(out, b->file.n ? b->file : SPAN("?"));
    sink_printf(out, ":%" PRId64 " in ", b->line);
    put_text(out, b->function);
    sink_printf(out, "\n   %.0f in all, root mean square %.1f, in %u of %u instances", b->total,
                b->rms, b->n_with, in->n);
    if (b->minutes)
        sink_printf(out, ", for up to %" PRId64 " minutes", b->minutes);
    sink_printf(out, "\n   most: %.0f in ", b->counts[b->worst]);
    put_text(out, short_name(d, in, b->worst));
    add_sparkline(&spark, b->counts, in->n);
    sink_write(out, SPAN("\n   "));
    sink_write(out, buf_span(&spark));
    sink_putc(out, '\n');
    buf_release(&spark);
}

void text_instances(const struct document *d, const struct instances *in, struct sink *out)
{
    const struct report *r = d->report;
    uint32_t meant = 0;
    label_lines labels = format_profile_labels(r, NULL);
    for (size_t i = 0; i < labels.n; i++)
        if (span_starts(labels.at[i], SPAN("Type: ")))
            put_text(out, labels.at[i]), sink_putc(out, '\n');
    for (uint32_t i = 0; i < in->n_places; i++)
        meant += in->at[i].meant;
    sink_printf(out, "Instances: %u\n", in->n);
    if (in->n_suspects == 0)
        sink_printf(out,
                    "No place where %" PRId64 " goroutines or more of one instance are blocked\n",
                    r->options.suspect);
    for (uint32_t i = 0; i < in->n_suspects; i++)
        put_blocked(d, in, i, out);
    sink_printf(out, "%sOther places: %u, of which %u wait as they should\n",
                in->n_suspects ? "\n" : "", in->n_places - in->n_suspects, meant);
}

void table_instances(const struct document *d, const struct instances *in, struct sink *out)
{
    static const char *const columns[] = {"operation", "function",  "file",  "line", "rms",
                                          "total",     "instances", "worst", "most", "minutes",
                                          "meant",     "suspect",   "values"};
    struct table table = table_of(d, NULL, NULL, out), *t = &table;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        table_add_column(t, columns[i]);
    table_begin(t);
    for (uint32_t i = 0; i < in->n_places; i++) {
        const struct blocked *b = &in->at[i];
        struct cell *cells = table_new_row(t);
        cells[0] = cell_name(b->operation);
        cells[1] = cell_text(b->function);
        cells[2] = cell_text(b->file);
        cells[3] = cell_place(b->line);
        cells[4] = cell_real(b->rms);
        cells[5] = cell_real(b->total);
        cells[6] = cell_number(b->n_with);
        cells[7] = cell_text(name_of(d, in, b->worst));
        cells[8] = cell_real(b->counts[b->worst]);
        cells[9] = cell_place(b->minutes);
        cells[10] = cell_text(b->meant ? SPAN("yes") : SPAN("no"));
        cells[11] = cell_text(b->suspect ? SPAN("yes") : SPAN("no"));
        cells[12] = cell_reals(b->counts, in->n);
        table_put_row(t);
    }
    table_end(t);
}
