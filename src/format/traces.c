// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <stdatomic.h>

#include "base/utf8.h"
#include "format/emits.h"
#include "format/keytexts.h"
#include "format/put.h"

enum { WIDTH = 10 };

static const struct span rule =
    SPAN("-----------+-------------------------------------------------------\n");

// A frame's line, which is the same wherever the frame stands; made by the first who needs it.
struct frame_line {
    _Atomic(const char *) at; // NULL: not made yet; n is set before
    size_t n;
};

struct printer {
    const struct report *r;
    struct node_table *t;
    struct value_format values;
    const struct sink *reader;
    struct frame_line *lines; // of nodes, plain and inlined
    pthread_mutex_t lock;     // for names and the arena, of which lines are made
};

// How a part's numeric labels are shown: mostly they all have one unit.
struct numbers {
    const struct printer *p;
    struct span unit; // at is NULL: none yet
    struct unit_conv conv;
};

static const struct unit_conv *conv_for(struct numbers *numbers, const struct label *l)
{
    const struct report *r = numbers->p->r;
    struct span unit = label_unit(r->profile, r->options.tag_units, l);
    if (!numbers->unit.at || !span_eq(numbers->unit, unit)) {
        numbers->unit = unit;
        numbers->conv = unit_conv_of(unit, SPAN("auto"));
    }
    return &numbers->conv;
}

// A key and all of its values.
static void add_label(void *context, struct buf *text, const struct sample *s,
                      const struct label *first)
{
    struct numbers *numbers = context;
    const struct profile *p = numbers->p->r->profile;
    const struct label *end = p->labels + s->label + s->n_labels;
    struct span key = profile_str(p, first->key);
    size_t width = utf8_count(key);
    buf_fill(text, ' ', width < WIDTH ? WIDTH - width : 0);
    buf_add(text, key);
    buf_add(text, SPAN(": "));
    for (const struct label *l = first; l < end; l++) {
        if (l->key != first->key || label_is_number(l) != label_is_number(first))
            continue;
        buf_addc(text, ' ');
        if (label_is_number(l))
            text->n += unit_format(buf_room(text, UNIT_LABEL_MAX), conv_for(numbers, l), l->num);
        else
            buf_add(text, profile_str(p, l->value));
    }
}

static void put_labels(struct numbers *numbers, const struct sample *s, bool are_numbers,
                       struct part *part)
{
    struct key_texts texts =
        key_texts_of(part, numbers->p->r->profile, s, are_numbers, add_label, numbers);
    for (uint32_t i = 0; i < texts.n; i++) {
        put_text(part->out, texts.at[i]);
        buf_addc(&part->text, '\n');
        part_limit(part);
    }
}

static void make_line(struct printer *p, uint32_t node, bool inlined, struct frame_line *line)
{
    struct buf text = {0};
    struct sink *out = sink_to_buf(&text);
    struct err err;
    pthread_mutex_lock(&p->lock);
    if (!atomic_load_explicit(&line->at, memory_order_relaxed)) {
        sink_fill(out, ' ', WIDTH + 3);
        put_text_for(p->reader, out, node_name(p->t, node));
        sink_write(out, inlined ? SPAN(" (inline)\n") : SPAN("\n"));
        line->n = text.n;
        atomic_store_explicit(&line->at, arena_span(p->r->arena, buf_span(&text)).at,
                              memory_order_release);
    }
    pthread_mutex_unlock(&p->lock);
    sink_finish(out, &err);
    buf_release(&text);
}

static struct span frame_line(struct printer *p, uint32_t node, bool inlined)
{
    struct frame_line *line = &p->lines[2 * (size_t)node + inlined];
    if (!atomic_load_explicit(&line->at, memory_order_acquire))
        make_line(p, node, inlined, line);
    return (struct span){atomic_load_explicit(&line->at, memory_order_relaxed), line->n};
}

static void put_stack(struct printer *p, const struct sample *s, struct part *part)
{
    const struct node_table *t = p->t;
    size_t skip = WIDTH; // the first line has the value where the others are blank
    put_value(part->out, &p->values, report_sample_value(p->r, s), WIDTH);
    for (uint32_t i = 0; i < s->n_frames; i++) {
        uint32_t loc = p->r->profile->frames[s->frame + i];
        uint32_t end = t->first[loc + 1];
        bool last_inlined = node_is_inlined(t, p->r->profile, loc, end - 1);
        for (uint32_t at = t->first[loc]; at < end; at++) {
            bool inlined = at + 1 < end || last_inlined;
            buf_add(&part->text, span_from(frame_line(p, t->nodes[at], inlined), skip));
            skip = 0;
            part_limit(part);
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

static void put_samples(void *context, struct part *part)
{
    struct printer *p = context;
    struct numbers numbers = {.p = p};
    struct part_samples range = part_samples(p->r->profile, part);
    for (uint32_t i = range.first; i < range.end; i++) {
        const struct sample *s = &p->r->profile->samples[i];
        if (!has_frames(p, s))
            continue;
        buf_add(&part->text, rule);
        put_labels(&numbers, s, false, part);
        put_labels(&numbers, s, true, part);
        put_stack(p, s, part);
    }
}

void text_traces(const struct document *d, struct sink *out)
{
    const struct report *r = d->report;
    struct node_table *t = d->data.stacks;
    struct printer p = {.r = r, .t = t, .values = value_format_of(r, NULL), .reader = out};
    label_lines labels = format_profile_labels(r, NULL);
    p.lines = arena_zalloc(r->arena, 2 * t->infos.n, sizeof *p.lines);
    put_lines(out, &labels);
    if (labels.n == 0)
        sink_putc(out, '\n');
    pthread_mutex_init(&p.lock, NULL);
    parts_print(out, parts_of_samples(r->profile), put_samples, &p);
    pthread_mutex_destroy(&p.lock);
    sink_write(out, rule);
}
