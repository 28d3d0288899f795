// SPDX-License-Identifier: Apache-2.0
#include "format/format.h"

enum { VALUE_WIDTH = 10 };

static void put_value(struct sink *out, const struct value_format *f, int64_t value)
{
    char text[UNIT_LABEL_MAX];
    size_t n = value_print(text, f, value);
    if (n < VALUE_WIDTH)
        sink_fill(out, ' ', VALUE_WIDTH - n);
    sink_write(out, (struct span){text, n});
}

static void put_percent(struct sink *out, int64_t value, int64_t total)
{
    char text[PERCENT_MAX];
    sink_write(out, (struct span){text, unit_percent(text, value, total)});
}

static void put_lines(struct sink *out, const label_lines *lines)
{
    for (size_t i = 0; i < lines->n; i++) {
        sink_write(out, lines->at[i]);
        sink_putc(out, '\n');
    }
}

void format_text_top(const struct report *r, const struct top *top, struct sink *out)
{
    static const struct span marks[] = {[INLINED_NEVER] = SPAN(""),
                                        [INLINED_SOMETIMES] = SPAN(" (partial-inline)"),
                                        [INLINED_ALWAYS] = SPAN(" (inline)")};
    struct value_format values = value_format_of(r);
    label_lines labels = format_labels(r, &top->shown);
    int64_t sum = 0;
    put_lines(out, &labels);
    sink_write(out, SPAN("      flat  flat%   sum%        cum   cum%\n"));
    for (uint32_t i = 0; i < top->n_rows; i++) {
        const struct top_row *row = &top->rows[i];
        sum += row->flat;
        put_value(out, &values, row->flat);
        sink_putc(out, ' ');
        put_percent(out, row->flat, r->total);
        sink_putc(out, ' ');
        put_percent(out, sum, r->total);
        sink_putc(out, ' ');
        put_value(out, &values, row->cum);
        sink_putc(out, ' ');
        put_percent(out, row->cum, r->total);
        sink_write(out, SPAN("  "));
        sink_write(out, row->name);
        sink_write(out, marks[row->inlining]);
        sink_putc(out, '\n');
    }
}
