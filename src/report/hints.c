// SPDX-License-Identifier: Apache-2.0
#include "report/hints.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "profile/read/memstats.h"
#include "profile/series.h"
#include "report/hintrules.h"

enum {
    SIZES_MAX = 512,
    POOLED_LEAST = 1024,
    SAMPLES_LEAST = 8
}; // sizes of one line; what is worth a pool

enum size_pattern sizes_pattern(const int64_t *sizes, const double *objects, uint32_t n)
{
    double least = INFINITY, most = 0;
    uint32_t steps = 0;
    if (n == 0 || sizes[0] <= 0)
        return SIZES_UNKNOWN;
    if (n == 1)
        return SIZES_ONE;
    for (uint32_t i = 0; i < n; i++) {
        least = fmin(least, objects[i]);
        most = fmax(most, objects[i]);
        steps += i > 0 && (double)sizes[i] / (double)sizes[i - 1] <= 2.6;
    }
    double mean_ratio = pow((double)sizes[n - 1] / (double)sizes[0], 1. / (n - 1));
    // Sampling leaves sizes out, so that some steps are wider than they were.
    if (n >= 4 && mean_ratio >= 1.2 && mean_ratio <= 3 && steps * 10 >= (n - 1) * 7 &&
        most <= 16 * least)
        return SIZES_GROWING;
    return n >= 6 && mean_ratio < 1.25 ? SIZES_MANY : SIZES_UNKNOWN;
}

// What a line makes by calling a rule's functions.
struct call_sums {
    int64_t value, large; // large: of objects that are so by the rule
    double objects;
};

// What one line of the program's own makes or calls.
struct place_sums {
    uint32_t node; // of the table of lines
    bool leaf;     // it makes objects itself
    int64_t value, in_use;
    int64_t *sizes;
    double *objects;
    uint32_t n_sizes;
    size_t cap;
    struct call_sums *calls; // by rule; NULL: there are none
};

// Of which rules a function is one, a bit each; worked out when it is first met.
struct marks {
    uint32_t anywhere, functions, through, below, within;
    bool known, own;
};

struct finder {
    const struct report *r;
    const struct profile *p;
    const struct subject *s;
    struct hints *out;
    struct own own;
    struct arena *arena;
    uint32_t type, objects, in_use; // sample types; NO_INDEX
    bool cpu, counts;               // counts: values are not in the unit of the period
    uint32_t n_rules;
    str_id bytes; // key of tags
    VEC(struct place_sums) places;
    uint32_t *place_of;  // by node of lines
    int64_t *anywhere;   // by rule
    struct marks *marks; // by node of lines
    VEC(struct hint) found;
};

static struct span name_of(const struct finder *f, uint32_t node)
{
    return node_str(&f->out->lines, f->out->lines.infos.at[node].name);
}

static bool applies(const struct finder *f, const struct rule *rule)
{
    return f->cpu ? rule->cpu : rule->heap;
}

static struct place_sums *place_at(struct finder *f, uint32_t node)
{
    if (f->place_of[node] == NO_INDEX) {
        f->place_of[node] = (uint32_t)f->places.n;
        *vec_push(f->arena, &f->places) = (struct place_sums){.node = node};
    }
    return &f->places.at[f->place_of[node]];
}

static int64_t size_of(const struct finder *f, const struct sample *s)
{
    for (uint32_t i = 0; f->bytes != HASH_NONE && i < s->n_labels; i++) {
        const struct label *l = &f->p->labels[s->label + i];
        if (l->key == f->bytes && label_is_number(l))
            return l->num;
    }
    return 0;
}

static void add_size(struct finder *f, struct place_sums *place, int64_t size, double objects)
{
    uint32_t i = 0;
    while (i < place->n_sizes && place->sizes[i] < size)
        i++;
    if (i < place->n_sizes && place->sizes[i] == size) {
        place->objects[i] += objects;
        return;
    }
    if (size <= 0 || place->n_sizes == SIZES_MAX)
        return;
    if (place->n_sizes == place->cap) {
        size_t cap = place->cap ? 2 * place->cap : 4, one = sizeof(int64_t);
        place->sizes = arena_grow(f->arena, place->sizes, place->cap * one, cap * one);
        place->objects = arena_grow(f->arena, place->objects, place->cap * one, cap * one);
        place->cap = cap;
    }
    for (uint32_t k = place->n_sizes++; k > i; k--) {
        place->sizes[k] = place->sizes[k - 1];
        place->objects[k] = place->objects[k - 1];
    }
    place->sizes[i] = size;
    place->objects[i] = objects;
}

