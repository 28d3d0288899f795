// SPDX-License-Identifier: Apache-2.0
#include "graph/graph.h"

#include <stdlib.h>

#include "graph/build.h"
#include "graph/recall.h"

// What is counted of every node on a stack stands together, apart from the rest.
struct sum {
    int64_t cum;
    uint32_t mark; // the last sample that was counted, from 1
};

// By node; in a table that keeps locations apart, whose nodes weigh the same, by location.
struct sums {
    struct arena arena;
    struct sum *sums;
    int64_t *flat, *cum_div, *flat_div; // the latter of a mean
};

static inline void count_cum(struct sums *sums, uint32_t n, uint32_t mark, struct weight w)
{
    struct sum *sum = &sums->sums[n];
    if (sum->mark == mark)
        return;
    sum->mark = mark;
    sum->cum += w.value;
    if (w.div)
        sums->cum_div[n] += w.div;
}

static inline void count_flat(struct sums *sums, uint32_t n, struct weight w)
{
    sums->flat[n] += w.value;
    if (w.div)
        sums->flat_div[n] += w.div;
}

static void count_locations(struct sums *sums, const uint32_t *frames, uint32_t n_frames,
                            uint32_t mark, struct weight w)
{
    for (uint32_t i = 0; i < n_frames; i++)
        count_cum(sums, frames[i], mark, w);
    if (n_frames)
        count_flat(sums, frames[0], w);
}

// Counts frames in blocks, whose nodes are put in a row first: how many a frame has cannot be
// foreseen, so that branching at each would cost more than the counting.
static void count_frames(const struct node_table *t, struct sums *sums, const uint32_t *frames,
                         uint32_t n_frames, uint32_t mark, struct weight w)
{
    enum { BLOCK = 64 };
    uint32_t nodes[BLOCK * NODES_AT_ONCE];
    bool leaf = true;
    for (uint32_t first = 0; first < n_frames; first += BLOCK) {
        uint32_t end = n_frames - first < BLOCK ? n_frames : first + BLOCK, n = 0;
        for (uint32_t i = first; i < end; i++) {
            const uint32_t *at = t->nodes + t->first[frames[i]];
            uint32_t n_nodes = t->first[frames[i] + 1] - t->first[frames[i]];
            memcpy(nodes + n, at, NODES_AT_ONCE * sizeof *at);
            n += n_nodes < NODES_AT_ONCE ? n_nodes : NODES_AT_ONCE;
            for (uint32_t k = NODES_AT_ONCE; k < n_nodes; k++)
                count_cum(sums, at[k], mark, w);
        }
        for (uint32_t i = 0; i < n; i++)
            count_cum(sums, nodes[i], mark, w);
        if (leaf && n)
            count_flat(sums, nodes[0], w);
        leaf &= n == 0;
    }
}

// The samples are summed in parts, each into sums of its own.
struct summing {
    struct graph *g;
    const struct profile *p;
    struct sums *sums;
    unsigned n_parts;
    uint32_t n; // sums
};

static void init_sums(const struct summing *s, struct sums *sums)
{
    sums->sums = arena_zalloc(&sums->arena, s->n, sizeof *sums->sums);
    sums->flat = arena_zalloc(&sums->arena, s->n, sizeof *sums->flat);
    if (!s->g->options.mean)
        return;
    sums->cum_div = arena_zalloc(&sums->arena, s->n, sizeof *sums->cum_div);
    sums->flat_div = arena_zalloc(&sums->arena, s->n, sizeof *sums->flat_div);
}

