// SPDX-License-Identifier: Apache-2.0
#include "graph/trim.h"

#include <math.h>
#include <stdlib.h>

#include "base/radix.h"

static int64_t cutoff(int64_t total, double fraction)
{
    return i64_abs(i64_of((double)total * fraction));
}

static int64_t flat_total(const struct graph *g)
{
    int64_t total = 0;
    for (uint32_t i = 0; i < g->n_shown; i++)
        total += g->nodes[g->shown[i]].flat;
    return total;
}

static int by_weight(int64_t a, int64_t b)
{
    a = i64_abs(a);
    b = i64_abs(b);
    return a == b ? 0 : a > b ? -1 : 1;
}

// A score that is not a number is INT64_MIN, which has no other sign and comes last.
static int by_score(int64_t a, int64_t b)
{
    if (a == INT64_MIN || b == INT64_MIN)
        return (a == INT64_MIN) - (b == INT64_MIN);
    return by_weight(a, b);
}

static int cmp_flat(const void *a, const void *b, void *context)
{
    struct graph *g = context;
    const struct node *x = &g->nodes[*(const uint32_t *)a], *y = &g->nodes[*(const uint32_t *)b];
    int order = by_weight(x->flat, y->flat);
    if (order == 0)
        order = node_cmp_names(g->table, x->info, y->info);
    if (order == 0)
        order = by_weight(x->cum, y->cum);
    return order ? order : node_cmp_rest(g->table, x->info, y->info);
}

static int cmp_cum(const void *a, const void *b, void *context)
{
    struct graph *g = context;
    const struct node *x = &g->nodes[*(const uint32_t *)a], *y = &g->nodes[*(const uint32_t *)b];
    int order = by_weight(x->cum, y->cum);
    if (order == 0)
        order = node_cmp_names(g->table, x->info, y->info);
    if (order == 0)
        order = by_weight(x->flat, y->flat);
    return order ? order : node_cmp_rest(g->table, x->info, y->info);
}

struct scored {
    struct graph *g;
    int64_t *scores; // by node
};

static double edge_entropy(const struct graph *g, const struct edge_list *list, uint32_t node,
                           int64_t self)
{
    double score = 0;
    int64_t total = self;
    for (uint32_t i = list->first[node]; i < list->first[node + 1]; i++) {
        int64_t weight = g->edges.at[list->edges[i]].weight;
        total += weight > 0 ? weight : 0;
    }
    if (total == 0)
        return 0;
    for (uint32_t i = list->first[node]; i < list->first[node + 1]; i++) {
        double share = (double)i64_abs(g->edges.at[list->edges[i]].weight) / (double)total;
        score -= share * log2(share);
    }
    if (self > 0)
        score -= (double)self / (double)total * log2((double)self / (double)total);
    return score;
}

// How much there is to see at a node: a mere link between one caller and one callee scores low.
static int64_t entropy_score(const struct graph *g, const struct edge_list *in,
                             const struct edge_list *out, uint32_t node)
{
    const struct node *n = &g->nodes[node];
    double score = 0;
    score += in->first[node] == in->first[node + 1] ? 1 : edge_entropy(g, in, node, 0);
    score += out->first[node] == out->first[node + 1] ? 1 : edge_entropy(g, out, node, n->flat);
    return i64_of(score * (double)n->cum) + n->flat;
}

static int cmp_scores(const void *a, const void *b, void *context)
{
    const struct scored *s = context;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    const struct node *nx = &s->g->nodes[x], *ny = &s->g->nodes[y];
    int order = by_score(s->scores[x], s->scores[y]);
    if (order == 0)
        order = node_cmp_names(s->g->table, nx->info, ny->info);
    if (order == 0)
        order = by_weight(nx->flat, ny->flat);
    return order ? order : node_cmp_rest(s->g->table, nx->info, ny->info);
}

static void sort_by_entropy(struct graph *g)
{
    struct edge_list in = graph_edges_in(g), out = graph_edges_out(g);
    struct scored s = {g, arena_alloc(g->arena, g->n_nodes * sizeof *s.scores)};
    for (uint32_t i = 0; i < g->n_shown; i++)
        s.scores[g->shown[i]] = entropy_score(g, &in, &out, g->shown[i]);
    qsort_r(g->shown, g->n_shown, sizeof *g->shown, cmp_scores, &s);
}