// The nodes of a sample's stack, the leaf first.
static uint32_t stack_of(const struct finder *f, const struct sample *s, uint32_t *nodes,
                         uint32_t cap)
{
    const struct node_table *t = &f->out->lines;
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->n_frames; i++) {
        uint32_t frame = f->p->frames[s->frame + i];
        for (uint32_t at = t->first[frame]; at < t->first[frame + 1] && n < cap; at++)
            nodes[n++] = t->nodes[at];
    }
    return n;
}

static const struct marks *marks_of(struct finder *f, uint32_t node)
{
    struct marks *m = &f->marks[node];
    if (m->known)
        return m;
    struct span name = name_of(f, node);
    m->known = true;
    m->own = own_node_class(&f->own, node) == CODE_OWN;
    for (uint32_t k = 0; k < f->n_rules; k++) {
        const struct rule *rule = &rules[k];
        uint32_t bit = UINT32_C(1) << k;
        if (!applies(f, rule))
            continue;
        if (rule->kind == RULE_ANYWHERE)
            m->anywhere |= rule_names(rule->functions, name) ? bit : 0;
        if (rule->kind != RULE_CALLS)
            continue;
        m->functions |= rule_names(rule->functions, name) ? bit : 0;
        m->through |= rule_names(rule->through, name) ? bit : 0;
        m->below |= !f->cpu || !rule->below[0] || rule_names(rule->below, name) ? bit : 0;
        m->within |= rule_names(rule->not_within, name) ? bit : 0;
    }
    return m;
}

// The rules by one of whose functions the line made what the stack is of; own is the line.
static uint32_t rules_called(struct finder *f, const uint32_t *nodes, uint32_t own, uint32_t n)
{
    uint32_t at = own - 1, through = ~UINT32_C(0), called = 0, below = 0, within = 0;
    for (bool more = true; more; at--) {
        const struct marks *m = marks_of(f, nodes[at]);
        called |= through & m->functions;
        through &= m->through;
        more = through && at > 0;
    }
    if (!called)
        return 0;
    for (uint32_t i = 0; i < own; i++)
        below |= marks_of(f, nodes[i])->below;
    for (uint32_t i = 0; i < n; i++)
        within |= marks_of(f, nodes[i])->within;
    return called & below & ~within;
}

static void count_calls(struct finder *f, const uint32_t *nodes, uint32_t own, uint32_t n,
                        const struct sample *s)
{
    const int64_t *values = sample_values(f->p, s);
    uint32_t called = rules_called(f, nodes, own, n);
    int64_t size = called ? size_of(f, s) : 0;
    for (uint32_t k = 0; called >> k; k++) {
        if (!(called >> k & 1))
            continue;
        struct place_sums *place = place_at(f, nodes[own]);
        if (!place->calls)
            place->calls = arena_zalloc(f->arena, f->n_rules, sizeof *place->calls);
        struct call_sums *sums = &place->calls[k];
        sums->value += values[f->type];
        sums->large += size == 0 || size >= rules[k].least_size ? values[f->type] : 0;
        if (f->objects != NO_INDEX)
            sums->objects += (double)values[f->objects];
    }
}

static void count_sample(struct finder *f, const struct sample *s)
{
    enum { DEPTH_MAX = 1024 };
    uint32_t nodes[DEPTH_MAX], n = stack_of(f, s, nodes, DEPTH_MAX), own = 0;
    const int64_t *values = sample_values(f->p, s);
    int64_t value = values[f->type];
    f->out->total += value;
    if (n == 0 || value <= 0)
        return;
    uint32_t anywhere = marks_of(f, nodes[0])->anywhere;
    for (uint32_t k = 0; anywhere >> k; k++)
        f->anywhere[k] += anywhere >> k & 1 ? value : 0;
    while (own < n && !marks_of(f, nodes[own])->own)
        own++;
    if (own == n)
        return;
    if (own > 0) {
        count_calls(f, nodes, own, n, s);
        return;
    }
    struct place_sums *place = place_at(f, nodes[own]);
    place->leaf = true;
    place->value += value;
    if (f->in_use != NO_INDEX)
        place->in_use += values[f->in_use];
    if (f->objects != NO_INDEX)
        add_size(f, place, size_of(f, s), (double)values[f->objects]);
}

static struct hint hint_at(struct finder *f, const struct rule *rule, uint32_t node, int64_t value)
{
    struct hint h = {.rule = &rule->hint, .value = value};
    if (node == NO_INDEX)
        return h;
    const struct node_info *info = &f->out->lines.infos.at[node];
    h.function = name_of(f, node);
    h.file = node_str(&f->out->lines, info->file);
    h.line = info->line;
    const struct span *line = text_line(text_files_get(&f->s->files, h.file), h.line);
    if (line)
        h.source = span_trim_start(*line, SPAN(" \t"));
    return h;
}

