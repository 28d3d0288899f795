// SPDX-License-Identifier: Apache-2.0
#include "profile/profile.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/xalloc.h"

void profile_init(struct profile *p)
{
    *p = (struct profile){.arena = xcalloc(1, sizeof *p->arena)};
    p->strings = arena_alloc(p->arena, sizeof *p->strings);
    strtab_init(p->strings, p->arena, NULL);
}

void profile_release(struct profile *p)
{
    if (!p->arena)
        return;
    strtab_release(p->strings);
    arena_release(p->arena);
    free(p->arena);
    *p = (struct profile){0};
}

// Two at a time, since how many there are cannot be foreseen.
uint32_t sample_shared(const struct profile *p, const struct sample *a, const struct sample *b)
{
    uint32_t n = 0, most = a->n_frames < b->n_frames ? a->n_frames : b->n_frames;
    if (most == 0)
        return 0;
    const uint32_t *x = p->frames + a->frame + a->n_frames;
    const uint32_t *y = p->frames + b->frame + b->n_frames;
    for (; most - n >= 2; n += 2) {
        bool outer = *(x - 1 - n) == *(y - 1 - n), inner = *(x - 2 - n) == *(y - 2 - n);
        if (!(outer & inner))
            return n + outer;
    }
    return n + (n < most && *(x - 1 - n) == *(y - 1 - n));
}

void profile_drop_unchanged(struct profile *p)
{
    const struct table_counts *n = &p->changed;
    if (p->n_sides == 0)
        return;
    p->n_samples = n->samples;
    p->n_mappings = n->mappings;
    p->n_locations = n->locations;
    p->n_lines = n->lines;
    p->n_functions = n->functions;
}

static uint32_t find_type(const struct profile *p, struct span name)
{
    struct span short_name =
        span_starts(name, SPAN("inuse_")) ? span_from(name, strlen("inuse_")) : name;
    for (uint32_t i = 0; i < p->n_sample_types; i++) {
        struct span type = profile_str(p, p->sample_types[i].type);
        if (span_eq(type, name) || span_eq(type, short_name))
            return i;
    }
    return NO_INDEX;
}

static uint32_t default_type(const struct profile *p)
{
    for (uint32_t i = 0; p->default_sample_type && i < p->n_sample_types; i++)
        if (p->sample_types[i].type == p->default_sample_type)
            return i;
    return p->n_sample_types - 1;
}

static void unknown_type(const struct profile *p, struct span name, struct err *err)
{
    struct buf types = {0};
    for (uint32_t i = 0; i < p->n_sample_types; i++)
        buf_printf(&types, "%s" SPAN_FMT, i ? ", " : "",
                   SPAN_ARG(profile_str(p, p->sample_types[i].type)));
    err_set(err, "unknown sample type '" SPAN_FMT "': the profile has %s (0 to %u)", SPAN_ARG(name),
            buf_cstr(&types), p->n_sample_types - 1);
    buf_release(&types);
}

uint32_t profile_sample_index(const struct profile *p, struct span name, struct err *err)
{
    if (p->n_sample_types == 0) {
        err_set(err, "the profile has no sample types");
        return NO_INDEX;
    }
    if (name.n == 0)
        return default_type(p);
    int64_t number;
    uint32_t index;
    if (num_parse_i64(name, &number))
        index = number >= 0 && number < p->n_sample_types ? (uint32_t)number : NO_INDEX;
    else
        index = find_type(p, name);
    if (index == NO_INDEX)
        unknown_type(p, name, err);
    return index;
}

bool label_is_first(const struct label *labels, uint32_t i)
{
    for (uint32_t j = 0; j < i; j++)
        if (labels[j].key == labels[i].key &&
            label_is_number(&labels[j]) == label_is_number(&labels[i]))
            return false;
    return true;
}

bool labels_have_units(const struct label *labels, uint32_t n, str_id key)
{
    for (uint32_t i = 0; i < n; i++)
        if (labels[i].key == key && labels[i].kind == LABEL_NUM_UNIT)
            return true;
    return false;
}

void profile_add_comment(struct profile *p, struct arena *arena, struct span text)
{
    str_id *comments = arena_alloc(arena, (p->n_comments + 1) * sizeof *comments);
    if (p->n_comments)
        memcpy(comments, p->comments, p->n_comments * sizeof *comments);
    comments[p->n_comments++] = strtab_add(p->strings, text);
    p->comments = comments;
}
