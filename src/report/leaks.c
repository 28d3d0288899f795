// SPDX-License-Identifier: Apache-2.0
#include "report/leaks.h"

#include <stdlib.h>

#include "base/idmap.h"
#include "base/text.h"
#include "report/instances.h"

// Leaks in the making.
struct finder {
    const struct report *r;
    const struct profile *p;
    const struct subject *s;
    struct leaks *out;
    struct own own;
    str_id state, minutes, created_by; // keys of tags
};

bool leaks_are_proven(const struct profile *p)
{
    if (series_type(p, "goroutineleak") != NO_INDEX)
        return true;
    str_id key = strtab_find(p->strings, SPAN("leaked"));
    for (uint32_t i = 0; key != HASH_NONE && i < p->n_samples; i++)
        for (uint32_t j = 0; j < p->samples[i].n_labels; j++)
            if (p->labels[p->samples[i].label + j].key == key)
                return true;
    return false;
}

static const struct label *label_of(const struct finder *f, uint32_t sample, str_id key)
{
    const struct sample *s = &f->p->samples[sample];
    for (uint32_t i = 0; key != HASH_NONE && i < s->n_labels; i++)
        if (f->p->labels[s->label + i].key == key)
            return &f->p->labels[s->label + i];
    return NULL;
}

// What a sample was in a snapshot.
static int64_t value_at(const struct finder *f, uint32_t sample, uint32_t side)
{
    const struct profile *p = f->p;
    size_t at = (size_t)p->samples[sample].row * p->n_sample_types + f->r->options.value_index;
    return p->sides[side].values[at];
}

static int64_t growth_of(const struct finder *f, uint32_t sample)
{
    uint32_t last = f->p->n_sides - 1;
    int64_t now = value_at(f, sample, last);
    return f->out->proven ? now : now - value_at(f, sample, 0);
}

// Sums growth by stack, and returns a sample of the one that grew most.
static uint32_t heaviest_stack(const struct finder *f, const struct trend_item *item, double *share)
{
    struct arena scratch = {0};
    struct idmap index;
    int64_t *sums = arena_zalloc(&scratch, item->n_samples + 1, sizeof *sums), all = 0;
    uint32_t *firsts = arena_alloc(&scratch, (item->n_samples + 1) * sizeof *firsts), n = 0;
    uint32_t best = 0;
    idmap_init(&index, 0);
    for (uint32_t i = 0; i < item->n_samples; i++) {
        const struct sample *s = &f->p->samples[item->samples[i]];
        uint64_t key = hash_bytes(f->p->frames + s->frame, s->n_frames * sizeof *f->p->frames);
        uint32_t at = idmap_get(&index, key);
        if (at == IDMAP_NONE) {
            idmap_add(&index, key, at = n++);
            firsts[at] = item->samples[i];
        }
        sums[at] += growth_of(f, item->samples[i]);
        all += growth_of(f, item->samples[i]);
    }
    for (uint32_t i = 1; i < n; i++)
        best = sums[i] > sums[best] ? i : best;
    *share = all > 0 && sums[best] > 0 ? (double)sums[best] / (double)all : 0;
    *share = *share < 1 ? *share : 1;
    uint32_t sample = n ? firsts[best] : NO_INDEX;
    idmap_release(&index);
    arena_release(&scratch);
    return sample;
}

static void fill_path(struct finder *f, struct leak *leak, uint32_t sample)
{
    const struct sample *s = &f->p->samples[sample];
    const struct node_table *t = &f->out->lines;
    VEC(uint32_t) path = {0};
    for (uint32_t i = 0; i < s->n_frames; i++) {
        uint32_t frame = f->p->frames[s->frame + i];
        for (uint32_t at = t->first[frame]; at < t->first[frame + 1]; at++)
            *vec_push(f->r->arena, &path) = t->nodes[at];
    }
    leak->path = path.at;
    leak->n_path = (uint32_t)path.n;
    leak->own = NO_INDEX;
    for (uint32_t i = leak->n_path; i-- > 0;)
        if (own_node_class(&f->own, path.at[i]) == CODE_OWN)
            leak->own = i;
}

static void fill_place(struct finder *f, struct leak *leak)
{
    if (leak->n_path == 0)
        return;
    uint32_t node = leak->path[leak->own == NO_INDEX ? 0 : leak->own];
    const struct node_info *info = &f->out->lines.infos.at[node];
    leak->function = node_str(&f->out->lines, info->name);
    leak->file = node_str(&f->out->lines, info->file);
    leak->line = info->line;
    const struct span *line = text_line(text_files_get(&f->s->files, leak->file), leak->line);
    if (line)
        leak->source = span_trim(*line, SPAN(" \t"));
}

