// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "base/escape.h"
#include "base/path.h"
#include "base/utf8.h"
#include "format/emits.h"
#include "format/flamelayout.h"
#include "format/put.h"
#include "format/shorten.h"
#include "report/flame.h"

// A flame graph as a picture that stands still, for a wiki: names, values and places show under the
// pointer. Its colours are those of the page, light or dark as the reader's screen is.

enum { ROW = 18, MARGIN = 10, HEAD = 24, SIZE = 12, WIDTH_MIN = 200 };

// Of a monospaced letter, in pixels.
static const double letter = 7.23;

static const struct span style =
    SPAN("<style>\n"
         "svg { background: #fff; font: 12px ui-monospace, \"DejaVu Sans Mono\", Menlo, Consolas, "
         "monospace }\n"
         "text { fill: #1d1f23; white-space: pre }\n"
         "rect { rx: 2px; stroke: #fff; stroke-width: 1px }\n"
         ".c0 { fill: #f4a75b } .c1 { fill: #a8c4df } .c2 { fill: #d3d5d9 } .c3 { fill: #b9d8b4 }\n"
         ".s1 { fill-opacity: .85 } .s2 { fill-opacity: .7 }\n"
         ".less { fill: #5c9ddd } .more { fill: #ee8f4c } .same { fill: #d0d3d8 }\n"
         ".w0 { fill-opacity: .35 } .w1 { fill-opacity: .55 } .w2 { fill-opacity: .75 }\n"
         "g:hover > rect { stroke: #1d1f23 }\n"
         "@media (prefers-color-scheme: dark) {\n"
         "svg { background: #16181d } text { fill: #e6e8ec } rect { stroke: #16181d }\n"
         ".c0 { fill: #de8f3e } .c1 { fill: #44698f } .c2 { fill: #474a54 } .c3 { fill: #44704a }\n"
         ".c0 + text { fill: #17120c }\n"
         ".less { fill: #2f6cae } .more { fill: #b35c1a } .same { fill: #4a4e58 }\n"
         "g:hover > rect { stroke: #e6e8ec }\n"
         "}\n"
         "</style>\n");

struct picture {
    struct flame_painter painter;
    const struct document *d;
    struct sink *out;
    struct buf text;
};

static void put_xml(struct sink *out, struct span text)
{
    static const struct escape_rules rules = {"", "", false, false, true};
    put_marked_up(out, text, "<>&\"", &rules);
}

static void put_class(struct picture *p, uint32_t i)
{
    const struct flame_frame *frame = &p->painter.layout->tree->frames[i];
    if (p->painter.compared) {
        double change = flame_change(&p->painter, frame);
        unsigned strength = (unsigned)fmin(fabs(change) * 4, 3);
        sink_printf(p->out, change == 0 ? "same" : "%s w%u", change < 0 ? "less" : "more",
                    strength);
        return;
    }
    struct span package = name_package(flame_frame_name(&p->painter, i));
    enum code_class class =
        frame->name == NO_INDEX ? CODE_RUNTIME : p->painter.f->names[frame->name].class;
    sink_printf(p->out, "c%d s%u", (int)class, name_shade(package) % 3);
}

static void add_values(struct picture *p, const char *what, int64_t value, int64_t total)
{
    char text[UNIT_LABEL_MAX], share[PERCENT_MAX];
    struct span percent = unit_share(share, value, total);
    size_t n = value_print(text, &p->painter.values, value);
    buf_printf(&p->text, "\n%s%.*s (" SPAN_FMT ")", what, (int)n, text, SPAN_ARG(percent));
}

static void put_title(struct picture *p, uint32_t i)
{
    const struct flame_frame *frame = &p->painter.layout->tree->frames[i];
    const struct report *r = p->d->report;
    buf_clear(&p->text);
    buf_add(&p->text, flame_frame_name(&p->painter, i));
    if (p->painter.compared) {
        add_values(p, "change ", frame->cum, r->total);
        add_values(p, "before ", frame->before.cum, r->total);
        add_values(p, "after ", frame->after.cum, r->total);
    } else {
        add_values(p, "", frame->cum, r->total);
        add_values(p, "self ", frame->flat, r->total);
    }
    if (frame->name != NO_INDEX && p->painter.f->names[frame->name].file.n) {
        const struct flame_name *name = &p->painter.f->names[frame->name];
        buf_printf(&p->text, "\n" SPAN_FMT, SPAN_ARG(name->file));
        if (name->line)
            buf_printf(&p->text, ":%lld", (long long)name->line);
    }
    if (frame->inlined)
        buf_add(&p->text, SPAN("\ninlined"));
    sink_write(p->out, SPAN("<title>"));
    put_xml(p->out, span_from(buf_span(&p->text), 0));
    sink_write(p->out, SPAN("</title>"));
}

