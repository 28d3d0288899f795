// SPDX-License-Identifier: Apache-2.0
#include "graph/graph.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "check.h"
#include "profile/builder.h"

// Edges as they are found at once are those that a look at each sample by itself finds.

enum { N_LOCATIONS = 60, N_FUNCTIONS = 24, N_SAMPLES = 25000, DEPTH_MAX = 12, LONG = 1500 };
enum { NODES_MAX = N_LOCATIONS * 5 };

static struct arena memory;
static uint64_t state;

static uint32_t below(uint32_t n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % n;
}

static void add_code(struct builder *b)
{
    uint32_t functions[N_FUNCTIONS];
    char name[8];
    for (int i = 0; i < N_FUNCTIONS; i++) {
        snprintf(name, sizeof name, "f%d", i);
        functions[i] =
            builder_function(b, &(struct function){.name = builder_string(b, span_of(name))});
    }
    for (int i = 0; i < N_LOCATIONS; i++) {
        struct line lines[5];
        for (int k = 0; k < 5; k++)
            lines[k] = (struct line){functions[below(N_FUNCTIONS)], k + 1, 0};
        builder_location(
            b,
            &(struct location){.address = 16 * (i + 1), .mapping = NO_INDEX, .n_lines = below(6)},
            lines);
    }
}

// Stacks begin as the one before does, mostly; a few are long, and some samples weigh nothing.
static void make_profile(struct profile *p, int64_t most)
{
    struct builder b;
    struct err err;
    static uint32_t frames[LONG]; // the root comes last
    uint32_t depth = 0;
    state = 7;
    profile_init(p);
    builder_init(&b, p);
    builder_sample_type(&b, SPAN("count"), SPAN("count"));
    builder_sample_type(&b, SPAN("time"), SPAN("ns"));
    add_code(&b);
    for (uint32_t i = 0; i < N_SAMPLES; i++) {
        uint32_t kept = below(depth + 1), wanted = below(1000) ? below(DEPTH_MAX) : LONG;
        depth = kept < wanted ? wanted : kept;
        for (uint32_t k = kept; k < depth; k++)
            frames[LONG - 1 - k] = below(below(N_LOCATIONS) + 1);
        int64_t values[] = {below(3), (int64_t)below(4) * most - most};
        builder_sample(&b, frames + LONG - depth, depth, values);
        depth = depth > DEPTH_MAX ? DEPTH_MAX : depth;
    }
    CHECK_INT(builder_finish(&b, &err), 0);
    builder_release(&b);
}

struct fixture {
    struct profile p;
    struct node_table t;
    struct job job;
    struct graph g;
};

static void setup(struct fixture *f, const struct graph_options *options, int64_t most,
                  bool addresses, unsigned threads)
{
    job_init(&f->job);
    f->job.threads = threads;
    make_profile(&f->p, most);
    struct detail detail = {.function = true, .line = addresses, .address = addresses};
    node_table_init(&f->t, &f->p, &detail, &f->job, &memory);
    CHECK_INT(f->t.apart, addresses);
    graph_build(&f->g, &f->p, &f->t, options, &memory);
}

static void teardown(struct fixture *f)
{
    node_table_release(&f->t);
    profile_release(&f->p);
    job_release(&f->job);
    arena_release(&memory);
}

// The edges of samples that were looked at, by their ends.
struct known {
    uint32_t order[NODES_MAX][NODES_MAX]; // from 1; 0: there is none
    uint32_t mark[NODES_MAX][NODES_MAX];
    VEC(struct edge) edges;
};

static void know_call(struct known *k, uint32_t src, uint32_t dst, bool residual, bool inlined,
                      uint32_t mark, int64_t value, int64_t div)
{
    if (!k->order[src][dst]) {
        *vec_push(&memory, &k->edges) = (struct edge){.src = src, .dst = dst, .inlined = true};
        k->order[src][dst] = (uint32_t)k->edges.n;
    }
    struct edge *e = &k->edges.at[k->order[src][dst] - 1];
    if (k->mark[src][dst] == mark)
        return;
    k->mark[src][dst] = mark;
    e->weight = i64_add(e->weight, value);
    e->weight_div = i64_add(e->weight_div, div);
    e->residual |= residual;
    e->inlined &= inlined;
}

