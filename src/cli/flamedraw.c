// SPDX-License-Identifier: Apache-2.0
#include "base/escape.h"
#include "base/path.h"
#include "base/utf8.h"
#include "cli/flamestate.h"
#include "cli/output.h"
#include "cli/tty.h"
#include "format/put.h"

static const char *const help_lines[] = {
    "",
    "  arrows        walk the frames",
    "  Enter         into the frame; a caller: what it calls, and who calls it",
    "  Escape, ⌫     out again",
    "  s             callers and callees of the function, all its places as one",
    "  v             from the leaves to the roots, and back",
    "  m             the next sample type",
    "  /             search; n and N: the next match and the one before",
    "  f  i  h       only samples with the function; none with it; cut it out",
    "  l             its source",
    "  r             everything as it was at first",
    "  PgUp PgDn     scroll; Home: to the top",
    "  mouse         click: focus; again: into it; right: out; wheel: scroll",
    "  q             leave",
    "",
};

static void go_to(struct buf *out, unsigned row)
{
    buf_printf(out, "\x1b[%u;1H\x1b[2K", row + 1); // a full line has no room after it
}

static void add_cut(struct buf *out, struct span text, size_t room)
{
    size_t at = 0, n = utf8_count(text);
    uint32_t point;
    if (n <= room) {
        buf_add(out, text);
        return;
    }
    for (size_t i = 1; i < room; i++)
        at += utf8_next(span_from(text, at), &point);
    buf_add(out, span_upto(text, at));
    buf_add(out, SPAN("…"));
}

static void end_line(struct buf *out)
{
    buf_add(out, SPAN("\x1b[0m"));
}

static struct flame_painter painter_of(const struct flamestate *s, bool above)
{
    struct sink_style style = {.visible = true, .color = output_colored(&s->config)};
    struct flame_painter p = flame_painter_of(s->d, flame_layout_at(s, above), &style);
    p.alive = true;
    p.matches = s->matches;
    p.focus = above == s->focus_above ? s->frame : NO_INDEX;
    return p;
}

// The program, the sample type and its total.
static void add_heading(const struct flamestate *s, struct buf *out)
{
    const struct report *r = s->d->report;
    const struct profile *profile = r->profile;
    struct flame_painter p = painter_of(s, false);
    struct buf line = {0};
    char total[UNIT_LABEL_MAX];
    struct span file =
        profile->n_mappings ? profile_str(profile, profile->mappings[0].file) : SPAN("");
    buf_add(&line, file.n ? path_base(file) : SPAN("cprof"));
    buf_printf(&line, " · " SPAN_FMT " ", SPAN_ARG(r->options.type));
    buf_add(&line, (struct span){total, value_print(total, &p.values, r->total)});
    for (size_t i = 0; i < r->options.n_filters; i++)
        buf_printf(&line, " · " SPAN_FMT, SPAN_ARG(r->options.filters[i]));
    if (s->d->data.flame->up)
        buf_add(&line, SPAN(" · from the leaves"));
    struct buf safe = {0};
    escape_add(&safe, buf_span(&line), &escape_terminal);
    buf_add(out, SPAN("\x1b[1m"));
    add_cut(out, buf_span(&safe), s->columns);
    end_line(out);
    buf_release(&safe);
    buf_release(&line);
}

// The way from the whole to the view.
static void add_crumbs(const struct flamestate *s, struct buf *out)
{
    const struct flame_tree *t = &s->d->data.flame->tree;
    struct flame_painter p = painter_of(s, false);
    struct buf line = {0};
    for (uint32_t i = 0; i <= t->view; i++) {
        buf_add(&line, i ? SPAN(" › ") : SPAN(""));
        escape_add(&line, flame_frame_name(&p, i), &escape_terminal);
    }
    buf_addc(&line, ' ');
    flame_add_value(&p, &t->frames[t->view], &line);
    struct span text = buf_span(&line);
    size_t n = utf8_count(text), at = 0;
    uint32_t point;
    bool cut = n > s->columns;
    for (; n + cut > s->columns; n--) // the end counts
        at += utf8_next(span_from(text, at), &point);
    buf_add(out, cut ? SPAN("…") : SPAN(""));
    add_cut(out, span_from(text, at), s->columns);
    end_line(out);
    buf_release(&line);
}

static void add_value(const struct flame_painter *p, const char *what, int64_t value,
                      struct buf *line)
{
    char text[UNIT_LABEL_MAX];
    buf_add(line, span_of(what));
    buf_add(line, (struct span){text, value_print(text, &p->values, value)});
}

