// SPDX-License-Identifier: Apache-2.0
#include "report/trend.h"

#include <math.h>
#include <stdlib.h>

#include "base/path.h"

#define NANOS_PER_HOUR 3.6e12
#define MIN_HITS 4
#define MIN_GROWTH .005 // of the first total

// A trend in the making.
struct maker {
    const struct report *r;
    const struct profile *p;
    struct trend *t;
    struct arena *arena;
    struct trend_series series;
    struct trend_row *rows;             // by sample; of one that was never in use objects is NULL
    double *scales;                     // of each snapshot: what values are multiplied by
    uint32_t allocated, objects, bytes; // types
    uint32_t *entry_of_node;
};

static const double *hours_of(struct maker *m)
{
    struct trend *t = m->t;
    double *hours = arena_alloc(m->arena, (t->n + 1) * sizeof *hours);
    int64_t *times = arena_alloc(m->arena, (t->n + 1) * sizeof *times);
    for (uint32_t i = 0; i < t->n; i++) {
        times[i] = m->p->sides[i].time_nanos;
        hours[i] = t->series.timed ? (double)(times[i] - times[0]) / NANOS_PER_HOUR : i;
    }
    t->times = times;
    t->hours = t->n ? hours[t->n - 1] : 0;
    return hours;
}

// Profiles of a while tell how much happened in it; all of them have to say how long it was.
static void pick_scales(struct maker *m, bool over_time)
{
    bool known = over_time;
    for (uint32_t i = 0; i < m->t->n; i++)
        known &= m->p->sides[i].duration_nanos > 0;
    m->t->rates = known;
    m->scales = arena_alloc(m->arena, (m->t->n + 1) * sizeof *m->scales);
    for (uint32_t i = 0; i < m->t->n; i++)
        m->scales[i] = known ? 1e9 / (double)m->p->sides[i].duration_nanos : 1;
}

bool trend_is_of_goroutines(const struct profile *p, uint32_t type)
{
    return span_eq(profile_str(p, p->sample_types[type].unit), SPAN("count")) &&
           (series_type(p, "goroutine") == type || series_type(p, "goroutines") == type ||
            series_type(p, "threadcreate") == type || series_type(p, "goroutineleak") == type);
}

// What is known of how the values came to be.
static void pick_kind(struct maker *m)
{
    const struct profile *p = m->p;
    struct noise noise = noise_of(p, m->t->type);
    bool in_use = m->t->type == series_type(p, "inuse_space") ||
                  m->t->type == series_type(p, "inuse_objects");
    m->t->kind = trend_is_of_goroutines(p, m->t->type) ? NOISE_NONE : noise.kind;
    m->allocated = m->objects = m->bytes = m->t->type;
    m->series.rate = 1;
    pick_scales(m, m->t->kind != NOISE_HEAP && m->t->kind != NOISE_NONE);
    if (noise.kind == NOISE_HEAP) {
        m->objects = noise.objects;
        m->bytes = noise.space;
        m->allocated = in_use ? series_type(p, "alloc_objects") : noise.objects;
        m->series.rate = noise.rate[SIDE_AFTER];
        m->series.counts_objects = m->t->type == noise.objects;
    } else if (noise.kind == NOISE_CPU) {
        m->series.ticks = m->scales;
        m->series.rate = noise.rate[SIDE_AFTER];
    } else if (noise.kind == NOISE_NONE && noise.objects != NO_INDEX) {
        m->objects = noise.objects;
    }
}

static const int64_t *side_row(const struct maker *m, uint32_t side, uint32_t sample)
{
    const struct profile *p = m->p;
    return p->sides[side].values + (size_t)p->samples[sample].row * p->n_sample_types;
}

static bool was_in_use(const struct maker *m, uint32_t sample)
{
    for (uint32_t i = 0; i < m->t->n; i++) {
        const int64_t *values = side_row(m, i, sample);
        if (values[m->objects] || values[m->bytes])
            return true;
    }
    return false;
}

static void add_row(const struct trend_row *to, const struct trend_row *from, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (to->allocated && from->allocated)
            ((int64_t *)to->allocated)[i] += from->allocated[i];
        ((int64_t *)to->objects)[i] += from->objects[i];
        ((int64_t *)to->bytes)[i] += from->bytes[i];
    }
}

