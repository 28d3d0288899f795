// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

#include "profile/parts.h"
#include "profile/tag.h"

static bool is_diff_base(const struct profile *p, const struct sample *s, str_id key, str_id value)
{
    for (uint32_t i = 0; i < s->n_labels; i++) {
        const struct label *l = &p->labels[s->label + i];
        if (l->kind == LABEL_STR && l->key == key && l->value == value)
            return true;
    }
    return false;
}

// What the values of a type add up to without their signs. The least number's is that of the
// largest.
struct magnitude {
    unsigned __int128 sum;
    bool fits; // so far as single values do
};

struct magnitudes {
    const struct profile *p;
    const int64_t *column;
    uint32_t type;
    unsigned n_parts;
    struct magnitude *parts;
};

static void add_magnitudes(void *context, unsigned part)
{
    const struct magnitudes *m = context;
    struct sample_range range = sample_range(m->p, part, m->n_parts);
    struct magnitude sum = {0, true};
    for (uint32_t i = range.first; i < range.end; i++) {
        int64_t v = m->column[sample_value_at(m->p, &m->p->samples[i], m->type)];
        sum.fits &= v != INT64_MIN;
        sum.sum += (uint64_t)i64_abs(v);
    }
    m->parts[part] = sum;
}

static struct magnitude magnitude_of(const struct profile *p, const int64_t *column, uint32_t type,
                                     const struct job *job)
{
    enum { PARTS_MAX = 8 };
    struct magnitude parts[PARTS_MAX], all = {0, true};
    unsigned n_parts = sample_parts(p, 0, job);
    struct magnitudes m = {p, column, type, n_parts < PARTS_MAX ? n_parts : PARTS_MAX, parts};
    parallel_run(job, m.n_parts, add_magnitudes, &m);
    for (unsigned i = 0; i < m.n_parts; i++) {
        all.sum += parts[i].sum;
        all.fits &= parts[i].fits;
    }
    return all;
}

static int64_t weigh_marked(const struct profile *p, uint32_t type, bool mean)
{
    str_id key = strtab_find(p->strings, TAG_BASE_KEY);
    str_id value = strtab_find(p->strings, TAG_BASE_VALUE);
    bool marked = key != HASH_NONE && value != HASH_NONE;
    int64_t total = 0, div = 0, base_total = 0, base_div = 0;
    for (uint32_t i = 0; i < p->n_samples; i++) {
        int64_t v = i64_abs(sample_value(p, &p->samples[i], type));
        int64_t d = mean ? sample_value(p, &p->samples[i], 0) : 0;
        total = i64_add(total, v);
        div = i64_add(div, d);
        if (marked && is_diff_base(p, &p->samples[i], key, value)) {
            base_total = i64_add(base_total, v);
            base_div = i64_add(base_div, d);
        }
    }
    if (base_total > 0) {
        total = base_total;
        div = base_div;
    }
    return div ? i64_div(total, div) : total;
}

static bool is_magnitude(const struct profile *p, bool mean)
{
    return !mean && strtab_find(p->strings, TAG_BASE_KEY) == HASH_NONE;
}

static int64_t cut_magnitude(const struct magnitude *m)
{
    return m->sum < INT64_MAX ? (int64_t)m->sum : INT64_MAX;
}

int64_t report_total(const struct profile *p, uint32_t type, bool mean, const struct job *job)
{
    if (!is_magnitude(p, mean))
        return weigh_marked(p, type, mean);
    struct magnitude m = magnitude_of(p, p->values, type, job);
    return cut_magnitude(&m);
}

static bool too_large(const struct magnitude *m)
{
    return !m->fits || m->sum > INT64_MAX;
}

static bool column_overflows(const struct profile *p, const int64_t *column, uint32_t type,
                             const struct job *job)
{
    struct magnitude m = magnitude_of(p, column, type, job);
    return too_large(&m);
}

// Whether what else there is than the values of the type does not fit.
static bool others_overflow(const struct profile *p, uint32_t type, bool mean,
                            const struct job *job)
{
    bool overflow =
        (p->overflow && p->overflow[type]) || (mean && column_overflows(p, p->values, 0, job));
    for (uint32_t i = 0; i < p->n_sides && !overflow; i++)
        overflow = column_overflows(p, p->sides[i].values, type, job);
    return overflow;
}

bool report_overflows(const struct profile *p, uint32_t type, bool mean, const struct job *job)
{
    return column_overflows(p, p->values, type, job) || others_overflow(p, type, mean, job);
}

int64_t report_weigh(const struct profile *p, uint32_t type, bool mean, const struct job *job,
                     bool *overflows)
{
    struct magnitude m = magnitude_of(p, p->values, type, job);
    *overflows = too_large(&m) || others_overflow(p, type, mean, job);
    return is_magnitude(p, mean) ? cut_magnitude(&m) : weigh_marked(p, type, mean);
}

static int64_t least_value(const struct graph *g)
{
    int64_t least = 0;
    for (uint32_t i = 0; i < g->n_shown; i++) {
        const struct node *n = &g->nodes[g->shown[i]];
        int64_t v = i64_abs(node_flat(n));
        v = v ? v : i64_abs(node_cum(n));
        if (v > 0 && (least == 0 || v < least))
            least = v;
    }
    return least;
}

struct span report_common_unit(const struct report *r, int64_t least, int64_t most,
                               struct span from)
{
    const struct report_options *o = &r->options;
    struct span minimum = SPAN("minimum");
    least = least ? least : most;
    if (o->ratio > 0 && o->ratio != 1) {
        least = i64_cut((double)least * o->ratio);
        most = i64_cut((double)most * o->ratio);
    }
    struct span unit = unit_scale(least, from, minimum).unit;
    struct span most_unit = unit_scale(most, from, minimum).unit;
    // Two units apart: a larger one is fine as long as the least value shows as 0.01 of it.
    if (!span_eq(unit, most_unit) && least * 100 < most && !o->whole_numbers)
        unit = unit_scale(100 * least, from, minimum).unit;
    return unit.n ? unit : from;
}

struct span report_shown_unit(const struct report *r, const struct graph *g)
{
    const struct report_options *o = &r->options;
    if (!span_eq(o->output_unit, SPAN("minimum")) || g->n_shown == 0)
        return o->output_unit;
    return report_common_unit(r, least_value(g), r->total, o->unit);
}

uint32_t report_sides(const struct report *r)
{
    bool wanted = r->options.sides && !r->series && !r->options.mean && !r->options.call_tree;
    return wanted ? r->profile->n_sides : 0;
}

int64_t report_side_total(const struct report *r, const int64_t *side)
{
    const struct profile *p = r->profile;
    int64_t total = 0;
    for (uint32_t i = 0; i < p->n_samples; i++)
        total = i64_add(total, side[sample_value_at(p, &p->samples[i], r->options.value_index)]);
    return total;
}
