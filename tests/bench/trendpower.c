// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/trendrule.h"

// How often the rule of -trend calls something a leak that is none, and how often it finds one: on
// generated programs whose heap is sampled as Go does it. Seeds are fixed, so that the numbers are
// the same at each run. Fails where false alarms are above 1 % or a leak's power is below what the
// manual page cprof-leaks(7) says.

enum { SNAPSHOTS = 30, ENTRIES = 12, SERIES = 200, MB = 1 << 20 };

static const double RATE = 524288;

static uint64_t state;

static double uniform(void)
{
    state += 0x9e3779b97f4a7c15;
    uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static double normal(void)
{
    return sqrt(-2 * log(1 - uniform())) * cos(2 * M_PI * uniform());
}

// A Poisson number; of a large mean a rounded normal one.
static double poisson(double mean)
{
    if (mean <= 0)
        return 0;
    if (mean > 50)
        return fmax(round(mean + sqrt(mean) * normal()), 0);
    double limit = exp(-mean), product = uniform(), n = 0;
    for (; product > limit; n++)
        product *= uniform();
    return n;
}

static double binomial(double n, double p)
{
    if (n > 50)
        return fmin(fmax(round(n * p + sqrt(n * p * (1 - p)) * normal()), 0), n);
    double hits = 0;
    for (; n >= 1; n--)
        hits += uniform() < p;
    return hits;
}

struct entry {
    double size;     // of its objects
    double turnover; // share of them that is replaced between two snapshots
    double level[SNAPSHOTS];
    int64_t allocated[SNAPSHOTS], objects[SNAPSHOTS], bytes[SNAPSHOTS];
    double x[SNAPSHOTS];
    struct trend_row row;
};

// What sampling shows of the levels.
static void sample(struct entry *e)
{
    double p = -expm1(-e->size / RATE), alive = 0, before = 0, born_in_all = 0;
    for (int i = 0; i < SNAPSHOTS; i++) {
        double now = e->level[i] / e->size;
        double died = fmin(fmax(before * e->turnover, before - now), before);
        double born = now - (before - died);
        alive -= before > 0 ? binomial(alive, died / before) : 0;
        double hits = poisson(born * p);
        alive += hits;
        born_in_all += hits;
        before = now;
        e->objects[i] = (int64_t)round(alive / p);
        e->bytes[i] = (int64_t)round(alive / p * e->size);
        e->allocated[i] = (int64_t)round(born_in_all / p);
        e->x[i] = (double)e->bytes[i];
    }
    e->row = (struct trend_row){e->allocated, e->objects, e->bytes};
}

enum kind { WARM_UP, SAWTOOTH, STEP, CACHE, BATCH, NOISE, N_KINDS };

static const char *const kind_names[] = {"warm-up", "sawtooth",  "step",
                                         "cache",   "batch job", "noise"};

// A level of 1 that changes as the kind says, in the share done of the series.
static double shape(enum kind kind, double done, double at, double period)
{
    double phase = fmod(done / period, 1);
    switch (kind) {
    case WARM_UP:
        return done < at ? .2 + .8 * done / at : 1;
    case SAWTOOTH:
        return .3 + .7 * phase;
    case STEP:
        return done < at ? .5 : 1;
    case CACHE:
        return 1 - .8 * exp(-4 * done / at);
    case BATCH:
        return phase < .3 ? 1 : .2;
    default:
        return 1;
    }
}

static void make_entries(struct entry *entries, enum kind kind)
{
    static const double sizes[] = {32, 64, 208, 1024, 8192, 65536};
    double at = .2 + .4 * uniform(), period = .15 + .15 * uniform();
    for (int k = 0; k < ENTRIES; k++) {
        struct entry *e = &entries[k];
        double mean = (2 + 30 * uniform()) * MB;
        e->size = sizes[(int)(uniform() * 6)];
        e->turnover = uniform();
        for (int i = 0; i < SNAPSHOTS; i++)
            e->level[i] = mean * (1 + .02 * normal()) *
                          (k % 3 == 0 ? shape(kind, (double)i / (SNAPSHOTS - 1), at, period) : 1);
    }
}

// How many entries are called growing, and whether the first is.
static int judge(struct entry *entries, double hours, bool *first)
{
    double t[SNAPSHOTS], total = 0;
    struct trend_entry in[ENTRIES];
    struct trend_numbers numbers[ENTRIES];
    int growing = 0;
    for (int i = 0; i < SNAPSHOTS; i++)
        t[i] = hours * i / (SNAPSHOTS - 1);
    for (int k = 0; k < ENTRIES; k++) {
        sample(&entries[k]);
        in[k] = (struct trend_entry){entries[k].x, &entries[k].row, 1};
        total += entries[k].x[0];
    }
    struct trend_series s = {.n = SNAPSHOTS,
                             .t = t,
                             .rate = RATE,
                             .alpha = .01,
                             .min_hits = 4,
                             .min_growth = .005 * total};
    trend_judge(&s, in, ENTRIES, numbers, NULL);
    for (int k = 0; k < ENTRIES; k++)
        growing += numbers[k].verdict <= TREND_SLOWING;
    *first = numbers[0].verdict <= TREND_SLOWING;
    return growing;
}

static bool false_alarms(void)
{
    static struct entry entries[ENTRIES];
    bool good = true, first;
    for (enum kind kind = 0; kind < N_KINDS; kind++) {
        int alarms = 0;
        state = 1000 + kind;
        for (int i = 0; i < SERIES; i++) {
            make_entries(entries, kind);
            alarms += judge(entries, 1, &first) > 0;
        }
        good &= alarms * 100 <= SERIES;
        printf("false alarms, %-9s  %d of %d series\n", kind_names[kind], alarms, SERIES);
    }
    return good;
}

// One entry of a heap that else does not change leaks a share of the whole per hour: alone, or
// beside objects of the same function that come and go.
static double power(double per_hour, double hours, bool alone)
{
    static struct entry entries[ENTRIES];
    int found = 0, total = 0;
    bool first;
    state = 77;
    for (int i = 0; i < SERIES; i++) {
        make_entries(entries, NOISE);
        double whole = 0;
        for (int k = 0; k < ENTRIES; k++)
            whole += entries[k].level[0];
        double scale = 1000. * MB / whole;
        for (int k = 0; k < ENTRIES; k++)
            for (int j = 0; j < SNAPSHOTS; j++)
                entries[k].level[j] *= scale;
        for (int j = 0; j < SNAPSHOTS && alone; j++)
            entries[0].level[j] = MB;
        entries[0].turnover *= !alone;
        for (int j = 0; j < SNAPSHOTS; j++)
            entries[0].level[j] += per_hour * 1000 * MB * hours * j / (SNAPSHOTS - 1);
        judge(entries, hours, &first);
        found += first;
        total++;
    }
    return (double)found / total;
}

int main(void)
{
    static const struct {
        double hours, alone, beside; // the least power
    } powers[] = {{1, .7, 0}, {2, .95, 0}, {4, .99, 0}, {8, .99, .5}, {24, .99, .95}};
    bool good = false_alarms();
    for (size_t i = 0; i < sizeof powers / sizeof *powers; i++) {
        double alone = power(.01, powers[i].hours, true);
        double beside = power(.01, powers[i].hours, false);
        good &= alone >= powers[i].alone && beside >= powers[i].beside;
        printf(
            "a leak of 1 %%/h in 1 GB, %2.0f hours  found in %3.0f %%, beside others in %3.0f %%\n",
            powers[i].hours, alone * 100, beside * 100);
    }
    return good ? 0 : 1;
}
