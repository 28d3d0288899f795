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
        sum = i64_add(sum, sample_values(p, &p->samples[i])[type]);
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

// Sample types by name. Several may have one, and are taken in turn.
struct type_names {
    struct idmap first; // the first index of each name
    uint32_t *next;     // by index: the next of the same name, or NO_INDEX
    uint32_t *turn;     // by first index: whose turn it is, or NO_INDEX: all were taken
};

static void index_types(const struct profile *p, struct type_names *names)
{
    uint32_t n = p->n_sample_types;
    uint32_t *last = arena_alloc(p->arena, n * sizeof *last); // by first index
    names->next = arena_alloc(p->arena, n * sizeof *names->next);
    names->turn = arena_alloc(p->arena, n * sizeof *names->turn);
    idmap_init(&names->first, 0);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t first = idmap_get(&names->first, p->sample_types[i].type);
        names->next[i] = NO_INDEX;
        if (first == IDMAP_NONE)
            idmap_add(&names->first, p->sample_types[i].type, i);
        else
            names->next[last[first]] = i;
        last[first == IDMAP_NONE ? i : first] = i;
        names->turn[i] = i;
    }
}

static uint32_t take_type(struct type_names *names, str_id name)
{
    uint32_t first = name == HASH_NONE ? IDMAP_NONE : idmap_get(&names->first, name);
    uint32_t index = first == IDMAP_NONE ? NO_INDEX : names->turn[first];
    if (index != NO_INDEX)
        names->turn[first] = names->next[index];
    return index;
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
    // The default is the last type where none is named; it stays by its name.
    str_id usual = p->default_sample_type ? p->default_sample_type
                                          : p->sample_types[p->n_sample_types - 1].type;
    bool has_default = false;
    for (uint32_t i = 0; i < n; i++) {
        types[i] = p->sample_types[kept[i]];
        if (overflow)
            overflow[i] = p->overflow[kept[i]];
        has_default |= types[i].type == usual;
    }
    for (uint32_t i = 0; i < p->n_sides; i++) {
        struct side *side = &p->sides[i];
        side->n_rows = move_values(p, side->values, side->n_rows, kept, n);
    }
    move_values(p, p->values, UINT32_MAX, kept, n);
    for (uint32_t i = 0; i < p->n_samples; i++)
        p->samples[i].row = i;
    p->default_sample_type = has_default ? usual : types[0].type;
    p->sample_types = types;
    p->overflow = overflow;
    p->n_sample_types = n;
}

static int keep_common_types(struct profile *a, struct profile *b, struct err *err)
{
    uint32_t *kept_a = arena_alloc(a->arena, a->n_sample_types * sizeof *kept_a);
    uint32_t *kept_b = arena_alloc(b->arena, a->n_sample_types * sizeof *kept_b);
    uint32_t n = 0;
    struct type_names names;
    index_types(b, &names);
    for (uint32_t i = 0; i < a->n_sample_types; i++) {
        struct span name = profile_str(a, a->sample_types[i].type);
        uint32_t index = take_type(&names, strtab_find(b->strings, name));
        if (index == NO_INDEX)
            continue;
        kept_b[n] = index;
        kept_a[n++] = i;
    }
    idmap_release(&names.first);
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
    bool unnamed = b->default_sample_type == 0;
    if (keep_common_types(a, b, err))
        return -1;
    if (unnamed)
        b->default_sample_type = 0; // a's counts
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
