// SPDX-License-Identifier: Apache-2.0
#include "format/emits.h"
#include "format/flamelayout.h"
#include "format/put.h"
#include "report/flame.h"

enum { COLUMNS_MIN = 20 };

// Without blanks at its end.
static void put_row(const struct flame_painter *painter, uint32_t row, struct sink *out)
{
    struct buf text = {0};
    struct err err;
    struct sink *line = sink_to_buf(&text);
    flame_put_row(painter, row, line);
    sink_finish(line, &err);
    while (text.n && text.at[text.n - 1] == ' ')
        text.n--;
    sink_write(out, buf_span(&text));
    sink_putc(out, '\n');
    buf_release(&text);
}

static void put_rows(const struct document *d, const struct flame_tree *tree, bool upwards,
                     uint32_t skipped, struct sink *out)
{
    struct flame_layout layout;
    int64_t columns = d->subject->flame.width;
    flame_layout_init(&layout, tree, columns < COLUMNS_MIN ? COLUMNS_MIN : (uint32_t)columns,
                      d->report->arena);
    struct flame_painter painter = flame_painter_of(d, &layout, sink_style(out));
    for (uint32_t i = skipped; i < layout.n_rows && !sink_is_shut(out); i++)
        put_row(&painter, upwards ? layout.n_rows - 1 - (i - skipped) : i, out);
}

// What the colours are.
static void put_legend(const struct document *d, struct sink *out)
{
    if (!sink_style(out)->color)
        return;
    sink_write(out, d->data.flame->has_sides
                        ? SPAN("\x1b[38;5;75m■\x1b[0m less  \x1b[38;5;250m■\x1b[0m the same  "
                               "\x1b[38;5;209m■\x1b[0m more\n")
                        : SPAN("\x1b[38;5;208m■\x1b[0m this program  \x1b[38;5;25m■\x1b[0m "
                               "libraries  \x1b[38;5;242m■\x1b[0m runtime\n"));
}

static void put_least(const struct document *d, struct sink *out)
{
    const struct flame *f = d->data.flame;
    struct value_format values = value_format_of(d->report, &f->shown);
    bool any = false;
    for (uint32_t i = 0; i < f->tree.n; i++)
        any |= f->tree.frames[i].folded;
    if (!any)
        return;
    sink_write(out, SPAN("Frames below "));
    put_value(out, &values, f->least, 0);
    sink_write(out, SPAN(" are left out.\n"));
}

// Callers stand above the pivot, the outermost on top.
void text_flame(const struct document *d, struct sink *out)
{
    const struct flame *f = d->data.flame;
    if (!d->report->options.compact_labels) {
        label_lines lines = format_profile_labels(d->report, &f->shown);
        put_lines(out, &lines);
        put_noise(out, d->report, &f->shown, &f->noise);
        put_least(d, out);
        put_legend(d, out);
    }
    if (f->callers.n)
        put_rows(d, &f->callers, true, 1, out);
    put_rows(d, &f->tree, false, 0, out);
}
