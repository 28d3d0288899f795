// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdio.h>

#include "format/emits.h"
#include "format/put.h"
#include "report/disasm.h"

enum { ADDRESS_WIDTH = 10, TEXT_WIDTH = 40, PLACE_COLUMN = 74 };

struct printer {
    const struct report *r;
    struct value_format values;
    struct sink *out;
};

// "function file:line", where that is not what it was for the instruction before.
static void put_place(struct sink *out, const struct disasm_line *line)
{
    put_text(out, line->function);
    if (line->function.n)
        sink_putc(out, ' ');
    if (line->file.n == 0)
        return;
    put_text(out, line->file);
    if (line->line) {
        sink_putc(out, ':');
        put_number(out, line->line, 0);
    }
}

static bool same_place(const struct disasm_line *a, const struct disasm_line *b)
{
    return span_eq(a->function, b->function) && span_eq(a->file, b->file) && a->line == b->line;
}

static void put_spaces(struct sink *out, size_t n)
{
    while (n-- > 0)
        sink_putc(out, ' ');
}

static void put_instruction(struct printer *p, const struct disasm_line *line, bool pad)
{
    char address[20];
    int n = snprintf(address, sizeof address, "%" PRIx64, line->address);
    put_weight_or_dot(p->out, p->r, &p->values, line->flat);
    sink_putc(p->out, ' ');
    put_weight_or_dot(p->out, p->r, &p->values, line->cum);
    sink_putc(p->out, ' ');
    put_right(p->out, (struct span){address, (size_t)n}, ADDRESS_WIDTH);
    sink_write(p->out, SPAN(": "));
    put_text(p->out, line->text);
    if (pad && line->text.n < TEXT_WIDTH)
        put_spaces(p->out, TEXT_WIDTH - line->text.n);
}

static void put_line(struct printer *p, const struct disasm_line *line, bool moved)
{
    bool place = moved && (line->function.n || line->file.n);
    bool same_row = line->text.n < TEXT_WIDTH;
    if (place && !same_row) {
        put_spaces(p->out, PLACE_COLUMN);
        sink_putc(p->out, ';');
        put_place(p->out, line);
        sink_putc(p->out, '\n');
    }
    put_instruction(p, line, place && same_row);
    if (place && same_row) {
        sink_putc(p->out, ';');
        put_place(p->out, line);
    }
    sink_putc(p->out, '\n');
}

static void put_routine(struct printer *p, const struct disasm_routine *routine)
{
    struct sink *out = p->out;
    struct disasm_line none = {0};
    for (size_t i = 0; i < routine->n_names; i++) {
        sink_write(out, i ? SPAN("    AKA ======================== ")
                          : SPAN("ROUTINE ======================== "));
        put_text(out, routine->names[i]);
        sink_putc(out, '\n');
    }
    put_routine_sums(out, p->r, &p->values, routine->flat, routine->cum);
    for (size_t i = 0; i < routine->n_lines; i++)
        put_line(p, &routine->lines[i],
                 !same_place(&routine->lines[i], i ? &routine->lines[i - 1] : &none));
}

void text_disasm(const struct document *d, struct sink *out)
{
    const struct disasm *disasm = d->data.disasm;
    struct printer p = {d->report, value_format_of(d->report, NULL), out};
    sink_write(out, SPAN("Total: "));
    put_value(out, &p.values, d->report->total, 0);
    sink_putc(out, '\n');
    for (size_t i = 0; i < disasm->n_routines; i++)
        put_routine(&p, &disasm->routines[i]);
}
