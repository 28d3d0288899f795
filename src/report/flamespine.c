// SPDX-License-Identifier: Apache-2.0
#include "report/flameparts.h"

// The heaviest path goes on below where all else is too narrow, down to a leaf.

struct spine {
    struct flame_builder *b;
    const struct flame_start *start;
    struct stack_place *at; // of the samples that have come so far
    uint32_t n;
    int64_t *weights; // by node
};

// Keeps the samples that go on with this node, a step further, and sums them up.
static struct flame_step go_on(struct spine *s, uint32_t node)
{
    const struct flame_builder *b = s->b;
    struct flame_step step = {.node = node, .inlined = true};
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        struct stack_place place = s->at[i];
        if (place.at == NO_INDEX || b->t.nodes[place.at] != node)
            continue;
        struct flame_sum sum = flame_sum_of(b, place.sample);
        step.inlined &= place.at + 1 != b->t.first[b->r->profile->frames[place.frame] + 1];
        stack_step(b->r->profile, &b->t, &place, s->start->up);
        flame_add(&step.sum, &sum);
        if (place.at == NO_INDEX)
            flame_add(&step.ended, &sum);
        s->at[n++] = place;
    }
    s->n = n;
    return step;
}

// The node that most of the weight goes on with, or NO_INDEX.
static uint32_t heaviest(struct spine *s)
{
    const struct flame_builder *b = s->b;
    uint32_t found = NO_INDEX;
    int64_t most = 0;
    for (uint32_t i = 0; i < s->n; i++)
        if (s->at[i].at != NO_INDEX) {
            uint32_t node = b->t.nodes[s->at[i].at];
            s->weights[node] += b->weights[s->at[i].sample];
        }
    for (uint32_t i = 0; i < s->n; i++) {
        if (s->at[i].at == NO_INDEX)
            continue;
        uint32_t node = b->t.nodes[s->at[i].at];
        if (s->weights[node] > most) {
            most = s->weights[node];
            found = node;
        }
    }
    for (uint32_t i = 0; i < s->n; i++)
        if (s->at[i].at != NO_INDEX)
            s->weights[b->t.nodes[s->at[i].at]] = 0;
    return found;
}

void flame_follow_heaviest(struct flame_builder *b, const struct flame_start *start,
                           const uint32_t *shown, uint32_t n_shown, flame_steps *more)
{
    struct arena *arena = b->r->arena;
    uint32_t most =
        b->o->depth > 0 && b->o->depth < FLAME_DEPTH_MAX ? (uint32_t)b->o->depth : FLAME_DEPTH_MAX;
    struct spine s = {b, start, arena_copy(arena, start->at, start->n_at, sizeof *start->at),
                      start->n_at, arena_zalloc(arena, b->t.infos.n, sizeof *s.weights)};
    for (uint32_t i = 0; i < n_shown; i++)
        go_on(&s, shown[i]);
    for (uint32_t depth = n_shown; depth < most; depth++) {
        uint32_t node = heaviest(&s);
        if (node == NO_INDEX)
            return;
        *vec_push(arena, more) = go_on(&s, node);
    }
}
