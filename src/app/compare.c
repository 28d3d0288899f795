// SPDX-License-Identifier: Apache-2.0
#include "app/compare.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "profile/merge.h"
#include "profile/scale.h"
#include "profile/tag.h"

static void negate(struct profile *p)
{
    double *minus = arena_alloc(p->arena, p->n_sample_types * sizeof *minus);
    for (uint32_t i = 0; i < p->n_sample_types; i++)
        minus[i] = -1;
    profile_scale(p, minus);
}

// Samples stand in the order of their rows; of some rows there is no sample any more.
static size_t values_end(const struct profile *p)
{
    return p->n_samples ? ((size_t)p->samples[p->n_samples - 1].row + 1) * p->n_sample_types : 0;
}

// Notes which values were there before: none of p's, all of the negated base's.
static int add_before(struct profile *p, struct profile *base, struct err *err)
{
    bool changed;
    if (profile_conform(p, base, &changed, err))
        return -1;
    size_t n = values_end(base);
    p->before = arena_zalloc(p->arena, values_end(p), sizeof *p->before);
    base->before = arena_alloc(base->arena, n * sizeof *base->before);
    for (size_t i = 0; i < n; i++)
        base->before[i] = -base->values[i];
    return 0;
}

// Adds up the two sides, of which the base is negated.
static int add_sides(struct merger *m, struct profile *p, struct profile *base,
                     const struct comparing *how, struct sides *sides, struct err *err)
{
    if (how->mark)
        profile_mark_base(base);
    if (how->normalize && profile_normalize(p, base, sides->scales, err))
        return -1;
    negate(base);
    if (how->keep_sides && add_before(p, base, err))
        return -1;
    sides->period_before = base->period;
    sides->period_after = p->period;
    return merger_add(m, p, err) || merger_add(m, base, err) ? -1 : 0;
}

static void note_sides(struct profile *p, const struct sides *sides, bool normalized)
{
    p->sides.period_before = sides->period_before;
    p->sides.period_after = sides->period_after;
    if (normalized)
        p->sides.scales =
            arena_copy(p->arena, sides->scales, p->n_sample_types, sizeof *sides->scales);
}

int compare_profiles(struct profile *p, struct profile *base, const struct comparing *how,
                     struct err *err)
{
    struct merger *m = merger_new();
    struct sides sides = {.scales = xcalloc(p->n_sample_types, sizeof *sides.scales)};
    int status = add_sides(m, p, base, how, &sides, err);
    profile_release(p);
    profile_release(base);
    if (status) {
        merger_abort(m);
        err_wrap(err, "cannot compare");
    } else {
        merger_finish(m, p);
        if (how->keep_sides)
            note_sides(p, &sides, how->normalize);
    }
    free(sides.scales);
    return status;
}