static void know_sample(struct known *k, const struct fixture *f, uint32_t i, const bool *skipped,
                        const bool *chosen)
{
    const struct sample *s = &f->p.samples[i];
    const int64_t *values = sample_values(&f->p, s);
    int64_t div = f->g.options.mean ? values[0] : 0;
    uint32_t parent = NO_INDEX;
    bool residual = false;
    if (!values[1] && !div)
        return;
    for (uint32_t n = s->n_frames; n-- > 0;) {
        uint32_t loc = f->p.frames[s->frame + n];
        for (uint32_t at = f->t.first[loc + 1]; at-- > f->t.first[loc];) {
            uint32_t node = f->t.nodes[at];
            residual |= skipped[node];
            if (skipped[node])
                continue;
            if (parent != NO_INDEX && parent != node && (!chosen || chosen[parent] || chosen[node]))
                know_call(k, parent, node, residual, node_is_inlined(&f->t, &f->p, loc, at), i + 1,
                          values[1], div);
            parent = node;
            residual = false;
        }
    }
}

static int cmp_ends(const void *a, const void *b)
{
    const struct edge *x = a, *y = b;
    return x->src != y->src ? (x->src > y->src) - (x->src < y->src)
                            : (x->dst > y->dst) - (x->dst < y->dst);
}

static void check_edges(struct fixture *f, const bool *skipped, const bool *chosen)
{
    struct known *k = xcalloc(1, sizeof *k);
    for (uint32_t i = 0; i < N_SAMPLES; i++)
        know_sample(k, f, i, skipped, chosen);
    qsort(k->edges.at, k->edges.n, sizeof *k->edges.at, cmp_ends);
    graph_connect(&f->g, &f->p, EDGES_ALL, chosen);
    CHECK_INT(f->g.edges.n, k->edges.n);
    for (size_t i = 0; i < k->edges.n && i < f->g.edges.n; i++) {
        const struct edge *a = &f->g.edges.at[i], *b = &k->edges.at[i];
        CHECK(a->src == b->src && a->dst == b->dst);
        CHECK_INT(a->weight, b->weight);
        CHECK_INT(a->weight_div, b->weight_div);
        CHECK(a->residual == b->residual && a->inlined == b->inlined);
    }
    free(k);
}

static void check_graph(const struct graph_options *options, int64_t most, bool prunes,
                        bool chooses, bool addresses, unsigned threads)
{
    struct fixture f;
    bool skipped[NODES_MAX] = {false}, kept[NODES_MAX], chosen[NODES_MAX];
    setup(&f, options, most, addresses, threads);
    CHECK(f.t.infos.n <= NODES_MAX);
    for (uint32_t i = 0; i < f.t.infos.n; i++) {
        kept[i] = i % 3 == 0;
        skipped[i] = prunes && !kept[i];
        chosen[i] = i % (prunes ? 6 : 40) == 0;
    }
    if (prunes)
        graph_keep(&f.g, kept);
    check_edges(&f, skipped, chooses ? chosen : NULL);
    teardown(&f);
}

static void edges_are_those_of_each_sample(void)
{
    struct graph_options plain = {.value_index = 1}, mean = {.value_index = 1, .mean = true};
    for (unsigned threads = 1; threads <= 2; threads++) {
        check_graph(&plain, 10, false, false, false, threads);
        check_graph(&plain, 10, true, false, false, threads);
        check_graph(&plain, 10, true, true, false, threads);
        check_graph(&mean, 10, false, false, false, threads);
        check_graph(&plain, 10, false, false, true, threads);
        check_graph(&plain, 10, true, false, true, threads);
        check_graph(&mean, 10, false, false, true, threads);
        check_graph(&plain, 10, false, true, false, threads);
        check_graph(&plain, 10, false, true, true, threads); // few of the locations
        check_graph(&mean, 10, false, true, true, threads);
    }
}

static void edges_are_cut_at_each_sample_where_sums_do_not_fit(void)
{
    struct graph_options options = {.value_index = 1, .overflow = true};
    check_graph(&options, INT64_MAX / 4, false, false, false, 1);
    check_graph(&options, INT64_MAX / 4, true, true, false, 1);
    check_graph(&options, INT64_MAX / 4, false, true, true, 1);
}

CHECK_MAIN(CASE(edges_are_those_of_each_sample),
           CASE(edges_are_cut_at_each_sample_where_sums_do_not_fit))
