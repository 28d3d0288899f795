// SPDX-License-Identifier: Apache-2.0
#include "report/gate.h"

#include <math.h>
#include <stdlib.h>

#include "graph/sums.h"
#include "report/memstats.h"
#include "report/noise.h"
#include "report/trend.h"

// What is summed of one side of one sample type.
struct side_sums {
    struct node_sums values, counts; // counts: of a mean
    struct node_reals variance, hits;
    struct noise_column by_sample;
};

// All of a sample type that gates ask for.
struct type_sums {
    bool ready, overflow;
    struct noise noise;
    struct side_sums sides[N_COMPARED];
};

struct judge {
    const struct report *r;
    struct node_table *table;
    const struct gate_options *options;
    struct type_sums *types; // by sample type
    struct trend **trends;   // of a series, by sample type: NULL where no gate was on it
    struct err *err;
};

// One side of what a gate is about.
struct amount {
    double value, variance, hits;
    double weight; // of a hit, but for the size of objects
};

static void sum_side(struct judge *j, struct type_sums *sums, uint32_t type, uint32_t side)
{
    const struct report *r = j->r;
    const struct profile *p = r->profile;
    const int64_t *column = side_column(p, side);
    struct side_sums *s = &sums->sides[side];
    if (!column)
        return;
    s->values = sums_column(j->table, p, column, type, r->arena);
    if (r->options.mean)
        s->counts = sums_column(j->table, p, column, 0, r->arena);
    if (!noise_is_known(&sums->noise))
        return;
    s->by_sample = noise_column(p, &sums->noise, side, r->arena);
    s->variance = sums_reals(j->table, p, s->by_sample.variance, r->arena);
    s->hits = sums_reals(j->table, p, s->by_sample.hits, r->arena);
}

static struct type_sums *sums_of(struct judge *j, uint32_t type)
{
    struct type_sums *sums = &j->types[type];
    if (sums->ready)
        return sums;
    sums->ready = true;
    sums->overflow = report_overflows(j->r->profile, type, j->r->options.mean, j->r->job);
    if (j->options->confidence > 0 && !j->r->options.mean)
        sums->noise = noise_of(j->r->profile, type);
    sum_side(j, sums, type, SIDE_BEFORE);
    sum_side(j, sums, type, SIDE_AFTER);
    return sums;
}

static double quotient(const struct judge *j, int64_t value, int64_t count)
{
    double v = (double)value * j->r->options.ratio;
    return j->r->options.mean && count ? v / (double)count : v;
}

static double hit_weight(const struct type_sums *sums, uint32_t side)
{
    return sums->noise.rate[side] * sums->noise.scale[side];
}

static struct amount node_amount(const struct judge *j, const struct type_sums *sums, uint32_t side,
                                 uint32_t node, bool cum)
{
    const struct side_sums *s = &sums->sides[side];
    double ratio = j->r->options.ratio;
    struct amount a = {.weight = hit_weight(sums, side)};
    if (!s->values.flat)
        return a;
    int64_t count = !s->counts.flat ? 0 : cum ? s->counts.cum[node] : s->counts.flat[node];
    a.value = quotient(j, cum ? s->values.cum[node] : s->values.flat[node], count);
    if (s->variance.flat) {
        a.variance = (cum ? s->variance.cum[node] : s->variance.flat[node]) * ratio * ratio;
        a.hits = cum ? s->hits.cum[node] : s->hits.flat[node];
    }
    return a;
}

// Of the samples that the mask has; of all where it is NULL.
static struct amount mask_amount(const struct judge *j, const struct type_sums *sums, uint32_t type,
                                 uint32_t side, const bool *mask)
{
    const struct profile *p = j->r->profile;
    const struct side_sums *s = &sums->sides[side];
    const int64_t *column = side_column(p, side);
    double ratio = j->r->options.ratio;
    struct amount a = {.weight = hit_weight(sums, side)};
    int64_t value = 0, count = 0;
    for (uint32_t i = 0; column && i < p->n_samples; i++) {
        const int64_t *row = column + (size_t)p->samples[i].row * p->n_sample_types;
        if (mask && !mask[i])
            continue;
        value += row[type];
        count += row[0];
        a.variance += s->by_sample.variance ? s->by_sample.variance[i] * ratio * ratio : 0;
        a.hits += s->by_sample.hits ? s->by_sample.hits[i] : 0;
    }
    a.value = quotient(j, value, count);
    return a;
}

