// SPDX-License-Identifier: Apache-2.0
#include "graph/tags.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/idmap.h"
#include "base/unit.h"
#include "profile/parts.h"
#include "profile/tag.h"

struct number {
    int64_t value;
    str_id name;
};

// What is the same for all samples.
struct weighing {
    const struct graph *g;
    const struct profile *p;
    const struct tag_source *source;
    const bool *wanted;
    const bool *live;   // by location: it has a node that is wanted
    str_id bytes, base; // the keys "bytes" and TAG_BASE_KEY, or HASH_NONE
};

// Tags, found by what they are of, in the order in which they were first asked for.
struct tag_table {
    struct arena *arena;
    VEC(struct node_tag) tags;
    struct hash_index index;
};

// The samples are weighed in parts, each on its own: then the parts' tags are summed in their
// order.
struct weigher {
    const struct weighing *w;
    struct sample_range range;
    struct arena arena;
    struct strtab strings; // on top of the node table's
    struct tag_table table;
    struct idmap number_names; // by value
    VEC(struct span) texts;    // of the sample at hand
    VEC(struct number) numbers;
    str_id group;
    uint32_t *marks; // by node: the last sample that was counted
    int64_t weight, div;
};

static int cmp_spans(const void *a, const void *b)
{
    return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

// All text labels as "key:value", sorted and joined by an escaped line break.
static str_id join_texts(struct weigher *w)
{
    struct buf joined = {0};
    if (w->texts.n == 0)
        return 0;
    qsort(w->texts.at, w->texts.n, sizeof *w->texts.at, cmp_spans);
    for (size_t i = 0; i < w->texts.n; i++) {
        buf_add(&joined, i ? SPAN("\n") : SPAN(""));
        buf_add(&joined, w->texts.at[i]);
    }
    str_id id = strtab_add(&w->strings, buf_span(&joined));
    buf_release(&joined);
    return id;
}

static str_id number_name(struct weigher *w, int64_t value)
{
    uint32_t name = idmap_get(&w->number_names, (uint64_t)value);
    if (name != IDMAP_NONE)
        return name;
    char text[UNIT_LABEL_MAX];
    struct unit_conv conv = unit_conv_of(w->w->source->number_unit, w->w->source->output_unit);
    name = strtab_add(&w->strings, (struct span){text, unit_format(text, &conv, value)});
    idmap_add(&w->number_names, (uint64_t)value, name);
    return name;
}

static void add_number(struct weigher *w, const struct label *l)
{
    int64_t number = l->num;
    if (l->kind == LABEL_NUM_UNIT) {
        struct span unit = w->w->source->number_unit;
        struct measure m = unit_scale(l->num, profile_str(w->w->p, l->value), unit);
        number = span_eq(m.unit, unit_scale(1, unit, unit).unit) ? i64_of(m.value) : number;
    }
    *vec_push(&w->arena, &w->numbers) = (struct number){number, number_name(w, number)};
}

static void read_labels(struct weigher *w, const struct sample *s)
{
    w->texts.n = w->numbers.n = 0;
    for (uint32_t i = 0; i < s->n_labels; i++) {
        const struct label *l = &w->w->p->labels[s->label + i];
        if (l->kind == LABEL_STR && l->key != w->w->base)
            *vec_push(&w->arena, &w->texts) = span_of(arena_printf(
                &w->arena, SPAN_FMT ":" SPAN_FMT, SPAN_ARG(profile_str(w->w->p, l->key)),
                SPAN_ARG(profile_str(w->w->p, l->value))));
        else if (l->kind != LABEL_STR && l->key == w->w->bytes)
            add_number(w, l);
    }
    w->group = join_texts(w);
}

static bool same_tag(const void *context, uint32_t entry, const void *key)
{
    const struct tag_table *t = context;
    const struct node_tag *a = &t->tags.at[entry], *b = key;
    return a->node == b->node && a->group == b->group && a->name == b->name &&
           a->is_number == b->is_number;
}

// The tag that is of the same as this one, which is added without weight where there is none.
static struct node_tag *find_tag(struct tag_table *t, const struct node_tag *tag)
{
    uint64_t hash = hash_u64(((uint64_t)tag->node << 32 | tag->name) ^
                             hash_u64((uint64_t)tag->group << 1 | tag->is_number));
    uint32_t found = hash_find(&t->index, hash, same_tag, t, tag);
    if (found == HASH_NONE) {
        found = (uint32_t)t->tags.n;
        struct node_tag *added = vec_push(t->arena, &t->tags);
        *added = *tag;
        added->flat = added->flat_div = added->cum = added->cum_div = 0;
        hash_add(&t->index, hash, found);
    }
    return &t->tags.at[found];
}

static void count_tag(struct weigher *w, const struct node_tag *tag, bool flat)
{
    struct node_tag *t = find_tag(&w->table, tag);
    int64_t *weight = flat ? &t->flat : &t->cum, *div = flat ? &t->flat_div : &t->cum_div;
    *weight = i64_add(*weight, w->weight);
    *div = i64_add(*div, w->div);
}

static void count_tags(struct weigher *w, uint32_t node, bool flat)
{
    if (w->group)
        count_tag(w, &(struct node_tag){.node = node, .name = w->group}, flat);
    for (size_t i = 0; i < w->numbers.n; i++) {
        struct node_tag tag = {.node = node,
                               .group = w->group,
                               .name = w->numbers.at[i].name,
                               .is_number = true,
                               .value = w->numbers.at[i].value};
        count_tag(w, &tag, flat);
    }
}

static void count_frame(struct weigher *w, uint32_t location, uint32_t mark)
{
    const struct node_table *t = w->w->g->table;
    for (uint32_t at = t->first[location + 1]; at-- > t->first[location];) {
        uint32_t node = t->nodes[at];
        if (w->w->wanted[node] && w->marks[node] != mark) {
            w->marks[node] = mark;
            count_tags(w, node, false);
        }
    }
}

// The nodes of a stack, each once. Which frames have one that is wanted is found out first, without
// branches, since it cannot be foreseen.
static void count_stack(struct weigher *w, const struct sample *s, uint32_t mark)
{
    enum { BLOCK = 256 };
    const uint32_t *frames = w->w->p->frames + s->frame;
    uint32_t live[BLOCK];
    for (uint32_t end = s->n_frames; end > 0;) {
        uint32_t n = 0, first = end > BLOCK ? end - BLOCK : 0;
        for (uint32_t i = end; i-- > first;) {
            live[n] = frames[i];
            n += w->w->live[frames[i]];
        }
        for (uint32_t i = 0; i < n; i++)
            count_frame(w, live[i], mark);
        end = first;
    }
    uint32_t leaf = node_leaf(w->w->g->table, frames, s->n_frames);
    if (leaf != NO_INDEX && w->w->wanted[leaf])
        count_tags(w, leaf, true);
}

// The nodes of a call tree from a leaf up.
static void count_path(struct weigher *w, uint32_t leaf)
{
    const struct weighing *of = w->w;
    if (leaf != NO_INDEX && of->wanted[leaf])
        count_tags(w, leaf, true);
    for (uint32_t node = leaf; node != NO_INDEX; node = of->g->nodes[node].parent)
        if (of->wanted[node])
            count_tags(w, node, false);
}

static void count_part(void *context, unsigned part)
{
    struct weigher *w = (struct weigher *)context + part;
    const struct profile *p = w->w->p;
    const struct graph_options *o = &w->w->g->options;
    const struct job *job = w->w->g->table->job;
    for (uint32_t i = w->range.first; i < w->range.end && !job_stopped(job); i++) {
        const struct sample *s = &p->samples[i];
        const int64_t *values = sample_values(p, s);
        w->weight = values[o->value_index];
        w->div = o->mean ? values[0] : 0;
        if (!w->weight && !w->div)
            continue;
        read_labels(w, s);
        if (w->group == 0 && w->numbers.n == 0)
            continue;
        if (o->call_tree)
            count_path(w, w->w->g->leaves[i]);
        else
            count_stack(w, s, i + 1);
    }
}

// A part's text in the node table's strings. The ids map the part's own.
static str_id shared_text(const struct weigher *w, struct strtab *strings, str_id *ids, str_id id)
{
    if (id < w->strings.first)
        return id;
    str_id *shared = &ids[id - w->strings.first];
    if (*shared == HASH_NONE)
        *shared = strtab_add(strings, strtab_get(&w->strings, id));
    return *shared;
}

static void add_part(struct tag_table *sum, struct weigher *w, struct strtab *strings)
{
    size_t size = w->strings.own.n * sizeof(str_id);
    str_id *ids = arena_alloc(&w->arena, size);
    if (size)
        memset(ids, 0xff, size);
    for (size_t i = 0; i < w->table.tags.n; i++) {
        struct node_tag tag = w->table.tags.at[i];
        tag.group = shared_text(w, strings, ids, tag.group);
        tag.name = shared_text(w, strings, ids, tag.name);
        struct node_tag *to = find_tag(sum, &tag);
        to->flat += tag.flat;
        to->flat_div += tag.flat_div;
        to->cum += tag.cum;
        to->cum_div += tag.cum_div;
    }
}

static void weigher_init(struct weigher *w, const struct weighing *of, struct sample_range range)
{
    *w = (struct weigher){.w = of, .range = range};
    strtab_init(&w->strings, &w->arena, &of->g->table->strings);
    w->table.arena = &w->arena;
    w->marks = arena_zalloc(&w->arena, of->g->n_nodes, sizeof *w->marks);
    idmap_init(&w->number_names, 0);
}

static void weigher_release(struct weigher *w)
{
    idmap_release(&w->number_names);
    hash_release(&w->table.index);
    strtab_release(&w->strings);
    arena_release(&w->arena);
}

// Whether some node of a location is wanted, by location.
static bool *find_live(const struct graph *g, const struct profile *p, const bool *wanted,
                       struct arena *arena)
{
    const struct node_table *t = g->table;
    bool *live = arena_zalloc(arena, p->n_locations, sizeof *live);
    for (uint32_t i = 0; i < p->n_locations && !g->options.call_tree; i++)
        for (uint32_t at = t->first[i]; at < t->first[i + 1]; at++)
            live[i] |= wanted[t->nodes[at]];
    return live;
}

static struct tag_list list_tags(const struct tag_table *t, uint32_t n_nodes, int64_t least)
{
    size_t n = (size_t)n_nodes + 1;
    struct tag_list list = {
        .tags = arena_alloc(t->arena, t->tags.n * sizeof *list.tags),
        .first = arena_zalloc(t->arena, n + 1, sizeof *list.first),
    };
    uint32_t *next = arena_alloc(t->arena, n * sizeof *next);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < t->tags.n; i++) {
            const struct node_tag *tag = &t->tags.at[i];
            if (i64_abs(tag->flat) < least && i64_abs(tag->cum) < least)
                continue;
            if (pass == 0)
                list.first[tag->node + 1]++;
            else
                list.tags[next[tag->node]++] = *tag;
        }
        for (size_t i = 1; pass == 0 && i <= n; i++)
            list.first[i] += list.first[i - 1];
        memcpy(next, list.first, n * sizeof *next);
    }
    return list;
}

struct tag_list graph_tags(const struct graph *g, const struct profile *p,
                           const struct tag_source *source, const bool *wanted, int64_t least,
                           struct arena *arena)
{
    unsigned n_parts = sample_parts(p, g->n_nodes, g->table->job);
    struct tag_table sum = {.arena = arena};
    struct weighing w = {.g = g,
                         .p = p,
                         .source = source,
                         .wanted = wanted,
                         .live = find_live(g, p, wanted, arena),
                         .bytes = strtab_find(p->strings, SPAN("bytes")),
                         .base = strtab_find(p->strings, TAG_BASE_KEY)};
    struct weigher *parts = arena_alloc(arena, n_parts * sizeof *parts);
    for (unsigned i = 0; i < n_parts; i++)
        weigher_init(&parts[i], &w, sample_range(p, i, n_parts));
    parallel_run(g->table->job, n_parts, count_part, parts);
    for (unsigned i = 0; i < n_parts; i++) {
        add_part(&sum, &parts[i], &g->table->strings);
        weigher_release(&parts[i]);
    }
    struct tag_list list = list_tags(&sum, g->n_nodes, least);
    hash_release(&sum.index);
    return list;
}
