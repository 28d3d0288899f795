// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "base/escape.h"
#include "base/utf8.h"
#include "format/flamelayout.h"
#include "format/put.h"
#include "format/shorten.h"
#include "report/flame.h"

// Cells of a flame graph: in colour, a block each; otherwise between bars.

enum { SHADES = 3, PIECE_MIN = 3 };

struct style {
    unsigned char back, text; // of the 256 colours of xterm
};

// Own code is warm, libraries are blue, the runtime and C are grey: the text's contrast is 4.5 and
// more with each. A package keeps its shade.
static const struct style class_styles[N_CODE_CLASSES][SHADES] = {
    [CODE_OWN] = {{208, 16}, {214, 16}, {172, 16}},
    [CODE_LIBRARY] = {{25, 255}, {24, 255}, {61, 255}},
    [CODE_RUNTIME] = {{240, 255}, {238, 253}, {242, 255}},
    [CODE_TAG] = {{65, 16}, {72, 16}, {108, 16}},
};

// Beside what a search has found.
static const struct style faded_styles[N_CODE_CLASSES] = {[CODE_OWN] = {94, 252},
                                                          [CODE_LIBRARY] = {17, 250},
                                                          [CODE_RUNTIME] = {235, 247},
                                                          [CODE_TAG] = {22, 250}};
static const struct style faded_style = {237, 250};

// What shrank is blue, what grew orange, the more the stronger.
enum { STRENGTHS = 4 };
static const struct style less_styles[STRENGTHS] = {{153, 16}, {117, 16}, {75, 16}, {33, 16}};
static const struct style more_styles[STRENGTHS] = {{223, 16}, {216, 16}, {209, 16}, {202, 16}};
static const struct style same_style = {250, 16}, whole_style = {236, 255};

struct flame_painter flame_painter_of(const struct document *d, const struct flame_layout *layout,
                                      const struct sink_style *style)
{
    const struct flame *f = d->data.flame;
    struct span pivot = d->subject->flame.pivot;
    return (struct flame_painter){
        .r = d->report,
        .f = f,
        .layout = layout,
        .values = value_format_of(d->report, &f->shown),
        .whole = pivot.n ? pivot : SPAN("all"),
        .color = style->color,
        .visible = style->visible,
        .compared = f->has_sides,
        .focus = NO_INDEX,
    };
}

struct span flame_frame_name(const struct flame_painter *p, uint32_t frame)
{
    uint32_t name = p->layout->tree->frames[frame].name;
    return name == NO_INDEX ? p->whole : p->f->names[name].name;
}

unsigned flame_frame_cuts(const struct flame_painter *p, uint32_t frame, struct buf *key,
                          struct span *cuts)
{
    struct span text = flame_frame_name(p, frame);
    uint32_t index = p->layout->tree->frames[frame].name;
    const struct flame_name *name = index == NO_INDEX ? NULL : &p->f->names[index];
    if (!name || name->class != CODE_TAG || !name->file.n)
        return name_cuts(text, cuts, FLAME_CUTS_MAX);
    buf_printf(key, SPAN_FMT ": " SPAN_FMT, SPAN_ARG(name->file), SPAN_ARG(text));
    cuts[0] = buf_span(key);
    cuts[1] = text;
    return 2;
}

static bool is_noise(const struct flame_painter *p, const struct flame_frame *frame)
{
    return p->f->noise.known && fabs((double)frame->cum) <= NOISE_MARGIN * frame->error;
}

double flame_change(const struct flame_painter *p, const struct flame_frame *frame)
{
    static const double little = 0.1;
    double before = fabs((double)frame->before.cum), after = fabs((double)frame->after.cum);
    double larger = fmax(before, after);
    double change = larger > 0 ? (double)frame->cum / larger : 0;
    return fabs(change) < little || is_noise(p, frame) ? 0 : fmax(-1, fmin(change, 1));
}

static struct style changed_style(const struct flame_painter *p, const struct flame_frame *frame)
{
    double change = flame_change(p, frame);
    int strength = (int)fmin(fabs(change) * STRENGTHS, STRENGTHS - 1);
    if (change == 0)
        return same_style;
    return change < 0 ? less_styles[strength] : more_styles[strength];
}

static struct style style_of(const struct flame_painter *p, uint32_t i)
{
    const struct flame_frame *frame = &p->layout->tree->frames[i];
    if (p->compared)
        return changed_style(p, frame);
    if (frame->name == NO_INDEX)
        return whole_style;
    const struct flame_name *name = &p->f->names[frame->name];
    return class_styles[name->class][name_shade(name_package(name->name)) % SHADES];
}

void flame_add_value(const struct flame_painter *p, const struct flame_frame *frame,
                     struct buf *text)
{
    char value[UNIT_LABEL_MAX], share[PERCENT_MAX];
    if (p->compared) {
        buf_add(text, frame->cum > 0 ? SPAN("+") : SPAN(""));
        buf_add(text, (struct span){value, value_print(value, &p->values, frame->cum)});
        return;
    }
    if (frame->parent != NO_INDEX) {
        buf_add(text, unit_share(share, frame->cum, p->r->total));
        return;
    }
    buf_add(text, (struct span){value, value_print(value, &p->values, frame->cum)});
    if (frame->cum != p->r->total) {
        buf_add(text, SPAN(", "));
        buf_add(text, unit_share(share, frame->cum, p->r->total));
    }
}

