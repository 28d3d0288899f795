// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

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

// Adds a value without its sign; notes where the sum does not fit.
static void add_abs(int64_t *sum, int64_t v, bool *overflow)
{
    int64_t ignored;
    *overflow |= v == INT64_MIN || __builtin_add_overflow(*sum, i64_abs(v), &ignored);
    *sum = i64_add(*sum, i64_abs(v));
}

int64_t report_total(const struct profile *p, uint32_t value_index, bool mean)
{
    str_id key = strtab_find(p->strings, TAG_BASE_KEY);
    str_id value = strtab_find(p->strings, TAG_BASE_VALUE);
    bool marked = key != HASH_NONE && value != HASH_NONE;
    int64_t total = 0, div = 0, base_total = 0, base_div = 0;
    for (uint32_t i = 0; i < p->n_samples; i++) {
        int64_t v = i64_abs(sample_value(p, &p->samples[i], value_index));
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

// Whether a sum as of add_abs is far from the end, as most are: of magnitudes without their lowest
// bits, which need no test each.
static bool surely_fits(const struct profile *p, const int64_t *column, uint32_t type)
{
    enum { CUT = 32 };
    uint64_t high = 0;
    for (uint32_t i = 0; i < p->n_samples; i++) {
        int64_t v = column[sample_value_at(p, &p->samples[i], type)];
        high += ((uint64_t)(v < 0 ? -v : v) >> CUT) + 1; // 2^32 of them at most
    }
    return high <= INT64_MAX >> CUT;
}

static bool column_overflows(const struct profile *p, const int64_t *column, uint32_t type)
{
    bool overflow = false;
    int64_t sum = 0;
    if (surely_fits(p, column, type))
        return false;
    for (uint32_t i = 0; i < p->n_samples && !overflow; i++)
        add_abs(&sum, column[sample_value_at(p, &p->samples[i], type)], &overflow);
    return overflow;
}

bool report_overflows(const struct profile *p, uint32_t type, bool mean)
{
    bool overflow = (p->overflow && p->overflow[type]) || column_overflows(p, p->values, type) ||
                    (mean && column_overflows(p, p->values, 0));
    for (uint32_t i = 0; i < p->n_sides && !overflow; i++)
        overflow = column_overflows(p, p->sides[i].values, type);
    return overflow;
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
