// SPDX-License-Identifier: Apache-2.0
#include "format/put.h"

enum { VALUE_WIDTH = 10 };

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
        put_value(out, &values, row->flat, VALUE_WIDTH);
        sink_putc(out, ' ');
        put_percent(out, row->flat, r->total);
        sink_putc(out, ' ');
        put_percent(out, sum, r->total);
        sink_putc(out, ' ');
        put_value(out, &values, row->cum, VALUE_WIDTH);
        sink_putc(out, ' ');
        put_percent(out, row->cum, r->total);
        sink_write(out, SPAN("  "));
        put_text(out, row->name);
        sink_write(out, marks[row->inlining]);
        sink_putc(out, '\n');
    }
}
