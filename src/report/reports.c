// SPDX-License-Identifier: Apache-2.0
#include "report/reports.h"

#include "profile/filter.h"
#include "report/hints.h"
#include "report/leaks.h"
#include "report/memstats.h"
#include "report/sourcefit.h"

struct wants wants_of_both(const struct wants *a, const struct wants *b)
{
    return (struct wants){
        .untrimmed = a->untrimmed || b->untrimmed,
        .obj_names = a->obj_names || b->obj_names,
        .no_inlines = a->no_inlines || b->no_inlines,
        .call_tree = a->call_tree || b->call_tree,
        .visual = a->visual || b->visual,
        .tags = a->tags || b->tags,
        .series = a->series || b->series,
        .beside = a->beside || b->beside,
        .memstats = a->memstats || b->memstats,
        .needs_source = a->needs_source || b->needs_source,
        .sides = a->sides || b->sides,
        .noise = a->noise || b->noise,
        .all_types = a->all_types || b->all_types,
        .one_type = a->one_type && b->one_type,
        .plain_numbers = a->plain_numbers || b->plain_numbers,
        .whole_numbers = a->whole_numbers || b->whole_numbers,
        .whole_path = a->whole_path || b->whole_path,
        .width = a->width ? a->width : b->width,
        .node_count = a->node_count ? a->node_count : b->node_count,
        .granularity = a->granularity ? a->granularity : b->granularity,
    };
}

static int no_match(const struct subject *s, struct err *err)
{
    if (regex_check(s->regex, err))
        return -1;
    return err_set(err, "no matches found for regexp: " SPAN_FMT,
                   SPAN_ARG(regex_pattern(s->regex)));
}

static int build_none(const struct report *r, const struct subject *s, union report_data *data,
                      struct err *err)
{
    (void)r, (void)data;
    return err_set(err, "%s is not supported yet: it needs the program's binary", s->command);
}

static int build_top(const struct report *r, const struct subject *s, union report_data *data,
                     struct err *err)
{
    (void)s, (void)err;
    data->top = arena_alloc(r->arena, sizeof *data->top);
    *data->top = report_top(r);
    return 0;
}

// Which nodes the request's expression matches; false where none. They are tried as they stand in
// memory, not in the report's order.
static bool match_nodes(const struct subject *s, struct graph_report *g, bool *wanted)
{
    bool any = false;
    for (uint32_t i = 0; i < g->graph.n_shown; i++)
        wanted[g->graph.shown[i]] = true;
    for (uint32_t i = 0; i < g->graph.n_nodes; i++) {
        wanted[i] =
            wanted[i] && regex_match(s->regex, node_name(&g->table, g->graph.nodes[i].info));
        any |= wanted[i];
    }
    return any;
}

static int build_tree(const struct report *r, const struct subject *s, union report_data *data,
                      struct err *err)
{
    data->tree = arena_zalloc(r->arena, 1, sizeof *data->tree);
    struct graph_report *g = &data->tree->graph;
    if (!s->regex) {
        report_graph(r, EDGES_ALL, NULL, g);
        return 0;
    }
    struct report unsorted = *r;
    unsorted.options.trim.unsorted = true;
    report_graph(&unsorted, EDGES_NONE, NULL, g);
    bool *wanted = arena_zalloc(r->arena, g->graph.n_nodes, sizeof *wanted);
    data->tree->wanted = wanted;
    if (!match_nodes(s, g, wanted)) {
        graph_report_release(g);
        return no_match(s, err);
    }
    graph_sort_chosen(&g->graph, wanted, &r->options.trim);
    report_connect(r, g, wanted);
    return 0;
}

static void release_tree(union report_data *data)
{
    graph_report_release(&data->tree->graph);
}

static void build_nodes(const struct report *r, bool clean_paths, union report_data *data)
{
    struct detail detail = r->options.detail;
    detail.clean_paths = clean_paths;
    data->stacks = arena_alloc(r->arena, sizeof *data->stacks);
    node_table_init(data->stacks, r->profile, &detail, r->job, r->arena);
}

static int build_traces(const struct report *r, const struct subject *s, union report_data *data,
                        struct err *err)
{
    (void)s, (void)err;
    build_nodes(r, false, data);
    return 0;
}

static int build_stacks(const struct report *r, const struct subject *s, union report_data *data,
                        struct err *err)
{
    (void)s, (void)err;
    build_nodes(r, true, data);
    return 0;
}

static void release_stacks(union report_data *data)
{
    node_table_release(data->stacks);
}

static int build_tags(const struct report *r, const struct subject *s, union report_data *data,
                      struct err *err)
{
    (void)s, (void)err;
    data->tags = arena_alloc(r->arena, sizeof *data->tags);
    *data->tags = report_tags(r);
    return 0;
}

// Says what source files cannot be those of the program, each once: routines of a file need not be
// neighbours.
static void note_misfits(const struct report *r, const struct subject *s, const struct list *list)
{
    struct strtab said;
    strtab_init(&said, r->arena, NULL);
    for (uint32_t i = 0; i < list->n_routines; i++) {
        const struct list_routine *routine = &list->routines[i];
        const struct text_file *file = text_files_get(&s->files, routine->file);
        if (!file || strtab_find(&said, routine->file) != HASH_NONE)
            continue;
        const char *why = source_misfit(routine, file, r->arena);
        if (!why)
            continue;
        strtab_add(&said, routine->file);
        job_note(r->job, why);
    }
    strtab_release(&said);
}

static int build_list(const struct report *r, const struct subject *s, union report_data *data,
                      struct err *err)
{
    data->list = arena_alloc(r->arena, sizeof *data->list);
    *data->list = report_list(r, s->regex);
    if (data->list->n_routines == 0)
        return no_match(s, err);
    note_misfits(r, s, data->list);
    return 0;
}

