// SPDX-License-Identifier: Apache-2.0
#include "report/trendrule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"
#include "report/kendall.h"
#include "report/noise.h"
#include "report/sen.h"

const char *trend_verdict_name(enum trend_verdict v)
{
    static const char *const names[] = {
        [TREND_GROWING] = "growing",
        [TREND_SLOWING] = "growing, slowing down",
        [TREND_STEPPED] = "stepped",
        [TREND_LEVELLED_OFF] = "levelled off",
        [TREND_GROWN] = "grown",
        [TREND_SAWTOOTH] = "sawtooth",
        [TREND_VARYING] = "varying",
        [TREND_WITHIN_NOISE] = "within noise",
        [TREND_STABLE] = "stable",
        [TREND_TOO_FEW_SAMPLES] = "too few samples",
        [TREND_TOO_FEW_SNAPSHOTS] = "too few snapshots",
    };
    return names[v];
}

static double clamped(double v, double least, double most)
{
    return fmin(fmax(v, least), most);
}

// Ticks are a Poisson number in each snapshot.
static double tick_variance(const struct trend_series *s, const struct trend_row *r, uint32_t i)
{
    return fabs((double)r->bytes[i]) * s->rate * s->ticks[i] * s->ticks[i];
}

static double heap_variance(const struct trend_series *s, const struct trend_row *r, uint32_t i,
                            uint32_t j)
{
    double before = (double)r->objects[i], after = (double)r->objects[j], rate = s->rate;
    if (before == 0 && after == 0)
        return 0;
    double size = ((double)r->bytes[i] + (double)r->bytes[j]) / (before + after);
    double born = after, died = before;
    if (r->allocated && r->allocated[j] >= r->allocated[i]) {
        double allocated = (double)r->allocated[j] - (double)r->allocated[i];
        born = clamped(allocated, 0, after);
        died = clamped(allocated - (after - before), 0, before);
    }
    if (rate <= 1 || size / rate >= 700) // then the divisor is not a double any more
        return 0;
    double weight = s->counts_objects ? 1 : size * size;
    double variance = (born + died) * weight / expm1(size / rate);
    return variance > 0 ? variance : 0; // hostile counts may be negative
}

double trend_variance(const struct trend_series *s, const struct trend_entry *e, uint32_t i,
                      uint32_t j)
{
    double sum = 0;
    for (uint32_t k = 0; k < e->n_rows; k++)
        sum += s->ticks ? tick_variance(s, &e->rows[k], i) + tick_variance(s, &e->rows[k], j)
                        : heap_variance(s, &e->rows[k], i, j);
    return sum;
}

static double level_variance(const struct trend_series *s, const struct trend_row *r, uint32_t i)
{
    double objects = (double)r->objects[i], size = objects > 0 ? (double)r->bytes[i] / objects : 0;
    if (s->ticks)
        return tick_variance(s, r, i);
    if (size <= 0 || s->rate <= 1 || size / s->rate >= 700)
        return 0;
    return objects * (s->counts_objects ? 1 : size * size) / expm1(size / s->rate);
}

double trend_level_variance(const struct trend_series *s, const struct trend_entry *e, uint32_t i)
{
    double sum = 0;
    for (uint32_t k = 0; k < e->n_rows; k++)
        sum += level_variance(s, &e->rows[k], i);
    return sum;
}

static double row_hits(const struct trend_series *s, const struct trend_row *r, uint32_t i)
{
    double objects = (double)r->objects[i];
    if (objects <= 0)
        return 0;
    if (s->ticks)
        return (double)r->bytes[i] / s->rate;
    return s->rate > 1 ? objects * -expm1(-(double)r->bytes[i] / objects / s->rate) : objects;
}

double trend_hits(const struct trend_series *s, const struct trend_entry *e)
{
    double most = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        double sum = 0;
        for (uint32_t k = 0; k < e->n_rows; k++)
            sum += row_hits(s, &e->rows[k], i);
        most = fmax(most, sum);
    }
    return most;
}

uint32_t trend_least_snapshots(double m, double alpha)
{
    uint32_t n = 3;
    for (double orders = 6; orders < m / alpha; orders *= n)
        n++;
    return n;
}

static double square_error(const double *x, uint32_t n)
{
    double sum = 0, error = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += x[i];
    double mean = n ? sum / n : 0;
    for (uint32_t i = 0; i < n; i++)
        error += (x[i] - mean) * (x[i] - mean);
    return error;
}

static double split_error(const double *x, uint32_t n, uint32_t at)
{
    return square_error(x, at) + square_error(x + at, n - at);
}

// Where two constants fit best. Sums tell within rounding which splits may be it; of those the
// errors are worked out in full, so that series with ties give the same answer everywhere.
static uint32_t best_split(const double *x, uint32_t n, struct arena *scratch)
{
    double *gains = arena_alloc(scratch, n * sizeof *gains), mean = 0, left = 0, most = 0;
    for (uint32_t i = 0; i < n; i++)
        mean += x[i] / n;
    for (uint32_t at = 1; at < n; at++) {
        left += x[at - 1] - mean; // and −left on the other side
        gains[at] = left * left / at + left * left / (n - at);
        most = fmax(most, gains[at]);
    }
    double best = INFINITY;
    uint32_t split = 1;
    if (most == 0)
        return split;
    for (uint32_t at = 1; at < n; at++) {
        double error = gains[at] >= most * (1 - 1e-6) ? split_error(x, n, at) : INFINITY;
        if (error < best) {
            best = error;
            split = at;
        }
    }
    return split;
}

