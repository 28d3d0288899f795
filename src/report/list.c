// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

#include <stdlib.h>

enum { MARGIN = 5 }; // lines before the first and after the last that has weight

struct lister {
    const struct report *r;
    struct graph_report g;
    VEC(uint32_t) nodes; // that match
};

static const struct node_info *info_of(const struct lister *l, uint32_t node)
{
    return &l->g.table.infos.at[l->g.graph.nodes[node].info];
}

static int cmp_nodes(const void *a, const void *b, void *context)
{
    const struct lister *l = context;
    const struct node_table *t = &l->g.table;
    const struct node_info *x = info_of(l, *(const uint32_t *)a);
    const struct node_info *y = info_of(l, *(const uint32_t *)b);
    int order = span_cmp(node_str(t, x->name), node_str(t, y->name));
    if (order == 0)
        order = span_cmp(node_str(t, x->file), node_str(t, y->file));
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

static void collect(struct lister *l, struct regex *symbol)
{
    for (uint32_t i = 0; i < l->g.graph.n_shown; i++) {
        uint32_t node = l->g.graph.shown[i];
        if (regex_match(symbol, node_str(&l->g.table, info_of(l, node)->name)))
            *vec_push(l->r->arena, &l->nodes) = node;
    }
    if (l->nodes.n)
        qsort_r(l->nodes.at, l->nodes.n, sizeof *l->nodes.at, cmp_nodes, l);
}

static void add_line(struct lister *l, struct list_routine *routine, uint32_t node)
{
    const struct node *n = &l->g.graph.nodes[node];
    const struct node_info *info = info_of(l, node);
    int64_t start = info->start_line ? info->start_line : info->line - MARGIN;
    if (routine->n_lines == 0 || start < routine->first)
        routine->first = start;
    if (routine->n_lines == 0 || info->line + MARGIN > routine->last)
        routine->last = info->line + MARGIN;
    struct list_line *last = routine->n_lines ? &routine->lines[routine->n_lines - 1] : NULL;
    if (!last || last->line != info->line) {
        last = &routine->lines[routine->n_lines++];
        *last = (struct list_line){.line = info->line};
    }
    last->flat += n->flat;
    last->cum += n->cum;
    if (report_has_sides(l->r)) {
        last->before.flat += l->g.before.flat[n->info];
        last->before.cum += l->g.before.cum[n->info];
        last->after.flat += l->g.after.flat[n->info];
        last->after.cum += l->g.after.cum[n->info];
    }
    routine->flat += n->flat;
    routine->cum += n->cum;
}

// The nodes of one function in one file, from index i on; returns the index behind them.
static size_t add_routine(struct lister *l, size_t i, struct list_routine *routine)
{
    const struct node_info *info = info_of(l, l->nodes.at[i]);
    size_t end = i;
    while (end < l->nodes.n && info_of(l, l->nodes.at[end])->name == info->name &&
           info_of(l, l->nodes.at[end])->file == info->file)
        end++;
    *routine = (struct list_routine){.name = node_str(&l->g.table, info->name),
                                     .file = node_str(&l->g.table, info->file)};
    routine->lines = arena_alloc(l->r->arena, (end - i) * sizeof *routine->lines);
    for (; i < end; i++)
        add_line(l, routine, l->nodes.at[i]);
    if (routine->first < 1)
        routine->first = 1;
    return end;
}

// A function without a file counts only where no other node of it has one.
static bool has_file_too(const struct list *list)
{
    const struct list_routine *last = &list->routines[list->n_routines];
    const struct list_routine *before = last - 1;
    return list->n_routines > 0 && before->file.n == 0 && span_eq(before->name, last->name);
}

struct list report_list(const struct report *r, struct regex *symbol)
{
    struct lister l = {.r = r};
    struct list list = {0};
    report_graph(r, EDGES_NONE, NULL, &l.g);
    collect(&l, symbol);
    list.routines = arena_alloc(r->arena, (l.nodes.n + 1) * sizeof *list.routines);
    for (size_t i = 0; i < l.nodes.n;) {
        i = add_routine(&l, i, &list.routines[list.n_routines]);
        if (has_file_too(&list))
            list.routines[list.n_routines - 1] = list.routines[list.n_routines];
        else
            list.n_routines++;
    }
    graph_report_release(&l.g);
    return list;
}