static void sum_part(void *context, unsigned part)
{
    struct summing *s = context;
    struct sums *sums = &s->sums[part];
    struct sample_range range = sample_range(s->p, part, s->n_parts);
    const struct node_table *t = s->g->table;
    struct weight w;
    init_sums(s, sums);
    for (uint32_t i = range.first; i < range.end && !job_stopped(t->job); i++) {
        const struct sample *sample = &s->p->samples[i];
        const uint32_t *frames = s->p->frames + sample->frame;
        if (!sample_weight(s->g, s->p, sample, &w))
            continue;
        if (t->apart)
            count_locations(sums, frames, sample->n_frames, i + 1, w);
        else
            count_frames(t, sums, frames, sample->n_frames, i + 1, w);
    }
}

// What the parts have summed up.
static struct node add_sums(const struct summing *s, uint32_t n)
{
    struct node sum = {.parent = NO_INDEX};
    for (unsigned part = 0; part < s->n_parts; part++) {
        sum.cum += s->sums[part].sums[n].cum;
        sum.flat += s->sums[part].flat[n];
        if (s->g->options.mean) {
            sum.cum_div += s->sums[part].cum_div[n];
            sum.flat_div += s->sums[part].flat_div[n];
        }
    }
    return sum;
}

// Some of the sums become nodes; of a location's only the innermost is a leaf.
static void add_part(void *context, unsigned part)
{
    const struct summing *s = context;
    const struct node_table *t = s->g->table;
    uint32_t n = (uint32_t)parallel_begin(s->n, part, s->n_parts);
    uint32_t end = (uint32_t)parallel_begin(s->n, part + 1, s->n_parts);
    for (; n < end; n++) {
        struct node node = add_sums(s, n);
        uint32_t first = t->apart ? t->first[n] : n, next = t->apart ? t->first[n + 1] : n + 1;
        for (node.info = first; node.info < next; node.info++) {
            s->g->nodes[node.info] = node;
            node.flat = node.flat_div = 0;
        }
    }
}

// A node's sums as they are, however large.
struct wide {
    __int128 flat, flat_div, cum, cum_div;
    uint32_t mark; // the last sample that was counted, from 1
};

static int64_t cut(__int128 sum)
{
    return sum > INT64_MAX ? INT64_MAX : sum < INT64_MIN ? INT64_MIN : (int64_t)sum;
}

static void count_wide(const struct node_table *t, struct wide *sums, const uint32_t *frames,
                       uint32_t n_frames, uint32_t mark, struct weight w)
{
    bool leaf = true;
    for (uint32_t i = 0; i < n_frames; i++)
        for (uint32_t at = t->first[frames[i]]; at < t->first[frames[i] + 1]; at++) {
            struct wide *sum = &sums[t->nodes[at]];
            sum->flat += leaf ? w.value : 0;
            sum->flat_div += leaf ? w.div : 0;
            sum->cum += sum->mark == mark ? 0 : w.value;
            sum->cum_div += sum->mark == mark ? 0 : w.div;
            sum->mark = mark;
            leaf = false;
        }
}

// Sums that wrapped around are worked out again, and become what is next to them of what fits.
static void cut_sums(struct graph *g, const struct profile *p)
{
    struct wide *sums = arena_zalloc(g->arena, g->n_nodes, sizeof *sums);
    struct weight w;
    for (uint32_t i = 0; i < p->n_samples && !job_stopped(g->table->job); i++)
        if (sample_weight(g, p, &p->samples[i], &w))
            count_wide(g->table, sums, p->frames + p->samples[i].frame, p->samples[i].n_frames,
                       i + 1, w);
    for (uint32_t i = 0; i < g->n_nodes; i++) {
        g->nodes[i].flat = cut(sums[i].flat);
        g->nodes[i].flat_div = cut(sums[i].flat_div);
        g->nodes[i].cum = cut(sums[i].cum);
        g->nodes[i].cum_div = cut(sums[i].cum_div);
    }
}

