// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "app/view.h"

#include "app/prepare.h"
#include "format/formats.h"
#include "input/srcfile.h"

static const struct text_file *find_source(void *context, struct span name, struct err *err)
{
    return srcfiles_find(context, name, err);
}

static struct flame_options flame_options_of(const struct view *v, const struct sink *out)
{
    const struct config *c = v->request->config;
    const struct sink_style *style = sink_style(out);
    int64_t width = style->columns ? (int64_t)style->columns : v->wants.width;
    return (struct flame_options){
        .width = c->width > 0 ? c->width : width,
        .depth = c->depth,
        .flipped = c->flipped,
        .whole_path = v->wants.whole_path,
        .root = span_of(c->zoom),
        .pivot = span_of(c->pivot),
        .own = span_of(c->own),
    };
}

static struct span tools_of(const struct config *c)
{
    const char *tools = *c->tools ? c->tools : getenv("PPROF_TOOLS");
    return tools ? span_of(tools) : SPAN("");
}

static struct subject subject_of(struct view *v, struct srcfiles *sources)
{
    const struct request *request = v->request;
    str_id bytes = v->units.bytes;
    return (struct subject){
        .command = request->command->name,
        .pattern = v->regex ? request->regex : NULL,
        .regex = v->regex,
        .files = {find_source, sources},
        .objdump = {tools_of(request->config), request->config->intel_syntax,
                    request->fenced && !prepare_reads_binaries(request->config->symbolize)},
        .tags = v->wants.tags,
        .context = request->context,
        .tag_source = {.number_unit = tag_unit(&v->profile, &v->units, bytes),
                       .output_unit = v->report.options.output_unit},
    };
}

// What a report shows its values in; reports that have no unit for all pick one for each.
static struct span unit_of(const struct document *d)
{
    struct span asked = d->report->options.output_unit;
    struct span unit = d->kind == REPORT_TOP     ? d->data.top->shown.unit
                       : d->kind == REPORT_TREE  ? d->data.tree->graph.shown.unit
                       : d->kind == REPORT_FLAME ? d->data.flame->shown.unit
                       : d->kind == REPORT_GRAPH ? d->data.graph->shown.unit
                                                 : asked;
    return span_eq(unit, SPAN("minimum")) ? SPAN("auto") : unit;
}

// Names hold signs that mean something in an expression: one that finds nothing may be a name.
static int build(struct view *v, struct subject *subject, union report_data *data, struct err *err)
{
    const struct report_def *def = &report_defs[v->request->command->report];
    struct err again;
    int status = def->build ? def->build(&v->report, subject, data, err) : 0;
    if (status == 0 || !v->regex || v->is_text || regex_has_matched(v->regex) ||
        regex_check(v->regex, &again) || view_take_as_text(v, "matches nothing"))
        return status;
    subject->regex = v->regex;
    return def->build(&v->report, subject, data, err);
}

static int build_and_write(struct view *v, struct subject *subject, struct sink *out,
                           struct err *err)
{
    const struct request *request = v->request;
    const struct loaded *l = v->loaded;
    const struct report_def *def = &report_defs[request->command->report];
    struct document d = {.report = &v->report,
                         .kind = request->command->report,
                         .subject = subject,
                         .sources = l->sources.at,
                         .n_sources = l->sources.n,
                         .bases = l->bases.at,
                         .n_bases = l->bases.n,
                         .n_skipped = l->n_skipped,
                         .format = command_format(request->command, request->config),
                         .rows = request->rows};
    if (build(v, subject, &d.data, err))
        return -1;
    // A terminal shows the report itself.
    job_step(request->job, request->show || sink_style(out)->visible ? NULL : "writing");
    int status =
        request->show ? request->show(request->show_context, &d, err) : format_write(&d, out, err);
    v->shown_unit = arena_span(&v->arena, unit_of(&d));
    if (def->release)
        def->release(&d.data);
    job_step(request->job, NULL);
    return status;
}

int view_write(struct view *v, struct sink *out, struct err *err)
{
    const struct config *c = v->request->config;
    job_step(v->request->job, "adding up");
    struct srcfiles *sources =
        srcfiles_new(&v->arena, span_of(c->source_path), span_of(c->trim_path));
    if (v->request->fenced)
        srcfiles_fence(sources);
    struct subject subject = subject_of(v, sources);
    subject.flame = flame_options_of(v, out);
    subject.own = *c->own ? regex_new(span_of(c->own), err) : NULL;
    int status = *c->own && !subject.own ? -1 : build_and_write(v, &subject, out, err);
    regex_free(subject.own);
    const char *searched = srcfiles_searched(sources);
    if (status == 0 && searched && v->wants.needs_source)
        view_note(v, searched);
    srcfiles_release(sources);
    return status;
}
