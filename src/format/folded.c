// SPDX-License-Identifier: Apache-2.0
#include "format/emits.h"
#include "format/inert.h"
#include "format/put.h"

// A stack's samples, as its values and as what these are divided by.
struct sum {
    int64_t value, div, before, after;
};

struct folder {
    const struct report *r;
    struct node_table *t;
    struct span *names;   // of nodes, fit for a line; at is NULL: not made yet
    struct strtab stacks; // the empty one is no line
    VEC(struct sum) sums; // by stack
    struct buf stack;
};

// Names must not end a frame or a line.
static struct span frame_name(struct folder *f, uint32_t node)
{
    if (f->names[node].at)
        return f->names[node];
    struct buf name = {0};
    inert_add(&name, node_name(f->t, node), "");
    for (size_t i = 0; i < name.n; i++)
        if (name.at[i] == ';')
            name.at[i] = ':';
    f->names[node] = span_of(arena_cstr(f->r->arena, buf_span(&name)));
    buf_release(&name);
    return f->names[node];
}

// From the root to the leaf.
static str_id stack_of(struct folder *f, const struct sample *s)
{
    const struct node_table *t = f->t;
    buf_clear(&f->stack);
    for (uint32_t i = s->n_frames; i-- > 0;) {
        uint32_t loc = f->r->profile->frames[s->frame + i];
        for (uint32_t at = t->first[loc + 1]; at-- > t->first[loc];) {
            if (f->stack.n)
                buf_addc(&f->stack, ';');
            buf_add(&f->stack, frame_name(f, t->nodes[at]));
        }
    }
    return strtab_add(&f->stacks, buf_span(&f->stack));
}

static void add_sample(struct folder *f, const struct sample *s)
{
    const struct profile *p = f->r->profile;
    const struct report_options *o = &f->r->options;
    const int64_t *values = sample_values(p, s);
    size_t at = (size_t)s->row * p->n_sample_types + o->value_index;
    str_id stack = stack_of(f, s);
    if (stack == f->sums.n)
        *vec_push(f->r->arena, &f->sums) = (struct sum){0};
    struct sum *sum = &f->sums.at[stack];
    sum->value += values[o->value_index];
    sum->div += o->mean ? values[0] : 0;
    if (report_has_sides(f->r)) {
        sum->before += p->sides[SIDE_BEFORE].values[at];
        sum->after += p->sides[SIDE_AFTER].values[at];
    }
}

static void put_count(const struct report *r, int64_t value, struct sink *out)
{
    sink_putc(out, ' ');
    put_number(out, i64_scaled(value, r->options.ratio), 0);
}

// Programs that read this know no negative counts, and nothing is to be seen of zeros.
static bool put_line(struct folder *f, str_id stack, struct sink *out)
{
    const struct sum *sum = &f->sums.at[stack];
    bool sided = report_has_sides(f->r);
    int64_t value = sum->div ? i64_div(sum->value, sum->div) : sum->value;
    if (sided ? sum->before < 0 || sum->after < 0 : value < 0)
        return false;
    if (sided ? !sum->before && !sum->after : !value)
        return true;
    sink_write(out, strtab_get(&f->stacks, stack));
    put_count(f->r, sided ? sum->before : value, out);
    if (sided)
        put_count(f->r, sum->after, out);
    sink_putc(out, '\n');
    return true;
}

void folded_stacks(const struct document *d, struct sink *out)
{
    const struct report *r = d->report;
    const struct profile *p = r->profile;
    struct node_table *t = d->data.stacks;
    struct folder f = {.r = r, .t = t};
    uint32_t left_out = 0;
    f.names = arena_zalloc(r->arena, t->infos.n, sizeof *f.names);
    strtab_init(&f.stacks, r->arena, NULL);
    *vec_push(r->arena, &f.sums) = (struct sum){0};
    for (uint32_t i = 0; i < p->n_samples; i++)
        add_sample(&f, &p->samples[i]);
    for (str_id stack = 1; stack < f.sums.n; stack++)
        left_out += !put_line(&f, stack, out);
    buf_release(&f.stack);
    strtab_release(&f.stacks);
    if (left_out)
        job_note(r->job,
                 arena_printf(r->arena, "%u stacks with negative values are left out", left_out));
}
