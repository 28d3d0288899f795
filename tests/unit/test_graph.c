// SPDX-License-Identifier: Apache-2.0
#include "graph/graph.h"

#include "check.h"
#include "folded.h"
#include "format/samenames.h"
#include "graph/sums.h"
#include "graph/trim.h"

static struct arena memory;

struct fixture {
    struct profile p;
    struct node_table t;
    struct graph g;
};

static void setup(struct fixture *f, const char *text, bool call_tree)
{
    struct graph_options options = {.call_tree = call_tree};
    folded_read(&f->p, text);
    node_table_init(&f->t, &f->p, &(struct detail){.function = true}, NULL, &memory);
    graph_build(&f->g, &f->p, &f->t, &options, &memory);
}

static void teardown(struct fixture *f)
{
    node_table_release(&f->t);
    profile_release(&f->p);
    arena_release(&memory);
}

static uint32_t find(struct fixture *f, const char *name)
{
    for (uint32_t i = 0; i < f->g.n_nodes; i++)
        if (span_eq(node_name(&f->t, f->g.nodes[i].info), span_of(name)))
            return i;
    check_about("no node %s", name);
    CHECK(false);
    return 0;
}

static void check_node(struct fixture *f, const char *name, int64_t flat, int64_t cum)
{
    const struct node *n = &f->g.nodes[find(f, name)];
    check_about("%s", name);
    CHECK_INT(n->flat, flat);
    CHECK_INT(n->cum, cum);
}

// The edge's weight; 0 where there is none.
static int64_t weight(struct fixture *f, const char *from, const char *to, bool *residual)
{
    uint32_t src = find(f, from), dst = find(f, to);
    for (size_t i = 0; i < f->g.edges.n; i++) {
        const struct edge *e = &f->g.edges.at[i];
        if (e->src == src && e->dst == dst && !e->dropped) {
            *residual = e->residual;
            return e->weight;
        }
    }
    return 0;
}

static void a_stack_counts_once_for_each_node_on_it(void)
{
    struct fixture f;
    bool residual = false;
    setup(&f, "main;f;f;g 3\nmain;f 2\nmain 1\n", false);
    check_node(&f, "main", 1, 6);
    check_node(&f, "f", 2, 5);
    check_node(&f, "g", 3, 3);
    graph_connect(&f.g, &f.p, EDGES_ALL, NULL);
    CHECK_INT(weight(&f, "main", "f", &residual), 5);
    CHECK_INT(weight(&f, "f", "g", &residual), 3);
    CHECK(!residual);
    CHECK_INT(weight(&f, "main", "g", &residual), 0);
    teardown(&f);
}

static void edges_jump_over_what_is_left_out(void)
{
    struct fixture f;
    bool residual = false;
    setup(&f, "main;f;g 3\nmain;g 4\nmain;f 2\n", false);
    bool *kept = arena_zalloc(&memory, f.g.n_nodes, sizeof *kept);
    kept[find(&f, "main")] = kept[find(&f, "g")] = true;
    graph_keep(&f.g, kept);
    CHECK_INT(f.g.n_shown, 2);
    graph_connect(&f.g, &f.p, EDGES_ALL, NULL);
    CHECK_INT(weight(&f, "main", "g", &residual), 7);
    CHECK(residual);
    teardown(&f);
}

static void a_call_tree_has_a_node_per_path(void)
{
    struct fixture f;
    setup(&f, "main;f;g 3\nmain;g 4\n", true);
    uint32_t named = 0;
    for (uint32_t i = 0; i < f.g.n_nodes; i++)
        named += span_eq(node_name(&f.t, f.g.nodes[i].info), SPAN("g"));
    CHECK_INT(named, 2);
    check_node(&f, "main", 0, 7);
    teardown(&f);
}