static void add_share(const char *of, int64_t value, int64_t total, struct buf *line)
{
    char share[PERCENT_MAX];
    buf_printf(line, " · " SPAN_FMT " of %s", SPAN_ARG(unit_share(share, value, total)), of);
}

// What the focus weighs.
static void add_weights(const struct flamestate *s, struct buf *out)
{
    const struct flame_tree *t = flame_tree_at(s, s->focus_above);
    const struct flame_frame *f = &t->frames[s->frame];
    struct flame_painter p = painter_of(s, s->focus_above);
    struct buf line = {0};
    if (p.compared) {
        add_value(&p, "before ", f->before.cum, &line);
        add_value(&p, ", after ", f->after.cum, &line);
        add_value(&p, f->cum > 0 ? ", change +" : ", change ", f->cum, &line);
        add_share("what it was", f->cum, f->before.cum, &line);
    } else {
        add_value(&p, "total ", f->cum, &line);
        add_share("all", f->cum, s->d->report->total, &line);
        add_share("the view", f->cum, t->frames[t->view].cum, &line);
        add_value(&p, " · self ", f->flat, &line);
    }
    if (p.f->noise.known && f->error > 0)
        add_value(&p, " · ±", format_margin(f->error), &line);
    if (f->inlined)
        buf_add(&line, SPAN(" · inlined"));
    add_cut(out, buf_span(&line), s->columns);
    end_line(out);
    buf_release(&line);
}

static void add_focus(const struct flamestate *s, struct buf *out)
{
    const struct flame_frame *f = &flame_tree_at(s, s->focus_above)->frames[s->frame];
    struct flame_painter p = painter_of(s, s->focus_above);
    struct buf line = {0};
    escape_add(&line, flame_frame_name(&p, s->frame), &escape_terminal);
    if (f->name != NO_INDEX && p.f->names[f->name].file.n) {
        buf_add(&line, SPAN("  "));
        escape_add(&line, p.f->names[f->name].file, &escape_terminal);
        if (p.f->names[f->name].line)
            buf_printf(&line, ":%lld", (long long)p.f->names[f->name].line);
    }
    buf_add(out, SPAN("\x1b[1m"));
    add_cut(out, buf_span(&line), s->columns);
    end_line(out);
    buf_release(&line);
}

// What is being typed, else what there is to say, else the keys.
static void add_last_line(const struct flamestate *s, struct buf *out)
{
    struct buf line = {0};
    if (s->typing) {
        buf_addc(&line, '/');
        buf_add(&line, buf_span(&s->prompt));
        buf_add(&line, SPAN("▏ "));
        buf_add(&line, buf_span(&s->message));
    } else if (s->message.n) {
        escape_add(&line, buf_span(&s->message), &escape_terminal);
    } else if (s->search) {
        escape_add(&line, buf_span(&s->found), &escape_terminal);
    } else {
        buf_add(&line, SPAN("Enter into  Esc out  s callers and callees  / search  l source  "
                            "m type  v flip  ? keys  q leave"));
        buf_add(out, SPAN("\x1b[2m"));
    }
    add_cut(out, buf_span(&line), s->columns - 1);
    end_line(out);
    buf_release(&line);
}

static void add_row(const struct flamestate *s, uint32_t row, struct buf *out)
{
    bool above;
    uint32_t layout_row;
    struct err err;
    if (row >= flame_rows(s)) {
        end_line(out);
        return;
    }
    flame_row_at(s, row, &above, &layout_row);
    struct flame_painter p = painter_of(s, above);
    struct sink *sink = sink_to_buf(out);
    flame_put_row(&p, layout_row, sink);
    sink_finish(sink, &err);
    end_line(out);
}

void flamestate_draw(struct flamestate *s)
{
    struct buf out = {0};
    unsigned rows = flame_rows_shown(s);
    size_t n_help = sizeof help_lines / sizeof *help_lines;
    go_to(&out, 0);
    add_heading(s, &out);
    go_to(&out, 1);
    add_crumbs(s, &out);
    for (unsigned i = 0; i < rows; i++) {
        go_to(&out, MARGIN_TOP + i);
        if (s->helping) {
            buf_add(&out, i < n_help ? span_of(help_lines[i]) : SPAN(""));
            end_line(&out);
        } else {
            add_row(s, s->scroll + i, &out);
        }
    }
    go_to(&out, MARGIN_TOP + rows);
    add_focus(s, &out);
    go_to(&out, MARGIN_TOP + rows + 1);
    add_weights(s, &out);
    go_to(&out, MARGIN_TOP + rows + 2);
    add_last_line(s, &out);
    tty_write(buf_span(&out));
    buf_release(&out);
}
