// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "report/gate.h"
#include "report/trend.h"

bool gate_is_beyond(const struct gate *g, double value, double limit)
{
    switch (g->relation) {
    case GATE_ABOVE:
        return value > limit;
    case GATE_AT_LEAST:
        return value >= limit;
    case GATE_BELOW:
        return value < limit;
    default:
        return value <= limit;
    }
}

static enum gate_verdict judge_slope(const struct gate *g, const struct trend_numbers *o,
                                     double limit)
{
    bool above = g->relation == GATE_ABOVE || g->relation == GATE_AT_LEAST;
    if (gate_is_beyond(g, above ? o->low : o->high, limit))
        return GATE_FIRED;
    return gate_is_beyond(g, o->slope, limit) ? GATE_WITHIN_NOISE : GATE_PASSED;
}

static enum gate_verdict judge_growth(const struct trend_numbers *o)
{
    return o->verdict <= TREND_SLOWING ? GATE_FIRED : GATE_PASSED;
}

static void take_item(const struct report *r, const struct trend_item *item,
                      struct gate_result *result)
{
    const struct gate *g = result->gate;
    enum gate_verdict v =
        g->growing ? judge_growth(&item->numbers) : judge_slope(g, &item->numbers, result->limit);
    struct gate_item found = {.name = item->row.name,
                              .after = item->numbers.slope,
                              .value = item->numbers.slope,
                              .verdict = v,
                              .trend = item};
    if (item->node == NO_INDEX)
        found.name = SPAN("TOTAL");
    result->n_beyond += v == GATE_FIRED;
    bool worse = v == GATE_FIRED ? result->worst.verdict != GATE_FIRED
                                 : v == GATE_WITHIN_NOISE && result->worst.verdict == GATE_PASSED;
    if (!result->worst.trend || worse)
        result->worst = found;
    if (v != GATE_FIRED || result->n_items == GATE_ITEMS)
        return;
    if (!result->items)
        result->items = arena_zalloc(r->arena, GATE_ITEMS, sizeof *result->items);
    result->items[result->n_items++] = found;
}

// Items come in the order of their slopes, the worst first. "TOTAL" is the sum of all.
static int judge_items(const struct report *r, const struct trend *t, struct gate_result *result,
                       struct err *err)
{
    struct regex *re = regex_new(result->gate->pattern, err);
    if (!re)
        return -1;
    for (uint32_t i = 0; i < t->n_items; i++)
        if (regex_match(re, t->items[i].row.name))
            take_item(r, &t->items[i], result);
    if (span_eq(result->gate->pattern, SPAN("TOTAL")))
        take_item(r, &t->total, result);
    int status = regex_check(re, err);
    regex_free(re);
    result->verdict = result->worst.verdict;
    return status;
}

static int judge_wait(const struct trend *t, struct gate_result *result, struct err *err)
{
    const struct trend_numbers *o = &t->total.numbers;
    double now = t->total.values[t->n - 1];
    if (!t->series.timed)
        return err_set(err, "the profiles have no times");
    struct trend_limit l =
        trend_limit(o->slope, o->low, o->high, now, t->total.se, result->gate->amount);
    bool never = l.kind == LIMIT_NEVER || (l.kind == LIMIT_REACHED && isinf(l.high));
    result->worst = (struct gate_item){
        .value = never ? INFINITY : l.at, .after = never ? INFINITY : l.at, .trend = &t->total};
    bool beyond = gate_is_beyond(result->gate, result->worst.value, result->limit);
    result->verdict = result->worst.verdict = beyond ? GATE_FIRED : GATE_PASSED;
    return 0;
}

int gate_judge_trend(const struct report *r, const struct trend *t, struct gate_result *result,
                     struct err *err)
{
    const struct gate *g = result->gate;
    result->trend = t;
    if (t->n < 3)
        return 0;
    if (g->subject == GATE_TIME_TO)
        return judge_wait(t, result, err);
    if (g->subject == GATE_SLOPE && !t->series.timed)
        return err_set(err, "the profiles have no times");
    if (g->per > 0)
        result->limit /= g->per;
    return judge_items(r, t, result, err);
}
