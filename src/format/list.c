// SPDX-License-Identifier: Apache-2.0
#include "format/emits.h"
#include "format/put.h"

enum { LINE_WIDTH = 6 };

struct printer {
    const struct report *r;
    struct value_format values;
    const struct text_files *files;
    struct sink *out;
};

static void put_source(struct printer *p, const struct list_routine *routine,
                       const struct text_file *file)
{
    const struct list_line *next = routine->lines, *end = next + routine->n_lines;
    for (int64_t line = routine->first; line <= routine->last && (size_t)line <= file->n; line++) {
        while (next < end && next->line < line)
            next++;
        bool weighs = next < end && next->line == line;
        put_weight_or_dot(p->out, p->r, &p->values, weighs ? next->flat : 0);
        sink_putc(p->out, ' ');
        put_weight_or_dot(p->out, p->r, &p->values, weighs ? next->cum : 0);
        sink_putc(p->out, ' ');
        put_number(p->out, line, LINE_WIDTH);
        sink_putc(p->out, ':');
        put_text_line(p->out, file->lines[line - 1]);
        sink_putc(p->out, '\n');
    }
}

static void put_routine(struct printer *p, const struct list_routine *routine)
{
    struct sink *out = p->out;
    struct err err;
    sink_write(out, SPAN("ROUTINE ======================== "));
    put_text(out, routine->name);
    sink_write(out, SPAN(" in "));
    put_text(out, routine->file);
    sink_putc(out, '\n');
    put_routine_sums(out, p->r, &p->values, routine->flat, routine->cum);
    const struct text_file *file = p->files->find(p->files->context, routine->file, &err);
    if (file) {
        put_source(p, routine, file);
        return;
    }
    sink_write(out, SPAN(" Error: "));
    put_text(out, span_of(err.text));
    sink_putc(out, '\n');
}

void text_list(const struct document *d, struct sink *out)
{
    const struct report *r = d->report;
    const struct list *list = d->data.list;
    struct printer p = {r, value_format_of(r, NULL), &d->subject->files, out};
    sink_write(out, SPAN("Total: "));
    put_value(out, &p.values, r->total, 0);
    sink_putc(out, '\n');
    for (uint32_t i = 0; i < list->n_routines; i++) {
        if (list->routines[i].file.n) {
            put_routine(&p, &list->routines[i]);
            continue;
        }
        sink_write(out, SPAN("No source information for "));
        put_text(out, list->routines[i].name);
        sink_putc(out, '\n');
    }
}