// How far a side may be from its value with the probability alpha. One without samples has a bound:
// that many hits of the other side's weight.
static double margin_of(const struct amount *a, const struct amount *other, double alpha)
{
    if (a->hits > 0)
        return noise_deviate(alpha) * sqrt(a->variance);
    if (other->hits <= 0 || other->weight <= 0)
        return 0;
    return -log(alpha) * fabs(other->value) / other->hits * (a->weight / other->weight);
}

static bool wants_more(const struct gate *g)
{
    return g->relation == GATE_ABOVE || g->relation == GATE_AT_LEAST;
}

static bool compare(enum gate_relation relation, double beyond)
{
    return relation == GATE_AT_LEAST || relation == GATE_AT_MOST ? beyond >= 0 : beyond > 0;
}

// Compares after − factor·before with an absolute limit. Margins of the two sides add as squares:
// Zou and Donner, Construction of confidence limits about effect measures, Stat. Med. 27 (2008).
static struct gate_item judge_item(const struct gate *g, double limit, const struct amount *before,
                                   const struct amount *after, bool noise, double alpha)
{
    double share = g->percent ? limit / 100 : 0;
    double factor = g->percent ? share + (g->growth ? 1 : 0) : g->growth ? 1 : 0;
    double growth = after->value - before->value;
    struct gate_item item = {.before = before->value, .after = after->value};
    item.is_new = g->percent && before->value == 0 && after->value != 0;
    item.value = g->growth ? growth : after->value;
    if (g->percent)
        item.value = before->value != 0 ? item.value / fabs(before->value) * 100 : 0;
    item.beyond = after->value - factor * before->value - (g->percent ? 0 : limit);
    if (g->percent && before->value == 0 && after->value == 0)
        item.beyond = -limit; // nothing has no share: 0 %
    item.beyond = wants_more(g) ? item.beyond : -item.beyond;
    if (!compare(g->relation, item.beyond))
        return item;
    item.verdict = GATE_FIRED;
    if (!noise)
        return item;
    // A side without samples can only be larger than it seems.
    bool more = wants_more(g);
    double a = more && after->hits == 0 ? 0 : margin_of(after, before, alpha);
    double b = !more && before->hits == 0 ? 0 : factor * margin_of(before, after, alpha);
    item.margin = sqrt(a * a + b * b);
    if (item.beyond <= item.margin)
        item.verdict = GATE_WITHIN_NOISE;
    return item;
}

static double blame(const struct gate *g, const struct gate_item *item)
{
    double score = gate_needs_base(g) ? item->after - item->before : item->after;
    return wants_more(g) ? score : -score;
}

struct ranking {
    const struct gate *gate;
    bool any; // each function was judged by itself
};

static int cmp_items(const void *a, const void *b, void *context)
{
    const struct gate_item *x = a, *y = b;
    const struct ranking *ranking = context;
    double sx = ranking->any ? x->beyond : blame(ranking->gate, x);
    double sy = ranking->any ? y->beyond : blame(ranking->gate, y);
    if (x->verdict != y->verdict && ranking->any)
        return x->verdict == GATE_FIRED ? -1 : y->verdict == GATE_FIRED ? 1 : 0;
    return sx != sy ? (sx > sy ? -1 : 1) : span_cmp(x->name, y->name);
}

typedef VEC(struct gate_item) item_list;

static void keep_worst(struct gate_result *result, item_list *items, bool any)
{
    struct ranking ranking = {result->gate, any};
    if (items->n)
        qsort_r(items->at, items->n, sizeof *items->at, cmp_items, &ranking);
    result->items = items->at;
    result->n_items = (uint32_t)(items->n < GATE_ITEMS ? items->n : GATE_ITEMS);
}

// The functions behind a sum: those that are wanted, or all where that is NULL.
static void add_blamed(struct judge *j, struct gate_result *result, const struct type_sums *sums,
                       const bool *wanted, bool cum)
{
    item_list items = {0};
    for (uint32_t i = 0; i < j->table->infos.n; i++) {
        if (wanted && !wanted[i])
            continue;
        struct amount before = node_amount(j, sums, SIDE_BEFORE, i, cum);
        struct amount after = node_amount(j, sums, SIDE_AFTER, i, cum);
        struct gate_item item = {.before = before.value, .after = after.value};
        if (blame(result->gate, &item) <= 0)
            continue;
        item.name = node_name(j->table, i);
        item.node = i;
        *vec_push(j->r->arena, &items) = item;
    }
    keep_worst(result, &items, false);
}