// What the functions on the path above the program's own fill, or the line does.
static const char *filled_by(const struct finder *f, const struct leak *leak)
{
    static const struct {
        const char *part, *what;
    } functions[] = {{"sync.(*Map).", "a sync.Map"},   {"container/list.", "a list"},
                     {"container/heap.", "a heap"},    {"runtime.mapassign", "a map"},
                     {"runtime.growslice", "a slice"}, {"runtime.makechan", "a channel"}},
      texts[] = {{"append(", "a slice, by append"},
                 {"make(chan", "a channel that is made there"},
                 {"] = ", "a map or a slice"},
                 {"<- ", "a channel"},
                 {"make(map", "a map that is made there"}};
    uint32_t end = leak->own == NO_INDEX ? leak->n_path : leak->own;
    for (uint32_t i = 0; i < end; i++) {
        struct span name = node_str(&f->out->lines, f->out->lines.infos.at[leak->path[i]].name);
        for (size_t k = 0; k < sizeof functions / sizeof *functions; k++)
            if (span_starts(name, span_of(functions[k].part)))
                return functions[k].what;
    }
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
        if (span_find(leak->source, span_of(texts[k].part)) != SPAN_NOT_FOUND)
            return texts[k].what;
    return NULL;
}

static void add_state(struct finder *f, struct leak *leak, struct span name, int64_t n,
                      int64_t minutes)
{
    struct leak_state *s = NULL;
    for (uint32_t i = 0; i < leak->n_states && !s; i++)
        if (span_eq(leak->states[i].name, name))
            s = &leak->states[i];
    if (!s) {
        leak->states = arena_grow(f->r->arena, leak->states, leak->n_states * sizeof *s,
                                  (leak->n_states + 1) * sizeof *s);
        s = &leak->states[leak->n_states++];
        *s = (struct leak_state){.name = name};
    }
    s->n += n;
    s->minutes = s->minutes > minutes ? s->minutes : minutes;
}

static int by_count(const void *a, const void *b)
{
    const struct leak_state *x = a, *y = b;
    return (x->n < y->n) - (x->n > y->n);
}

static void fill_states(struct finder *f, struct leak *leak)
{
    const struct trend_item *item = leak->item;
    for (uint32_t i = 0; i < item->n_samples; i++) {
        int64_t n = value_at(f, item->samples[i], f->p->n_sides - 1);
        const struct label *state = label_of(f, item->samples[i], f->state);
        const struct label *minutes = label_of(f, item->samples[i], f->minutes);
        leak->count += n;
        if (n && state)
            add_state(f, leak, profile_str(f->p, state->value), n, minutes ? minutes->num : 0);
    }
    if (leak->n_states)
        qsort(leak->states, leak->n_states, sizeof *leak->states, by_count);
}

// By whom the goroutines of a stack were started, where a dump tells: a tag or the outermost frame.
static void fill_started(struct finder *f, struct leak *leak, uint32_t sample)
{
    const struct label *by = label_of(f, sample, f->created_by);
    if (by)
        leak->started = profile_str(f->p, by->value);
    struct span root = {0};
    if (leak->n_path)
        root = node_name(&f->out->lines, leak->path[leak->n_path - 1]);
    if (!by && span_starts(root, SPAN("created by ")))
        leak->started = span_from(root, SPAN("created by ").n);
}

static void fill_leak(struct finder *f, struct leak *leak, const struct trend_item *item)
{
    *leak = (struct leak){.item = item, .growing = item->numbers.verdict <= TREND_SLOWING};
    uint32_t sample = heaviest_stack(f, item, &leak->share);
    if (sample == NO_INDEX)
        return;
    fill_path(f, leak, sample);
    fill_place(f, leak);
    if (!f->out->goroutines) {
        leak->filled = filled_by(f, leak);
        return;
    }
    fill_states(f, leak);
    fill_started(f, leak, sample);
}

static bool is_leak(const struct leaks *l, const struct trend_item *item)
{
    enum trend_verdict v = item->numbers.verdict;
    if (l->proven)
        return item->row.flat > 0;
    return v == TREND_GROWING || v == TREND_SLOWING || v == TREND_GROWN;
}

