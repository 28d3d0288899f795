// SPDX-License-Identifier: Apache-2.0
#include "report/memstats.h"

#include <math.h>
#include <stddef.h>

// Where a value comes from.
enum from { FROM_MEMBER, FROM_ALIVE, FROM_FRACTION };

static const struct field {
    const char *name, *unit, *meaning;
    bool counter;
    enum from from;
    size_t offset;
} fields[] = {
#define MEMBER(member) FROM_MEMBER, offsetof(struct memstats, member)
    {"Alloc", "bytes", "kept by the program, or not yet collected", false, MEMBER(alloc)},
    {"TotalAlloc", "bytes", "allocated since the start, freed or not", true, MEMBER(total_alloc)},
    {"Sys", "bytes", "taken from the system for all purposes", false, MEMBER(sys)},
    {"HeapAlloc", "bytes", "the heap's part of it: the same as Alloc", false, MEMBER(heap_alloc)},
    {"HeapInuse", "bytes", "spans with at least one object; beyond HeapAlloc it is fragmentation",
     false, MEMBER(heap_inuse)},
    {"HeapIdle", "bytes", "held by the allocator but free", false, MEMBER(heap_idle)},
    {"HeapReleased", "bytes", "of that, given back to the system", false, MEMBER(heap_released)},
    {"HeapObjects", "count", "objects that are alive or not yet collected", false,
     MEMBER(heap_objects)},
    {"Mallocs-Frees", "count", "the same by the counters", false, FROM_ALIVE, 0},
    {"NextGC", "bytes", "the size of the heap at which the next collection begins", false,
     MEMBER(next_gc)},
    {"NumGC", "count", "collections since the start", true, MEMBER(num_gc)},
    {"GCCPUFraction", "", "the share of processor time that collecting took since the start", false,
     FROM_FRACTION, 0},
    {"PauseLast", "nanoseconds", "the last time that a collection stopped the program", false,
     MEMBER(pause_last)},
    {"PauseWorst", "nanoseconds", "the longest of the last 256", false, MEMBER(pause_worst)},
    {"MaxRSS", "bytes", "the most memory that the process has had", false, MEMBER(max_rss)},
    {"Mallocs", "count", NULL, true, MEMBER(mallocs)},
    {"Frees", "count", NULL, true, MEMBER(frees)},
    {"HeapSys", "bytes", NULL, false, MEMBER(heap_sys)},
    {"StackInuse", "bytes", NULL, false, MEMBER(stack_inuse)},
    {"StackSys", "bytes", NULL, false, MEMBER(stack_sys)},
    {"MSpanInuse", "bytes", NULL, false, MEMBER(mspan_inuse)},
    {"MCacheInuse", "bytes", NULL, false, MEMBER(mcache_inuse)},
    {"BuckHashSys", "bytes", NULL, false, MEMBER(buck_hash_sys)},
    {"GCSys", "bytes", NULL, false, MEMBER(gc_sys)},
    {"OtherSys", "bytes", NULL, false, MEMBER(other_sys)},
    {"NumForcedGC", "count", NULL, true, MEMBER(num_forced_gc)},
#undef MEMBER
};

enum { N_FIELDS = sizeof fields / sizeof *fields };

static double value_of(const struct field *f, const struct memstats *m)
{
    if (f->from == FROM_ALIVE)
        return (double)(m->mallocs - m->frees);
    if (f->from == FROM_FRACTION)
        return m->gc_cpu_fraction;
    return (double)*(const int64_t *)(const void *)((const char *)m + f->offset);
}

double memstats_rate(const double *values, const int64_t *times, uint32_t n)
{
    double sum = 0, seconds = 0;
    for (uint32_t i = 1; i < n; i++) {
        if (values[i] < values[i - 1])
            continue;
        sum += values[i] - values[i - 1];
        seconds += (double)(times[i] - times[i - 1]) / 1e9;
    }
    return seconds > 0 ? sum / seconds : NAN;
}

static bool are_timed(const struct memstats_points *p)
{
    bool timed = p->n > 1;
    for (uint32_t i = 0; i < p->n; i++)
        timed &= p->at[i].time_nanos > 0;
    return timed && p->at[p->n - 1].time_nanos > p->at[0].time_nanos;
}

static enum trend_verdict judge(const double *values, const int64_t *times, bool timed, uint32_t n,
                                struct arena *arena, const struct job *job)
{
    double *t = arena_alloc(arena, n * sizeof *t);
    int64_t *whole = arena_alloc(arena, n * sizeof *whole);
    for (uint32_t i = 0; i < n; i++) {
        t[i] = timed ? (double)(times[i] - times[0]) / 3.6e12 : i;
        whole[i] = i64_of(values[i]);
    }
    struct trend_row rows = {NULL, whole, whole};
    struct trend_series s = {.n = n, .t = t, .rate = 1, .alpha = .01, .min_growth = 0};
    struct trend_numbers numbers;
    s.min_growth = .005 * values[0];
    trend_judge(&s, &(struct trend_entry){values, &rows, 1}, 1, &numbers, job);
    return numbers.verdict;
}

