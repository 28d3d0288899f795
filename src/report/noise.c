// SPDX-License-Identifier: Apache-2.0
#include "report/noise.h"

#include <math.h>

#include "base/unit.h"

static bool is_type(const struct profile *p, struct value_type t, const char *type,
                    const char *unit)
{
    return span_eq(profile_str(p, t.type), span_of(type)) &&
           unit_compatible(profile_str(p, t.unit), span_of(unit));
}

static uint32_t find_type(const struct profile *p, const char *type, const char *unit)
{
    for (uint32_t i = 0; i < p->n_sample_types; i++)
        if (is_type(p, p->sample_types[i], type, unit))
            return i;
    return NO_INDEX;
}

static const struct side *side_of(const struct profile *p, uint32_t side)
{
    return &p->sides[side == SIDE_BEFORE ? 0 : p->n_sides - 1];
}

// What normalising multiplied the values of a side by; 0 where nothing is left of them.
static double scale_of(const struct profile *p, uint32_t side, uint32_t type)
{
    return p->n_sides && side_of(p, side)->scales ? side_of(p, side)->scales[type] : 1;
}

static void fill_rates(const struct profile *p, struct noise *n, double factor)
{
    for (uint32_t side = 0; side < N_COMPARED; side++) {
        n->rate[side] = (double)(p->n_sides ? side_of(p, side)->period : p->period) * factor;
        if (n->rate[side] <= 0)
            n->kind = NOISE_UNKNOWN;
    }
}

static double factor_to(const struct profile *p, str_id from, struct span to)
{
    return unit_scale(1, profile_str(p, from), to).value;
}

static struct noise heap_noise(const struct profile *p, uint32_t type)
{
    static const char *const pairs[][2] = {
        {"alloc_objects", "alloc_space"}, {"inuse_objects", "inuse_space"}, {"objects", "space"}};
    struct noise n = {.kind = NOISE_UNKNOWN, .type = type};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs && n.kind == NOISE_UNKNOWN; i++) {
        n.objects = find_type(p, pairs[i][0], "count");
        n.space = find_type(p, pairs[i][1], "bytes");
        bool is_pair = n.objects != NO_INDEX && n.space != NO_INDEX;
        if (is_pair && (type == n.objects || type == n.space))
            n.kind = NOISE_HEAP;
    }
    if (n.kind == NOISE_HEAP)
        fill_rates(p, &n, factor_to(p, p->period_type.unit, SPAN("bytes")));
    if (n.kind == NOISE_HEAP && n.rate[SIDE_BEFORE] == 1 && n.rate[SIDE_AFTER] == 1)
        n.kind = NOISE_NONE;
    return n;
}

static struct noise cpu_noise(const struct profile *p, uint32_t type)
{
    struct noise n = {.kind = NOISE_UNKNOWN, .type = type};
    struct value_type t = p->sample_types[type];
    if (is_type(p, t, "cpu", "nanoseconds")) {
        n.kind = NOISE_CPU;
        fill_rates(p, &n, factor_to(p, p->period_type.unit, profile_str(p, t.unit)));
    } else if (is_type(p, t, "samples", "count")) {
        n.kind = NOISE_CPU;
        n.rate[SIDE_BEFORE] = n.rate[SIDE_AFTER] = 1;
    }
    return n;
}

static struct noise kind_of(const struct profile *p, uint32_t type)
{
    if (is_type(p, p->period_type, "space", "bytes"))
        return heap_noise(p, type);
    if (is_type(p, p->period_type, "cpu", "nanoseconds"))
        return cpu_noise(p, type);
    return (struct noise){.kind = NOISE_UNKNOWN, .type = type};
}

struct noise noise_of(const struct profile *p, uint32_t type)
{
    struct noise n = kind_of(p, type);
    for (uint32_t side = 0; side < N_COMPARED; side++)
        n.scale[side] = scale_of(p, side, type);
    return n;
}

const int64_t *side_column(const struct profile *p, uint32_t side)
{
    if (p->n_sides)
        return side_of(p, side)->values;
    return side == SIDE_BEFORE ? NULL : p->values;
}

static void add_heap(const struct noise *n, double rate, double objects, double bytes,
                     double *variance, double *hits)
{
    if (objects == 0 && bytes == 0)
        return;
    *hits = bytes / rate;
    if (objects == 0) {
        *variance = n->type == n->space ? bytes * rate : 0;
        return;
    }
    double size = fmax(bytes / objects, 1); // what has no size is never recorded
    *variance = objects / expm1(size / rate) * (n->type == n->space ? size * size : 1);
}

static double unscaled(int64_t value, double scale)
{
    return scale != 0 ? fabs((double)value / scale) : 0;
}

struct noise_column noise_column(const struct profile *p, const struct noise *n, uint32_t side,
                                 struct arena *arena)
{
    const int64_t *column = side_column(p, side);
    bool heap = n->kind == NOISE_HEAP;
    double scale = scale_of(p, side, n->type), rate = n->rate[side];
    double scale_objects = heap ? scale_of(p, side, n->objects) : 1;
    double scale_space = heap ? scale_of(p, side, n->space) : 1;
    double bytes = heap ? factor_to(p, p->sample_types[n->space].unit, SPAN("bytes")) : 1;
    // From bytes and unscaled values back to those of the column.
    double unit = n->type == n->space && heap ? scale / bytes : scale;
    struct noise_column out = {arena_zalloc(arena, p->n_samples, sizeof(double)),
                               arena_zalloc(arena, p->n_samples, sizeof(double))};
    for (uint32_t i = 0; i < p->n_samples; i++) {
        const int64_t *row = column + (size_t)p->samples[i].row * p->n_sample_types;
        if (heap) {
            add_heap(n, rate, unscaled(row[n->objects], scale_objects),
                     unscaled(row[n->space], scale_space) * bytes, &out.variance[i], &out.hits[i]);
        } else {
            out.hits[i] = unscaled(row[n->type], scale) / rate;
            out.variance[i] = out.hits[i] * rate * rate;
        }
        out.variance[i] *= unit * unit;
    }
    return out;
}

double *noise_variances(const struct profile *p, const struct noise *n, struct arena *arena)
{
    double *sum = noise_column(p, n, SIDE_AFTER, arena).variance;
    const double *more = p->n_sides ? noise_column(p, n, SIDE_BEFORE, arena).variance : NULL;
    for (uint32_t i = 0; more && i < p->n_samples; i++)
        sum[i] += more[i];
    return sum;
}

double noise_deviate(double alpha)
{
    double low = 0, high = 40; // beyond this the probability is not a double any more
    for (int i = 0; i < 100; i++) {
        double middle = (low + high) / 2;
        if (erfc(middle / sqrt(2)) / 2 > alpha)
            low = middle;
        else
            high = middle;
    }
    return low;
}