// Orders nodes whose keys are equal by all else.
static void sort_equals(struct graph *g, struct radix_item *items, uint32_t n,
                        int (*cmp)(const void *a, const void *b, void *g))
{
    for (uint32_t first = 0, end; first < n; first = end) {
        for (end = first + 1;
             end < n && items[end].high == items[first].high && items[end].low == items[first].low;)
            end++;
        for (uint32_t i = first; i < end; i++)
            g->shown[i] = items[i].index;
        if (end - first > 1)
            qsort_r(g->shown + first, end - first, sizeof *g->shown, cmp, g);
    }
}

// By weight, and where all nodes have addresses by these, which leaves few that are equal; without
// a look at nodes that lie about in memory.
static void sort_by_weight(struct graph *g, bool cum)
{
    uint32_t n = g->n_shown;
    struct arena own = {0};
    struct radix_item *items = arena_alloc(&own, n * sizeof *items);
    bool have_addresses = true;
    for (uint32_t i = 0; i < n; i++) {
        const struct node *node = &g->nodes[g->shown[i]];
        uint64_t address = g->table->infos.at[node->info].address;
        uint64_t weight = (uint64_t)i64_abs(cum ? node->cum : node->flat);
        items[i] = (struct radix_item){~weight, address, g->shown[i]};
        have_addresses &= address != 0;
    }
    for (uint32_t i = 0; i < n && !have_addresses; i++)
        items[i].low = 0;
    radix_sort(items, arena_alloc(&own, n * sizeof *items), n);
    sort_equals(g, items, n, cum ? cmp_cum : cmp_flat);
    arena_release(&own);
}

static void sort_nodes(struct graph *g, const struct trim_options *trim)
{
    if (trim->visual)
        sort_by_entropy(g);
    else
        sort_by_weight(g, trim->cum_sort);
}

void graph_sort_chosen(struct graph *g, const bool *chosen, const struct trim_options *trim)
{
    uint32_t n = 0, n_shown = g->n_shown;
    for (uint32_t i = 0; i < n_shown; i++)
        if (chosen[g->shown[i]]) {
            uint32_t node = g->shown[i];
            g->shown[i] = g->shown[n];
            g->shown[n++] = node;
        }
    g->n_shown = n;
    sort_nodes(g, trim);
    g->n_shown = n_shown;
}

uint32_t graph_drop_edges(struct graph *g, int64_t least)
{
    bool *shown = arena_zalloc(g->arena, g->n_nodes, sizeof *shown);
    uint32_t dropped = 0;
    for (uint32_t i = 0; i < g->n_shown; i++)
        shown[g->shown[i]] = true;
    for (size_t i = 0; i < g->edges.n; i++) {
        struct edge *e = &g->edges.at[i];
        if (!e->dropped && shown[e->dst] && i64_abs(e->weight) < least) {
            e->dropped = true;
            dropped++;
        }
    }
    return dropped;
}

struct builder {
    struct graph *g;
    const struct profile *p;
    const struct trim_options *trim;
    const struct tag_source *tags;
    struct arena *arena;
    int64_t least_node, least_edge;
};

// Keeps the first n of the shown nodes, of which those that weigh at least so much.
static void keep_nodes(struct builder *b, uint32_t n, int64_t least_cum)
{
    struct graph *g = b->g;
    bool *kept = arena_zalloc(b->arena, g->n_nodes, sizeof *kept);
    for (uint32_t i = 0; i < n; i++)
        kept[g->shown[i]] = i64_abs(g->nodes[g->shown[i]].cum) >= least_cum;
    graph_keep(g, kept);
}

static bool in_range(const struct weight_range *r, int64_t weight)
{
    double w = fabs((double)weight);
    return !r->asked || (w >= r->min && w <= r->max);
}

// Keeps the nodes whose weights were asked for.
static void keep_ranges(struct builder *b)
{
    struct graph *g = b->g;
    if (!b->trim->flat.asked && !b->trim->cum.asked)
        return;
    bool *kept = arena_zalloc(b->arena, g->n_nodes, sizeof *kept);
    for (uint32_t i = 0; i < g->n_shown; i++) {
        const struct node *n = &g->nodes[g->shown[i]];
        kept[g->shown[i]] =
            in_range(&b->trim->flat, node_flat(n)) && in_range(&b->trim->cum, node_cum(n));
    }
    graph_keep(g, kept);
}

// A call tree has its edges from the start.
static void connect(struct builder *b, enum edge_want want)
{
    if (want != EDGES_NONE && !b->g->options.call_tree)
        graph_connect(b->g, b->p, want, NULL);
}

static uint32_t count_light(const struct graph *g, int64_t least_cum)
{
    uint32_t light = 0;
    for (uint32_t i = 0; i < g->n_shown; i++)
        light += i64_abs(g->nodes[g->shown[i]].cum) < least_cum;
    return light;
}

