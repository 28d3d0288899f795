// SPDX-License-Identifier: Apache-2.0
#include <stdatomic.h>

#include "base/escape.h"
#include "format/emits.h"
#include "format/parts.h"
#include "format/put.h"
#include "graph/stacks.h"

// A stack's samples, as their values and as what these are divided by.
struct sum {
    int64_t value, div, before, after;
};

struct folder {
    const struct report *r;
    const struct node_table *t;
    struct stacks stacks;
    struct span *names; // of nodes, fit for a line
    uint32_t *as;       // by node: the first of the same name
    uint32_t *firsts;   // the stacks' first samples, in their order,
    uint32_t *places;   // and where each of them is in stacks.samples
    uint32_t n_stacks;
    atomic_uint left_out;
};

// Names must not end a frame or a line.
static struct span frame_name(struct arena *arena, struct span text)
{
    struct buf name = {0};
    escape_add(&name, text, &escape_file);
    for (size_t i = 0; i < name.n; i++)
        if (name.at[i] == ';')
            name.at[i] = ':';
    struct span copy = arena_span(arena, buf_span(&name));
    buf_release(&name);
    return copy;
}

// Stacks are the same if they are written the same.
static void name_frames(struct folder *f, struct node_table *t)
{
    struct arena *arena = f->r->arena;
    struct strtab names;
    strtab_init(&names, arena, NULL);
    uint32_t n = (uint32_t)t->infos.n;
    uint32_t *node_of = arena_alloc(arena, (n + 1ul) * sizeof *node_of);
    memset(node_of, 0xff, (n + 1ul) * sizeof *node_of);
    f->names = arena_alloc(arena, n * sizeof *f->names);
    f->as = arena_alloc(arena, n * sizeof *f->as);
    for (uint32_t i = 0; i < n; i++) {
        f->names[i] = frame_name(arena, node_name(t, i));
        str_id id = strtab_add_borrowed(&names, f->names[i]);
        if (node_of[id] == NO_INDEX)
            node_of[id] = i;
        f->as[i] = node_of[id];
    }
    strtab_release(&names);
}

// Stacks without frames have no line.
static void list_stacks(struct folder *f)
{
    const struct stacks *s = &f->stacks;
    struct arena *arena = f->r->arena;
    uint32_t *place_of = arena_alloc(arena, f->r->profile->n_samples * sizeof *place_of);
    memset(place_of, 0xff, f->r->profile->n_samples * sizeof *place_of);
    for (uint32_t i = 0; i < s->n_samples; i++) {
        uint32_t leaf = s->leaf[s->samples[i]];
        if (leaf != NO_INDEX && (i == 0 || leaf != s->leaf[s->samples[i - 1]]))
            place_of[s->samples[i]] = i;
    }
    f->firsts = arena_alloc(arena, s->n_samples * sizeof *f->firsts);
    f->places = arena_alloc(arena, s->n_samples * sizeof *f->places);
    for (uint32_t i = 0; i < f->r->profile->n_samples; i++)
        if (place_of[i] != NO_INDEX) {
            f->firsts[f->n_stacks] = i;
            f->places[f->n_stacks++] = place_of[i];
        }
}

static struct sum sum_of(const struct folder *f, uint32_t place)
{
    const struct profile *p = f->r->profile;
    const struct report_options *o = &f->r->options;
    const struct stacks *s = &f->stacks;
    bool sided = report_sides(f->r) > 0;
    uint32_t leaf = s->leaf[s->samples[place]];
    struct sum sum = {0};
    for (uint32_t i = place; i < s->n_samples && s->leaf[s->samples[i]] == leaf; i++) {
        const struct sample *sample = &p->samples[s->samples[i]];
        size_t at = (size_t)sample->row * p->n_sample_types + o->value_index;
        sum.value = i64_add(sum.value, p->values[at]);
        sum.div += o->mean ? sample_values(p, sample)[0] : 0;
        if (sided) {
            sum.before = i64_add(sum.before, p->sides[SIDE_BEFORE].values[at]);
            sum.after = i64_add(sum.after, p->sides[SIDE_AFTER].values[at]);
        }
    }
    return sum;
}

static void put_count(const struct folder *f, int64_t value, struct sink *out)
{
    sink_putc(out, ' ');
    put_number(out, i64_scaled(value, f->r->options.ratio), 0);
}

// Prints a part's lines. A stack mostly begins as the one before it does, whose text is there.
struct printer {
    const struct folder *f;
    struct part *part;
    const struct sample *last; // that was printed, or NULL
    size_t at;                 // of its line in the part's text
    VEC(size_t) ends;          // in the line, of its frames from the root on, with their last ';'
    VEC(uint32_t) nodes;       // of the frames that the stack at hand has not in common with it
};

