// SPDX-License-Identifier: Apache-2.0
#include <stdatomic.h>
#include <stdlib.h>

#include "base/escape.h"
#include "base/xalloc.h"
#include "format/emits.h"
#include "format/parts.h"
#include "format/put.h"
#include "graph/stacks.h"
#include "profile/parts.h"

// A stack's samples, as their values and as what these are divided by.
struct stack {
    uint32_t first; // sample
    int64_t value, div, before, after;
};

struct folder {
    const struct report *r;
    const struct node_table *t;
    struct span *names; // of nodes, fit for a line
    uint32_t *as;       // by node: the first of the same name
    uint32_t deepest;   // how many frames a stack has at most
    uint64_t *hashes;   // by sample, of the names on its stack; 0: there are none
    struct hash_index index;
    VEC(struct stack) stacks; // in the order of their first samples
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

// Goes on with a hash for each frame from the root on, of which stacks mostly share the first.
static uint64_t hash_stack(const struct folder *f, const struct sample *s, uint64_t *hashes,
                           uint32_t shared)
{
    const uint32_t *frames = f->r->profile->frames + s->frame;
    const struct node_table *t = f->t;
    uint64_t hash = shared ? hashes[shared - 1] : 0;
    for (uint32_t i = shared; i < s->n_frames; i++) {
        uint32_t location = frames[s->n_frames - 1 - i];
        for (uint32_t at = t->first[location + 1]; at-- > t->first[location];)
            hash = hash_u64(hash ^ f->as[t->nodes[at]]) | 1;
        hashes[i] = hash;
    }
    return hash;
}

enum { HASH_PARTS = 64 };

static void hash_part(void *context, unsigned part)
{
    struct folder *f = context;
    const struct profile *p = f->r->profile;
    struct sample_range range = sample_range(p, part, HASH_PARTS);
    uint64_t *hashes = xmalloc(xmul(f->deepest, sizeof *hashes));
    for (uint32_t i = range.first; i < range.end && !job_stopped(f->r->job); i++) {
        const struct sample *s = &p->samples[i];
        uint32_t shared = i > range.first ? sample_shared(p, s - 1, s) : 0;
        f->hashes[i] = hash_stack(f, s, hashes, shared);
    }
    free(hashes);
}

// The next of a stack's nodes from the root on: false at the end.
static bool next_node(const struct folder *f, struct stack_place *place, uint32_t *node)
{
    if (place->at == NO_INDEX)
        return false;
    *node = f->as[f->t->nodes[place->at]];
    stack_step(f->r->profile, f->t, place, false);
    return true;
}

static bool same_stack(const void *context, uint32_t entry, const void *key)
{
    const struct folder *f = context;
    const struct profile *p = f->r->profile;
    uint32_t other = *(const uint32_t *)key, first = f->stacks.at[entry].first, x, y;
    const struct sample *a = &p->samples[first], *b = &p->samples[other];
    if (a->n_frames == b->n_frames && sample_shared(p, a, b) == a->n_frames)
        return true;
    struct stack_place at = stack_begin(p, f->t, first, false);
    struct stack_place to = stack_begin(p, f->t, other, false);
    bool more = true, same = true;
    while (more && same) {
        more = next_node(f, &at, &x);
        same = more == next_node(f, &to, &y) && (!more || x == y);
    }
    return same;
}

static void count(const struct folder *f, struct stack *stack, const struct sample *s)
{
    const struct profile *p = f->r->profile;
    const struct report_options *o = &f->r->options;
    size_t at = sample_value_at(p, s, o->value_index);
    stack->value = i64_add(stack->value, p->values[at]);
    stack->div += o->mean ? sample_value(p, s, 0) : 0;
    if (report_sides(f->r) > 0) {
        stack->before = i64_add(stack->before, p->sides[SIDE_BEFORE].values[at]);
        stack->after = i64_add(stack->after, p->sides[SIDE_AFTER].values[at]);
    }
}

static void fold_sample(struct folder *f, uint32_t i)
{
    uint32_t found = hash_find(&f->index, f->hashes[i], same_stack, f, &i);
    if (found == HASH_NONE) {
        found = (uint32_t)f->stacks.n;
        *vec_push(f->r->arena, &f->stacks) = (struct stack){.first = i};
        hash_add(&f->index, f->hashes[i], found);
    }
    count(f, &f->stacks.at[found], &f->r->profile->samples[i]);
}

// Brings near what will be looked at for samples of a stack that was seen before.
static void look_ahead(const struct folder *f, uint32_t first, uint32_t n)
{
    const struct profile *p = f->r->profile;
    uint32_t guesses[HASH_AT_ONCE];
    hash_guess(&f->index, f->hashes + first, n, guesses);
    for (uint32_t i = 0; i < n; i++)
        if (guesses[i] != HASH_NONE)
            __builtin_prefetch(&f->stacks.at[guesses[i]], 1);
    for (uint32_t i = 0; i < n; i++)
        if (guesses[i] != HASH_NONE)
            __builtin_prefetch(&p->samples[f->stacks.at[guesses[i]].first]);
    for (uint32_t i = 0; i < n; i++)
        if (guesses[i] != HASH_NONE)
            __builtin_prefetch(&p->frames[p->samples[f->stacks.at[guesses[i]].first].frame]);
}

// Stacks without frames have no line.
static void fold(struct folder *f)
{
    const struct profile *p = f->r->profile;
    f->hashes = arena_alloc(f->r->arena, p->n_samples * sizeof *f->hashes);
    for (uint32_t i = 0; i < p->n_samples; i++)
        f->deepest = p->samples[i].n_frames > f->deepest ? p->samples[i].n_frames : f->deepest;
    parallel_run(f->r->job, HASH_PARTS, hash_part, f);
    for (uint32_t first = 0, n; first < p->n_samples && !job_stopped(f->r->job); first += n) {
        n = p->n_samples - first < HASH_AT_ONCE ? p->n_samples - first : HASH_AT_ONCE;
        look_ahead(f, first, n);
        for (uint32_t i = first; i < first + n; i++)
            if (f->hashes[i])
                fold_sample(f, i);
    }
    hash_release(&f->index);
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
static bool put_line(struct printer *p, const struct stack *stack)
{
    const struct folder *f = p->f;
    struct part *part = p->part;
    bool sided = report_sides(f->r) > 0;
    int64_t value = stack->div ? i64_div(stack->value, stack->div) : stack->value;
    if (sided ? stack->before < 0 || stack->after < 0 : value < 0)
        return false;
    if (sided ? !stack->before && !stack->after : !value)
        return true;
    put_stack(p, &f->r->profile->samples[stack->first]);
    put_count(f, sided ? stack->before : value, part->out);
    if (sided)
        put_count(f, stack->after, part->out);
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
    uint32_t first = part->index * STACKS_EACH, left = (uint32_t)f->stacks.n - first, left_out = 0;
    uint32_t end = first + (left < STACKS_EACH ? left : STACKS_EACH);
    struct printer p = {.f = f, .part = part};
    for (uint32_t i = first; i < end; i++)
        left_out += !put_line(&p, &f->stacks.at[i]);
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
    fold(&f);
    uint32_t n = (uint32_t)f.stacks.n;
    parts_print(out, n / STACKS_EACH + (n % STACKS_EACH != 0), put_part, &f);
    if (f.left_out)
        job_note(r->job,
                 arena_printf(r->arena, "%u stack%s with negative values %s left out", f.left_out,
                              f.left_out > 1 ? "s" : "", f.left_out > 1 ? "are" : "is"));
    note_bare_samples(&f);
}
