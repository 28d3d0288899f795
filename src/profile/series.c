// SPDX-License-Identifier: Apache-2.0
#include "profile/series.h"

#include <stdlib.h>

#include "profile/scale.h"

uint32_t series_type(const struct profile *p, const char *name)
{
    for (uint32_t i = 0; i < p->n_sample_types; i++)
        if (span_eq(profile_str(p, p->sample_types[i].type), span_of(name)))
            return i;
    return NO_INDEX;
}

// The types that are told apart here; NO_INDEX where there is none.
struct heap_types {
    uint32_t allocated, objects, bytes;
};

static struct heap_types heap_types(const struct profile *p)
{
    return (struct heap_types){series_type(p, "alloc_objects"), series_type(p, "inuse_objects"),
                               series_type(p, "inuse_space")};
}

uint32_t series_in_use(const struct profile *p, uint32_t type)
{
    uint32_t in_use = series_type(p, "inuse_space");
    struct span name = profile_str(p, p->sample_types[type].type);
    return in_use != NO_INDEX && span_starts(name, SPAN("alloc_")) ? in_use : type;
}

void series_keep_types(struct profile *p, uint32_t wanted)
{
    struct heap_types t = heap_types(p);
    uint32_t *kept = arena_alloc(p->arena, p->n_sample_types * sizeof *kept), n = 0;
    for (uint32_t i = 0; i < p->n_sample_types; i++) {
        bool in_use = i == t.allocated || i == t.objects || i == t.bytes;
        if (i == wanted || (in_use && t.objects != NO_INDEX && t.bytes != NO_INDEX))
            kept[n++] = i;
    }
    str_id type = p->sample_types[wanted].type;
    profile_keep_types(p, kept, n);
    p->default_sample_type = type;
}

static int by_time(const void *a, const void *b)
{
    const struct side *x = a, *y = b;
    if (x->time_nanos != y->time_nanos)
        return x->time_nanos < y->time_nanos ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static void sort_sides(struct profile *p, struct series *s)
{
    bool all = p->n_sides > 0;
    for (uint32_t i = 0; i < p->n_sides; i++) {
        p->sides[i].order = i;
        all &= p->sides[i].time_nanos > 0;
    }
    if (!all)
        return;
    qsort(p->sides, p->n_sides, sizeof *p->sides, by_time);
    s->timed = p->sides[0].time_nanos < p->sides[p->n_sides - 1].time_nanos;
    for (uint32_t i = 0; i < p->n_sides; i++)
        s->sorted |= p->sides[i].order != i;
}

// Whether the counters of allocations fall from one side to the next: all together, or those of a
// quarter of the stacks, which are no longer the same ones then.
static bool has_restarted(const struct profile *p, const struct side *a, const struct side *b,
                          uint32_t type)
{
    uint32_t n = 0, falls = 0;
    double before = 0, after = 0;
    for (uint32_t i = 0; i < p->n_samples; i++) {
        size_t at = (size_t)p->samples[i].row * p->n_sample_types + type;
        n += a->values[at] != 0;
        falls += b->values[at] < a->values[at];
        before += (double)a->values[at];
        after += (double)b->values[at];
    }
    return after < before || falls > n / 4;
}

static void cut_at_restart(struct profile *p, struct series *s)
{
    uint32_t type = heap_types(p).allocated, first = 0;
    for (uint32_t i = 1; type != NO_INDEX && i < p->n_sides; i++)
        if (has_restarted(p, &p->sides[i - 1], &p->sides[i], type)) {
            s->n_restarts++;
            first = i;
        }
    s->n_cut = first;
    p->sides += first;
    p->n_sides -= first;
}

static bool same_heap(const struct profile *p, const struct heap_types *t, const struct side *a,
                      const struct side *b)
{
    for (uint32_t i = 0; i < p->n_samples; i++) {
        const int64_t *x = a->values + (size_t)p->samples[i].row * p->n_sample_types;
        const int64_t *y = b->values + (size_t)p->samples[i].row * p->n_sample_types;
        if (x[t->objects] != y[t->objects] || x[t->bytes] != y[t->bytes])
            return false;
    }
    return true;
}

static void drop_repeats(struct profile *p, struct series *s)
{
    struct heap_types t = heap_types(p);
    uint32_t kept = 0;
    if (t.objects == NO_INDEX || t.bytes == NO_INDEX)
        return;
    for (uint32_t i = 0; i < p->n_sides; i++)
        if (kept == 0 || !same_heap(p, &t, &p->sides[kept - 1], &p->sides[i]))
            p->sides[kept++] = p->sides[i];
    s->n_repeats = p->n_sides - kept;
    p->n_sides = kept;
}

struct series series_settle(struct profile *p)
{
    struct series s = {.n_read = p->n_sides};
    sort_sides(p, &s);
    cut_at_restart(p, &s);
    drop_repeats(p, &s);
    return s;
}