static void add_hint(struct finder *f, const struct rule *rule, uint32_t node, int64_t value,
                     const char *seen)
{
    double least = rule->least > 0 ? rule->least : HINT_LEAST;
    double share = f->out->total > 0 ? (double)value / (double)f->out->total : 0;
    // Of few samples nothing is said: a heap's stands for about so many bytes, a clock's for a
    // tick.
    bool few = f->p->period > 1 && !f->counts && value < SAMPLES_LEAST * f->p->period;
    if (share < least || value < rule->least_value || few)
        return;
    struct hint h = hint_at(f, rule, node, value);
    if (h.source.n == 0 && rule->needs_text)
        return;
    if (h.source.n && ((rule->text[0] && !rule_has_word(rule->text, h.source)) ||
                       rule_has_part(rule->not_text, h.source)))
        return;
    h.share = share;
    h.seen = seen;
    *vec_push(f->arena, &f->found) = h;
}

static const char *sizes_seen(const struct finder *f, const struct place_sums *p)
{
    double objects = 0;
    for (uint32_t i = 0; i < p->n_sizes; i++)
        objects += p->objects[i];
    if (p->n_sizes == 1)
        return arena_printf(f->arena, "%.0f objects of %" PRId64 " bytes", objects, p->sizes[0]);
    return arena_printf(f->arena, "%.0f objects of %u sizes from %" PRId64 " to %" PRId64 " bytes",
                        objects, p->n_sizes, p->sizes[0], p->sizes[p->n_sizes - 1]);
}

static bool is_short_lived(const struct finder *f, const struct place_sums *p)
{
    return f->in_use != NO_INDEX && f->type != f->in_use && p->n_sizes == 1 &&
           p->sizes[0] >= POOLED_LEAST && p->objects[0] >= 1000 &&
           (double)p->in_use < .02 * (double)p->value;
}

static void judge_leaf(struct finder *f, const struct rule *rule, const struct place_sums *p)
{
    enum size_pattern pattern = sizes_pattern(p->sizes, p->objects, p->n_sizes);
    // A map has small parts beside the ones that grow, of which there are any number.
    bool growing =
        pattern == SIZES_GROWING || (rule->text[0] && rule->text[0][0] == ']' && p->n_sizes >= 5 &&
                                     p->sizes[p->n_sizes - 1] >= 16 * p->sizes[0]);
    bool seen = false;
    if (rule->kind == RULE_TEXT)
        seen = true;
    else if (rule->kind == RULE_SHORT)
        seen = is_short_lived(f, p);
    else if (rule->kind == RULE_SIZES && rule->pattern == SIZES_MANY)
        seen = pattern == SIZES_MANY || pattern == SIZES_GROWING; // the text tells
    else if (rule->kind == RULE_SIZES)
        seen = rule->needs_text ? growing : pattern == rule->pattern;
    bool large = p->n_sizes == 0 || p->sizes[p->n_sizes - 1] >= rule->least_size;
    if (seen && large)
        add_hint(f, rule, p->node, p->value, p->n_sizes ? sizes_seen(f, p) : NULL);
}

static bool are_enough(const struct finder *f, const struct place_sums *p, uint32_t rule)
{
    if (!p->calls)
        return false;
    const struct call_sums *sums = &p->calls[rule];
    bool many = f->objects == NO_INDEX || sums->objects >= rules[rule].least_objects;
    return sums->value > 0 && sums->large >= sums->value / 4 && many;
}

static void judge_place(struct finder *f, const struct place_sums *p)
{
    size_t first = f->found.n;
    for (uint32_t k = 0; k < f->n_rules; k++) {
        if (!applies(f, &rules[k]))
            continue;
        if (rules[k].kind == RULE_CALLS && are_enough(f, p, k))
            add_hint(f, &rules[k], p->node, p->calls[k].value, NULL);
        else if (p->leaf && rules[k].kind != RULE_CALLS && f->found.n == first)
            judge_leaf(f, &rules[k], p);
    }
}

static void add_memory_hint(struct finder *f, enum rule_kind kind, int64_t value, int64_t whole,
                            const char *name, const char *seen)
{
    for (uint32_t k = 0; k < f->n_rules; k++) {
        const struct rule *rule = &rules[k];
        double share = whole > 0 ? (double)value / (double)whole : 0;
        if (rule->kind == kind && value >= rule->least_value && share >= rule->least)
            *vec_push(f->arena, &f->found) = (struct hint){
                .rule = &rule->hint, .value = value, .share = share, .whole = name, .seen = seen};
    }
}