static double drawdown_of(const double *x, uint32_t n)
{
    double top = -INFINITY, fall = 0;
    for (uint32_t i = 0; i < n; i++) {
        top = fmax(top, x[i]);
        fall = fmax(fall, top - x[i]);
    }
    return fall;
}

static void measure_second_half(const struct trend_series *s, const struct trend_entry *e,
                                struct trend_numbers *o, struct arena *scratch)
{
    uint32_t n = s->n, half = n / 2;
    double *rest = arena_copy(scratch, e->x, n, sizeof *rest);
    for (uint32_t i = o->split; i < n; i++)
        rest[i] -= o->jump;
    o->slope2 = sen_slope(rest + half, s->t + half, n - half, scratch);
    o->slope2_raw = o->slope2;
    if (o->jump > 0 && o->split > half)
        o->slope2_raw = sen_slope(e->x + half, s->t + half, n - half, scratch);
    o->growth2 = o->slope2 * (s->t[n - 1] - s->t[half]);
}

static void measure(const struct trend_series *s, const struct trend_entry *e,
                    const struct kendall_tail *tail, struct trend_numbers *o, struct arena *scratch)
{
    uint32_t n = s->n;
    struct kendall k = kendall_of(e->x, n, scratch);
    struct sen sen = sen_of(e->x, s->t, n, k.variance, scratch);
    double duration = s->t[n - 1] - s->t[0];
    *o = (struct trend_numbers){
        .s = k.s,
        .variance = k.variance,
        .tau = k.tau,
        .p = kendall_p(tail, k.rises),
        .slope = sen.slope,
        .sen_low = sen.low,
        .sen_high = sen.high,
        .growth = sen.slope * duration,
        .hits = trend_hits(s, e),
        .se = sqrt(trend_variance(s, e, 0, n - 1)),
        .drawdown = drawdown_of(e->x, n),
        .split = best_split(e->x, n, scratch),
    };
    // 1.2: objects come and go one by one, so that errors add up as the steps of a random walk do,
    // whose slope through all points has 6/5 of the variance of the slope through its ends.
    double width = duration > 0 ? NOISE_MARGIN * sqrt(1.2) * o->se / duration : 0;
    o->low = o->slope - hypot(o->slope - o->sen_low, width);
    o->high = o->slope + hypot(o->sen_high - o->slope, width);
    o->jump = fmax(e->x[o->split] - e->x[o->split - 1], 0);
    o->se2 = sqrt(trend_variance(s, e, n / 2, n - 1));
    if (o->p <= s->alpha) // else nothing asks for it
        measure_second_half(s, e, o, scratch);
}

// What verdicts are given by.
struct thresholds {
    double z1;   // of what passed the test of the whole series
    double zr;   // of the largest difference between any two snapshots
    bool passed; // this entry did
    bool few;    // no growth can be told in so few snapshots
};

// Of an entry that grew as a whole.
static enum trend_verdict word_of_growth(const struct trend_series *s, const struct trend_entry *e,
                                         const struct trend_numbers *o, double z1)
{
    uint32_t n = s->n;
    double net = e->x[n - 1] - e->x[0], duration2 = s->t[n - 1] - s->t[n / 2];
    if (o->growth2 > z1 * o->se2 && o->slope2 >= .25 * o->slope && o->slope2 > 0)
        return o->slope2_raw >= .5 * o->slope ? TREND_GROWING : TREND_SLOWING;
    if (o->jump >= .5 * net)
        return TREND_STEPPED;
    // Is it excluded that the second half grows on, or only not shown?
    bool excluded = o->slope2_raw * duration2 + z1 * o->se2 < .5 * o->slope * duration2;
    return excluded || o->slope2_raw < .25 * o->slope ? TREND_LEVELLED_OFF : TREND_GROWN;
}

struct range {
    double least, most;
    uint32_t first_least, first_most;
};

static struct range range_of(const double *x, uint32_t n)
{
    struct range r = {x[0], x[0], 0, 0};
    for (uint32_t i = 1; i < n; i++) {
        if (x[i] < r.least)
            r = (struct range){x[i], r.most, i, r.first_most};
        if (x[i] > r.most)
            r = (struct range){r.least, x[i], r.first_least, i};
    }
    return r;
}

static bool has_stepped(const double *x, uint32_t n, const struct trend_numbers *o, double span)
{
    double step = fabs(x[o->split] - x[o->split - 1]);
    return step >= .5 * span && split_error(x, n, o->split) <= .25 * square_error(x, n);
}