// Until the lengths are known, ends are in nodes.
static void list_frames(struct printer *p, const struct sample *s, uint32_t shared)
{
    const struct node_table *t = p->f->t;
    const uint32_t *frames = p->f->r->profile->frames + s->frame;
    p->nodes.n = 0;
    p->ends.n = shared;
    for (uint32_t i = s->n_frames - shared; i-- > 0;) {
        for (uint32_t at = t->first[frames[i] + 1]; at-- > t->first[frames[i]];) {
            *vec_push(&p->part->arena, &p->nodes) = t->nodes[at];
            __builtin_prefetch(&p->f->names[t->nodes[at]]);
        }
        *vec_push(&p->part->arena, &p->ends) = p->nodes.n;
    }
}

static size_t measure_frames(struct printer *p, uint32_t shared)
{
    size_t length = shared ? p->ends.at[shared - 1] : 0, n = 0;
    for (size_t i = shared; i < p->ends.n; i++) {
        for (; n < p->ends.at[i]; n++) {
            length += p->f->names[p->nodes.at[n]].n + 1;
            __builtin_prefetch(p->f->names[p->nodes.at[n]].at);
        }
        p->ends.at[i] = length;
    }
    return length;
}

// From the root to the leaf. A stack has a frame with a name, and an end of its own instead of a
// last ';'.
static void put_stack(struct printer *p, const struct sample *s)
{
    struct buf *text = &p->part->text;
    uint32_t shared = p->last ? sample_shared(p->f->r->profile, p->last, s) : 0;
    size_t kept = shared ? p->ends.at[shared - 1] : 0;
    list_frames(p, s, shared);
    size_t length = measure_frames(p, shared);
    char *to = buf_room(text, length);
    if (kept) {
        memcpy(to, text->at + p->at, kept);
        to[kept - 1] = ';';
        to += kept;
    }
    for (size_t i = 0; i < p->nodes.n; i++) {
        struct span name = p->f->names[p->nodes.at[i]];
        if (name.n)
            memcpy(to, name.at, name.n);
        to[name.n] = ';';
        to += name.n + 1;
    }
    p->last = s;
    p->at = text->n;
    text->n += length - 1;
}

// Programs that read this know no negative counts, and nothing is to be seen of zeros.
static bool put_line(struct printer *p, uint32_t stack)
{
    const struct folder *f = p->f;
    struct part *part = p->part;
    struct sum sum = sum_of(f, f->places[stack]);
    bool sided = report_sides(f->r) > 0;
    int64_t value = sum.div ? i64_div(sum.value, sum.div) : sum.value;
    if (sided ? sum.before < 0 || sum.after < 0 : value < 0)
        return false;
    if (sided ? !sum.before && !sum.after : !value)
        return true;
    put_stack(p, &f->r->profile->samples[f->firsts[stack]]);
    put_count(f, sided ? sum.before : value, part->out);
    if (sided)
        put_count(f, sum.after, part->out);
    sink_putc(part->out, '\n');
    part_limit(part);
    if (part->text.n == 0)
        p->last = NULL; // was passed on
    return true;
}

enum { STACKS_EACH = 256 };

static void put_part(void *context, struct part *part)
{
    struct folder *f = context;
    uint32_t first = part->index * STACKS_EACH, left = f->n_stacks - first, left_out = 0;
    uint32_t end = first + (left < STACKS_EACH ? left : STACKS_EACH);
    struct printer p = {.f = f, .part = part};
    for (uint32_t i = first; i < end; i++)
        left_out += !put_line(&p, i);
    atomic_fetch_add(&f->left_out, left_out);
}

// What has no frame has no line.
static void note_bare_samples(const struct folder *f)
{
    const struct profile *p = f->r->profile;
    uint32_t n = 0;
    int64_t sum = 0;
    for (uint32_t i = 0; i < p->n_samples; i++) {
        const struct sample *s = &p->samples[i];
        int64_t value = report_sample_value(f->r, s);
        if (value == 0 || node_leaf(f->t, p->frames + s->frame, s->n_frames) != NO_INDEX)
            continue;
        n++;
        sum = i64_add(sum, value);
    }
    if (n == 0)
        return;
    struct value_format values = {unit_conv_of(f->r->options.unit, SPAN("auto")),
                                  f->r->options.ratio};
    char text[UNIT_LABEL_MAX];
    size_t length = value_print(text, &values, sum);
    job_note(f->r->job, arena_printf(f->r->arena, "%u sample%s without a stack, %.*s, %s left out",
                                     n, n > 1 ? "s" : "", (int)length, text, n > 1 ? "are" : "is"));
}

void folded_stacks(const struct document *d, struct sink *out)
{
    const struct report *r = d->report;
    struct node_table *t = d->data.stacks;
    struct folder f = {.r = r, .t = t};
    name_frames(&f, t);
    stacks_build(&f.stacks, r->profile, t, &(struct stack_options){.as = f.as, .leaves_only = true},
                 r->arena);
    list_stacks(&f);
    parts_print(out, f.n_stacks / STACKS_EACH + (f.n_stacks % STACKS_EACH != 0), put_part, &f);
    if (f.left_out)
        job_note(r->job,
                 arena_printf(r->arena, "%u stack%s with negative values %s left out", f.left_out,
                              f.left_out > 1 ? "s" : "", f.left_out > 1 ? "are" : "is"));
    note_bare_samples(&f);
}
