// SPDX-License-Identifier: Apache-2.0
#include "profile/read/golang.h"

#include "profile/read/goquote.h"
#include "profile/read/scan.h"

void golang_begin_sample(struct golang *g, enum legacy_leaf leaf, const int64_t *values)
{
    size_t n = g->l->b.sample_types.n;
    g->open = true;
    g->leaf = leaf;
    memcpy(g->values, values, n * sizeof *values);
    g->pcs.n = g->lines.n = 0;
}

static bool is_tab(char c)
{
    return c == '\t';
}

// FILE:LINE
static void take_place(struct builder *b, struct span place, struct function *f, struct line *line)
{
    size_t colon = scan_last(place, ':');
    int64_t number;
    if (colon == SPAN_NOT_FOUND || !scan_i64(span_from(place, colon + 1), &number))
        return;
    line->line = number;
    f->filename = builder_string(b, span_upto(place, colon));
}

static void take_frame(struct golang *g, struct span s)
{
    struct builder *b = &g->l->b;
    struct span digits, name;
    uint64_t pc;
    if (scan_while(&s, is_tab, NULL) == 0 || !scan_text(&s, SPAN("0x")) ||
        scan_hex(&s, &digits) == 0 || !scan_hex_u64(digits, &pc) ||
        scan_while(&s, is_tab, NULL) == 0 || !scan_upto(&s, '\t', &name))
        return;
    scan_while(&s, is_tab, NULL);
    size_t plus = scan_last(name, '+');
    if (plus != SPAN_NOT_FOUND && plus > 0)
        name = span_upto(name, plus);
    struct function f = {.name = builder_string(b, name)};
    struct line line = {0};
    f.system_name = f.name;
    take_place(b, s, &f, &line);
    line.function = builder_function(b, &f);
    *vec_push(b->out->arena, &g->pcs) = pc;
    *vec_push(b->out->arena, &g->lines) = line;
}

void golang_take_comment(struct golang *g)
{
    struct span s = g->l->lines.line;
    if (!g->open || !g->l->r->options->comments || !scan_text(&s, SPAN("#")))
        return;
    if (scan_text(&s, SPAN(" labels: ")))
        goquote_take_labels(&g->l->b, &s);
    else
        take_frame(g, s);
}

// A location of each address, with all of its lines.
static void make_named_frames(struct golang *g)
{
    struct builder *b = &g->l->b;
    g->l->frames.n = g->l->addresses.n = 0;
    g->named = true;
    for (size_t i = 0, n; i < g->pcs.n; i += n) {
        for (n = 1; i + n < g->pcs.n && g->pcs.at[i + n] == g->pcs.at[i]; n++)
            ;
        uint32_t frame = builder_address(b, g->pcs.at[i]);
        builder_set_lines(b, frame, g->lines.at + i, (uint32_t)n);
        *vec_push(b->out->arena, &g->l->frames) = frame;
    }
}

void golang_end_sample(struct golang *g)
{
    if (!g->open)
        return;
    g->open = false;
    if (g->pcs.n)
        make_named_frames(g);
    else
        legacy_make_frames(g->l, g->leaf);
    legacy_add_sample(g->l, g->values);
}

int golang_finish(struct golang *g)
{
    struct builder *b = &g->l->b;
    for (size_t i = 0; g->named && i < b->mappings.n; i++) {
        struct mapping *m = &b->mappings.at[i];
        m->has_functions = m->has_filenames = m->has_line_numbers = true;
    }
    return 0;
}
