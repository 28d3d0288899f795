// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

#include <math.h>

#include "base/idmap.h"
#include "graph/recall.h"

static void sum_tags(const struct report *r, const struct tag_source *tags,
                     struct graph_report *out)
{
    const struct graph *g = &out->graph;
    out->tags = out->shown.trim.tags;
    if (out->tags.first)
        return;
    bool *shown = arena_zalloc(r->arena, g->n_nodes, sizeof *shown);
    for (uint32_t i = 0; i < g->n_shown; i++)
        shown[g->shown[i]] = true;
    out->tags = graph_tags(g, r->profile, tags, shown, out->shown.trim.least_tag, r->arena);
}

static void list_calls(struct graph_report *g)
{
    g->callers = graph_edges_in(&g->graph);
    g->callees = graph_edges_out(&g->graph);
}

// What of the unit there may be without a sample of it, with 95 %: see report/noise.h.
static double unsampled(const struct report *r, const struct noise *n)
{
    double rate = fmax(n->rate[SIDE_BEFORE] * n->scale[SIDE_BEFORE],
                       n->rate[SIDE_AFTER] * n->scale[SIDE_AFTER]);
    struct span unit = r->options.unit;
    if (n->kind == NOISE_HEAP && n->type != n->space)
        return 0; // objects of what size?
    if (n->kind == NOISE_HEAP)
        rate *= unit_scale(1, SPAN("bytes"), unit).value;
    return -log(0.05) * rate;
}

static void sum_noise(const struct report *r, struct graph_report *g)
{
    const struct profile *p = r->profile;
    struct noise n = {.kind = NOISE_UNKNOWN};
    if (!r->options.mean)
        n = noise_of(p, r->options.value_index);
    g->noise = (struct noise_shown){.kind = n.kind, .at_most = r->options.snapshots};
    if (!noise_is_known(&n))
        return;
    g->variances = sums_reals(&g->table, p, noise_variances(p, &n, r->arena), r->arena);
    g->noise.known = true;
    g->noise.total = sqrt(g->variances.total);
    g->noise.nothing = unsampled(r, &n);
}

static int64_t sum_shown(const struct graph *g)
{
    __int128 total = 0;
    for (uint32_t i = 0; i < g->n_shown; i++)
        total += node_flat(&g->nodes[g->shown[i]]);
    return total > INT64_MAX ? INT64_MAX : total < INT64_MIN ? INT64_MIN : (int64_t)total;
}

void report_graph(const struct report *r, enum edge_want edges, const struct tag_source *tags,
                  struct graph_report *out)
{
    struct graph *g = &out->graph;
    struct graph_options options = {
        .value_index = r->options.value_index,
        .mean = r->options.mean,
        .drop_negative = r->options.drop_negative,
        .overflow = r->overflow,
        .call_tree = r->options.call_tree,
    };
    *out = (struct graph_report){0};
    recall_node_table(&out->table, r->profile, &r->options.detail, r->job, r->memo, r->arena);
    out->shown.trim = graph_build_trimmed(g, r->profile, &out->table, &options, &r->options.trim,
                                          edges, tags, r->arena);
    if (tags)
        sum_tags(r, tags, out);
    uint32_t n_sides = report_sides(r);
    out->sides = arena_alloc(r->arena, (n_sides + 1) * sizeof *out->sides);
    for (uint32_t i = 0; i < n_sides; i++)
        out->sides[i] = sums_column(&out->table, r->profile, r->profile->sides[i].values,
                                    r->options.value_index, r->arena);
    if (r->options.noise)
        sum_noise(r, out);
    out->shown.unit = report_shown_unit(r, g);
    out->shown.n_nodes = g->n_shown;
    out->shown.total = sum_shown(g);
    list_calls(out);
}

void report_connect(const struct report *r, struct graph_report *g, const bool *chosen)
{
    graph_connect(&g->graph, r->profile, EDGES_ALL, chosen);
    graph_drop_edges(&g->graph, 0); // INT64_MIN is less, as in every other report
    list_calls(g);
}

// The graph's calls as a column of the profile has them. All of its nodes count: a graph finds
// edges between those that it does not leave out.
static int64_t *sum_calls(const struct report *r, const struct graph_report *g, int64_t *column,
                          const struct idmap *index)
{
    struct profile p = *r->profile;
    struct graph other = g->graph;
    int64_t *weights = arena_zalloc(r->arena, g->graph.edges.n, sizeof *weights);
    p.values = column;
    other.nodes = NULL; // whose sums are those of another column
    other.edges.at = NULL;
    other.edges.n = other.edges.cap = 0;
    graph_connect(&other, &p, EDGES_ALL, NULL);
    for (size_t i = 0; i < other.edges.n; i++) {
        const struct edge *e = &other.edges.at[i];
        uint32_t at = idmap_get(index, (uint64_t)e->src << 32 | e->dst);
        if (at != IDMAP_NONE)
            weights[at] = edge_weight(e);
    }
    return weights;
}

void report_sum_calls(const struct report *r, struct graph_report *g)
{
    struct idmap index;
    idmap_init(&index, 0);
    for (size_t i = 0; i < g->graph.edges.n; i++) {
        const struct edge *e = &g->graph.edges.at[i];
        idmap_add(&index, (uint64_t)e->src << 32 | e->dst, (uint32_t)i);
    }
    g->calls = arena_alloc(r->arena, (report_sides(r) + 1) * sizeof *g->calls);
    for (uint32_t i = 0; i < report_sides(r); i++)
        g->calls[i] = sum_calls(r, g, r->profile->sides[i].values, &index);
    idmap_release(&index);
}

struct calls report_calls(struct graph_report *g, const struct edge_list *list, uint32_t node)
{
    struct calls calls = {list->edges + list->first[node],
                          list->first[node + 1] - list->first[node]};
    if (calls.n > 1)
        graph_sort_edges(&g->graph, calls.edges, calls.n);
    return calls;
}

void graph_report_release(struct graph_report *g)
{
    node_table_release(&g->table);
}

struct errors report_errors(const struct graph_report *g, uint32_t node)
{
    uint32_t entry = g->graph.nodes[node].info;
    if (!g->noise.known)
        return (struct errors){0};
    return (struct errors){sqrt(g->variances.flat[entry]), sqrt(g->variances.cum[entry])};
}

struct top_row report_node_row(const struct report *r, struct graph_report *g, uint32_t node)
{
    const struct node *n = &g->graph.nodes[node];
    const struct node_info *info = &g->table.infos.at[n->info];
    struct top_row row = {
        .name = node_name(&g->table, n->info),
        .function = node_str(&g->table, info->name),
        .file = node_str(&g->table, info->file),
        .binary = node_str(&g->table, info->objfile),
        .line = info->line,
        .column = info->column,
        .start_line = info->start_line,
        .address = info->address,
        .flat = node_flat(n),
        .cum = node_cum(n),
    };
    uint32_t n_sides = report_sides(r);
    struct side_weights *sides = n_sides ? arena_alloc(r->arena, n_sides * sizeof *sides) : NULL;
    for (uint32_t i = 0; i < n_sides; i++)
        sides[i] = (struct side_weights){g->sides[i].flat[n->info], g->sides[i].cum[n->info]};
    row.sides = sides;
    row.errors = report_errors(g, node);
    return row;
}
