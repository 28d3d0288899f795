// SPDX-License-Identifier: Apache-2.0
#include "graph/tally.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/parallel.h"
#include "base/radix.h"
#include "base/xalloc.h"

enum { SLOTS_MIN = 256 };

// By the thread that counts: it is the one that waits for the pages.
void tallies_init(struct tallies *t, uint32_t n_sources)
{
    size_t size = xmul((size_t)n_sources + 1, TALLIES_LINE);
    *t = (struct tallies){.memory = xmalloc(size)};
    uintptr_t skip = -(uintptr_t)t->memory % TALLIES_LINE;
    t->near = memset((char *)t->memory + skip, 0, size - TALLIES_LINE);
}

void tallies_release(struct tallies *t)
{
    free(t->memory);
    free(t->slots);
    arena_release(&t->arena);
}

static struct far_slot *slot_of(const struct tallies *t, uint32_t src, uint32_t key)
{
    size_t i = hash_u64((uint64_t)src << 32 | key) & (t->n_slots - 1);
    while (t->slots[i].tally && (t->slots[i].src != src || t->slots[i].key != key))
        i = (i + 1) & (t->n_slots - 1);
    return &t->slots[i];
}

static void grow_slots(struct tallies *t)
{
    t->n_slots = t->n_slots ? t->n_slots * 2 : SLOTS_MIN;
    free(t->slots);
    t->slots = xcalloc(t->n_slots, sizeof *t->slots);
    for (size_t i = 0; i < t->far.n; i++) {
        struct far_tally *far = t->far.at[i];
        *slot_of(t, far->src, far->tally.key) = (struct far_slot){far, far->src, far->tally.key};
    }
}

struct tally *tallies_find_far(struct tallies *t, uint32_t src, uint32_t dst)
{
    struct tally *near = t->near + (size_t)src * TALLIES_NEAR;
    for (unsigned i = 0; i < TALLIES_NEAR; i++)
        if (near[i].key == 0) {
            near[i].key = dst + 1;
            return &near[i];
        }
    if ((t->far.n + 1) * 2 >= t->n_slots)
        grow_slots(t);
    struct far_slot *slot = slot_of(t, src, dst + 1);
    if (!slot->tally) {
        struct far_tally *far = arena_zalloc(&t->arena, 1, sizeof *far);
        far->src = src;
        far->tally.key = dst + 1;
        *vec_push(&t->arena, &t->far) = far;
        *slot = (struct far_slot){far, src, dst + 1};
    }
    return &slot->tally->tally;
}

// Some of the sources, of which the parts' tallies are brought together.
struct range {
    uint32_t first, end;
    size_t n_edges;     // once they are counted
    struct edge *edges; // then where they go to
};

struct summing {
    struct tallies *parts;
    unsigned n_parts;
    tally_edges_fn edges;
    const void *context;
    struct range *ranges;
};

// Orders what is far by its ends.
static void sort_far(void *context, unsigned part)
{
    struct tallies *t = &((const struct summing *)context)->parts[part];
    size_t n = t->far.n;
    struct radix_item *items = arena_alloc(&t->arena, n * sizeof *items);
    struct far_tally **far = arena_alloc(&t->arena, n * sizeof *far);
    for (size_t i = 0; i < n; i++)
        items[i] = (struct radix_item){t->far.at[i]->src, t->far.at[i]->tally.key, (uint32_t)i};
    radix_sort(items, arena_alloc(&t->arena, n * sizeof *items), n);
    for (size_t i = 0; i < n; i++)
        far[i] = t->far.at[items[i].index];
    t->far.at = far;
}

// The first of what is far that comes from a source or a later one.
static size_t far_from(const struct tallies *t, uint32_t src)
{
    size_t first = 0, n = t->far.n;
    while (n) {
        size_t half = n / 2;
        bool before = t->far.at[first + half]->src < src;
        first += before ? half + 1 : 0;
        n = before ? n - half - 1 : half;
    }
    return first;
}

