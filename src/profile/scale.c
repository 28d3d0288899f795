// SPDX-License-Identifier: Apache-2.0
#include "profile/scale.h"

#include <math.h>

#include "base/idmap.h"
#include "base/num.h"
#include "base/unit.h"

static bool all_ones(const double *ratios, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (ratios[i] != 1)
            return false;
    return true;
}

static bool scale_row(int64_t *values, const double *ratios, uint32_t n)
{
    bool keep = false;
    for (uint32_t i = 0; i < n; i++) {
        if (ratios[i] == 1)
            continue;
        values[i] = i64_cut(round((double)values[i] * ratios[i]));
        keep |= values[i] != 0;
    }
    return keep;
}

static bool scale_sides(struct profile *p, uint32_t row, const double *ratios)
{
    bool keep = false;
    for (uint32_t i = 0; i < p->n_sides; i++)
        if (row < p->sides[i].n_rows)
            keep |= scale_row(p->sides[i].values + (size_t)row * p->n_sample_types, ratios,
                              p->n_sample_types);
    return keep;
}

void profile_scale(struct profile *p, const double *ratios)
{
    uint32_t kept = 0;
    if (all_ones(ratios, p->n_sample_types))
        return;
    for (uint32_t i = 0; i < p->n_samples; i++) {
        int64_t *values = p->values + (size_t)p->samples[i].row * p->n_sample_types;
        bool keep = scale_row(values, ratios, p->n_sample_types);
        if (scale_sides(p, p->samples[i].row, ratios) || keep)
            p->samples[kept++] = p->samples[i];
    }
    p->n_samples = kept;
}

static bool same_string(const struct profile *a, str_id x, const struct profile *b, str_id y)
{
    return span_eq(profile_str(a, x), profile_str(b, y));
}

static bool same_value_type(const struct profile *a, struct value_type x, const struct profile *b,
                            struct value_type y)
{
    return same_string(a, x.type, b, y.type) && same_string(a, x.unit, b, y.unit);
}

static bool comparable(const struct profile *a, const struct profile *b)
{
    if (!same_value_type(a, a->period_type, b, b->period_type) ||
        a->n_sample_types != b->n_sample_types)
        return false;
    for (uint32_t i = 0; i < a->n_sample_types; i++)
        if (!same_value_type(a, a->sample_types[i], b, b->sample_types[i]))
            return false;
    return true;
}

static int64_t sum_of(const struct profile *p, uint32_t type)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < p->n_samples; i++)
        sum += sample_values(p, &p->samples[i])[type];
    return sum;
}

int profile_normalize(struct profile *p, const struct profile *base, double *ratios,
                      struct err *err)
{
    if (!comparable(p, base))
        return err_set(err, "cannot normalize: the base has other sample types");
    for (uint32_t i = 0; i < p->n_sample_types; i++) {
        int64_t sum = sum_of(p, i);
        ratios[i] = sum ? (double)sum_of(base, i) / (double)sum : 0;
    }
    profile_scale(p, ratios);
    return 0;
}

// By the name of each sample type the first index that has it.
static void index_types(const struct profile *p, struct idmap *first)
{
    idmap_init(first, 0);
    for (uint32_t i = 0; i < p->n_sample_types; i++)
        if (idmap_get(first, p->sample_types[i].type) == IDMAP_NONE)
            idmap_add(first, p->sample_types[i].type, i);
}

// Moves the values of n types, given by their old indices, together. Rows move to their sample's
// own place; that never overtakes a row not yet read, because samples stand in the order of their
// rows. Returns how many rows there are then.
static uint32_t move_values(const struct profile *p, int64_t *values, uint32_t n_rows,
                            const uint32_t *kept, uint32_t n)
{
    int64_t *row = arena_alloc(p->arena, n * sizeof *row);
    uint32_t i = 0;
    for (; i < p->n_samples && p->samples[i].row < n_rows; i++) {
        for (uint32_t j = 0; j < n; j++)
            row[j] = values[(size_t)p->samples[i].row * p->n_sample_types + kept[j]];
        memcpy(values + (size_t)i * n, row, n * sizeof *row);
    }
    return i;
}

