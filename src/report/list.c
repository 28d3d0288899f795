// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

#include <stdlib.h>

enum { MARGIN = 5 }; // lines before the first and after the last that has weight

// What a sample adds to lines and routines.
struct weight {
    int64_t value, count, before, after;
};

struct sum {
    struct weight flat, cum;
    uint32_t mark; // the last sample that was on it, from 1
};

struct place {
    uint32_t line, routine; // from 1; 0: the node does not match
};

struct lister {
    const struct report *r;
    struct graph_report g;
    VEC(uint32_t) nodes;  // that match
    struct place *places; // of all nodes of the table
    bool *near;           // by location: some node of it matches
    uint32_t n_lines;     // of all routines
    struct sum *lines;    // of each, from 1
    struct sum *routines;
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

// Notes which line of which routine a node is on.
static void add_line(struct lister *l, struct list_routine *routine, uint32_t number, uint32_t node)
{
    const struct node_info *info = info_of(l, node);
    if (info->start_line > 0 && (!routine->start || info->start_line < routine->start))
        routine->start = info->start_line;
    int64_t start = info->start_line ? info->start_line : info->line - MARGIN;
    if (routine->n_lines == 0 || start < routine->first)
        routine->first = start;
    if (routine->n_lines == 0 || info->line + MARGIN > routine->last)
        routine->last = info->line + MARGIN;
    struct list_line *last = routine->n_lines ? &routine->lines[routine->n_lines - 1] : NULL;
    if (!last || last->line != info->line) {
        routine->lines[routine->n_lines++] = (struct list_line){.line = info->line};
        l->n_lines++;
    }
    l->places[l->g.graph.nodes[node].info] = (struct place){l->n_lines, number};
}

// The nodes of one function in one file, from index i on; returns the index after them.
static size_t add_routine(struct lister *l, size_t i, struct list_routine *routine, uint32_t number)
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
        add_line(l, routine, number, l->nodes.at[i]);
    if (routine->first < 1)
        routine->first = 1;
    return end;
}

static void add_weight(struct weight *sum, const struct weight *w)
{
    sum->value = i64_add(sum->value, w->value);
    sum->count = i64_add(sum->count, w->count);
    sum->before = i64_add(sum->before, w->before);
    sum->after = i64_add(sum->after, w->after);
}

static void add_cum(struct sum *sum, uint32_t sample, const struct weight *w)
{
    if (sum->mark != sample + 1)
        add_weight(&sum->cum, w);
    sum->mark = sample + 1;
}

static struct weight weight_of(const struct report *r, const struct sample *s)
{
    const struct profile *p = r->profile;
    size_t at = sample_value_at(p, s, r->options.value_index);
    struct weight w = {.value = p->values[at],
                       .count = r->options.mean ? sample_value(p, s, 0) : 0};
    if (report_sides(r)) {
        w.before = p->sides[SIDE_BEFORE].values[at];
        w.after = p->sides[SIDE_AFTER].values[at];
    }
    return w;
}

static void add_node(struct lister *l, uint32_t sample, const struct weight *w, uint32_t node,
                     bool leaf)
{
    struct place place = l->places[node];
    if (place.line == 0)
        return;
    add_cum(&l->lines[place.line], sample, w);
    add_cum(&l->routines[place.routine], sample, w);
    if (leaf) {
        add_weight(&l->lines[place.line].flat, w);
        add_weight(&l->routines[place.routine].flat, w);
    }
}

// The first frame that has nodes: filters may have left none of the others.
static uint32_t leaf_frame(const struct node_table *t, const uint32_t *frames, uint32_t n)
{
    uint32_t i = 0;
    while (i < n && t->first[frames[i]] == t->first[frames[i] + 1])
        i++;
    return i;
}

// A recursive function has several lines on a stack, and yet a sample counts once.
static void sum_sample(struct lister *l, uint32_t sample)
{
    const struct profile *p = l->r->profile;
    const struct node_table *t = &l->g.table;
    const struct sample *s = &p->samples[sample];
    struct weight w = weight_of(l->r, s);
    uint32_t leaf = leaf_frame(t, p->frames + s->frame, s->n_frames);
    for (uint32_t i = 0; i < s->n_frames; i++) {
        uint32_t loc = p->frames[s->frame + i];
        for (uint32_t at = t->first[loc]; l->near[loc] && at < t->first[loc + 1]; at++)
            add_node(l, sample, &w, t->nodes[at], i == leaf && at == t->first[loc]);
    }
}

