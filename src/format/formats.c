// SPDX-License-Identifier: Apache-2.0
#include "format/formats.h"

#include "format/emits.h"
#include "format/table.h"
#include "sink/process.h"

#define PICTURE                                                                \
    .binary = true, .wants = {.visual = true, .tags = true, .one_type = true}, \
    .emit = {[REPORT_GRAPH] = dot_graph}
#define TABLE_WANTS                          \
    {                                        \
        .plain_numbers = true, .sides = true \
    }

const struct format formats[] = {
    {.name = "text",
     .summary = "for people",
     .extension = "txt",
     .mime = "text/plain; charset=utf-8",
     .wants = {.width = 100, .whole_path = true, .one_type = true},
     .emit = {[REPORT_COMMENTS] = text_comments,
              [REPORT_DISASM] = text_disasm,
              [REPORT_FLAME] = text_flame,
              [REPORT_HINTS] = text_hints,
              [REPORT_LEAKS] = text_leaks,
              [REPORT_LIST] = text_list,
              [REPORT_MEMSTATS] = text_memstats,
              [REPORT_TAGS] = text_tags,
              [REPORT_TOP] = text_top,
              [REPORT_TRACES] = text_traces,
              [REPORT_TREND] = text_trend,
              [REPORT_TREE] = text_tree}},
    {.name = "json",
     .summary = "one JSON document",
     .extension = "json",
     .mime = "application/json",
     .wants = {.plain_numbers = true, .sides = true, .width = 1200},
     .table = &table_json,
     .emit = {[REPORT_FLAME] = json_flame}},
    {.name = "csv",
     .summary = "for spreadsheets",
     .extension = "csv",
     .mime = "text/csv; charset=utf-8",
     .wants = TABLE_WANTS,
     .table = &table_csv},
    {.name = "tsv",
     .summary = "a tab between cells, for cut, awk and join",
     .extension = "tsv",
     .mime = "text/tab-separated-values; charset=utf-8",
     .wants = TABLE_WANTS,
     .table = &table_tsv},
    {.name = "markdown",
     .summary = "for a comment on a pull request",
     .extension = "md",
     .mime = "text/markdown; charset=utf-8",
     .wants = TABLE_WANTS,
     .table = &table_markdown},
    {.name = "github",
     .summary = "markdown for a job's summary, and gates as annotations",
     .extension = "md",
     .mime = "text/markdown; charset=utf-8",
     .wants = TABLE_WANTS,
     .table = &table_markdown,
     .gates = format_gates_github},
    {.name = "callgrind",
     .extension = "callgraph.out",
     .mime = "text/plain",
     .binary = true,
     .wants = {.untrimmed = true,
               .granularity = GRANULARITY_ADDRESSES,
               .obj_names = true,
               .whole_numbers = true,
               .one_type = true},
     .emit = {[REPORT_GRAPH] = callgrind_graph}},
    {.name = "dot",
     .extension = "dot",
     .mime = "text/vnd.graphviz",
     .wants = {.visual = true, .tags = true, .one_type = true},
     .emit = {[REPORT_GRAPH] = dot_graph}},
    {.name = "folded",
     .extension = "folded",
     .mime = "text/plain",
     .wants = {.sides = true, .one_type = true},
     .emit = {[REPORT_STACKS] = folded_stacks}},
    {.name = "proto",
     .extension = "pb.gz",
     .mime = "application/octet-stream",
     .binary = true,
     .emit = {[REPORT_PROFILE] = proto_profile, [REPORT_TOP] = proto_top}},
    {.name = "raw",
     .extension = "txt",
     .mime = "text/plain; charset=utf-8",
     .emit = {[REPORT_PROFILE] = raw_profile}},
    {.name = "gif", .extension = "gif", .mime = "image/gif", .through = "dot -Tgif", PICTURE},
    {.name = "html",
     .extension = "html",
     .mime = "text/html; charset=utf-8",
     .binary = true,
     .wants = {.sides = true}},
    {.name = "pdf", .extension = "pdf", .mime = "application/pdf", .through = "dot -Tpdf", PICTURE},
    {.name = "png", .extension = "png", .mime = "image/png", .through = "dot -Tpng", PICTURE},
    {.name = "ps",
     .extension = "ps",
     .mime = "application/postscript",
     .through = "dot -Tps",
     PICTURE},
    {.name = "svg",
     .summary = "a picture, of flame alone",
     .extension = "svg",
     .mime = "image/svg+xml",
     .binary = true,
     .wants = {.visual = true, .tags = true, .width = 1200, .one_type = true},
     .through = "dot -Tsvg",
     .finish = svg_finish,
     .emit = {[REPORT_FLAME] = svg_flame, [REPORT_GRAPH] = dot_graph}},
    {.name = "weblist",
     .extension = "html",
     .mime = "text/html; charset=utf-8",
     .binary = true,
     .emit = {[REPORT_WEBLIST] = html_weblist}},
    {.name = NULL},
};

// What all formats that write tables have.
static emit *const table_emits[N_REPORTS] = {
    [REPORT_COMMENTS] = table_comments, [REPORT_DISASM] = table_disasm,
    [REPORT_HINTS] = table_hints,       [REPORT_LEAKS] = table_leaks,
    [REPORT_LIST] = table_list,         [REPORT_MEMSTATS] = table_memstats,
    [REPORT_TAGS] = table_tags,         [REPORT_TOP] = table_top,
    [REPORT_TRACES] = table_traces,     [REPORT_TREE] = table_tree,
    [REPORT_TREND] = table_trend,       [REPORT_WEBLIST] = table_weblist,
};

const struct format *format_find(const char *name)
{
    for (const struct format *f = formats; f->name; f++)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

static emit *emit_of(const struct format *f, enum report_kind kind)
{
    return f->emit[kind] || !f->table ? f->emit[kind] : table_emits[kind];
}

bool format_has(const struct format *f, enum report_kind kind)
{
    return emit_of(f, kind) != NULL;
}

// Gives text to a program named with its arguments.
static int pass_through(const struct report *r, const char *program, struct span text,
                        struct buf *made, struct err *err)
{
    struct arena *arena = r->arena;
    VEC(char *) argv = {0};
    struct span rest = span_of(program), word;
    bool missing;
    while (span_cut(&rest, ' ', &word))
        *vec_push(arena, &argv) = arena_cstr(arena, word);
    *vec_push(arena, &argv) = NULL;
    if (process_filter(argv.at, text, made, &missing, r->job, err) == 0)
        return 0;
    if (missing)
        err_set(err, "Graphviz's 'dot' is not installed; on Debian: apt-get install graphviz");
    return -1;
}

int format_write(const struct document *d, struct sink *out, struct err *err)
{
    const struct format *f = d->format;
    struct buf text = {0}, made = {0};
    if (!f->through || d->kind != REPORT_GRAPH) {
        emit_of(f, d->kind)(d, out);
        return 0;
    }
    struct sink *graph = sink_to_buf(&text);
    emit_of(f, d->kind)(d, graph);
    int status = sink_finish(graph, err);
    if (status == 0)
        status = pass_through(d->report, f->through, buf_span(&text), &made, err);
    if (status == 0 && f->finish)
        f->finish(buf_span(&made), out);
    else if (status == 0)
        sink_write(out, buf_span(&made));
    buf_release(&text);
    buf_release(&made);
    return status;
}