static uint32_t count_tags(const struct tag_list *tags, uint32_t node)
{
    uint32_t n = 0;
    for (uint32_t i = tags->first[node]; i < tags->first[node + 1]; i++)
        n += tags->tags[i].flat != 0;
    return n < TAGS_SHOWN ? n : TAGS_SHOWN;
}

// In a picture tags take up room too, and count as nodes.
static uint32_t visual_count(const struct builder *b, uint32_t wanted, struct tag_list *tags)
{
    const struct graph *g = b->g;
    bool *first = arena_zalloc(b->arena, g->n_nodes, sizeof *first);
    uint32_t most = wanted < g->n_shown ? wanted : g->n_shown, count = 0;
    for (uint32_t i = 0; i < most; i++)
        first[g->shown[i]] = true;
    *tags = graph_tags(g, b->p, b->tags, first, b->least_node, b->arena);
    for (uint32_t i = 0; i < most; i++) {
        count += count_tags(tags, g->shown[i]) + 1;
        if (count >= wanted)
            return i + 1;
    }
    return wanted;
}

static void limit_count(struct builder *b, struct tag_list *tags)
{
    struct graph *g = b->g;
    int64_t count = b->trim->node_count;
    if (count <= 0)
        return;
    graph_drop_edges(g, b->least_edge);
    uint32_t most = count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
    if (b->trim->visual && b->tags)
        most = visual_count(b, most, tags);
    if (most >= g->n_shown)
        return;
    keep_nodes(b, most, 0);
    if (!b->trim->visual)
        return;
    connect(b, EDGES_ALL);
    sort_nodes(g, b->trim);
}

// Whether a caller reaches its callee by another path of calls.
static bool is_redundant(const struct graph *g, const struct edge_list *in, uint32_t edge,
                         uint32_t *queue, uint32_t *seen, uint32_t mark)
{
    const struct edge *e = &g->edges.at[edge];
    uint32_t head = 0, tail = 0;
    queue[tail++] = e->dst;
    seen[e->dst] = mark;
    while (head < tail) {
        uint32_t node = queue[head++];
        for (uint32_t i = in->first[node]; i < in->first[node + 1]; i++) {
            const struct edge *next = &g->edges.at[in->edges[i]];
            if (in->edges[i] == edge || next->dropped || seen[next->src] == mark)
                continue;
            if (next->src == e->src)
                return true;
            seen[next->src] = mark;
            queue[tail++] = next->src;
        }
    }
    return false;
}

// Drops edges over nodes that were left out where other calls connect the same nodes; the lightest
// first, and none that is heavier than a real call.
static void drop_redundant(struct graph *g)
{
    struct edge_list in = graph_edges_in(g);
    uint32_t *queue = arena_alloc(g->arena, ((size_t)g->n_nodes + 1) * sizeof *queue);
    uint32_t *seen = arena_zalloc(g->arena, g->n_nodes, sizeof *seen), mark = 0;
    for (uint32_t i = g->n_shown; i-- > 0;) {
        uint32_t *first = in.edges + in.first[g->shown[i]];
        uint32_t n = in.first[g->shown[i] + 1] - in.first[g->shown[i]];
        graph_sort_edges(g, first, n);
        for (uint32_t j = n; j-- > 0 && g->edges.at[first[j]].residual;)
            if (is_redundant(g, &in, first[j], queue, seen, ++mark))
                g->edges.at[first[j]].dropped = true;
    }
}

struct trim_result graph_build_trimmed(struct graph *g, const struct profile *p,
                                       struct node_table *t, const struct graph_options *options,
                                       const struct trim_options *trim, enum edge_want want,
                                       const struct tag_source *tags, struct arena *arena)
{
    struct trim_result result = {0};
    struct builder b = {g, p, trim, tags, arena, 0, 0};
    graph_build(g, p, t, options, arena);
    int64_t total = flat_total(g);
    b.least_node = result.least_tag = cutoff(total, trim->node_fraction);
    b.least_edge = cutoff(total, trim->edge_fraction);
    result.dropped_nodes = count_light(g, b.least_node);
    if (result.dropped_nodes)
        keep_nodes(&b, g->n_shown, b.least_node);
    keep_ranges(&b);
    result.orig_count = g->n_shown;
    if (trim->visual)
        connect(&b, EDGES_ALL); // they tell what is worth seeing
    if (!trim->unsorted || trim->visual || trim->node_count > 0)
        sort_nodes(g, trim);
    limit_count(&b, &result.tags);
    if (!trim->visual)
        connect(&b, want);
    result.dropped_edges = graph_drop_edges(g, b.least_edge);
    if (trim->visual)
        drop_redundant(g);
    return result;
}