// Most locations have no line of a routine that matches.
static void find_near(struct lister *l)
{
    const struct profile *p = l->r->profile;
    const struct node_table *t = &l->g.table;
    l->near = arena_zalloc(l->r->arena, p->n_locations, sizeof *l->near);
    for (uint32_t i = 0; i < p->n_locations; i++)
        for (uint32_t at = t->first[i]; at < t->first[i + 1]; at++)
            l->near[i] |= l->places[t->nodes[at]].line != 0;
}

static void sum_samples(struct lister *l, uint32_t n_routines)
{
    l->lines = arena_zalloc(l->r->arena, (size_t)l->n_lines + 1, sizeof *l->lines);
    l->routines = arena_zalloc(l->r->arena, (size_t)n_routines + 1, sizeof *l->routines);
    find_near(l);
    for (uint32_t i = 0; i < l->r->profile->n_samples && !job_stopped(l->r->job); i++)
        sum_sample(l, i);
}

static int64_t weight_value(const struct weight *w)
{
    return w->count ? i64_div(w->value, w->count) : w->value;
}

static void set_line(const struct report *r, struct list_line *line, const struct sum *sum)
{
    line->flat = weight_value(&sum->flat);
    line->cum = weight_value(&sum->cum);
    if (!report_sides(r))
        return;
    struct side_weights *sides = arena_alloc(r->arena, 2 * sizeof *sides);
    sides[SIDE_BEFORE] = (struct side_weights){sum->flat.before, sum->cum.before};
    sides[SIDE_AFTER] = (struct side_weights){sum->flat.after, sum->cum.after};
    line->sides = sides;
}

// What a routine weighs with all that it calls: each sample once. pprof adds its lines up, though a
// sample is on several of them where it calls itself; that stays so where names come from binaries,
// of which what pprof prints was recorded.
static int64_t routine_cum(const struct lister *l, const struct list_routine *routine,
                           const struct sum *once)
{
    int64_t lines = 0;
    for (uint32_t i = 0; i < routine->n_lines; i++)
        lines += routine->lines[i].cum;
    return l->r->profile->has_local_names ? lines : weight_value(&once->cum);
}

static void set_weights(struct lister *l, struct list *list)
{
    uint32_t line = 1;
    for (uint32_t i = 0; i < list->n_routines; i++) {
        struct list_routine *routine = &list->routines[i];
        routine->flat = weight_value(&l->routines[i + 1].flat);
        for (uint32_t j = 0; j < routine->n_lines; j++)
            set_line(l->r, &routine->lines[j], &l->lines[line++]);
        routine->cum = routine_cum(l, routine, &l->routines[i + 1]);
    }
}

// A function without a file counts only where no other node of it has one.
static void drop_without_file(struct list *list)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < list->n_routines; i++) {
        const struct list_routine *r = &list->routines[i], *next = r + 1;
        bool other = i + 1 < list->n_routines && span_eq(r->name, next->name);
        if (r->file.n || !other)
            list->routines[kept++] = *r;
    }
    list->n_routines = kept;
}

struct list report_list(const struct report *r, struct regex *symbol)
{
    struct lister l = {.r = r};
    struct list list = {0};
    struct report unsorted = *r; // collect sorts those that match
    unsorted.options.trim.unsorted = true;
    report_graph(&unsorted, EDGES_NONE, NULL, &l.g);
    collect(&l, symbol);
    l.places = arena_zalloc(r->arena, l.g.table.infos.n, sizeof *l.places);
    list.routines = arena_alloc(r->arena, (l.nodes.n + 1) * sizeof *list.routines);
    for (size_t i = 0; i < l.nodes.n; list.n_routines++)
        i = add_routine(&l, i, &list.routines[list.n_routines], list.n_routines + 1);
    if (list.n_routines)
        sum_samples(&l, list.n_routines);
    set_weights(&l, &list);
    drop_without_file(&list);
    graph_report_release(&l.g);
    return list;
}
