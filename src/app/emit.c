// SPDX-License-Identifier: Apache-2.0
#include "app/query.h"

#include <stdlib.h>
#include <unistd.h>

#include "format/format.h"
#include "format/svg.h"
#include "format/table.h"
#include "input/srcfile.h"
#include "profile/filter.h"
#include "sink/process.h"

static int no_match(const struct query *q, struct err *err)
{
    if (regex_check(q->regex, err))
        return -1;
    return err_set(err, "no matches found for regexp: " SPAN_FMT,
                   SPAN_ARG(regex_pattern(q->regex)));
}

int emit_top(struct query *q, struct sink *out, struct err *err)
{
    (void)err;
    struct top top = report_top(&q->report);
    struct table t;
    if (!query_table(q, &top.shown, out, &t))
        format_text_top(&q->report, &top, out);
    else
        table_top(&t, &top);
    return 0;
}

// Which nodes the request's expression matches; false where none.
static bool match_nodes(struct query *q, struct graph_report *g, bool *wanted)
{
    bool any = false;
    for (uint32_t i = 0; i < g->graph.n_shown; i++) {
        uint32_t node = g->graph.shown[i];
        wanted[node] = regex_match(q->regex, node_name(&g->table, g->graph.nodes[node].info));
        any |= wanted[node];
    }
    return any;
}

int emit_tree(struct query *q, struct sink *out, struct err *err)
{
    struct graph_report g;
    struct table t;
    int status = 0;
    report_graph(&q->report, q->regex ? EDGES_NONE : EDGES_ALL, NULL, &g);
    bool *wanted = q->regex ? arena_zalloc(&q->arena, g.graph.n_nodes, sizeof *wanted) : NULL;
    if (wanted && match_nodes(q, &g, wanted))
        report_connect(&q->report, &g, wanted);
    else if (wanted)
        status = no_match(q, err);
    if (status == 0 && query_table(q, &g.shown, out, &t))
        table_tree(&t, &g, wanted);
    else if (status == 0)
        format_text_tree(&q->report, &g, wanted, out);
    graph_report_release(&g);
    return status;
}

int emit_traces(struct query *q, struct sink *out, struct err *err)
{
    struct node_table table;
    struct table t;
    struct detail detail = q->report.options.detail;
    (void)err;
    detail.clean_paths = false;
    node_table_init(&table, &q->profile, &detail, q->session->job, &q->arena);
    if (query_table(q, NULL, out, &t))
        table_traces(&t, &table);
    else
        format_text_traces(&q->report, &table, out);
    node_table_release(&table);
    return 0;
}

int emit_folded(struct query *q, struct sink *out, struct err *err)
{
    struct node_table table;
    (void)err;
    node_table_init(&table, &q->profile, &q->report.options.detail, q->session->job, &q->arena);
    uint32_t left_out = format_folded(&q->report, &table, out);
    if (left_out)
        query_note(
            q, arena_printf(&q->arena, "%u stacks with negative values are left out", left_out));
    node_table_release(&table);
    return 0;
}

int emit_tags(struct query *q, struct sink *out, struct err *err)
{
    (void)err;
    struct tags_report tags = report_tags(&q->report);
    struct table t;
    if (query_table(q, NULL, out, &t))
        table_tags(&t, &tags);
    else
        format_text_tags(&q->report, &tags, out);
    return 0;
}

int emit_comments(struct query *q, struct sink *out, struct err *err)
{
    struct table t;
    (void)err;
    if (query_table(q, NULL, out, &t))
        table_comments(&t);
    else
        format_comments(&q->report, out);
    return 0;
}

// Reports on the profile itself: what noinlines leaves of it.
static void apply_noinlines(struct query *q)
{
    const struct config *c = q->request->config;
    if (!c->noinlines)
        return;
    filter_inlines(&q->profile, c->showcolumns, &q->arena);
    struct mapping *mappings =
        arena_copy(&q->arena, q->profile.mappings, q->profile.n_mappings, sizeof *mappings);
    for (uint32_t i = 0; i < q->profile.n_mappings; i++)
        mappings[i].has_inline_frames = false;
    q->profile.mappings = mappings;
}

int emit_raw(struct query *q, struct sink *out, struct err *err)
{
    (void)err;
    apply_noinlines(q);
    format_raw(&q->report, out);
    return 0;
}

int emit_proto(struct query *q, struct sink *out, struct err *err)
{
    (void)err;
    apply_noinlines(q);
    format_profile(&q->profile, q->report.options.ratio, out);
    return 0;
}

int emit_topproto(struct query *q, struct sink *out, struct err *err)
{
    struct profile top;
    (void)err;
    report_top_profile(&q->report, &top);
    format_profile(&top, 1, out);
    profile_release(&top);
    return 0;
}

static const struct text_file *find_source(void *context, struct span name, struct err *err)
{
    return srcfiles_find(context, name, err);
}

