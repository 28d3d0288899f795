// SPDX-License-Identifier: Apache-2.0
#include "format/table.h"

// https://www.iana.org/assignments/media-types/text/tab-separated-values: a line per row, a tab
// between cells. Neither is in a cell: control characters are written out, as "\x09".

static void begin(struct table *t)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        t->text.n = 0;
        table_add_title(t, i, &escape_file, &t->text);
        sink_write(t->out, i ? SPAN("\t") : SPAN(""));
        sink_write(t->out, buf_span(&t->text));
    }
    sink_putc(t->out, '\n');
}

static void row(struct table *t, const struct cell *cells)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        t->text.n = 0;
        table_add_cell(t, i, &cells[i], &escape_file, ";", &t->text);
        sink_write(t->out, i ? SPAN("\t") : SPAN(""));
        sink_write(t->out, buf_span(&t->text));
    }
    sink_putc(t->out, '\n');
}

static void end(struct table *t)
{
    buf_release(&t->text);
}

const struct table_format table_tsv = {.begin = begin, .row = row, .end = end};
