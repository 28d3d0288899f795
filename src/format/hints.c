// SPDX-License-Identifier: Apache-2.0
#include "report/hints.h"

#include <inttypes.h>

#include "format/emits.h"
#include "format/put.h"
#include "format/table.h"

static void put_hint(const struct report *r, const struct hints *h, uint32_t i, struct sink *out)
{
    const struct hint *hint = &h->at[i];
    struct value_format values = {unit_conv_of(h->unit, SPAN("auto")), r->options.ratio};
    sink_printf(out, "\n%u. %s: ", i + 1, hint->rule->name);
    put_value(out, &values, hint->value, 0);
    struct span whole = hint->whole ? span_of(hint->whole) : h->type;
    sink_printf(out, ", %.1f%% of " SPAN_FMT "\n", hint->share * 100, SPAN_ARG(whole));
    sink_printf(out, "   %s", hint->rule->meaning);
    if (hint->seen)
        sink_printf(out, ": %s", hint->seen);
    sink_putc(out, '\n');
    if (hint->function.n) {
        sink_write(out, SPAN("   at "));
        put_text(out, hint->file.n ? hint->file : SPAN("?"));
        sink_printf(out, ":%" PRId64 " in ", hint->line);
        put_text(out, hint->function);
        sink_putc(out, '\n');
    }
    if (hint->source.n) {
        sink_write(out, SPAN("       "));
        put_text_line(out, hint->source);
        sink_putc(out, '\n');
    }
    sink_printf(out, "   do: %s\n", hint->rule->advice);
}

void text_hints(const struct document *d, struct sink *out)
{
    const struct hints *h = d->data.hints;
    const struct report *r = d->report;
    label_lines labels = format_profile_labels(r, NULL);
    for (size_t i = 0; i < labels.n; i++)
        if (span_starts(labels.at[i], SPAN("Type: ")))
            labels.at[i] = span_of(arena_printf(r->arena, "Type: " SPAN_FMT, SPAN_ARG(h->type)));
    put_lines(out, &labels);
    if (h->n == 0)
        sink_write(out,
                   SPAN("No hints: nothing that a rule knows takes 3% of the total or more\n"));
    for (uint32_t i = 0; i < h->n; i++)
        put_hint(r, h, i, out);
}

void table_hints(const struct document *d, struct sink *out)
{
    const struct hints *h = d->data.hints;
    static const char *const columns[] = {"rule", "share", "meaning", "seen",  "function",
                                          "file", "line",  "source",  "advice"};
    struct table table = table_of(d, NULL, NULL, out), *t = &table;
    table_add_value(t, "value");
    t->columns[0].unit = h->unit;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        table_add_column(t, columns[i]);
    table_begin(t);
    for (uint32_t i = 0; i < h->n; i++) {
        const struct hint *hint = &h->at[i];
        struct cell *cells = table_new_row(t);
        cells[0] = cell_number(hint->value);
        cells[1] = cell_name(span_of(hint->rule->name));
        cells[2] = cell_real(hint->share);
        cells[3] = cell_text(span_of(hint->rule->meaning));
        cells[4] = cell_text(span_of(hint->seen ? hint->seen : ""));
        cells[5] = cell_text(hint->function);
        cells[6] = cell_text(hint->file);
        cells[7] = cell_place(hint->line);
        cells[8] = cell_text(hint->source);
        cells[9] = cell_text(span_of(hint->rule->advice));
        table_put_row(t);
    }
    table_end(t);
}