// The objects of a heap are told apart by stack and size alone: where samples have other tags the
// first of a kind stands for all, and the others have nothing left.
static void join_rows(struct maker *m, const uint32_t *firsts)
{
    uint32_t n = m->t->n;
    const int64_t *zeros = arena_zalloc(m->arena, n + 1, sizeof *zeros);
    for (uint32_t i = 0; i < m->p->n_samples; i++) {
        if (firsts[i] == i || !m->rows[i].objects)
            continue;
        add_row(&m->rows[firsts[i]], &m->rows[i], n);
        m->rows[i] = (struct trend_row){zeros, zeros, zeros};
    }
}

// By sample: whether it, or another of the same objects, was in use.
static const bool *find_used(const struct maker *m, const uint32_t *firsts)
{
    const struct profile *p = m->p;
    bool *used = arena_zalloc(m->arena, p->n_samples + 1, sizeof *used);
    for (uint32_t i = 0; i < p->n_samples; i++)
        used[firsts ? firsts[i] : i] |= was_in_use(m, i);
    for (uint32_t i = 0; i < p->n_samples; i++)
        used[i] = used[firsts ? firsts[i] : i];
    return used;
}

// Of each sample, what it was in each snapshot.
static void make_rows(struct maker *m)
{
    const struct profile *p = m->p;
    uint32_t n = m->t->n;
    bool one = m->objects == m->bytes;
    const uint32_t *firsts = one ? NULL : series_firsts(p, m->arena);
    const bool *used = find_used(m, firsts);
    m->rows = arena_zalloc(m->arena, p->n_samples, sizeof *m->rows);
    for (uint32_t i = 0; i < p->n_samples && !job_stopped(m->r->job); i++) {
        if (!used[i])
            continue;
        int64_t *bytes = arena_alloc(m->arena, n * (one ? 1 : 3) * sizeof *bytes);
        int64_t *objects = one ? bytes : bytes + n, *allocated = one ? NULL : objects + n;
        for (uint32_t side = 0; side < n; side++) {
            const int64_t *values = side_row(m, side, i);
            bytes[side] = values[m->bytes];
            objects[side] = values[m->objects];
            if (allocated && m->allocated != NO_INDEX)
                allocated[side] = values[m->allocated];
        }
        m->rows[i] =
            (struct trend_row){m->allocated == NO_INDEX ? NULL : allocated, objects, bytes};
    }
    if (firsts)
        join_rows(m, firsts);
}

typedef VEC(uint32_t) sample_list;

static bool starts_with(struct span name, const char *const *prefixes)
{
    for (; *prefixes; prefixes++)
        if (span_starts(name, span_of(*prefixes)))
            return true;
    return false;
}

// The runtime's part of a goroutine's stack: where it waits is for all the same.
static bool is_waiting_frame(const struct node_table *t, uint32_t node)
{
    static const char *const prefixes[] = {"runtime.", "sync.", "internal/", "sync/", NULL};
    return starts_with(node_str(t, t->infos.at[node].name), prefixes);
}

static uint32_t own_leaf(const struct maker *m, const struct sample *s)
{
    const struct node_table *t = &m->t->table;
    for (uint32_t i = 0; i < s->n_frames; i++) {
        uint32_t frame = m->p->frames[s->frame + i];
        for (uint32_t at = t->first[frame]; at < t->first[frame + 1]; at++)
            if (!is_waiting_frame(t, t->nodes[at]))
                return t->nodes[at];
    }
    return node_leaf(t, m->p->frames + s->frame, s->n_frames);
}

static void add_to_node(struct maker *m, sample_list *lists, uint32_t node, uint32_t sample)
{
    sample_list *list = &lists[node];
    if (node != NO_INDEX && (list->n == 0 || list->at[list->n - 1] != sample))
        *vec_push(m->arena, list) = sample;
}

static void add_sample(struct maker *m, sample_list *lists, uint32_t sample)
{
    const struct sample *s = &m->p->samples[sample];
    const struct node_table *t = &m->t->table;
    if (!m->r->options.trim.cum_sort) {
        bool goroutine = m->t->kind == NOISE_NONE && trend_is_of_goroutines(m->p, m->t->type);
        uint32_t leaf =
            goroutine ? own_leaf(m, s) : node_leaf(t, m->p->frames + s->frame, s->n_frames);
        if (leaf != NO_INDEX)
            add_to_node(m, lists, leaf, sample);
        return;
    }
    for (uint32_t i = 0; i < s->n_frames; i++) {
        uint32_t frame = m->p->frames[s->frame + i];
        for (uint32_t at = t->first[frame]; at < t->first[frame + 1]; at++)
            add_to_node(m, lists, t->nodes[at], sample);
    }
}