static int by_worth(const void *a, const void *b)
{
    const struct leak *x = a, *y = b;
    if (x->growing != y->growing)
        return x->growing ? -1 : 1;
    return x->item < y->item ? -1 : 1; // items are in the order of their slopes
}

static int by_last(const void *a, const void *b)
{
    const struct leak *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return x->item < y->item ? -1 : 1;
}

static void find_leaks(struct finder *f)
{
    struct leaks *l = f->out;
    l->leaks = arena_alloc(f->r->arena, (l->trend.n_items + 1) * sizeof *l->leaks);
    for (uint32_t i = 0; i < l->trend.n_items; i++)
        if (is_leak(l, &l->trend.items[i]))
            fill_leak(f, &l->leaks[l->n++], &l->trend.items[i]);
    for (uint32_t i = 0; i < l->n; i++)
        l->n_growing += l->leaks[i].growing;
    if (l->n)
        qsort(l->leaks, l->n, sizeof *l->leaks, l->proven ? by_last : by_worth);
    int64_t most = f->r->options.trim.node_count;
    l->n = most > 0 && most < l->n ? (uint32_t)most : l->n;
}

static int judge_beside(struct finder *f, struct err *err)
{
    struct leaks *l = f->out;
    struct report beside = *f->r;
    if (!f->r->beside || l->goroutines || f->r->beside_series->n_read < 3)
        return 0;
    beside.profile = f->r->beside;
    beside.series = f->r->beside_series;
    beside.options.value_index = 0;
    beside.options.limit = 0;
    beside.memo = NULL;
    l->beside = arena_alloc(f->r->arena, sizeof *l->beside);
    if (report_trend(&beside, l->beside, err))
        return -1;
    l->holders = arena_alloc(f->r->arena, (l->beside->n_items + 1) * sizeof(struct trend_item *));
    for (uint32_t i = 0; i < l->beside->n_items; i++)
        if (l->beside->items[i].numbers.verdict <= TREND_SLOWING)
            l->holders[l->n_holders++] = &l->beside->items[i];
    return 0;
}

// Only samples that are marked as leaked stay, where any is.
static struct report only_marked(const struct report *r)
{
    struct report marked = *r;
    struct profile *p = arena_copy(r->arena, r->profile, 1, sizeof *p);
    str_id key = strtab_find(p->strings, SPAN("leaked"));
    struct finder f = {.p = r->profile};
    if (key == HASH_NONE || series_type(p, "goroutineleak") != NO_INDEX)
        return marked;
    p->samples = arena_alloc(r->arena, (p->n_samples + 1) * sizeof *p->samples);
    p->n_samples = 0;
    for (uint32_t i = 0; i < r->profile->n_samples; i++)
        if (label_of(&f, i, key))
            p->samples[p->n_samples++] = r->profile->samples[i];
    marked.profile = p;
    marked.memo = NULL;
    return marked;
}

static void begin_lines(struct finder *f)
{
    struct detail lines = f->r->options.detail;
    lines.function = lines.filename = lines.line = true;
    lines.address = lines.column = false;
    node_table_init(&f->out->lines, f->p, &lines, f->r->job, f->r->arena);
    own_init(&f->own, f->p, &f->out->lines, f->s->own, f->r->arena);
    f->state = strtab_find(f->p->strings, SPAN("state"));
    f->minutes = strtab_find(f->p->strings, SPAN("minutes"));
    f->created_by = strtab_find(f->p->strings, SPAN("created by"));
}

int report_leaks(const struct report *r, const struct subject *s, struct leaks *out,
                 struct err *err)
{
    if (r->options.instances) {
        *out = (struct leaks){.instances = arena_alloc(r->arena, sizeof *out->instances)};
        return report_instances(r, out->instances, err);
    }
    *out = (struct leaks){.proven = leaks_are_proven(r->profile)};
    struct report marked = out->proven ? only_marked(r) : *r;
    struct finder f = {.r = &marked, .p = marked.profile, .s = s, .out = out};
    if (report_trend(&marked, &out->trend, err))
        return -1;
    out->goroutines = trend_is_of_goroutines(f.p, r->options.value_index);
    begin_lines(&f);
    find_leaks(&f);
    return judge_beside(&f, err);
}

void leaks_release(struct leaks *l)
{
    if (l->instances)
        return;
    trend_release(&l->trend);
    node_table_release(&l->lines);
    if (l->beside)
        trend_release(l->beside);
}