static const char *arrow_of(const struct flame_painter *p, const struct flame_frame *frame)
{
    if (!p->compared || frame->cum == 0)
        return "";
    return frame->cum > 0 ? "▲ " : "▼ ";
}

static void add_label(const struct flame_painter *p, struct span name, const char *arrow,
                      struct span value, struct buf *label)
{
    buf_clear(label);
    buf_add(label, span_of(arrow));
    if (p->visible)
        escape_add(label, name, &escape_terminal);
    else
        buf_add(label, name);
    if (value.n) {
        buf_addc(label, ' ');
        buf_add(label, value);
    }
}

static void cut_label(struct buf *label, size_t room)
{
    size_t at = 0;
    uint32_t point;
    if (utf8_count(buf_span(label)) <= room)
        return;
    for (size_t i = 1; i < room; i++)
        at += utf8_next(span_from(buf_span(label), at), &point);
    label->n = at;
    if (room)
        buf_add(label, SPAN("…"));
}

// As much of name and value as there is room for: the value goes before the last part of the name
// does. False where only a piece of that fits.
static bool fit_label(const struct flame_painter *p, uint32_t i, size_t room, struct buf *label)
{
    const struct flame_frame *frame = &p->layout->tree->frames[i];
    const char *arrow = arrow_of(p, frame);
    struct span cuts[FLAME_CUTS_MAX];
    struct buf value = {0}, key = {0};
    unsigned n = flame_frame_cuts(p, i, &key, cuts);
    bool fits = false;
    flame_add_value(p, frame, &value);
    for (unsigned k = 0; k < 2 * n && !fits; k++) {
        add_label(p, cuts[k % n], arrow, k < n ? buf_span(&value) : SPAN(""), label);
        fits = utf8_count(buf_span(label)) <= room;
    }
    buf_release(&value);
    buf_release(&key);
    if (!fits && room < PIECE_MIN)
        buf_clear(label);
    cut_label(label, room);
    return fits;
}

// Without colours the focus is reversed, and matches are underlined. True where it has to be ended.
static bool begin_style(const struct flame_painter *p, uint32_t i, struct sink *out)
{
    const struct flame_frame *frame = &p->layout->tree->frames[i];
    struct style s = i == p->focus ? (struct style){231, 16} : style_of(p, i);
    bool match = p->matches && frame->name != NO_INDEX && p->matches[frame->name];
    if (!p->color) {
        bool marked = p->alive && (match || i == p->focus);
        if (marked)
            sink_write(out, i == p->focus ? SPAN("\x1b[7m") : SPAN("\x1b[4m"));
        return marked;
    }
    if (p->matches && !match && i != p->focus)
        s = p->compared || frame->name == NO_INDEX ? faded_style
                                                   : faded_styles[p->f->names[frame->name].class];
    sink_printf(out, "\x1b[48;5;%u;38;5;%u%sm", (unsigned)s.back, (unsigned)s.text,
                match ? ";1;4" : "");
    return true;
}

static void put_cell(const struct flame_painter *p, const struct flame_cell *cell, size_t gap,
                     struct sink *out)
{
    struct buf label = {0};
    size_t room = cell->width - 1, beyond = gap > 1 ? gap - 1 : 0;
    bool fits = fit_label(p, cell->frame, room, &label), outside = !fits && beyond >= 4;
    struct span inside = outside ? SPAN("") : buf_span(&label);
    const char *fill =
        p->compared && is_noise(p, &p->layout->tree->frames[cell->frame]) ? "░" : " ";
    bool styled = begin_style(p, cell->frame, out);
    sink_write(out, p->color ? SPAN("▏") : SPAN("|"));
    sink_write(out, inside);
    for (size_t i = utf8_count(inside); i < room; i++)
        sink_write(out, span_of(fill));
    if (styled)
        sink_write(out, SPAN("\x1b[0m"));
    if (gap)
        sink_putc(out, p->color ? ' ' : '|');
    size_t used = 0;
    if (outside) { // where nothing stands beside it
        fit_label(p, cell->frame, beyond, &label);
        sink_write(out, p->color ? SPAN("\x1b[2m") : SPAN(""));
        sink_write(out, buf_span(&label));
        sink_write(out, p->color ? SPAN("\x1b[0m") : SPAN(""));
        used = utf8_count(buf_span(&label));
    }
    if (gap)
        sink_fill(out, ' ', gap - 1 - used);
    buf_release(&label);
}

void flame_put_row(const struct flame_painter *p, uint32_t row, struct sink *out)
{
    const struct flame_layout *l = p->layout;
    const struct flame_cell *cells = l->cells + l->first[row];
    uint32_t n = l->first[row + 1] - l->first[row];
    sink_fill(out, ' ', n ? cells[0].x : 0);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t next = i + 1 < n ? cells[i + 1].x : l->columns;
        put_cell(p, &cells[i], next - cells[i].x - cells[i].width, out);
    }
}
