// SPDX-License-Identifier: Apache-2.0
#include "format/trendtable.h"

#include <math.h>
#include <string.h>

#include "format/emits.h"

// Markdown is for people: it has what they look at first.
static void keep_from_people(struct table *t)
{
    static const char *const names[] = {"file", "line", "hits", "p", "tau", "growth", "noise_se"};
    for (size_t i = 0; i < t->n_columns; i++)
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            t->columns[i].in_name |= strcmp(t->columns[i].name, names[k]) == 0;
}

void trend_add_columns(struct table *t, const struct trend *trend)
{
    bool timed = trend->series.timed;
    table_add_column(t, "name");
    table_add_column(t, "file");
    table_add_column(t, "line");
    table_add_column(t, "verdict");
    table_add_value(t, "first");
    table_add_value(t, "last");
    table_add_column(t, "hits");
    table_add_value(t, timed ? "slope_per_hour" : "slope_per_snapshot");
    table_add_value(t, timed ? "interval_per_hour" : "interval_per_snapshot");
    table_add_column(t, "p");
    table_add_column(t, "tau");
    table_add_value(t, "growth");
    table_add_value(t, "noise_se");
    table_add_value(t, "values");
    keep_from_people(t);
}

static double scaled(const struct table *t, double value)
{
    return table_error(t, value);
}

static const double *scaled_values(const struct table *t, const double *from, size_t n)
{
    double *to = arena_alloc(t->r->arena, (n + 1) * sizeof *to);
    for (size_t i = 0; i < n; i++)
        to[i] = scaled(t, from[i]);
    return to;
}

void trend_fill_cells(const struct table *t, const struct trend *trend,
                      const struct trend_item *item, struct cell *cells)
{
    const struct trend_numbers *o = &item->numbers;
    uint32_t n = trend->n;
    size_t at = 0;
    cells[at++] = cell_name(item->row.name);
    cells[at++] = cell_text(item->row.file);
    cells[at++] = cell_place(item->row.line);
    cells[at++] = cell_text(span_of(trend_verdict_name(o->verdict)));
    cells[at++] = cell_real(n ? scaled(t, item->values[0]) : 0);
    cells[at++] = cell_real(n ? scaled(t, item->values[n - 1]) : 0);
    cells[at++] = cell_real(o->hits);
    if (n >= 3) {
        double ends[] = {o->low, o->high};
        cells[at++] = cell_real(scaled(t, o->slope));
        cells[at++] = cell_reals(scaled_values(t, ends, 2), 2);
        cells[at++] = cell_real(o->p);
        cells[at++] = cell_real(o->tau);
        cells[at++] = cell_real(scaled(t, o->growth));
        cells[at++] = cell_real(scaled(t, o->se));
    } else {
        for (; at < TREND_COLUMNS - 1;)
            cells[at++] = (struct cell){.kind = CELL_NULL};
    }
    cells[at++] = cell_reals(scaled_values(t, item->values, n), n);
}

// Null where there is no limit, or no end in sight.
static struct cell hours(double hours, bool known)
{
    return known && isfinite(hours) ? cell_real(hours) : (struct cell){.kind = CELL_NULL};
}

static struct trend_limit limit_of(const struct table *t, const struct trend *trend)
{
    const struct trend_numbers *o = &trend->total.numbers;
    double limit = t->r->options.limit;
    if (limit <= 0 || trend->n < 3 || !trend->series.timed)
        return (struct trend_limit){.kind = LIMIT_NEVER};
    return trend_limit(o->slope, o->low, o->high, trend->total.values[trend->n - 1],
                       trend->total.se, limit);
}

void trend_add_facts(struct table *t, const struct trend *trend)
{
    const struct series *s = &trend->series;
    struct trend_limit limit = limit_of(t, trend);
    bool ends = limit.kind != LIMIT_NEVER;
    struct table_fact facts[] = {
        {"snapshots", cell_number(s->n_read)},
        {"distinct", cell_number(trend->n)},
        {"repeats", cell_number(s->n_repeats)},
        {"restarts", cell_number(s->n_restarts)},
        {"before_restart", cell_number(s->n_cut)},
        {"hours", s->timed ? cell_real(trend->hours) : (struct cell){.kind = CELL_NULL}},
        {"alpha", cell_real(trend->alpha)},
        {"tested", cell_number(trend->tests.tested)},
        {"passed_whole_series", cell_number(trend->tests.passed)},
        {"min_growth", cell_real(scaled(t, trend->min_growth))},
        {"hidden_growth_per_hour", trend->hidden > 0 && s->timed
                                       ? cell_real(scaled(t, trend->hidden))
                                       : (struct cell){.kind = CELL_NULL}},
        {"hours_to_limit", hours(limit.at, ends)},
        {"hours_to_limit_low", hours(limit.low, ends)},
        {"hours_to_limit_high", hours(limit.high, ends)},
    };
    t->facts = arena_copy(t->r->arena, facts, sizeof facts / sizeof *facts, sizeof *facts);
    t->n_facts = sizeof facts / sizeof *facts;
    t->facts_name = "series";
}

void table_trend(const struct document *d, struct sink *out)
{
    const struct trend *trend = d->data.trend;
    struct table table = table_of(d, NULL, NULL, out), *t = &table;
    struct cell total[TREND_COLUMNS] = {0};
    struct trend_item all = trend->total;
    all.row.name = SPAN("TOTAL");
    trend_add_columns(t, trend);
    trend_add_facts(t, trend);
    trend_fill_cells(t, trend, &all, total);
    t->total = total;
    table_begin(t);
    if (!t->format->total_in_head)
        trend_fill_cells(t, trend, &all, table_new_row(t)), table_put_row(t);
    for (uint32_t i = 0; i < trend->n_items; i++) {
        if (!trend->items[i].shown)
            continue;
        trend_fill_cells(t, trend, &trend->items[i], table_new_row(t));
        table_put_row(t);
    }
    table_end(t);
}