static int build_graph(const struct report *r, const struct subject *s, union report_data *data,
                       struct err *err)
{
    (void)err;
    data->graph = arena_alloc(r->arena, sizeof *data->graph);
    report_graph(r, EDGES_ALL, s->tags ? &s->tag_source : NULL, data->graph);
    return 0;
}

static void release_graph(union report_data *data)
{
    graph_report_release(data->graph);
}

static int build_flame(const struct report *r, const struct subject *s, union report_data *data,
                       struct err *err)
{
    data->flame = arena_alloc(r->arena, sizeof *data->flame);
    return report_flame(r, &s->flame, data->flame, err);
}

// The profile itself: what noinlines leaves of it.
static int build_profile(const struct report *r, const struct subject *s, union report_data *data,
                         struct err *err)
{
    struct profile *p = arena_copy(r->arena, r->profile, 1, sizeof *p);
    (void)s, (void)err;
    data->profile = p;
    if (!r->options.detail.no_inlines)
        return 0;
    filter_inlines(p, r->options.detail.column, r->arena);
    p->mappings = arena_copy(r->arena, p->mappings, p->n_mappings, sizeof *p->mappings);
    for (uint32_t i = 0; i < p->n_mappings; i++)
        p->mappings[i].has_inline_frames = false;
    return 0;
}

static int build_leaks(const struct report *r, const struct subject *s, union report_data *data,
                       struct err *err)
{
    data->leaks = arena_alloc(r->arena, sizeof *data->leaks);
    return report_leaks(r, s, data->leaks, err);
}

static void release_leaks(union report_data *data)
{
    leaks_release(data->leaks);
}

static int build_disasm(const struct report *r, const struct subject *s, union report_data *data,
                        struct err *err)
{
    data->disasm = arena_alloc(r->arena, sizeof *data->disasm);
    return report_disasm(r, s->regex, &s->objdump, data->disasm, err);
}

static int build_weblist(const struct report *r, const struct subject *s, union report_data *data,
                         struct err *err)
{
    data->weblist = arena_alloc(r->arena, sizeof *data->weblist);
    return report_weblist(r, s->regex, &s->objdump, data->weblist, err);
}

static int build_memstats(const struct report *r, const struct subject *s, union report_data *data,
                          struct err *err)
{
    (void)s;
    if (!r->memstats)
        return err_set(err, "there are no MemStats");
    data->memstats = arena_alloc(r->arena, sizeof *data->memstats);
    report_memstats(r, data->memstats);
    return 0;
}

static int build_hints(const struct report *r, const struct subject *s, union report_data *data,
                       struct err *err)
{
    data->hints = arena_alloc(r->arena, sizeof *data->hints);
    return report_hints(r, s, data->hints, err);
}

static void release_hints(union report_data *data)
{
    hints_release(data->hints);
}

static int build_trend(const struct report *r, const struct subject *s, union report_data *data,
                       struct err *err)
{
    (void)s;
    data->trend = arena_alloc(r->arena, sizeof *data->trend);
    return report_trend(r, data->trend, err);
}

static void release_trend(union report_data *data)
{
    trend_release(data->trend);
}

const struct report_def report_defs[N_REPORTS] = {
    [REPORT_NONE] = {"none", {.untrimmed = true}, build_none, NULL},
    [REPORT_COMMENTS] = {"comments", {0}, NULL, NULL},
    [REPORT_DISASM] = {"disasm",
                       {.untrimmed = true,
                        .granularity = GRANULARITY_ADDRESSES,
                        .obj_names = true,
                        .no_inlines = true},
                       build_disasm,
                       NULL},
    [REPORT_FLAME] = {"flame",
                      {.untrimmed = true, .sides = true, .noise = true},
                      build_flame,
                      NULL},
    [REPORT_GATES] = {"gates", {.untrimmed = true, .sides = true, .all_types = true}, NULL, NULL},
    [REPORT_GRAPH] = {"graph",
                      {.node_count = 80, .call_tree = true, .one_type = true},
                      build_graph,
                      release_graph},
    [REPORT_HINTS] = {"hints", {.untrimmed = true}, build_hints, release_hints},
    [REPORT_LEAKS] = {"leaks", {.series = true, .beside = true}, build_leaks, release_leaks},
    [REPORT_LIST] = {"list",
                     {.untrimmed = true,
                      .granularity = GRANULARITY_LINES,
                      .obj_names = true,
                      .needs_source = true,
                      .one_type = true},
                     build_list,
                     NULL},
    [REPORT_MEMSTATS] = {"memstats", {.memstats = true}, build_memstats, NULL},
    [REPORT_PROFILE] = {"profile",
                        {.untrimmed = true, .granularity = GRANULARITY_ADDRESSES},
                        build_profile,
                        NULL},
    [REPORT_STACKS] = {"stacks",
                       {.untrimmed = true, .one_type = true},
                       build_stacks,
                       release_stacks},
    [REPORT_TAGS] = {"tags", {.node_count = 80, .one_type = true}, build_tags, NULL},
    [REPORT_TOP] = {"top", {.noise = true, .all_types = true, .one_type = true}, build_top, NULL},
    [REPORT_TRACES] = {"traces",
                       {.node_count = 80, .one_type = true},
                       build_traces,
                       release_stacks},
    [REPORT_TREND] = {"trend", {.series = true, .node_count = 80}, build_trend, release_trend},
    [REPORT_TREE] = {"tree",
                     {.node_count = 80, .noise = true, .one_type = true},
                     build_tree,
                     release_tree},
    [REPORT_WEBLIST] = {"weblist",
                        {.untrimmed = true,
                         .granularity = GRANULARITY_ADDRESSES,
                         .obj_names = true},
                        build_weblist,
                        NULL},
};
