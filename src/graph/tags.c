// SPDX-License-Identifier: Apache-2.0
#include "graph/tags.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/idmap.h"
#include "base/unit.h"
#include "profile/tag.h"

struct number {
    int64_t value;
    str_id name;
};

struct weigher {
    const struct graph *g;
    const struct profile *p;
    const struct tag_source *source;
    const bool *wanted;
    struct arena *arena;
    struct strtab *strings;
    str_id bytes, base; // the keys "bytes" and TAG_BASE_KEY, or HASH_NONE
    VEC(struct node_tag) tags;
    struct hash_index index;
    struct idmap number_names; // by value
    VEC(struct span) texts;    // of the sample at hand
    VEC(struct number) numbers;
    str_id group;
    bool *live;      // by location: it has a node that is wanted
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
    str_id id = strtab_add(w->strings, buf_span(&joined));
    buf_release(&joined);
    return id;
}

static str_id number_name(struct weigher *w, int64_t value)
{
    uint32_t name = idmap_get(&w->number_names, (uint64_t)value);
    if (name != IDMAP_NONE)
        return name;
    char text[UNIT_LABEL_MAX];
    struct unit_conv conv = unit_conv_of(w->source->number_unit, w->source->output_unit);
    name = strtab_add(w->strings, (struct span){text, unit_format(text, &conv, value)});
    idmap_add(&w->number_names, (uint64_t)value, name);
    return name;
}

static void read_labels(struct weigher *w, const struct sample *s)
{
    w->texts.n = w->numbers.n = 0;
    for (uint32_t i = 0; i < s->n_labels; i++) {
        const struct label *l = &w->p->labels[s->label + i];
        if (l->kind == LABEL_STR && l->key != w->base)
            *vec_push(w->arena, &w->texts) = span_of(
                arena_printf(w->arena, SPAN_FMT ":" SPAN_FMT, SPAN_ARG(profile_str(w->p, l->key)),
                             SPAN_ARG(profile_str(w->p, l->value))));
        else if (l->kind != LABEL_STR && l->key == w->bytes)
            *vec_push(w->arena, &w->numbers) = (struct number){l->num, number_name(w, l->num)};
    }
    w->group = join_texts(w);
}

static bool same_tag(const void *context, uint32_t entry, const void *key)
{
    const struct weigher *w = context;
    const struct node_tag *a = &w->tags.at[entry], *b = key;
    return a->node == b->node && a->group == b->group && a->name == b->name &&
           a->is_number == b->is_number;
}

static void count_tag(struct weigher *w, const struct node_tag *tag, bool flat)
{
    uint64_t hash = hash_u64(((uint64_t)tag->node << 32 | tag->name) ^
                             hash_u64((uint64_t)tag->group << 1 | tag->is_number));
    uint32_t found = hash_find(&w->index, hash, same_tag, w, tag);
    if (found == HASH_NONE) {
        found = (uint32_t)w->tags.n;
        *vec_push(w->arena, &w->tags) = *tag;
        hash_add(&w->index, hash, found);
    }
    struct node_tag *t = &w->tags.at[found];
    *(flat ? &t->flat : &t->cum) += w->weight;
    *(flat ? &t->flat_div : &t->cum_div) += w->div;
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
    const struct node_table *t = w->g->table;
    for (uint32_t at = t->first[location + 1]; at-- > t->first[location];) {
        uint32_t node = t->nodes[at];
        if (w->wanted[node] && w->marks[node] != mark) {
            w->marks[node] = mark;
            count_tags(w, node, false);
        }
    }
}

static uint32_t leaf_of(const struct node_table *t, const uint32_t *frames, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (t->first[frames[i]] != t->first[frames[i] + 1])
            return t->nodes[t->first[frames[i]]];
    return NO_INDEX;
}

// The nodes of a stack, each once. Which frames have one that is wanted is found out first, without
// branches, since it cannot be foreseen.
static void count_stack(struct weigher *w, const struct sample *s, uint32_t mark)
{
    enum { BLOCK = 256 };
    const uint32_t *frames = w->p->frames + s->frame;
    uint32_t live[BLOCK];
    for (uint32_t end = s->n_frames; end > 0;) {
        uint32_t n = 0, first = end > BLOCK ? end - BLOCK : 0;
        for (uint32_t i = end; i-- > first;) {
            live[n] = frames[i];
            n += w->live[frames[i]];
        }
        for (uint32_t i = 0; i < n; i++)
            count_frame(w, live[i], mark);
        end = first;
    }
    uint32_t leaf = leaf_of(w->g->table, frames, s->n_frames);
    if (leaf != NO_INDEX && w->wanted[leaf])
        count_tags(w, leaf, true);
}

// Whether some node of a location is wanted, by location.
static bool *find_live(const struct weigher *w)
{
    const struct node_table *t = w->g->table;
    bool *live = arena_zalloc(w->arena, w->p->n_locations, sizeof *live);
    for (uint32_t i = 0; i < w->p->n_locations && !w->g->options.call_tree; i++)
        for (uint32_t at = t->first[i]; at < t->first[i + 1]; at++)
            live[i] |= w->wanted[t->nodes[at]];
    return live;
}

// The nodes of a call tree from a leaf up.
static void count_path(struct weigher *w, uint32_t leaf)
{
    if (leaf != NO_INDEX && w->wanted[leaf])
        count_tags(w, leaf, true);
    for (uint32_t node = leaf; node != NO_INDEX; node = w->g->nodes[node].parent)
        if (w->wanted[node])
            count_tags(w, node, false);
}

static void count_samples(struct weigher *w)
{
    const struct graph_options *o = &w->g->options;
    for (uint32_t i = 0; i < w->p->n_samples; i++) {
        const struct sample *s = &w->p->samples[i];
        const int64_t *values = sample_values(w->p, s);
        w->weight = values[o->value_index];
        w->div = o->mean ? values[0] : 0;
        if (!w->weight && !w->div)
            continue;
        read_labels(w, s);
        if (w->group == 0 && w->numbers.n == 0)
            continue;
        if (o->call_tree)
            count_path(w, w->g->leaves[i]);
        else
            count_stack(w, s, i + 1);
    }
}

static struct tag_list list_tags(const struct weigher *w, int64_t least)
{
    size_t n = (size_t)w->g->n_nodes + 1;
    struct tag_list list = {
        .tags = arena_alloc(w->arena, w->tags.n * sizeof *list.tags),
        .first = arena_zalloc(w->arena, n + 1, sizeof *list.first),
    };
    uint32_t *next = arena_alloc(w->arena, n * sizeof *next);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < w->tags.n; i++) {
            const struct node_tag *t = &w->tags.at[i];
            if (i64_abs(t->flat) < least && i64_abs(t->cum) < least)
                continue;
            if (pass == 0)
                list.first[t->node + 1]++;
            else
                list.tags[next[t->node]++] = *t;
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
    struct weigher w = {.g = g,
                        .p = p,
                        .source = source,
                        .wanted = wanted,
                        .arena = arena,
                        .strings = &g->table->strings,
                        .bytes = strtab_find(p->strings, SPAN("bytes")),
                        .base = strtab_find(p->strings, TAG_BASE_KEY)};
    w.marks = arena_zalloc(arena, g->n_nodes, sizeof *w.marks);
    w.live = find_live(&w);
    idmap_init(&w.number_names, 0);
    count_samples(&w);
    struct tag_list list = list_tags(&w, least);
    idmap_release(&w.number_names);
    hash_release(&w.index);
    return list;
}