static int match_nodes(struct judge *j, const struct gate *g, bool *wanted)
{
    struct regex *re = regex_new(g->pattern, j->err);
    if (!re)
        return -1;
    for (uint32_t i = 0; i < j->table->infos.n; i++)
        wanted[i] = regex_match(re, node_name(j->table, i));
    int status = regex_check(re, j->err);
    regex_free(re);
    return status;
}

static bool any_sample(const struct judge *j, const bool *mask)
{
    for (uint32_t i = 0; i < j->r->profile->n_samples; i++)
        if (mask[i])
            return true;
    return false;
}

static bool uses_noise(const struct judge *j, const struct type_sums *sums)
{
    return j->options->confidence > 0 && noise_is_known(&sums->noise);
}

// A sum: all samples, or those of the functions that match.
static int judge_sum(struct judge *j, struct gate_result *result, struct type_sums *sums,
                     uint32_t type)
{
    const struct gate *g = result->gate;
    bool *wanted = NULL, *mask = NULL;
    if (g->subject != GATE_TOTAL) {
        wanted = arena_zalloc(j->r->arena, j->table->infos.n, sizeof *wanted);
        if (match_nodes(j, g, wanted))
            return -1;
        mask = sums_mask(j->table, j->r->profile, wanted, g->subject == GATE_FLAT, j->r->arena);
        if (!j->options->allow_empty && !any_sample(j, mask))
            return err_set(j->err, "no function matches '" SPAN_FMT "'; -allow_empty permits that",
                           ERR_SUBJECT(g->pattern));
    }
    struct amount before = mask_amount(j, sums, type, SIDE_BEFORE, mask);
    struct amount after = mask_amount(j, sums, type, SIDE_AFTER, mask);
    result->worst = judge_item(g, result->limit, &before, &after, uses_noise(j, sums),
                               1 - j->options->confidence);
    result->verdict = result->worst.verdict;
    add_blamed(j, result, sums, wanted, g->subject == GATE_CUM);
    return 0;
}

static uint32_t count_weighty(const struct judge *j, const struct type_sums *sums, bool cum)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < j->table->infos.n; i++)
        n += node_amount(j, sums, SIDE_BEFORE, i, cum).value != 0 ||
             node_amount(j, sums, SIDE_AFTER, i, cum).value != 0;
    return n;
}

// Every function by itself. The chance of a false alarm is shared among them (Bonferroni), so that
// the confidence is that of the gate.
static void judge_each(struct judge *j, struct gate_result *result, struct type_sums *sums)
{
    const struct gate *g = result->gate;
    bool cum = g->subject == GATE_ANY_CUM;
    uint32_t n = count_weighty(j, sums, cum);
    double alpha = (1 - j->options->confidence) / (n ? n : 1);
    item_list items = {0};
    for (uint32_t i = 0; i < j->table->infos.n; i++) {
        struct amount before = node_amount(j, sums, SIDE_BEFORE, i, cum);
        struct amount after = node_amount(j, sums, SIDE_AFTER, i, cum);
        if (before.value == 0 && after.value == 0)
            continue;
        struct gate_item item =
            judge_item(g, result->limit, &before, &after, uses_noise(j, sums), alpha);
        item.name = node_name(j->table, i);
        item.node = i;
        result->n_beyond += item.verdict == GATE_FIRED;
        if (item.verdict != GATE_PASSED)
            *vec_push(j->r->arena, &items) = item;
    }
    keep_worst(result, &items, true);
    if (items.n)
        result->worst = items.at[0];
    if (result->n_items > result->n_beyond)
        result->n_items = result->n_beyond; // those within noise stand after them
    result->verdict = result->worst.verdict;
}

static void place_items(const struct judge *j, struct gate_result *result, uint32_t type)
{
    bool cum = result->gate->subject == GATE_CUM || result->gate->subject == GATE_ANY_CUM;
    for (uint32_t i = 0; i < result->n_items; i++)
        result->items[i].place = place_of_node(j->r, j->table, result->items[i].node, type, cum);
}