int emit_list(struct query *q, struct sink *out, struct err *err)
{
    const struct config *c = q->request->config;
    struct list list = report_list(&q->report, q->regex);
    if (list.n_routines == 0)
        return no_match(q, err);
    struct srcfiles *sources =
        srcfiles_new(&q->arena, span_of(c->source_path), span_of(c->trim_path));
    struct text_files files = {find_source, sources};
    struct table t;
    if (query_table(q, NULL, out, &t))
        table_list(&t, &list, &files);
    else
        format_text_list(&q->report, &list, &files, out);
    const char *searched = srcfiles_searched(sources);
    if (searched)
        query_note(q, searched);
    srcfiles_release(sources);
    return 0;
}

static char *const *viewer_argv(struct arena *arena, const char *viewer, char *file)
{
    VEC(char *) argv = {0};
    const char *command = strcmp(viewer, "$BROWSER") == 0 ? getenv("BROWSER") : viewer;
    char *rest = command ? arena_cstr(arena, span_of(command)) : NULL;
    while (rest && *rest) {
        size_t n = strcspn(rest, " ");
        bool last = rest[n] == '\0';
        rest[n] = '\0';
        if (n)
            *vec_push(arena, &argv) = rest;
        rest = last ? NULL : rest + n + 1;
    }
    if (argv.n == 0)
        return NULL;
    *vec_push(arena, &argv) = file;
    *vec_push(arena, &argv) = NULL;
    return argv.at;
}

// Shows a file in the first of the command's viewers that starts.
static int show(struct query *q, const char *suffix, struct span content, struct err *err)
{
    const char *const *viewers = q->request->command->viewers;
    char *file = process_temporary(suffix, content, err);
    int status = -1;
    if (!file)
        return -1;
    for (size_t i = 0; status && viewers[i]; i++) {
        char *const *argv = viewer_argv(&q->arena, viewers[i], file);
        status = argv ? process_show(argv) : -1;
    }
    if (status)
        err_set(err, "none of the programs that could show the report is installed, such as %s",
                viewers[1] ? viewers[1] : viewers[0]);
    unlink(file);
    free(file);
    return status;
}

static int draw(struct query *q, struct span graph, struct buf *picture, struct err *err)
{
    char *format = arena_printf(&q->arena, "-T%s", q->request->command->graphviz);
    char *const argv[] = {"dot", format, NULL};
    bool missing;
    if (process_filter(argv, graph, picture, &missing, q->session->job, err) == 0)
        return 0;
    if (missing)
        err_set(err, "Graphviz's 'dot' is not installed; on Debian: apt-get install graphviz");
    return -1;
}

// Hands on what was written for the command's report: as it is, as a picture, or to a viewer.
static int deliver(struct query *q, struct span text, struct sink *out, struct err *err)
{
    const struct command_def *command = q->request->command;
    struct buf picture = {0}, svg = {0};
    struct span content = text;
    int status = 0;
    if (command->graphviz) {
        status = draw(q, text, &picture, err);
        content = buf_span(&picture);
    }
    if (status == 0 && command->graphviz && strcmp(command->graphviz, "svg") == 0) {
        struct sink *page = sink_to_buf(&svg);
        format_svg(content, page);
        status = sink_finish(page, err);
        content = buf_span(&svg);
    }
    if (status == 0 && command->viewers)
        status = show(q, command->graphviz ? command->graphviz : "grind", content, err);
    else if (status == 0)
        sink_write(out, content);
    buf_release(&picture);
    buf_release(&svg);
    return status;
}

// Writes a graph to the sink, or by way of other programs.
static int emit_graph(struct query *q, const struct tag_source *tags,
                      void (*format)(const struct report *, struct graph_report *, struct sink *),
                      struct sink *out, struct err *err)
{
    const struct command_def *command = q->request->command;
    bool direct = !command->graphviz && !command->viewers;
    struct graph_report g;
    struct buf text = {0};
    int status = 0;
    report_graph(&q->report, EDGES_ALL, tags, &g);
    struct sink *target = direct ? out : sink_to_buf(&text);
    format(&q->report, &g, target);
    graph_report_release(&g);
    if (!direct) {
        status = sink_finish(target, err);
        if (status == 0)
            status = deliver(q, buf_span(&text), out, err);
    }
    buf_release(&text);
    return status;
}

int emit_dot(struct query *q, struct sink *out, struct err *err)
{
    str_id bytes = q->units.bytes;
    struct tag_source tags = {
        .number_unit = tag_unit(&q->profile, &q->units, bytes),
        .output_unit = q->report.options.output_unit,
    };
    return emit_graph(q, &tags, format_dot, out, err);
}

int emit_callgrind(struct query *q, struct sink *out, struct err *err)
{
    q->report.options.whole_numbers = true;
    return emit_graph(q, NULL, format_callgrind, out, err);
}

int emit_unsupported(struct query *q, struct sink *out, struct err *err)
{
    (void)out;
    return err_set(err, "%s is not supported yet: it needs the program's binary",
                   q->request->command->name);
}
