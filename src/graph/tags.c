// SPDX-License-Identifier: Apache-2.0
#include "graph/tags.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/idmap.h"
#include "base/unit.h"
#include "graph/build.h"
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
    const uint32_t *rank; // by node: of those that are wanted
    uint32_t n_wanted;
    const uint64_t *live; // a bit of each location: it has a node that is wanted, or none at all
    str_id bytes, base;   // the keys "bytes" and TAG_BASE_KEY, or HASH_NONE
};

// Tags, found by what they are of, in the order in which they were first asked for.
struct tag_table {
    struct arena *arena;
    VEC(struct node_tag) tags;
    struct hash_index index;
};

// What the labels of a sample make, which are mostly those of many others. Found again by where
// they stand.
struct tag_set {
    uint32_t label, n_labels;
    str_id group;
    VEC(struct number) numbers;
    uint32_t
        *tags; // by the rank of a node, and then the group's and the numbers'; NO_INDEX: not yet
    bool has_tags; // and they are known; there may be too many
};

enum { SETS = 256, SET_TAGS_MAX = 1024 };

// The samples are weighed in parts, each on its own: then the parts' tags are summed in their
// order.
struct weigher {
    const struct weighing *w;
    struct sample_range range;
    struct arena arena;
    struct strtab strings; // on top of the node table's
    struct tag_table table;
    struct idmap number_names; // by value
    VEC(struct span) texts;    // of the labels at hand
    struct tag_set *sets;
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

static void add_number(struct weigher *w, struct tag_set *set, const struct label *l)
{
    int64_t number = l->num;
    if (l->kind == LABEL_NUM_UNIT) {
        struct span unit = w->w->source->number_unit;
        struct measure m = unit_scale(l->num, profile_str(w->w->p, l->value), unit);
        number = span_eq(m.unit, unit_scale(1, unit, unit).unit) ? i64_of(m.value) : number;
    }
    *vec_push(&w->arena, &set->numbers) = (struct number){number, number_name(w, number)};
}

static void read_labels(struct weigher *w, struct tag_set *set)
{
    w->texts.n = set->numbers.n = 0;
    for (uint32_t i = 0; i < set->n_labels; i++) {
        const struct label *l = &w->w->p->labels[set->label + i];
        if (l->kind == LABEL_STR && l->key != w->w->base)
            *vec_push(&w->arena, &w->texts) = span_of(arena_printf(
                &w->arena, SPAN_FMT ":" SPAN_FMT, SPAN_ARG(profile_str(w->w->p, l->key)),
                SPAN_ARG(profile_str(w->w->p, l->value))));
        else if (l->kind != LABEL_STR && l->key == w->w->bytes)
            add_number(w, set, l);
    }
    set->group = join_texts(w);
}

static struct tag_set *set_of(struct weigher *w, const struct sample *s)
{
    struct tag_set *set = &w->sets[s->label % SETS];
    if (set->label == s->label && set->n_labels == s->n_labels)
        return set;
    set->label = s->label;
    set->n_labels = s->n_labels;
    read_labels(w, set);
    size_t n = w->w->n_wanted * (set->numbers.n + 1);
    set->has_tags = n <= SET_TAGS_MAX;
    if (!set->has_tags)
        return set;
    if (!set->tags)
        set->tags = arena_alloc(&w->arena, SET_TAGS_MAX * sizeof *set->tags);
    memset(set->tags, 0xff, n * sizeof *set->tags);
    return set;
}

static bool same_tag(const void *context, uint32_t entry, const void *key)
{
    const struct tag_table *t = context;
    const struct node_tag *a = &t->tags.at[entry], *b = key;
    return a->node == b->node && a->group == b->group && a->name == b->name &&
           a->is_number == b->is_number;
}

// The index of the tag that is of the same as this one, which is added without weight where there
// is none.
static uint32_t find_tag(struct tag_table *t, const struct node_tag *tag)
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
    return found;
}

// One of a set's tags: number i - 1, or the group.
static uint32_t find_set_tag(struct weigher *w, const struct tag_set *set, uint32_t node, size_t i)
{
    struct node_tag tag = {.node = node, .group = i ? set->group : 0, .name = set->group};
    if (i) {
        tag.name = set->numbers.at[i - 1].name;
        tag.value = set->numbers.at[i - 1].value;
        tag.is_number = true;
    }
    return find_tag(&w->table, &tag);
}

