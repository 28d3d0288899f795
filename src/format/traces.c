// SPDX-License-Identifier: Apache-2.0
#include "format/put.h"

#include <stdlib.h>

enum { WIDTH = 10 };

static const struct span rule =
    SPAN("-----------+-------------------------------------------------------\n");

struct printer {
    const struct report *r;
    struct node_table *t;
    struct value_format values;
    struct sink *out;
    VEC(struct span) lines; // of labels
    struct span *frames;    // lines of nodes, plain and inlined; at is NULL: not made yet
};

// One line per key: the key and all of its values.
static struct span label_line(struct printer *p, const struct sample *s, str_id key, bool numbers)
{
    struct buf line = {0};
    struct sink *out = sink_to_buf(&line);
    struct err err;
    put_right(out, profile_str(p->r->profile, key), WIDTH);
    sink_write(out, SPAN(": "));
    for (uint32_t i = 0; i < s->n_labels; i++) {
        const struct label *l = &p->r->profile->labels[s->label + i];
        if (l->key != key || label_is_number(l) != numbers)
            continue;
        sink_putc(out, ' ');
        if (numbers)
            put_measure(out, l->num, tag_unit(p->r->profile, p->r->options.tag_units, key));
        else
            sink_write(out, profile_str(p->r->profile, l->value));
    }
    sink_finish(out, &err);
    struct span text = arena_span(p->r->arena, buf_span(&line));
    buf_release(&line);
    return text;
}

static int cmp_lines(const void *a, const void *b)
{
    return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

static void put_labels(struct printer *p, const struct sample *s, bool numbers)
{
    const struct label *labels = p->r->profile->labels + s->label;
    p->lines.n = 0;
    for (uint32_t i = 0; i < s->n_labels; i++)
        if (label_is_number(&labels[i]) == numbers && label_is_first(labels, i))
            *vec_push(p->r->arena, &p->lines) = label_line(p, s, labels[i].key, numbers);
    if (p->lines.n)
        qsort(p->lines.at, p->lines.n, sizeof *p->lines.at, cmp_lines);
    for (size_t i = 0; i < p->lines.n; i++) {
        put_text(p->out, p->lines.at[i]);
        sink_putc(p->out, '\n');
    }
}

// A frame's line, which is the same wherever the frame stands; made once.
static struct span frame_line(struct printer *p, uint32_t node, bool inlined)
{
    struct span *line = &p->frames[2 * (size_t)node + inlined];
    if (line->at)
        return *line;
    struct buf text = {0};
    struct sink *out = sink_to_buf(&text);
    struct err err;
    sink_fill(out, ' ', WIDTH + 3);
    put_text_for(p->out, out, node_name(p->t, node));
    sink_write(out, inlined ? SPAN(" (inline)\n") : SPAN("\n"));
    sink_finish(out, &err);
    *line = arena_span(p->r->arena, buf_span(&text));
    buf_release(&text);
    return *line;
}

static void put_stack(struct printer *p, const struct sample *s)
{
    const struct report_options *o = &p->r->options;
    const struct node_table *t = p->t;
    const int64_t *values = sample_values(p->r->profile, s);
    int64_t value = values[o->value_index];
    size_t skip = WIDTH; // the first line has the value where the others are blank
    if (o->mean && values[0])
        value = i64_div(value, values[0]);
    put_value(p->out, &p->values, value, WIDTH);
    for (uint32_t i = 0; i < s->n_frames; i++) {
        uint32_t loc = p->r->profile->frames[s->frame + i];
        for (uint32_t at = t->first[loc]; at < t->first[loc + 1]; at++) {
            bool inlined = at + 1 < t->first[loc + 1];
            sink_write(p->out, span_from(frame_line(p, t->nodes[at], inlined), skip));
            skip = 0;
        }
    }
}

static bool has_frames(const struct printer *p, const struct sample *s)
{
    for (uint32_t i = 0; i < s->n_frames; i++) {
        uint32_t loc = p->r->profile->frames[s->frame + i];
        if (p->t->first[loc] < p->t->first[loc + 1])
            return true;
    }
    return false;
}

void format_text_traces(const struct report *r, struct node_table *t, struct sink *out)
{
    struct printer p = {.r = r, .t = t, .values = value_format_of(r), .out = out};
    label_lines labels = format_profile_labels(r);
    p.frames = arena_zalloc(r->arena, 2 * t->infos.n, sizeof *p.frames);
    put_lines(out, &labels);
    for (uint32_t i = 0; i < r->profile->n_samples; i++) {
        const struct sample *s = &r->profile->samples[i];
        if (!has_frames(&p, s))
            continue;
        sink_write(out, rule);
        put_labels(&p, s, false);
        put_labels(&p, s, true);
        put_stack(&p, s);
    }
    sink_write(out, rule);
}
