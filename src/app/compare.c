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

// Where the base has nothing of a type, scaling to it leaves nothing either.
static void note_nothing(const struct profile *p, const double *scales, const struct job *job)
{
    struct buf types = {0};
    for (uint32_t i = 0; i < p->n_sample_types && types.n < 200; i++)
        if (scales[i] == 0)
            buf_printf(&types, "%s" SPAN_FMT, types.n ? ", " : "",
                       SPAN_ARG(profile_str(p, p->sample_types[i].type)));
    if (types.n) {
        struct buf note = {0};
        buf_printf(&note, "normalize: the base or the profile has nothing of %s, which becomes 0",
                   buf_cstr(&types));
        job_note(job, buf_cstr(&note));
        buf_release(&note);
    }
    buf_release(&types);
}

// Adds up the two sides, of which the base is negated and the other released.
static int add_sides(struct merger *m, struct profile *p, struct profile *base,
                     const struct comparing *how, double *scales, struct err *err)
{
    if (how->mark)
        profile_mark_base(base);
    if (how->normalize && profile_normalize(p, base, scales, err))
        return -1;
    if (how->normalize)
        note_nothing(p, scales, how->job);
    negate(base);
    int status =
        how->keep_sides ? merger_add_side(m, p, SIDE_AFTER, 1, err) : merger_add(m, p, err);
    profile_release(p); // before as much memory is taken for the base
    if (status)
        return -1;
    return how->keep_sides ? merger_add_side(m, base, SIDE_BEFORE, -1, err)
                           : merger_add(m, base, err);
}

int compare_profiles(struct profile *p, struct profile *base, const struct comparing *how,
                     struct err *err)
{
    struct merger *m = merger_new_sided(how->keep_sides ? 2 : 0, how->job);
    double *scales = xcalloc(p->n_sample_types, sizeof *scales);
    int status = add_sides(m, p, base, how, scales, err);
    profile_release(p);
    profile_release(base);
    if (status) {
        merger_abort(m);
        err_wrap(err, "cannot compare");
    } else {
        merger_finish(m, p);
        if (how->keep_sides && how->normalize)
            p->sides[SIDE_AFTER].scales =
                arena_copy(p->arena, scales, p->n_sample_types, sizeof *scales);
    }
    free(scales);
    return status;
}
