// SPDX-License-Identifier: Apache-2.0
#include "format/emits.h"
#include "format/put.h"

#include "base/utf8.h"

enum { NAME_COLUMN = 44 };

static const struct span inline_marks[] = {[INLINED_NEVER] = SPAN(""),
                                           [INLINED_SOMETIMES] = SPAN(" (partial-inline)"),
                                           [INLINED_ALWAYS] = SPAN(" (inline)")};

static void put_row_end(const struct top_row *row, size_t used, struct sink *out)
{
    struct span mark = inline_marks[row->inlining];
    put_name(out, row->name, used + mark.n);
    sink_write(out, mark);
    sink_putc(out, '\n');
}

static size_t column_width(const struct top_column *c)
{
    size_t width = utf8_count(c->type);
    return width < WEIGHT_WIDTH ? WEIGHT_WIDTH : width;
}

// A flat column for every sample type beside the cum of the chosen one.
static void put_all_types(const struct report *r, const struct top *top, struct sink *out)
{
    struct value_format cum = value_format_of(r, &top->shown);
    size_t used = WEIGHT_WIDTH + 9;
    for (uint32_t i = 0; i < top->n_columns; i++) {
        put_right(out, top->columns[i].type, column_width(&top->columns[i]));
        sink_write(out, SPAN("  "));
        used += column_width(&top->columns[i]) + 2;
    }
    sink_write(out, SPAN("       cum   cum%\n"));
    for (uint32_t row = 0; row < top->n_rows; row++) {
        for (uint32_t i = 0; i < top->n_columns; i++) {
            const struct top_column *c = &top->columns[i];
            struct value_format flat = {unit_conv_of(c->unit, c->output_unit), r->options.ratio};
            put_value(out, &flat, c->flats[row], column_width(c));
            sink_write(out, SPAN("  "));
        }
        put_weight(out, r, &cum, top->rows[row].cum, WEIGHT_WIDTH);
        sink_putc(out, ' ');
        put_percent(out, top->rows[row].cum, r->total);
        sink_write(out, SPAN("  "));
        put_row_end(&top->rows[row], used, out);
    }
}

static void put_rows(const struct report *r, const struct top *top, struct sink *out)
{
    struct value_format values = value_format_of(r, &top->shown);
    size_t used = NAME_COLUMN + (top->noise.known ? NOISE_WIDTH : 0);
    int64_t sum = 0;
    sink_write(out, top->noise.known
                        ? SPAN("      flat          ±  flat%   sum%        cum          ±   cum%\n")
                        : SPAN("      flat  flat%   sum%        cum   cum%\n"));
    for (uint32_t i = 0; i < top->n_rows; i++) {
        const struct top_row *row = &top->rows[i];
        sum = i64_add(sum, row->flat);
        put_noisy(out, r, &top->noise, &values, row->flat, row->errors.flat);
        sink_putc(out, ' ');
        put_percent(out, row->flat, r->total);
        sink_putc(out, ' ');
        put_percent(out, sum, r->total);
        sink_putc(out, ' ');
        put_noisy(out, r, &top->noise, &values, row->cum, row->errors.cum);
        sink_putc(out, ' ');
        put_percent(out, row->cum, r->total);
        sink_write(out, SPAN("  "));
        put_row_end(row, used, out);
    }
}

void text_top(const struct document *d, struct sink *out)
{
    const struct report *r = d->report;
    const struct top *top = d->data.top;
    label_lines labels = format_labels(r, &top->shown);
    put_lines(out, &labels);
    if (!top->columns)
        put_noise(out, r, &top->shown, &top->noise);
    if (top->columns)
        put_all_types(r, top, out);
    else
        put_rows(r, top, out);
}