void profile_keep_types(struct profile *p, const uint32_t *kept, uint32_t n)
{
    bool same = n == p->n_sample_types;
    for (uint32_t i = 0; i < n; i++)
        same &= kept[i] == i;
    if (same)
        return;
    struct value_type *types = arena_alloc(p->arena, n * sizeof *types);
    bool *overflow = p->overflow ? arena_alloc(p->arena, n * sizeof *overflow) : NULL;
    bool has_default = false;
    for (uint32_t i = 0; i < n; i++) {
        types[i] = p->sample_types[kept[i]];
        if (overflow)
            overflow[i] = p->overflow[kept[i]];
        has_default |= types[i].type == p->default_sample_type;
    }
    for (uint32_t i = 0; i < p->n_sides; i++) {
        struct side *side = &p->sides[i];
        side->n_rows = move_values(p, side->values, side->n_rows, kept, n);
    }
    move_values(p, p->values, UINT32_MAX, kept, n);
    for (uint32_t i = 0; i < p->n_samples; i++)
        p->samples[i].row = i;
    p->default_sample_type = has_default ? p->default_sample_type : types[0].type;
    p->sample_types = types;
    p->overflow = overflow;
    p->n_sample_types = n;
}

int profile_check_types(struct profile *p, struct err *err)
{
    uint32_t *kept = arena_alloc(p->arena, p->n_sample_types * sizeof *kept), n = 0;
    uint32_t *times = arena_zalloc(p->arena, p->n_sample_types, sizeof *times);
    struct idmap first;
    index_types(p, &first);
    for (uint32_t i = 0; i < p->n_sample_types; i++)
        times[idmap_get(&first, p->sample_types[i].type)]++;
    for (uint32_t i = 0; i < p->n_sample_types; i++)
        if (times[idmap_get(&first, p->sample_types[i].type)] == 1)
            kept[n++] = i;
    idmap_release(&first);
    if (n == 0)
        return err_set(err, "the profile has no sample types");
    profile_keep_types(p, kept, n);
    return 0;
}

static int keep_common_types(struct profile *a, struct profile *b, struct err *err)
{
    uint32_t *kept_a = arena_alloc(a->arena, a->n_sample_types * sizeof *kept_a);
    uint32_t *kept_b = arena_alloc(b->arena, a->n_sample_types * sizeof *kept_b);
    uint32_t n = 0;
    struct idmap first;
    index_types(b, &first);
    for (uint32_t i = 0; i < a->n_sample_types; i++) {
        str_id type = strtab_find(b->strings, profile_str(a, a->sample_types[i].type));
        uint32_t index = type == HASH_NONE ? IDMAP_NONE : idmap_get(&first, type);
        if (index == IDMAP_NONE)
            continue;
        kept_b[n] = index;
        kept_a[n++] = i;
    }
    idmap_release(&first);
    if (n == 0)
        return err_set(err, "the profiles have no sample type in common");
    profile_keep_types(a, kept_a, n);
    profile_keep_types(b, kept_b, n);
    return 0;
}

// Which ratios take both to the finer unit.
static int common_unit(struct profile *a, struct value_type *x, struct profile *b,
                       struct value_type *y, double *ratio_a, double *ratio_b, struct err *err)
{
    struct span type_a = profile_str(a, x->type), type_b = profile_str(b, y->type);
    struct span unit_a = profile_str(a, x->unit), unit_b = profile_str(b, y->unit);
    *ratio_a = *ratio_b = 1;
    if (!span_eq(type_a, type_b) || !unit_compatible(unit_a, unit_b))
        return err_set(err,
                       "incompatible types " SPAN_FMT "/" SPAN_FMT " and " SPAN_FMT "/" SPAN_FMT,
                       SPAN_ARG(type_a), SPAN_ARG(unit_a), SPAN_ARG(type_b), SPAN_ARG(unit_b));
    if (unit_scale(1, unit_b, unit_a).value < 1) {
        *ratio_a = unit_scale(1, unit_a, unit_b).value;
        x->unit = strtab_add(a->strings, unit_b);
    } else {
        *ratio_b = unit_scale(1, unit_b, unit_a).value;
        y->unit = strtab_add(b->strings, unit_a);
    }
    return 0;
}

int profile_conform(struct profile *a, struct profile *b, bool *a_changed, struct err *err)
{
    double period_a, period_b;
    const struct value_type *types = a->sample_types;
    if (keep_common_types(a, b, err))
        return -1;
    if (common_unit(a, &a->period_type, b, &b->period_type, &period_a, &period_b, err))
        return err_wrap(err, "period type");
    a->period = i64_cut((double)a->period * period_a);
    b->period = i64_cut((double)b->period * period_b);
    uint32_t n = a->n_sample_types;
    double *ratios_a = arena_alloc(a->arena, n * sizeof *ratios_a);
    double *ratios_b = arena_alloc(b->arena, n * sizeof *ratios_b);
    for (uint32_t i = 0; i < n; i++)
        if (common_unit(a, &a->sample_types[i], b, &b->sample_types[i], &ratios_a[i], &ratios_b[i],
                        err))
            return err_wrap(err, "sample types");
    *a_changed = a->sample_types != types || !all_ones(ratios_a, n);
    profile_scale(a, ratios_a);
    profile_scale(b, ratios_b);
    return 0;
}
