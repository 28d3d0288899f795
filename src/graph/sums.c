// SPDX-License-Identifier: Apache-2.0
#include "graph/sums.h"

// Which nodes a sample is on.
struct walk {
    const struct node_table *t;
    const struct profile *p;
    uint32_t *marks; // of each node: the last sample that it was on, from 1
    uint32_t *nodes; // of the sample at hand, each once; the leaf comes first
    uint32_t n;
    size_t cap;
    struct arena *arena;
};

static struct walk walk_of(const struct node_table *t, const struct profile *p, struct arena *arena)
{
    return (struct walk){
        .t = t, .p = p, .marks = arena_zalloc(arena, t->infos.n, sizeof(uint32_t)), .arena = arena};
}

static void add_frame(struct walk *w, uint32_t frame, uint32_t mark)
{
    uint32_t first = w->t->first[frame], end = w->t->first[frame + 1];
    if (w->n + (end - first) > w->cap)
        w->nodes =
            vec_grown(w->arena, w->nodes, sizeof *w->nodes, w->n + (size_t)(end - first), &w->cap);
    for (uint32_t i = first; i < end; i++) {
        uint32_t node = w->t->nodes[i];
        if (w->marks[node] != mark)
            w->nodes[w->n++] = node;
        w->marks[node] = mark;
    }
}

static void walk_to(struct walk *w, uint32_t sample)
{
    const struct sample *s = &w->p->samples[sample];
    w->n = 0;
    for (uint32_t i = 0; i < s->n_frames; i++)
        add_frame(w, w->p->frames[s->frame + i], sample + 1);
}

struct node_sums sums_column(const struct node_table *t, const struct profile *p,
                             const int64_t *column, uint32_t type, struct arena *arena)
{
    struct walk w = walk_of(t, p, arena);
    struct node_sums sums = {.flat = arena_zalloc(arena, t->infos.n, sizeof(int64_t)),
                             .cum = arena_zalloc(arena, t->infos.n, sizeof(int64_t))};
    for (uint32_t i = 0; i < p->n_samples && !job_stopped(t->job); i++) {
        int64_t value = column[sample_value_at(p, &p->samples[i], type)];
        if (value == 0)
            continue;
        walk_to(&w, i);
        sums.total = i64_add(sums.total, value);
        if (w.n)
            sums.flat[w.nodes[0]] = i64_add(sums.flat[w.nodes[0]], value);
        for (uint32_t j = 0; j < w.n; j++)
            sums.cum[w.nodes[j]] = i64_add(sums.cum[w.nodes[j]], value);
    }
    return sums;
}

struct node_reals sums_reals(const struct node_table *t, const struct profile *p,
                             const double *by_sample, struct arena *arena)
{
    struct walk w = walk_of(t, p, arena);
    struct node_reals sums = {.flat = arena_zalloc(arena, t->infos.n, sizeof(double)),
                              .cum = arena_zalloc(arena, t->infos.n, sizeof(double))};
    for (uint32_t i = 0; i < p->n_samples && !job_stopped(t->job); i++) {
        if (by_sample[i] == 0)
            continue;
        walk_to(&w, i);
        sums.total += by_sample[i];
        if (w.n)
            sums.flat[w.nodes[0]] += by_sample[i];
        for (uint32_t j = 0; j < w.n; j++)
            sums.cum[w.nodes[j]] += by_sample[i];
    }
    return sums;
}

bool *sums_mask(const struct node_table *t, const struct profile *p, const bool *wanted,
                bool leaves_only, struct arena *arena)
{
    struct walk w = walk_of(t, p, arena);
    bool *mask = arena_zalloc(arena, p->n_samples, sizeof *mask);
    for (uint32_t i = 0; i < p->n_samples && !job_stopped(t->job); i++) {
        walk_to(&w, i);
        uint32_t n = leaves_only && w.n ? 1 : w.n;
        for (uint32_t j = 0; j < n && !mask[i]; j++)
            mask[i] = wanted[w.nodes[j]];
    }
    return mask;
}