static void count_tag(struct weigher *w, const struct tag_set *set, uint32_t node, size_t i,
                      bool flat)
{
    uint32_t *known =
        set->has_tags ? &set->tags[w->w->rank[node] * (set->numbers.n + 1) + i] : NULL;
    uint32_t index = known && *known != NO_INDEX ? *known : find_set_tag(w, set, node, i);
    struct node_tag *t = &w->table.tags.at[index];
    int64_t *weight = flat ? &t->flat : &t->cum, *div = flat ? &t->flat_div : &t->cum_div;
    *weight = i64_add(*weight, w->weight);
    *div = i64_add(*div, w->div);
    if (known)
        *known = index;
}

static void count_tags(struct weigher *w, const struct tag_set *set, uint32_t node, bool flat)
{
    for (size_t i = set->group ? 0 : 1; i <= set->numbers.n; i++)
        count_tag(w, set, node, i, flat);
}

static void count_frame(struct weigher *w, const struct tag_set *set, uint32_t location,
                        uint32_t mark)
{
    const struct node_table *t = w->w->g->table;
    for (uint32_t at = t->first[location + 1]; at-- > t->first[location];) {
        uint32_t node = t->nodes[at];
        if (w->w->wanted[node] && w->marks[node] != mark) {
            w->marks[node] = mark;
            count_tags(w, set, node, false);
        }
    }
}

// The nodes of a stack, each once.
static void count_stack(struct weigher *w, const struct tag_set *set, const struct sample *s,
                        uint32_t mark)
{
    const uint32_t *frames = w->w->p->frames + s->frame;
    const uint64_t *live = w->w->live;
    struct found_frames found;
    frames_begin(&found, live, frames, s->n_frames);
    while (frames_find(&found))
        for (uint32_t i = 0; i < found.n; i++)
            count_frame(w, set, frames[found.at[i]], mark);
    if (s->n_frames == 0 || !(live[frames[0] / 64] >> frames[0] % 64 & 1))
        return;
    uint32_t leaf = node_leaf(w->w->g->table, frames, s->n_frames);
    if (leaf != NO_INDEX && w->w->wanted[leaf])
        count_tags(w, set, leaf, true);
}

// The nodes of a call tree from a leaf up.
static void count_path(struct weigher *w, const struct tag_set *set, uint32_t leaf)
{
    const struct weighing *of = w->w;
    if (leaf != NO_INDEX && of->wanted[leaf])
        count_tags(w, set, leaf, true);
    for (uint32_t node = leaf; node != NO_INDEX; node = of->g->nodes[node].parent)
        if (of->wanted[node])
            count_tags(w, set, node, false);
}

static void count_part(void *context, unsigned part)
{
    struct weigher *w = (struct weigher *)context + part;
    const struct profile *p = w->w->p;
    const struct graph_options *o = &w->w->g->options;
    const struct job *job = w->w->g->table->job;
    for (uint32_t i = w->range.first; i < w->range.end && !job_stopped(job); i++) {
        const struct sample *s = &p->samples[i];
        w->weight = sample_value(p, s, o->value_index);
        w->div = o->mean ? sample_value(p, s, 0) : 0;
        if (!w->weight && !w->div)
            continue;
        const struct tag_set *set = set_of(w, s);
        if (set->group == 0 && set->numbers.n == 0)
            continue;
        if (o->call_tree)
            count_path(w, set, w->w->g->leaves[i]);
        else
            count_stack(w, set, s, i + 1);
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
        uint32_t index = find_tag(sum, &tag);
        struct node_tag *to = &sum->tags.at[index];
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
    w->sets = arena_zalloc(&w->arena, SETS, sizeof *w->sets);
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

// Which locations have a node that is wanted, or none at all.
static uint64_t *find_live(const struct graph *g, const struct profile *p, const bool *wanted,
                           struct arena *arena)
{
    const struct node_table *t = g->table;
    uint64_t *live = arena_zalloc(arena, p->n_locations / 64 + 1, sizeof *live);
    for (uint32_t i = 0; i < p->n_locations && !g->options.call_tree; i++) {
        bool any = t->first[i] == t->first[i + 1];
        for (uint32_t at = t->first[i]; at < t->first[i + 1]; at++)
            any |= wanted[t->nodes[at]];
        live[i / 64] |= (uint64_t)any << i % 64;
    }
    return live;
}

static uint32_t *rank_nodes(struct weighing *w, struct arena *arena)
{
    uint32_t *rank = arena_alloc(arena, w->g->n_nodes * sizeof *rank);
    for (uint32_t i = 0; i < w->g->n_nodes; i++)
        if (w->wanted[i])
            rank[i] = w->n_wanted++;
    return rank;
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
    w.rank = rank_nodes(&w, arena);
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