// The longest piece of a name that there is room for, but no crumbs.
static struct span fit_name(const struct flame_painter *painter, uint32_t frame, struct buf *key,
                            size_t room, bool *cut)
{
    struct span cuts[FLAME_CUTS_MAX];
    unsigned n = flame_frame_cuts(painter, frame, key, cuts);
    size_t at = 0;
    uint32_t point;
    *cut = false;
    for (unsigned i = 0; i < n; i++)
        if (utf8_count(cuts[i]) <= room)
            return cuts[i];
    if (room < 4)
        return SPAN("");
    *cut = true;
    for (size_t i = 1; i < room; i++)
        at += utf8_next(span_from(cuts[n - 1], at), &point);
    return span_upto(cuts[n - 1], at);
}

static void put_label(struct picture *p, const struct flame_cell *cell, double x, double y)
{
    struct buf key = {0};
    bool cut;
    if (cell->width < 3 * letter)
        return;
    size_t room = (size_t)((cell->width - 6) / letter);
    struct span name = fit_name(&p->painter, cell->frame, &key, room, &cut);
    if (!name.n) {
        buf_release(&key);
        return;
    }
    sink_printf(p->out, "<text x=\"%g\" y=\"%g\">", x + 3, y + ROW - 5);
    put_xml(p->out, name);
    buf_clear(&p->text);
    buf_addc(&p->text, ' ');
    flame_add_value(&p->painter, &p->painter.layout->tree->frames[cell->frame], &p->text);
    if (cut)
        sink_write(p->out, SPAN("…"));
    else if (utf8_count(name) + utf8_count(buf_span(&p->text)) <= room)
        put_xml(p->out, buf_span(&p->text));
    sink_write(p->out, SPAN("</text>"));
    buf_release(&key);
}

// Rows of a tree; upwards the deepest is on top. Returns where the next may begin.
static double put_tree(struct picture *p, const struct flame_layout *l, bool upwards, double top)
{
    uint32_t skipped = upwards;
    p->painter.layout = l;
    for (uint32_t row = skipped; row < l->n_rows; row++) {
        double y = top + ROW * (double)(upwards ? l->n_rows - 1 - row : row);
        for (uint32_t i = l->first[row]; i < l->first[row + 1]; i++) {
            const struct flame_cell *cell = &l->cells[i];
            double x = MARGIN + cell->x;
            sink_write(p->out, SPAN("<g>"));
            put_title(p, cell->frame);
            sink_printf(p->out, "<rect x=\"%g\" y=\"%g\" width=\"%u\" height=\"%d\" class=\"", x, y,
                        cell->width, ROW - 1);
            put_class(p, cell->frame);
            sink_write(p->out, SPAN("\"/>"));
            put_label(p, cell, x, y);
            sink_write(p->out, SPAN("</g>\n"));
        }
    }
    return top + ROW * (double)(l->n_rows - skipped);
}

// What the picture is of, in one line.
static void put_heading(struct picture *p)
{
    const struct report *r = p->d->report;
    const struct profile *profile = r->profile;
    char total[UNIT_LABEL_MAX];
    struct span file =
        profile->n_mappings ? profile_str(profile, profile->mappings[0].file) : SPAN("");
    buf_clear(&p->text);
    buf_add(&p->text, path_base(file));
    buf_add(&p->text, file.n ? SPAN(" · ") : SPAN(""));
    buf_add(&p->text, r->options.type);
    buf_add(&p->text, SPAN(" · "));
    buf_add(&p->text, (struct span){total, value_print(total, &p->painter.values, r->total)});
    sink_printf(p->out, "<text x=\"%d\" y=\"%d\">", MARGIN, HEAD - 8);
    put_xml(p->out, buf_span(&p->text));
    sink_write(p->out, SPAN("</text>\n"));
}

void svg_flame(const struct document *d, struct sink *out)
{
    const struct flame *f = d->data.flame;
    struct flame_layout tree, callers = {0};
    struct sink_style plain = {0};
    int64_t asked = d->subject->flame.width;
    uint32_t width = asked < WIDTH_MIN ? WIDTH_MIN : (uint32_t)asked;
    flame_layout_init(&tree, &f->tree, width, d->report->arena);
    if (f->callers.n)
        flame_layout_init(&callers, &f->callers, width, d->report->arena);
    struct picture p = {.painter = flame_painter_of(d, &tree, &plain), .d = d, .out = out};
    uint32_t rows = tree.n_rows + (callers.n_rows ? callers.n_rows - 1 : 0);
    sink_printf(out,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" "
                "viewBox=\"0 0 %u %u\" font-family=\"DejaVu Sans Mono, monospace\" "
                "font-size=\"%d\">\n",
                width + 2 * MARGIN, HEAD + ROW * rows + MARGIN, width + 2 * MARGIN,
                HEAD + ROW * rows + MARGIN, SIZE);
    sink_write(out, style);
    put_heading(&p);
    double top = callers.n_rows ? put_tree(&p, &callers, true, HEAD) : HEAD;
    put_tree(&p, &tree, false, top);
    sink_write(out, SPAN("</svg>\n"));
    buf_release(&p.text);
}