static bool has_levelled_off(const double *x, uint32_t n, const struct trend_numbers *o,
                             double span, double zr, struct arena *scratch)
{
    uint32_t half = n / 2;
    struct range second = range_of(x + half, n - half);
    double *values = arena_copy(scratch, x + half, n - half, sizeof *values);
    double middle = select_median(values, n - half);
    return middle - x[0] >= .5 * span &&
           second.most - second.least <= fmax(.25 * span, zr * o->se2);
}

// How often a series turns down by at least half of its range.
static uint32_t falls_of(const double *x, uint32_t n, double span)
{
    uint32_t falls = 0;
    bool rising = true;
    double top = x[0], low = x[0];
    for (uint32_t i = 0; i < n; i++) {
        if (rising) {
            top = fmax(top, x[i]);
            if (top - x[i] >= .5 * span) {
                falls++;
                rising = false;
                low = x[i];
            }
        }
        if (!rising) {
            low = fmin(low, x[i]);
            if (x[i] - low >= .5 * span) {
                rising = true;
                top = x[i];
            }
        }
    }
    return falls;
}

static enum trend_verdict word(const struct trend_series *s, const struct trend_entry *e,
                               const struct trend_numbers *o, const struct thresholds *z,
                               struct arena *scratch)
{
    const double *x = e->x;
    if (o->hits < s->min_hits)
        return TREND_TOO_FEW_SAMPLES;
    if (z->passed && o->drawdown <= .5 * o->growth)
        return word_of_growth(s, e, o, z->z1);
    struct range r = range_of(x, s->n);
    double span = r.most - r.least;
    uint32_t i = r.first_least < r.first_most ? r.first_least : r.first_most;
    uint32_t j = r.first_least < r.first_most ? r.first_most : r.first_least;
    double se_any = i < j ? sqrt(trend_variance(s, e, i, j)) : 0;
    if (span <= z->zr * se_any)
        return span > 0 ? TREND_WITHIN_NOISE : TREND_STABLE;
    if (span <= .05 * r.most)
        return TREND_STABLE;
    if (z->few)
        return TREND_TOO_FEW_SNAPSHOTS;
    if (has_stepped(x, s->n, o, span))
        return TREND_STEPPED;
    if (has_levelled_off(x, s->n, o, span, z->zr, scratch))
        return TREND_LEVELLED_OFF;
    return falls_of(x, s->n, span) >= 2 ? TREND_SAWTOOTH : TREND_VARYING;
}

struct judging {
    const struct trend_series *series;
    const struct trend_entry *entries;
    struct trend_numbers *numbers;
    struct kendall_tail tail;
};

static void measure_one(void *context, unsigned i)
{
    struct judging *j = context;
    struct arena scratch = {0};
    measure(j->series, &j->entries[i], &j->tail, &j->numbers[i], &scratch);
    arena_release(&scratch);
}

static void too_few_snapshots(struct trend_numbers *numbers, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        numbers[i] = (struct trend_numbers){.verdict = TREND_TOO_FEW_SNAPSHOTS};
}

struct trend_tests trend_judge(const struct trend_series *s, const struct trend_entry *entries,
                               uint32_t n_entries, struct trend_numbers *numbers,
                               const struct job *job)
{
    struct arena scratch = {0};
    struct trend_tests tests = {0};
    if (s->n < 3) {
        too_few_snapshots(numbers, n_entries);
        return tests;
    }
    struct judging judging = {s, entries, numbers, kendall_tail_of(s->n, &scratch)};
    parallel_run(job, n_entries, measure_one, &judging);
    for (uint32_t i = 0; i < n_entries; i++)
        tests.tested += numbers[i].hits >= s->min_hits;
    double level = s->alpha / fmax(tests.tested, 1), z = noise_deviate(level), n = s->n;
    bool *passed = arena_zalloc(&scratch, n_entries + 1, sizeof *passed);
    for (uint32_t i = 0; i < n_entries; i++) {
        const struct trend_numbers *o = &numbers[i];
        passed[i] = o->hits >= s->min_hits && o->p <= level && o->growth > z * o->se &&
                    o->growth > s->min_growth;
        tests.passed += passed[i];
    }
    struct thresholds t = {
        .z1 = noise_deviate(s->alpha / fmax(tests.passed, 1)),
        .zr = noise_deviate(level / (n * (n - 1) / 2)),
        .few = s->n < trend_least_snapshots(fmax(tests.tested, 1), s->alpha),
    };
    for (uint32_t i = 0; i < n_entries; i++) {
        t.passed = passed[i];
        numbers[i].verdict = word(s, &entries[i], &numbers[i], &t, &scratch);
    }
    arena_release(&scratch);
    return tests;
}

struct trend_limit trend_limit(double slope, double low, double high, double now, double se,
                               double limit)
{
    double left = limit - now;
    if (left <= 0)
        return (struct trend_limit){.kind = LIMIT_BEYOND};
    if (slope <= 0)
        return (struct trend_limit){.kind = LIMIT_NEVER};
    // How far the line may be off now, as time.
    double at = left / slope, shift = NOISE_MARGIN * se / slope;
    return (struct trend_limit){
        .kind = LIMIT_REACHED,
        .at = at,
        .low = fmax(at - hypot(at - left / high, shift), 0),
        .high = low > 0 ? at + hypot(left / low - at, shift) : INFINITY,
    };
}