// The tallies of a source, of one part after the other.
struct gathered {
    struct arena arena;
    VEC(struct tally) tallies;
    size_t *far; // of each part: where those of the next source begin
};

static void gather_source(const struct summing *s, uint32_t src, struct gathered *to)
{
    to->tallies.n = 0;
    for (unsigned part = 0; part < s->n_parts; part++) {
        const struct tallies *t = &s->parts[part];
        const struct tally *near = t->near + (size_t)src * TALLIES_NEAR;
        for (unsigned i = 0; i < TALLIES_NEAR && near[i].key; i++)
            *vec_push(&to->arena, &to->tallies) = near[i];
        for (size_t *at = &to->far[part]; *at < t->far.n && t->far.at[*at]->src == src; ++*at)
            *vec_push(&to->arena, &to->tallies) = t->far.at[*at]->tally;
    }
}

static int cmp_tallies(const void *a, const void *b)
{
    const struct tally *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

// There are few, mostly.
static void sort_tallies(struct tally *tallies, size_t n)
{
    enum { FEW = 16 };
    if (n > FEW) {
        qsort(tallies, n, sizeof *tallies, cmp_tallies);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        struct tally moving = tallies[i];
        size_t at = i;
        for (; at > 0 && tallies[at - 1].key > moving.key; at--)
            tallies[at] = tallies[at - 1];
        tallies[at] = moving;
    }
}

// Adds up those of the same callee; returns how many are left.
static size_t join_tallies(struct tally *tallies, size_t n)
{
    size_t joined = 0;
    sort_tallies(tallies, n);
    for (size_t i = 0; i < n; i++) {
        struct tally *last = joined ? &tallies[joined - 1] : NULL;
        if (!last || last->key != tallies[i].key) {
            tallies[joined++] = tallies[i];
            continue;
        }
        last->weight += tallies[i].weight;
        last->residual |= tallies[i].residual;
        last->called |= tallies[i].called;
    }
    return joined;
}

// Counts the edges of a range, and when they have a place, puts them there.
static void sum_range(void *context, unsigned range)
{
    const struct summing *s = context;
    struct range *r = &s->ranges[range];
    struct gathered gathered = {0};
    size_t n_edges = 0;
    gathered.far = arena_alloc(&gathered.arena, s->n_parts * sizeof *gathered.far);
    for (unsigned part = 0; part < s->n_parts; part++)
        gathered.far[part] = far_from(&s->parts[part], r->first);
    for (uint32_t src = r->first; src < r->end; src++) {
        gather_source(s, src, &gathered);
        size_t n = join_tallies(gathered.tallies.at, gathered.tallies.n);
        n_edges +=
            s->edges(s->context, src, gathered.tallies.at, n, r->edges ? r->edges + n_edges : NULL);
    }
    r->n_edges = n_edges;
    arena_release(&gathered.arena);
}

void tallies_sum(struct tallies *parts, unsigned n_parts, uint32_t n_sources, tally_edges_fn edges,
                 const void *context, struct graph *g)
{
    struct range *ranges = arena_zalloc(g->arena, n_parts, sizeof *ranges);
    struct summing s = {parts, n_parts, edges, context, ranges};
    size_t n_edges = 0;
    for (unsigned i = 0; i < n_parts; i++) {
        ranges[i].first = (uint32_t)parallel_begin(n_sources, i, n_parts);
        ranges[i].end = (uint32_t)parallel_begin(n_sources, i + 1, n_parts);
    }
    parallel_run(g->table->job, n_parts, sort_far, &s);
    parallel_run(g->table->job, n_parts, sum_range, &s);
    for (unsigned i = 0; i < n_parts; i++)
        n_edges += ranges[i].n_edges;
    g->edges.at = arena_alloc(g->arena, n_edges * sizeof *g->edges.at);
    g->edges.n = g->edges.cap = n_edges;
    n_edges = 0;
    for (unsigned i = 0; i < n_parts; i++) {
        ranges[i].edges = g->edges.at + n_edges;
        n_edges += ranges[i].n_edges;
    }
    parallel_run(g->table->job, n_parts, sum_range, &s);
}