static void light_nodes_are_trimmed(void)
{
    struct fixture f;
    struct graph g;
    struct graph_options options = {0};
    struct trim_options trim = {.node_count = 2, .node_fraction = 0.1};
    setup(&f, "a 50\nb 30\nc 15\nd 5\n", false);
    struct trim_result r =
        graph_build_trimmed(&g, &f.p, &f.t, &options, &trim, EDGES_NONE, NULL, &memory);
    CHECK_INT(r.dropped_nodes, 1);
    CHECK_INT(r.orig_count, 3);
    CHECK_INT(g.n_shown, 2);
    CHECK_SPAN(node_name(&f.t, g.nodes[g.shown[0]].info), SPAN("a"));
    CHECK_SPAN(node_name(&f.t, g.nodes[g.shown[1]].info), SPAN("b"));
    teardown(&f);
}

static void sums_of_a_column_are_those_of_the_graph(void)
{
    struct fixture f;
    setup(&f, "main;f;f;g 3\nmain;f 2\nmain 1\n", false);
    struct node_sums sums = sums_column(&f.t, &f.p, f.p.values, 0, &memory);
    struct node_reals reals = sums_reals(&f.t, &f.p, (double[]){3, 2, 1}, &memory);
    CHECK_INT(sums.total, 6);
    for (uint32_t i = 0; i < f.g.n_nodes; i++) {
        CHECK_INT(sums.flat[i], f.g.nodes[i].flat);
        CHECK_INT(sums.cum[i], f.g.nodes[i].cum);
        CHECK_F64(reals.flat[i], (double)f.g.nodes[i].flat);
        CHECK_F64(reals.cum[i], (double)f.g.nodes[i].cum);
    }
    bool *wanted = arena_zalloc(&memory, f.g.n_nodes, sizeof *wanted);
    wanted[find(&f, "f")] = true;
    const bool *on = sums_mask(&f.t, &f.p, wanted, false, &memory);
    const bool *leaf = sums_mask(&f.t, &f.p, wanted, true, &memory);
    CHECK(on[0] && on[1] && !on[2]);
    CHECK(!leaf[0] && leaf[1] && !leaf[2]);
    teardown(&f);
}

// Two functions of one name and file in two binaries, beside one that is alone.
static void functions_of_one_name_are_told_apart(void)
{
    struct profile p;
    struct graph_report g = {0};
    struct strtab strings;
    folded_read(&p, "main;work 3\nmain;work;work 1\n");
    struct graph_options options = {0};
    node_table_init(&g.table, &p, &(struct detail){.function = true}, NULL, &memory);
    struct node_info other = g.table.infos.at[1];
    CHECK_SPAN(node_str(&g.table, other.name), SPAN("work"));
    other.objfile = other.name;
    *vec_push(&memory, &g.table.infos) = other;
    g.table.apart = false; // it has no location
    graph_build(&g.graph, &p, &g.table, &options, &memory);
    uint32_t shown[] = {2, 0, 1};
    g.graph.shown = shown;
    g.graph.n_shown = 3;
    strtab_init(&strings, &memory, &g.table.strings);
    const str_id *names = samenames_told_apart(&g, &strings, &memory);
    CHECK_SPAN(strtab_get(&strings, names[0]), SPAN("main"));
    CHECK_SPAN(strtab_get(&strings, names[1]), SPAN("work [2/2]"));
    CHECK_SPAN(strtab_get(&strings, names[2]), SPAN("work [1/2]"));
    g.graph.n_shown = 2;
    names = samenames_told_apart(&g, &strings, &memory);
    CHECK_INT(names[1], 0);
    CHECK_SPAN(strtab_get(&strings, names[2]), SPAN("work"));
    strtab_release(&strings);
    node_table_release(&g.table);
    profile_release(&p);
    arena_release(&memory);
}

CHECK_MAIN(CASE(a_stack_counts_once_for_each_node_on_it), CASE(edges_jump_over_what_is_left_out),
           CASE(a_call_tree_has_a_node_per_path), CASE(light_nodes_are_trimmed),
           CASE(sums_of_a_column_are_those_of_the_graph),
           CASE(functions_of_one_name_are_told_apart))