// What MemStats beside the heap say. A heap's profile is an estimate: of B bytes with a sample for
// each R its variance is about R · B.
static void judge_memory(struct finder *f)
{
    const struct memstats *m = f->p->memstats;
    uint32_t in_use = f->in_use != NO_INDEX ? f->in_use : series_type(f->p, "space");
    if (!m || f->cpu || f->counts || in_use == NO_INDEX)
        return;
    int64_t idle = m->heap_idle - m->heap_released, profiled = 0;
    for (uint32_t i = 0; i < f->p->n_samples; i++)
        profiled += sample_values(f->p, &f->p->samples[i])[in_use];
    if (idle > m->heap_inuse)
        add_memory_hint(f, RULE_IDLE, idle, m->sys, "Sys",
                        arena_printf(f->arena,
                                     "HeapIdle - HeapReleased is %" PRId64
                                     " bytes, HeapInuse %" PRId64,
                                     idle, m->heap_inuse));
    int64_t fresh = m->heap_alloc - profiled;
    if ((double)fresh > 4 * sqrt((double)f->p->period * (double)m->heap_alloc))
        add_memory_hint(f, RULE_UNSETTLED, fresh, m->heap_alloc, "HeapAlloc", NULL);
}

static int by_value(const void *a, const void *b)
{
    const struct hint *x = a, *y = b;
    if (x->value != y->value)
        return x->value > y->value ? -1 : 1;
    return strcmp(x->rule->name, y->rule->name);
}

// Which sample types are looked at: allocations where nothing else was asked for.
static void pick_types(struct finder *f)
{
    const struct profile *p = f->p;
    f->type = f->r->options.value_index;
    uint32_t allocated = series_type(p, "alloc_space"), in_use = series_type(p, "inuse_space");
    f->in_use = in_use;
    if (allocated != NO_INDEX && !f->r->options.type_is_chosen)
        f->type = allocated;
    f->objects = NO_INDEX;
    if (f->type == allocated)
        f->objects = series_type(p, "alloc_objects");
    else if (f->type == in_use)
        f->objects = series_type(p, "inuse_objects");
    f->cpu = span_eq(profile_str(p, p->period_type.type), SPAN("cpu"));
    f->counts = !unit_compatible(profile_str(p, p->sample_types[f->type].unit),
                                 profile_str(p, p->period_type.unit));
    f->out->type = profile_str(p, p->sample_types[f->type].type);
    f->out->unit = profile_str(p, p->sample_types[f->type].unit);
}

static void begin(struct finder *f)
{
    struct detail lines = f->r->options.detail;
    lines.function = lines.filename = lines.line = true;
    lines.address = lines.column = false;
    node_table_init(&f->out->lines, f->p, &lines, f->r->job, f->arena);
    own_init(&f->own, f->p, &f->out->lines, f->s->own, f->arena);
    f->bytes = strtab_find(f->p->strings, SPAN("bytes"));
    while (rules[f->n_rules].hint.name)
        f->n_rules++;
    f->anywhere = arena_zalloc(f->arena, f->n_rules, sizeof *f->anywhere);
    size_t n = f->out->lines.infos.n;
    f->marks = arena_zalloc(f->arena, n + 1, sizeof *f->marks);
    f->place_of = arena_alloc(f->arena, (n + 1) * sizeof *f->place_of);
    memset(f->place_of, 0xff, n * sizeof *f->place_of);
}

int report_hints(const struct report *r, const struct subject *s, struct hints *out,
                 struct err *err)
{
    *out = (struct hints){0};
    struct finder f = {.r = r, .p = r->profile, .s = s, .out = out, .arena = r->arena};
    (void)err;
    pick_types(&f);
    begin(&f);
    for (uint32_t i = 0; i < f.p->n_samples && !job_stopped(r->job); i++)
        count_sample(&f, &f.p->samples[i]);
    for (size_t i = 0; i < f.places.n; i++)
        judge_place(&f, &f.places.at[i]);
    for (uint32_t k = 0; k < f.n_rules; k++)
        if (f.anywhere[k])
            add_hint(&f, &rules[k], NO_INDEX, f.anywhere[k], NULL);
    judge_memory(&f);
    if (f.found.n)
        qsort(f.found.at, f.found.n, sizeof *f.found.at, by_value);
    out->at = f.found.at;
    out->n = (uint32_t)f.found.n;
    return 0;
}

void hints_release(struct hints *h)
{
    node_table_release(&h->lines);
}
