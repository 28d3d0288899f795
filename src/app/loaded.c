// SPDX-License-Identifier: Apache-2.0
#include "app/loaded.h"

#include <stdlib.h>

#include "base/xalloc.h"

struct loaded *loaded_new(void)
{
    struct loaded *l = xcalloc(1, sizeof *l);
    atomic_init(&l->refs, 1);
    return l;
}

void loaded_take(struct loaded *l, struct profile *p)
{
    struct profile plain = *p;
    l->profile = *p;
    *p = (struct profile){0};
    l->units = l->plain_units = tag_units_of(&l->profile, &l->arena);
    if (plain.n_sides) {
        profile_drop_unchanged(&plain);
        l->plain_units = tag_units_of(&plain, &l->arena);
    }
}

struct loaded *loaded_share(const struct loaded *l)
{
    struct loaded *fresh = loaded_new();
    fresh->owner = loaded_ref(l->owner ? l->owner : l);
    fresh->profile = l->profile;
    fresh->units = l->units;
    fresh->plain_units = l->plain_units;
    fresh->series = l->series;
    fresh->memstats = l->memstats;
    fresh->beside = l->beside ? loaded_ref(l->beside) : NULL;
    fresh->sources = l->sources;
    fresh->bases = l->bases;
    fresh->n_skipped = l->n_skipped;
    fresh->cache = l->cache;
    return fresh;
}

const struct loaded *loaded_ref(const struct loaded *l)
{
    atomic_fetch_add(&((struct loaded *)l)->refs, 1);
    return l;
}

void loaded_unref(const struct loaded *l)
{
    struct loaded *mine = (struct loaded *)l;
    if (!mine || atomic_fetch_sub(&mine->refs, 1) > 1)
        return;
    loaded_unref(mine->beside);
    if (mine->owner) {
        loaded_unref(mine->owner);
    } else {
        cache_free(mine->cache);
        profile_release(&mine->profile);
    }
    arena_release(&mine->arena);
    free(mine);
}

void loaded_drop(const struct loaded *l, const struct job *job)
{
    if (l && !l->owner && l->profile.arena && atomic_load(&l->refs) == 1)
        arena_give_back(l->profile.arena, job);
    loaded_unref(l);
}