static int fit_unit(struct judge *j, const struct gate *g, struct gate_result *result)
{
    result->limit = g->limit;
    if (g->unit.n == 0)
        return 0;
    if (!unit_compatible(g->unit, result->unit))
        return err_set(j->err,
                       "the unit '" SPAN_FMT "' does not fit " SPAN_FMT ", whose unit is '" SPAN_FMT
                       "'",
                       ERR_SUBJECT(g->unit), ERR_SUBJECT(result->type), ERR_SUBJECT(result->unit));
    result->limit = g->limit * unit_scale(1, g->unit, result->unit).value;
    return isfinite(result->limit) ? 0 : err_set(j->err, "the limit is too large");
}

// By a trend that is worked out once for each type.
static int judge_on_series(struct judge *j, const struct gate *g, uint32_t type,
                           struct gate_result *result)
{
    struct trend **trend = &j->trends[type];
    if (!j->r->series || j->r->series->n_read < 3)
        return err_set(j->err, "needs a series of profiles: use it with -trend or -leaks");
    if (!*trend) {
        struct report of_type = *j->r;
        struct trend *fresh = arena_alloc(j->r->arena, sizeof *fresh);
        of_type.options.value_index = type;
        if (report_trend(&of_type, fresh, j->err))
            return -1;
        *trend = fresh;
    }
    if (g->subject == GATE_TIME_TO)
        result->limit = g->limit;
    else if (fit_unit(j, g, result))
        return -1;
    return gate_judge_trend(j->r, *trend, result, j->err);
}

static int judge_gate(struct judge *j, const struct gate *g, struct gate_result *result)
{
    const struct profile *p = j->r->profile;
    uint32_t type = j->r->options.value_index;
    *result = (struct gate_result){.gate = g};
    if (g->sample_type.n)
        type = profile_sample_index(p, g->sample_type, j->err);
    if (type == NO_INDEX)
        return -1;
    result->type = profile_str(p, p->sample_types[type].type);
    result->unit = profile_str(p, p->sample_types[type].unit);
    if (gate_needs_base(g) && p->n_sides == 0)
        return err_set(j->err, "needs -base or -diff_base");
    if (g->subject == GATE_MEMSTATS && (j->r->memstats || p->memstats))
        return gate_judge_memstats(j->r, result, j->err);
    if (g->subject == GATE_MEMSTATS || j->r->memstats)
        return err_set(j->err,
                       "does not fit: memstats are in /debug/vars and in texts of heaps, and of "
                       "several files the report memstats alone reads them");
    if (gate_is_of_series(g))
        return judge_on_series(j, g, type, result);
    if (fit_unit(j, g, result))
        return -1;
    struct type_sums *sums = sums_of(j, type);
    if (sums->overflow) {
        result->verdict = GATE_OVERFLOW;
        return 0;
    }
    if (g->subject == GATE_ANY_FLAT || g->subject == GATE_ANY_CUM)
        judge_each(j, result, sums);
    else if (judge_sum(j, result, sums, type))
        return -1;
    if (result->verdict == GATE_FIRED)
        place_items(j, result, type);
    result->noise_asked = j->options->confidence > 0;
    result->noise = sums->noise.kind;
    result->at_most = j->r->options.snapshots;
    return 0;
}

int gates_judge(const struct report *r, const struct gate *gates, uint32_t n,
                const struct gate_options *options, struct gate_results *out, struct err *err)
{
    struct node_table table;
    struct judge j = {
        .r = r,
        .table = &table,
        .options = options,
        .trends = arena_zalloc(r->arena, r->profile->n_sample_types, sizeof *j.trends),
        .types = arena_zalloc(r->arena, r->profile->n_sample_types, sizeof *j.types),
        .err = err,
    };
    int status = 0;
    *out = (struct gate_results){.at = arena_zalloc(r->arena, n, sizeof *out->at), .n = n};
    node_table_init(&table, r->profile, &r->options.detail, r->job, r->arena);
    for (uint32_t i = 0; i < n && status == 0; i++) {
        status = judge_gate(&j, &gates[i], &out->at[i]);
        if (status)
            err_wrap(err, "gate '" SPAN_FMT "'", ERR_SUBJECT(gates[i].text));
        out->n_fired += out->at[i].verdict == GATE_FIRED || out->at[i].verdict == GATE_OVERFLOW;
    }
    node_table_release(&table);
    for (uint32_t i = 0; i < r->profile->n_sample_types; i++)
        if (j.trends[i])
            trend_release(j.trends[i]);
    return status;
}
