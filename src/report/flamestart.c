// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "report/flameparts.h"

// Where a flame graph's samples begin: at the ends of their stacks or at a pivot, from where a path
// leads to what is in view.

struct flame_sum flame_sum_of(const struct flame_builder *b, uint32_t sample)
{
    const struct profile *p = b->r->profile;
    const struct sample *s = &p->samples[sample];
    size_t at = sample_value_at(p, s, b->r->options.value_index);
    struct flame_sum sum = {.value = p->values[at], .weight = b->weights[sample]};
    if (b->r->options.mean)
        sum.div = sample_value(p, s, 0);
    if (b->sided) {
        sum.before = p->sides[SIDE_BEFORE].values[at];
        sum.after = p->sides[SIDE_AFTER].values[at];
    }
    if (b->variances)
        sum.variance = b->variances[sample];
    return sum;
}

void flame_add(struct flame_sum *to, const struct flame_sum *sum)
{
    to->value = i64_add(to->value, sum->value);
    to->div = i64_add(to->div, sum->div);
    to->weight = i64_add(to->weight, sum->weight);
    to->before = i64_add(to->before, sum->before);
    to->after = i64_add(to->after, sum->after);
    to->variance += sum->variance;
}

void flame_weigh(struct flame_builder *b)
{
    const struct profile *p = b->r->profile;
    b->weights = arena_zalloc(b->r->arena, p->n_samples, sizeof *b->weights);
    for (uint32_t i = 0; i < p->n_samples; i++) {
        struct flame_sum sum = flame_sum_of(b, i);
        int64_t before = i64_abs(sum.before), after = i64_abs(sum.after);
        int64_t larger = before > after ? before : after;
        int64_t weight = b->sided ? larger : i64_abs(sum.value);
        b->weights[i] = weight < 0 ? INT64_MAX : weight;
    }
}

// Which of the frames' locations have a pivot.
static bool *find_locations(const struct flame_builder *b)
{
    const struct profile *p = b->r->profile;
    bool *has = arena_zalloc(b->r->arena, p->n_locations, sizeof *has);
    for (uint32_t i = 0; i < p->n_locations; i++)
        for (uint32_t at = b->t.first[i]; at < b->t.first[i + 1]; at++)
            has[i] |= b->pivots[b->t.nodes[at]];
    return has;
}

// The outermost pivot of a sample's stack; at the end where there is none.
static struct stack_place find_pivot(const struct flame_builder *b, const bool *has,
                                     uint32_t sample)
{
    const struct sample *s = &b->r->profile->samples[sample];
    const uint32_t *frames = b->r->profile->frames + s->frame;
    uint32_t i = s->n_frames;
    while (i > 0 && !has[frames[i - 1]])
        i--;
    if (i == 0)
        return (struct stack_place){.sample = sample, .at = NO_INDEX};
    uint32_t at = b->t.first[frames[i - 1] + 1] - 1;
    while (!b->pivots[b->t.nodes[at]])
        at--;
    return (struct stack_place){sample, s->frame + i - 1, i - 1, at};
}

static void begin_at_pivots(const struct flame_builder *b, struct flame_start *start)
{
    const struct profile *p = b->r->profile;
    const bool *has = find_locations(b);
    for (uint32_t i = 0; i < p->n_samples && !job_stopped(b->r->job); i++) {
        if (!b->weights[i])
            continue;
        struct stack_place place = find_pivot(b, has, i);
        if (place.at == NO_INDEX)
            continue;
        if (start->up)
            place.left = p->samples[i].frame + p->samples[i].n_frames - 1 - place.frame;
        start->at[start->n_at++] = place;
    }
}

// Frame 0 is the pivot itself, or stands before the stacks.
static void begin(const struct flame_builder *b, struct flame_start *start)
{
    const struct profile *p = b->r->profile;
    struct flame_step first = {.node = NO_INDEX};
    start->at = arena_alloc(b->r->arena, p->n_samples * sizeof *start->at);
    if (b->pivots)
        begin_at_pivots(b, start);
    for (uint32_t i = 0; !b->pivots && i < p->n_samples; i++)
        if (b->weights[i])
            start->at[start->n_at++] = stack_begin(p, &b->t, i, start->up);
    for (uint32_t i = 0; i < start->n_at; i++) {
        struct stack_place *place = &start->at[i];
        struct flame_sum sum = flame_sum_of(b, place->sample);
        if (b->pivots) {
            uint32_t node = b->t.nodes[place->at];
            first.node = i == 0 || first.node == node ? node : NO_INDEX;
            stack_step(p, &b->t, place, start->up);
        }
        flame_add(&first.sum, &sum);
        if (place->at == NO_INDEX)
            flame_add(&first.ended, &sum);
    }
    *vec_push(b->r->arena, &start->path) = first;
}

// A name as folded stacks have it: see format/folded.c.
static bool is_named(struct span name, struct span wanted)
{
    if (name.n != wanted.n)
        return false;
    for (size_t i = 0; i < name.n; i++)
        if (name.at[i] != wanted.at[i] && !(name.at[i] == ';' && wanted.at[i] == ':'))
            return false;
    return true;
}

// Keeps the samples that go on with a frame of the name; false, and all is as before, where none.
static bool follow(const struct flame_builder *b, struct flame_start *start, struct span name)
{
    const struct profile *p = b->r->profile;
    struct flame_step step = {.node = NO_INDEX, .inlined = true};
    uint32_t n = 0;
    for (uint32_t i = 0; i < start->n_at; i++) {
        struct stack_place place = start->at[i];
        if (place.at == NO_INDEX)
            continue;
        uint32_t node = b->t.nodes[place.at];
        if (node != step.node && !is_named(node_name((struct node_table *)&b->t, node), name))
            continue;
        step.node = step.node == NO_INDEX ? node : step.node;
        step.inlined &= place.at + 1 != b->t.first[p->frames[place.frame] + 1];
        struct flame_sum sum = flame_sum_of(b, place.sample);
        flame_add(&step.sum, &sum);
        stack_step(p, &b->t, &place, start->up);
        if (place.at == NO_INDEX)
            flame_add(&step.ended, &sum);
        start->at[n++] = place;
    }
    if (n == 0)
        return false;
    start->n_at = n;
    *vec_push(b->r->arena, &start->path) = step;
    return true;
}

void flame_begin(const struct flame_builder *b, struct flame_start *start)
{
    struct span rest = b->o->root, name;
    begin(b, start);
    while (start->path.n < FLAME_DEPTH_MAX && span_cut(&rest, ';', &name) &&
           (name.n == 0 || follow(b, start, name)))
        ;
}

void flame_begin_callers(const struct flame_builder *b, struct flame_start *start)
{
    start->up = true;
    begin(b, start);
}
