// SPDX-License-Identifier: Apache-2.0
#include "profile/series.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/idmap.h"
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

void series_widen(struct profile *p)
{
    static const char *const names[] = {"inuse_objects", "inuse_space", "alloc_objects",
                                        "alloc_space"};
    if (p->n_sample_types != 2 || p->n_sides || p->overflow || series_type(p, "objects") != 0 ||
        series_type(p, "space") != 1)
        return;
    uint32_t n = p->memstats ? 4 : 2;
    int64_t *values = arena_alloc(p->arena, ((size_t)p->n_samples + 1) * n * sizeof *values);
    struct value_type *types = arena_alloc(p->arena, n * sizeof *types);
    for (uint32_t i = 0; i < n; i++)
        types[i] = (struct value_type){strtab_add(p->strings, span_of(names[i])),
                                       p->sample_types[i % 2].unit};
    for (uint32_t i = 0; i < p->n_samples; i++) {
        for (uint32_t k = 0; k < n; k++)
            values[(size_t)i * n + k] = sample_values(p, &p->samples[i])[k % 2];
        p->samples[i].row = i;
    }
    p->values = values;
    p->sample_types = types;
    p->n_sample_types = n;
    p->default_sample_type = types[1].type;
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

// A hash of the stack and the size.
static uint64_t key_of(const struct profile *p, const struct sample *s, str_id bytes)
{
    uint64_t key = hash_bytes(p->frames + s->frame, s->n_frames * sizeof *p->frames);
    for (uint32_t i = 0; i < s->n_labels; i++) {
        const struct label *l = &p->labels[s->label + i];
        if (l->key == bytes)
            key = hash_u64(key ^ (uint64_t)l->num);
    }
    return key;
}

static bool has_other_tags(const struct profile *p, str_id bytes)
{
    for (uint32_t i = 0; i < p->n_samples; i++)
        for (uint32_t k = 0; k < p->samples[i].n_labels; k++)
            if (p->labels[p->samples[i].label + k].key != bytes)
                return true;
    return false;
}

const uint32_t *series_firsts(const struct profile *p, struct arena *arena)
{
    str_id bytes = strtab_find(p->strings, SPAN("bytes"));
    struct idmap index;
    if (!has_other_tags(p, bytes))
        return NULL;
    uint32_t *firsts = arena_alloc(arena, p->n_samples * sizeof *firsts);
    idmap_init(&index, 0);
    for (uint32_t i = 0; i < p->n_samples; i++) {
        uint64_t key = key_of(p, &p->samples[i], bytes);
        firsts[i] = idmap_get(&index, key);
        if (firsts[i] == IDMAP_NONE)
            idmap_add(&index, key, firsts[i] = i);
    }
    idmap_release(&index);
    return firsts;
}

// A type's values on a side, by sample; where samples have other tags, by the first of their kind.
static const int64_t *sums_of(const struct profile *p, const uint32_t *firsts,
                              const struct side *side, uint32_t type, struct arena *arena)
{
    int64_t *sums = arena_zalloc(arena, p->n_samples + 1, sizeof *sums);
    for (uint32_t i = 0; i < p->n_samples; i++)
        sums[firsts ? firsts[i] : i] +=
            side->values[(size_t)p->samples[i].row * p->n_sample_types + type];
    return sums;
}

// Whether the counters of allocations fall from one side to the next: all together, or those of a
// quarter of the stacks, which are no longer the same ones then.
static bool has_restarted(const struct profile *p, const int64_t *a, const int64_t *b)
{
    uint32_t n = 0, falls = 0;
    double before = 0, after = 0;
    for (uint32_t i = 0; i < p->n_samples; i++) {
        n += a[i] != 0;
        falls += b[i] < a[i];
        before += (double)a[i];
        after += (double)b[i];
    }
    return after < before || falls > n / 4;
}

static void cut_at_restart(struct profile *p, struct series *s, const uint32_t *firsts)
{
    uint32_t type = heap_types(p).allocated, first = 0;
    struct arena arenas[2] = {{0}};
    const int64_t *before = NULL;
    for (uint32_t i = 0; type != NO_INDEX && i < p->n_sides; i++) {
        arena_release(&arenas[i % 2]);
        const int64_t *now = sums_of(p, firsts, &p->sides[i], type, &arenas[i % 2]);
        if (before && has_restarted(p, before, now)) {
            s->n_restarts++;
            first = i;
        }
        before = now;
    }
    arena_release(&arenas[0]);
    arena_release(&arenas[1]);
    s->n_cut = first;
    p->sides += first;
    p->n_sides -= first;
}

// The same where samples have other tags, by which the numbers may move.
static bool same_sums(const struct profile *p, const struct heap_types *t, const uint32_t *firsts,
                      const struct side *a, const struct side *b)
{
    struct arena scratch = {0};
    bool same = true;
    for (int k = 0; k < 2 && same; k++) {
        uint32_t type = k ? t->bytes : t->objects;
        const int64_t *x = sums_of(p, firsts, a, type, &scratch);
        const int64_t *y = sums_of(p, firsts, b, type, &scratch);
        same = memcmp(x, y, p->n_samples * sizeof *x) == 0;
    }
    arena_release(&scratch);
    return same;
}

static bool same_heap(const struct profile *p, const struct heap_types *t, const uint32_t *firsts,
                      const struct side *a, const struct side *b)
{
    if (firsts)
        return same_sums(p, t, firsts, a, b);
    for (uint32_t i = 0; i < p->n_samples; i++) {
        const int64_t *x = a->values + (size_t)p->samples[i].row * p->n_sample_types;
        const int64_t *y = b->values + (size_t)p->samples[i].row * p->n_sample_types;
        if (x[t->objects] != y[t->objects] || x[t->bytes] != y[t->bytes])
            return false;
    }
    return true;
}

static void drop_repeats(struct profile *p, struct series *s, const uint32_t *firsts)
{
    struct heap_types t = heap_types(p);
    uint32_t kept = 0;
    if (t.objects == NO_INDEX || t.bytes == NO_INDEX)
        return;
    for (uint32_t i = 0; i < p->n_sides; i++)
        if (kept == 0 || !same_heap(p, &t, firsts, &p->sides[kept - 1], &p->sides[i]))
            p->sides[kept++] = p->sides[i];
    s->n_repeats = p->n_sides - kept;
    p->n_sides = kept;
}

struct series series_settle(struct profile *p)
{
    struct series s = {.n_read = p->n_sides};
    struct arena scratch = {0};
    const uint32_t *firsts = series_firsts(p, &scratch);
    sort_sides(p, &s);
    cut_at_restart(p, &s, firsts);
    drop_repeats(p, &s, firsts);
    arena_release(&scratch);
    return s;
}
