// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <string.h>

#include "base/utf8.h"
#include "format/table.h"

// RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe before it.
static bool is_formula(struct span text)
{
    return text.n && strchr("=+-@\t\r", text.at[0]) && text.at[0] != '\0';
}

static void add_text(struct buf *out, struct span text)
{
    if (is_formula(text))
        buf_addc(out, '\'');
    utf8_add_valid(out, text);
}

static void put_field(struct sink *out, struct span field)
{
    bool quoted = false;
    for (size_t i = 0; i < field.n; i++)
        quoted |=
            field.at[i] == '"' || field.at[i] == ',' || field.at[i] == '\r' || field.at[i] == '\n';
    if (!quoted) {
        sink_write(out, field);
        return;
    }
    sink_putc(out, '"');
    for (size_t i = 0; i < field.n; i++) {
        if (field.at[i] == '"')
            sink_putc(out, '"');
        sink_putc(out, field.at[i]);
    }
    sink_putc(out, '"');
}

static void begin(struct table *t)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct table_column *c = &t->columns[i];
        struct buf name = {0};
        add_text(&name, span_of(c->name));
        if (c->unit.n) {
            buf_add(&name, SPAN(" ("));
            utf8_add_valid(&name, c->unit);
            buf_add(&name, SPAN(")"));
        }
        sink_write(t->out, i ? SPAN(",") : SPAN(""));
        put_field(t->out, buf_span(&name));
        buf_release(&name);
    }
    sink_write(t->out, SPAN("\r\n"));
}

static void add_label(const struct report *r, const struct label *l, struct buf *out)
{
    const struct profile *p = r->profile;
    add_text(out, profile_str(p, l->key));
    buf_addc(out, '=');
    if (label_is_number(l))
        buf_printf(out, "%" PRId64 SPAN_FMT, l->num,
                   SPAN_ARG(tag_unit(p, r->options.tag_units, l->key)));
    else
        utf8_add_valid(out, profile_str(p, l->value));
}

// Lists have a line for each of their entries.
static void put_cell(struct table *t, const struct cell *c)
{
    struct buf text = {0};
    if (c->kind == CELL_TEXT)
        add_text(&text, c->text);
    else if (c->kind == CELL_NUMBER)
        buf_printf(&text, "%" PRId64, c->number);
    else if (c->kind == CELL_ERROR)
        buf_printf(&text, "%.10g", c->error);
    for (size_t i = 0; i < c->n; i++) {
        buf_add(&text, i ? SPAN("\n") : SPAN(""));
        if (c->kind == CELL_TEXTS)
            add_text(&text, c->texts[i]);
        else
            add_label(t->r, &c->labels[i], &text);
    }
    put_field(t->out, buf_span(&text));
    buf_release(&text);
}

static void row(struct table *t, const struct cell *cells)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        sink_write(t->out, i ? SPAN(",") : SPAN(""));
        put_cell(t, &cells[i]);
    }
    sink_write(t->out, SPAN("\r\n"));
}

static void end(struct table *t)
{
    (void)t;
}

const struct table_format table_csv = {begin, row, end};