static void build_plain(struct graph *g, const struct profile *p)
{
    uint32_t n = g->n_nodes = (uint32_t)g->table->infos.n;
    if (recall_sums(g))
        return;
    struct summing s = {g, p, NULL, sample_parts(p, n, g->table->job),
                        g->table->apart ? p->n_locations : n};
    s.sums = arena_zalloc(g->arena, s.n_parts, sizeof *s.sums);
    parallel_run(g->table->job, s.n_parts, sum_part, &s);
    g->nodes = arena_alloc(g->arena, n * sizeof *g->nodes);
    parallel_run(g->table->job, s.n_parts, add_part, &s);
    for (unsigned i = 0; i < s.n_parts; i++)
        arena_release(&s.sums[i].arena);
    if (g->options.overflow)
        cut_sums(g, p);
    keep_sums(g);
}

static void show_nodes(struct graph *g)
{
    g->shown = arena_alloc(g->arena, g->n_nodes * sizeof *g->shown);
    for (uint32_t i = 0; i < g->n_nodes; i++) {
        const struct node *n = &g->nodes[i];
        bool negative = n->flat < 0 || (n->flat == 0 && n->cum < 0);
        if ((n->cum == 0 && n->flat == 0) || (negative && g->options.drop_negative))
            continue;
        g->shown[g->n_shown++] = i;
    }
}

void graph_build(struct graph *g, const struct profile *p, struct node_table *t,
                 const struct graph_options *options, struct arena *arena)
{
    *g = (struct graph){.arena = arena, .table = t, .options = *options};
    if (options->call_tree)
        calltree_build(g, p);
    else
        build_plain(g, p);
    show_nodes(g);
}

void graph_keep(struct graph *g, const bool *kept)
{
    uint32_t n_shown = 0;
    for (uint32_t i = 0; i < g->n_shown; i++)
        if (kept[g->shown[i]])
            g->shown[n_shown++] = g->shown[i];
    g->n_shown = n_shown;
    g->pruned = true;
    if (g->options.call_tree)
        calltree_keep(g, kept);
}

static uint32_t edge_end(const struct edge *e, bool out)
{
    return out ? e->src : e->dst;
}

static struct edge_list list_edges(const struct graph *g, bool out)
{
    size_t n = (size_t)g->n_nodes + 1;
    uint32_t *first = arena_zalloc(g->arena, n + 1, sizeof *first);
    uint32_t *next = arena_alloc(g->arena, n * sizeof *next);
    uint32_t *edges = arena_alloc(g->arena, g->edges.n * sizeof *edges);
    for (size_t i = 0; i < g->edges.n; i++)
        first[edge_end(&g->edges.at[i], out) + 1] += !g->edges.at[i].dropped;
    for (size_t i = 1; i <= n; i++)
        first[i] += first[i - 1];
    memcpy(next, first, n * sizeof *next);
    for (size_t i = 0; i < g->edges.n; i++)
        if (!g->edges.at[i].dropped)
            edges[next[edge_end(&g->edges.at[i], out)]++] = (uint32_t)i;
    return (struct edge_list){first, edges};
}

struct edge_list graph_edges_out(const struct graph *g)
{
    return list_edges(g, true);
}

struct edge_list graph_edges_in(const struct graph *g)
{
    return list_edges(g, false);
}

static int cmp_edges(const void *a, const void *b, void *context)
{
    struct graph *g = context;
    const struct edge *x = &g->edges.at[*(const uint32_t *)a];
    const struct edge *y = &g->edges.at[*(const uint32_t *)b];
    int64_t wx = i64_abs(x->weight), wy = i64_abs(y->weight);
    if (wx != wy)
        return wx > wy ? -1 : 1;
    int order = span_cmp(node_name(g->table, g->nodes[x->src].info),
                         node_name(g->table, g->nodes[y->src].info));
    if (order == 0)
        order = span_cmp(node_name(g->table, g->nodes[x->dst].info),
                         node_name(g->table, g->nodes[y->dst].info));
    return order ? order : (x > y) - (x < y);
}

void graph_sort_edges(struct graph *g, uint32_t *edges, size_t n)
{
    qsort_r(edges, n, sizeof *edges, cmp_edges, g);
}
