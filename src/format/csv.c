// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "format/table.h"

// RFC 4180, whose texts have no control characters but line ends: others are written out.

static const struct escape_rules in_field = {"\t\n", "", false, true, true};
static const struct escape_rules in_line = {"\t", "", false, true, true};

// What a spreadsheet takes for the start of a formula, also with the wide forms of these
// characters.
static bool is_formula(struct span text)
{
    static const struct span starts[] = {SPAN("="),  SPAN("+"),  SPAN("-"),  SPAN("@"),
                                         SPAN("\t"), SPAN("\r"), SPAN("＝"), SPAN("＋"),
                                         SPAN("－"), SPAN("＠")};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (span_starts(text, starts[i]))
            return true;
    return false;
}

// A text that would be a formula gets an apostrophe before it.
static void put_field(struct sink *out, struct span field, bool is_text)
{
    bool formula = is_text && is_formula(field), quoted = false;
    for (size_t i = 0; i < field.n && !quoted; i++)
        quoted = strchr("\",\n", field.at[i]);
    if (quoted)
        sink_putc(out, '"');
    if (formula)
        sink_putc(out, '\'');
    for (size_t i = 0; quoted && i < field.n; i++) {
        if (field.at[i] == '"')
            sink_putc(out, '"');
        sink_putc(out, field.at[i]);
    }
    sink_write(out, quoted ? SPAN("\"") : field);
}

static void begin(struct table *t)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        struct buf name = {0};
        table_add_title(t, i, &escape_file, &name);
        sink_write(t->out, i ? SPAN(",") : SPAN(""));
        put_field(t->out, buf_span(&name), true);
        buf_release(&name);
    }
    sink_write(t->out, SPAN("\r\n"));
}

// Lists have a line for each of their entries, in which no line ends.
static void put_cell(struct table *t, size_t column, const struct cell *c)
{
    struct buf text = {0};
    bool list = c->kind == CELL_FRAMES || c->kind == CELL_LABELS;
    table_add_cell(t, column, c, list ? &in_line : &in_field, "\n", &text);
    put_field(t->out, buf_span(&text), c->kind != CELL_NUMBER && c->kind != CELL_ERROR);
    buf_release(&text);
}

static void row(struct table *t, const struct cell *cells)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        sink_write(t->out, i ? SPAN(",") : SPAN(""));
        put_cell(t, i, &cells[i]);
    }
    sink_write(t->out, SPAN("\r\n"));
}

static void end(struct table *t)
{
    (void)t;
}

const struct table_format table_csv = {.begin = begin, .row = row, .end = end};