// Counters only fall where another process began.
static void find_restarts(struct memstats_report *m)
{
    for (uint32_t i = 1; i < m->points.n; i++) {
        const struct memstats *before = &m->points.at[i - 1].stats, *now = &m->points.at[i].stats;
        if (now->total_alloc >= before->total_alloc && now->num_gc >= before->num_gc)
            continue;
        m->n_restarts++;
        m->first = i;
    }
}

static void fill_row(const struct report *r, const struct memstats_report *m, const struct field *f,
                     const int64_t *times, struct memstats_row *row)
{
    const struct memstats_points *p = &m->points;
    uint32_t n = p->n - m->first; // that are of the last process
    double *values = arena_alloc(r->arena, (p->n + 1) * sizeof *values);
    bool timed = are_timed(p);
    for (uint32_t i = 0; i < p->n; i++)
        values[i] = value_of(f, &p->at[i].stats);
    *row = (struct memstats_row){
        f->name, f->unit, f->meaning, f->counter, values, NAN, TREND_TOO_FEW_SNAPSHOTS};
    if (f->counter && timed)
        row->per_second = memstats_rate(values, times, p->n);
    else if (!f->counter && n >= 3)
        row->verdict = judge(values + m->first, times + m->first, timed, n, r->arena, r->job);
}

void report_memstats(const struct report *r, struct memstats_report *out)
{
    const struct memstats_points *p = r->memstats;
    int64_t *times = arena_alloc(r->arena, (p->n + 1) * sizeof *times);
    for (uint32_t i = 0; i < p->n; i++)
        times[i] = p->at[i].time_nanos;
    *out = (struct memstats_report){.points = *p, .n_rows = N_FIELDS};
    find_restarts(out);
    out->rows = arena_alloc(r->arena, N_FIELDS * sizeof *out->rows);
    for (uint32_t i = 0; i < N_FIELDS; i++)
        fill_row(r, out, &fields[i], times, &out->rows[i]);
    if (are_timed(p))
        out->seconds = (double)(times[p->n - 1] - times[0]) / 1e9;
}

static const struct memstats_row *find_row(const struct memstats_report *m, struct span name)
{
    for (uint32_t i = 0; i < m->n_rows; i++)
        if (span_eq(span_of(m->rows[i].name), name))
            return &m->rows[i];
    return NULL;
}

static int judge_limit(const struct memstats_report *m, const struct memstats_row *row,
                       struct gate_result *result, struct err *err)
{
    const struct gate *g = result->gate;
    double value = row->values[m->points.n - 1];
    double unit = g->unit.n ? unit_scale(1, g->unit, result->unit).value : 1;
    if (g->unit.n && !unit_compatible(g->unit, result->unit))
        return err_set(err, "the unit '" SPAN_FMT "' does not fit %s", ERR_SUBJECT(g->unit),
                       row->name);
    result->limit = g->limit * unit;
    if (g->per > 0) {
        if (isnan(row->per_second))
            return err_set(err, "a rate needs two sources or more with times, and a counter");
        value = row->per_second * 3600 * g->per;
    }
    result->worst = (struct gate_item){.value = value, .after = value};
    if (gate_is_beyond(g, value, result->limit))
        result->verdict = result->worst.verdict = GATE_FIRED;
    return 0;
}

int gate_judge_memstats(const struct report *r, struct gate_result *result, struct err *err)
{
    struct memstats_report m;
    struct memstats_point beside = {.time_nanos = r->profile->time_nanos}; // of a heap's text
    struct memstats_points one = {&beside, 1};
    struct report own = *r;
    if (!r->memstats) {
        beside.stats = *r->profile->memstats;
        own.memstats = &one;
    }
    report_memstats(&own, &m);
    const struct memstats_row *row = find_row(&m, result->gate->pattern);
    if (!row)
        return err_set(err, "MemStats has no '" SPAN_FMT "'", ERR_SUBJECT(result->gate->pattern));
    result->type = span_of(row->name);
    result->unit = span_of(row->unit);
    if (!result->gate->growing)
        return judge_limit(&m, row, result, err);
    if (m.points.n < 3 || row->counter)
        return err_set(err, "growth needs three sources or more, and no counter");
    result->worst.after = result->worst.value = row->values[m.points.n - 1];
    if (row->verdict <= TREND_SLOWING)
        result->verdict = result->worst.verdict = GATE_FIRED;
    return 0;
}