static const double *values_of(const struct maker *m, const uint32_t *samples, uint32_t n_samples)
{
    const struct trend *t = m->t;
    double *values = arena_zalloc(m->arena, t->n + 1, sizeof *values);
    for (uint32_t i = 0; i < n_samples; i++) {
        const struct trend_row *row = &m->rows[samples[i]];
        const int64_t *from = t->type == m->objects ? row->objects : row->bytes;
        for (uint32_t side = 0; side < t->n; side++)
            values[side] += (double)from[side];
    }
    for (uint32_t side = 0; side < t->n; side++)
        values[side] *= m->scales[side];
    return values;
}

static struct trend_item item_of(const struct maker *m, uint32_t node, const sample_list *list)
{
    struct trend_row *rows = arena_alloc(m->arena, (list->n + 1) * sizeof *rows);
    for (size_t i = 0; i < list->n; i++)
        rows[i] = m->rows[list->at[i]];
    return (struct trend_item){.node = node,
                               .samples = list->at,
                               .n_samples = (uint32_t)list->n,
                               .rows = rows,
                               .values = values_of(m, list->at, (uint32_t)list->n)};
}

static void make_items(struct maker *m)
{
    const struct profile *p = m->p;
    struct trend *t = m->t;
    sample_list *lists = arena_zalloc(m->arena, t->table.infos.n + 1, sizeof *lists), all = {0};
    for (uint32_t i = 0; i < p->n_samples && !job_stopped(m->r->job); i++) {
        if (!m->rows[i].objects)
            continue;
        add_sample(m, lists, i);
        *vec_push(m->arena, &all) = i;
    }
    t->items = arena_alloc(m->arena, (t->table.infos.n + 1) * sizeof *t->items);
    for (uint32_t node = 0; node < t->table.infos.n; node++)
        if (lists[node].n)
            t->items[t->n_items++] = item_of(m, node, &lists[node]);
    t->total = item_of(m, NO_INDEX, &all);
}

static void judge(struct maker *m)
{
    struct trend *t = m->t;
    struct trend_entry *entries = arena_alloc(m->arena, (t->n_items + 1) * sizeof *entries);
    struct trend_numbers *numbers = arena_alloc(m->arena, (t->n_items + 1) * sizeof *numbers);
    for (uint32_t i = 0; i < t->n_items; i++)
        entries[i] =
            (struct trend_entry){t->items[i].values, t->items[i].rows, t->items[i].n_samples};
    t->tests = trend_judge(&m->series, entries, t->n_items, numbers, m->r->job);
    for (uint32_t i = 0; i < t->n_items; i++)
        t->items[i].numbers = numbers[i];
    struct trend_entry total = {t->total.values, t->total.rows, t->total.n_samples};
    trend_judge(&m->series, &total, 1, &t->total.numbers, m->r->job);
}

static bool is_growth(const struct trend_item *i)
{
    return i->numbers.verdict <= TREND_SLOWING;
}

static int by_slope(const void *a, const void *b)
{
    const struct trend_item *x = a, *y = b;
    if (is_growth(x) != is_growth(y))
        return is_growth(x) ? -1 : 1;
    if (x->numbers.slope != y->numbers.slope)
        return x->numbers.slope > y->numbers.slope ? -1 : 1;
    double last_x = x->row.flat, last_y = y->row.flat;
    if (last_x != last_y)
        return last_x > last_y ? -1 : 1;
    int names = span_cmp(x->row.name, y->row.name);
    return names ? names : (x->node > y->node) - (x->node < y->node);
}

// The line of a sample's stack that an entry stands for; NULL where there is none.
static const struct line *line_of(const struct maker *m, uint32_t sample, uint32_t node)
{
    const struct sample *s = &m->p->samples[sample];
    const struct node_table *t = &m->t->table;
    for (uint32_t i = 0; i < s->n_frames; i++) {
        uint32_t frame = m->p->frames[s->frame + i];
        const struct location *l = &m->p->locations[frame];
        for (uint32_t at = t->first[frame]; at < t->first[frame + 1]; at++)
            if (t->nodes[at] == node && at - t->first[frame] < l->n_lines)
                return &m->p->lines[l->line + at - t->first[frame]];
    }
    return NULL;
}

