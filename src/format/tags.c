// SPDX-License-Identifier: Apache-2.0
#include "format/emits.h"
#include "format/put.h"

#include "base/utf8.h"

// "1.50MB (12.00%):", or without the share where there is no total.
static struct span weight_cell(const struct report *r, const struct value_format *f, int64_t value)
{
    char text[UNIT_LABEL_MAX], percent[PERCENT_MAX];
    size_t n = value_print(text, f, value);
    if (r->total <= 0)
        return span_of(arena_printf(r->arena, "%.*s:", (int)n, text));
    size_t m = unit_percent(percent, value, r->total);
    return span_of(arena_printf(r->arena, "%.*s (%.*s):", (int)n, text, (int)m, percent));
}

static void put_heading(const struct report *r, const struct value_format *f,
                        const struct tag_row *row, struct sink *out)
{
    sink_putc(out, ' ');
    put_text(out, row->key);
    sink_write(out, SPAN(": Total "));
    put_value(out, f, row->total, 0);
    sink_write(out, SPAN(" of "));
    put_value(out, f, r->total, 0);
    if (r->total > 0) {
        sink_write(out, SPAN(" ("));
        put_percent(out, row->total, r->total);
        sink_putc(out, ')');
    }
    sink_putc(out, '\n');
}

static void put_tag(const struct report *r, const struct value_format *f, const struct tag_row *row,
                    struct sink *out)
{
    struct span *cells = arena_alloc(r->arena, row->n_values * sizeof *cells);
    size_t indent = utf8_count(row->key) + 2, widest = 0;
    for (uint32_t i = 0; i < row->n_values; i++) {
        cells[i] = weight_cell(r, f, row->values[i].total);
        widest = utf8_count(cells[i]) > widest ? utf8_count(cells[i]) : widest;
    }
    put_heading(r, f, row, out);
    for (uint32_t i = 0; i < row->n_values; i++) {
        sink_fill(out, ' ', indent);
        put_right(out, cells[i], widest + 1);
        sink_putc(out, ' ');
        put_text(out, row->values[i].name);
        sink_putc(out, '\n');
    }
    sink_putc(out, '\n');
}

void text_tags(const struct document *d, struct sink *out)
{
    const struct tags_report *tags = d->data.tags;
    struct value_format values = value_format_of(d->report, NULL);
    for (uint32_t i = 0; i < tags->n_rows; i++)
        put_tag(d->report, &values, &tags->rows[i], out);
}
