// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <string.h>

#include "format/inert.h"
#include "format/table.h"

// RFC 4180, whose texts have no control characters but line ends: others are written out.

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
        const struct table_column *c = &t->columns[i];
        struct buf name = {0};
        inert_add(&name, span_of(c->name), "");
        if (c->unit.n) {
            buf_add(&name, SPAN(" ("));
            inert_add(&name, c->unit, "");
            buf_add(&name, SPAN(")"));
        }
        sink_write(t->out, i ? SPAN(",") : SPAN(""));
        put_field(t->out, buf_span(&name), true);
        buf_release(&name);
    }
    sink_write(t->out, SPAN("\r\n"));
}

static void add_label(const struct report *r, const struct label *l, struct buf *out)
{
    const struct profile *p = r->profile;
    inert_add(out, profile_str(p, l->key), "\t");
    buf_addc(out, '=');
    if (label_is_number(l)) {
        buf_printf(out, "%" PRId64, l->num);
        inert_add(out, tag_unit(p, r->options.tag_units, l->key), "\t");
    } else {
        inert_add(out, profile_str(p, l->value), "\t");
    }
}

// Lists have a line for each of their entries, in which no line ends.
static void put_cell(struct table *t, size_t column, const struct cell *c)
{
    struct buf text = {0};
    if (c->kind == CELL_TEXT)
        inert_add(&text, c->text, "\t\n");
    else if (c->kind == CELL_NUMBER)
        buf_printf(&text, "%" PRId64, table_number(t, column, c->number));
    else if (c->kind == CELL_ERROR)
        buf_printf(&text, "%.10g", table_error(t, c->error));
    for (size_t i = 0; i < c->n; i++) {
        buf_add(&text, i ? SPAN("\n") : SPAN(""));
        if (c->kind == CELL_FRAMES)
            inert_add(&text, node_name(t->nodes, c->frames[i].node), "\t");
        else
            add_label(t->r, &c->labels[i], &text);
    }
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

const struct table_format table_csv = {begin, row, end, NULL};
