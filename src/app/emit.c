// SPDX-License-Identifier: Apache-2.0
#include "app/query.h"
#include "format/formats.h"
#include "input/srcfile.h"

static const struct text_file *find_source(void *context, struct span name, struct err *err)
{
    return srcfiles_find(context, name, err);
}

static struct flame_options flame_options_of(const struct query *q, const struct sink *out)
{
    const struct config *c = q->request->config;
    const struct sink_style *style = sink_style(out);
    int64_t width = style->columns ? (int64_t)style->columns : q->wants.width;
    return (struct flame_options){
        .width = c->width ? c->width : width,
        .depth = c->depth,
        .flipped = c->flipped,
        .root = span_of(c->zoom),
        .pivot = span_of(c->pivot),
        .own = span_of(c->own),
    };
}

static struct subject subject_of(struct query *q, struct srcfiles *sources)
{
    const struct request *request = q->request;
    str_id bytes = q->units.bytes;
    return (struct subject){
        .command = request->command->name,
        .pattern = q->regex ? request->regex : NULL,
        .regex = q->regex,
        .files = {find_source, sources},
        .tags = q->wants.tags,
        .tag_source = {.number_unit = tag_unit(&q->profile, &q->units, bytes),
                       .output_unit = q->report.options.output_unit},
    };
}

static int build_and_write(struct query *q, const struct subject *subject, struct sink *out,
                           struct err *err)
{
    const struct request *request = q->request;
    const struct loaded *l = q->loaded;
    const struct report_def *def = &report_defs[request->command->report];
    struct document d = {.report = &q->report,
                         .kind = request->command->report,
                         .subject = subject,
                         .sources = l->sources.at,
                         .n_sources = l->sources.n,
                         .bases = l->bases.at,
                         .n_bases = l->bases.n,
                         .format = command_format(request->command, request->config),
                         .rows = request->rows};
    if (def->build && def->build(&q->report, subject, &d.data, err))
        return -1;
    int status = format_write(&d, out, err);
    if (def->release)
        def->release(&d.data);
    return status;
}

int query_emit(struct query *q, struct sink *out, struct err *err)
{
    const struct config *c = q->request->config;
    struct srcfiles *sources =
        srcfiles_new(&q->arena, span_of(c->source_path), span_of(c->trim_path));
    if (q->request->fenced)
        srcfiles_fence(sources);
    struct subject subject = subject_of(q, sources);
    subject.flame = flame_options_of(q, out);
    int status = build_and_write(q, &subject, out, err);
    const char *searched = srcfiles_searched(sources);
    if (status == 0 && searched)
        query_note(q, searched);
    srcfiles_release(sources);
    return status;
}