// Where an entry that has no line of its own is heaviest in the end.
static void place_item(const struct maker *m, struct trend_item *item)
{
    uint32_t best = 0, last = m->t->n - 1;
    for (uint32_t i = 1; i < item->n_samples; i++)
        if (item->rows[i].bytes[last] > item->rows[best].bytes[last])
            best = i;
    const struct line *line = item->n_samples ? line_of(m, item->samples[best], item->node) : NULL;
    if (!line || line->function == NO_INDEX)
        return;
    const struct detail *d = &m->r->options.detail;
    struct span file = profile_str(m->p, m->p->functions[line->function].filename);
    item->row.file = path_trim(file, d->trim_path, d->source_path);
    item->row.line = line->line;
}

static void name_item(struct maker *m, struct trend_item *item)
{
    struct node_table *table = &m->t->table;
    uint32_t n = m->t->n;
    if (item->node != NO_INDEX) {
        const struct node_info *info = &table->infos.at[item->node];
        item->row = (struct top_row){.name = node_name(table, item->node),
                                     .function = node_str(table, info->name),
                                     .file = node_str(table, info->file),
                                     .line = info->line};
        if (n && item->row.line == 0)
            place_item(m, item);
    }
    struct trend_entry entry = {item->values, item->rows, item->n_samples};
    item->se = n ? sqrt(trend_level_variance(&m->series, &entry, n - 1)) : 0;
    item->row.flat = n ? i64_of(item->values[n - 1]) : 0;
}

static void choose_shown(struct maker *m)
{
    struct trend *t = m->t;
    int64_t most = m->r->options.trim.node_count;
    for (uint32_t i = 0; i < t->n_items; i++) {
        struct trend_item *item = &t->items[i];
        bool said = item->numbers.verdict != TREND_TOO_FEW_SAMPLES;
        item->shown = m->r->options.all_entries || (said && (most <= 0 || t->n_shown < most));
        t->n_shown += item->shown;
    }
}

// The least growth that is seen in 95 of 100 cases. Objects that make up a growth of g bytes have
// the variance rate · g, small as they are; what the entry varies by anyway adds to that, and what
// it falls by may be half of the growth.
static double detectable(const struct maker *m, const struct trend_numbers *o, double k)
{
    double rate = m->series.rate > 1 ? m->series.rate : 0;
    double scatter =
        fmax(o->sen_high - o->slope, o->slope - o->sen_low) / NOISE_MARGIN * m->t->hours;
    double variance = o->se * o->se + scatter * scatter;
    double g = (k * k * rate + sqrt(pow(k * k * rate, 2) + 4 * k * k * variance)) / 2;
    return fmax(fmax(g, 2 * o->drawdown), m->series.min_growth);
}

// What no growth could exceed unseen in any entry, as a slope.
static double hidden_growth(const struct maker *m)
{
    const struct trend *t = m->t;
    double tested = fmax(t->tests.tested, 1), k = noise_deviate(m->series.alpha / tested) + 1.645;
    if (t->n < 3 || t->hours <= 0 || t->n < trend_least_snapshots(tested, m->series.alpha))
        return 0;
    double most = detectable(m, &(struct trend_numbers){0}, k); // of what was not there yet
    for (uint32_t i = 0; i < t->n_items; i++) {
        const struct trend_numbers *o = &t->items[i].numbers;
        if (o->verdict > TREND_SLOWING && o->verdict != TREND_TOO_FEW_SAMPLES)
            most = fmax(most, detectable(m, o, k));
    }
    return most / t->hours;
}

int report_trend(const struct report *r, struct trend *out, struct err *err)
{
    *out = (struct trend){.type = r->options.value_index, .n = r->profile->n_sides};
    struct maker m = {.r = r, .p = r->profile, .t = out, .arena = r->arena};
    if (!r->series || r->profile->n_sides == 0)
        return err_set(err, "a trend needs a series of profiles");
    out->series = *r->series;
    out->alpha = r->options.alpha > 0 ? r->options.alpha : .01;
    m.series = (struct trend_series){
        .n = out->n, .t = hours_of(&m), .alpha = out->alpha, .min_hits = MIN_HITS};
    pick_kind(&m);
    node_table_init(&out->table, m.p, &r->options.detail, r->job, r->arena);
    make_rows(&m);
    make_items(&m);
    out->min_growth = m.series.min_growth = MIN_GROWTH * out->total.values[0];
    judge(&m);
    for (uint32_t i = 0; i < out->n_items; i++)
        name_item(&m, &out->items[i]);
    name_item(&m, &out->total);
    if (out->n_items)
        qsort(out->items, out->n_items, sizeof *out->items, by_slope);
    choose_shown(&m);
    out->hidden = hidden_growth(&m);
    return 0;
}

void trend_release(struct trend *t)
{
    node_table_release(&t->table);
}
