// SPDX-License-Identifier: Apache-2.0
#include "app/gates.h"
#include "app/query.h"

#include <stdio.h>

#include "base/num.h"

static void note_mixed_units(struct query *q)
{
    for (str_id key = 0; key < q->units.count; key++)
        if (q->units.mixed[key])
            query_note(q, arena_printf(&q->arena,
                                       "tag " SPAN_FMT ": several units, all are taken "
                                       "for " SPAN_FMT,
                                       SPAN_ARG(profile_str(&q->profile, key)),
                                       SPAN_ARG(tag_unit(&q->profile, &q->units, key))));
}

static void add_tag_nodes(struct query *q)
{
    const struct config *c = q->request->config;
    struct tag_frames_found found = add_tag_frames(
        &q->profile, span_of(c->tagroot), span_of(c->tagleaf), span_of(c->unit), &q->arena);
    if (*c->tagroot && !found.root)
        query_note(q, "tagroot matched no samples");
    if (*c->tagleaf && !found.leaf)
        query_note(q, "tagleaf matched no samples");
}

int query_prepare(struct query *q, struct err *err)
{
    bool relative = q->request->config->relative_percentages;
    note_mixed_units(q);
    add_tag_nodes(q);
    query_list_filters(q);
    if ((relative && query_filter(q, err)) || query_report(q, err) ||
        (!relative && query_filter(q, err)))
        return -1;
    return 0;
}

// Percentages may be of what the filters leave, but the whole stays the whole.
static void tell_weights(const struct query *q, struct outcome *outcome)
{
    const struct report_options *o = &q->report.options;
    bool relative = q->request->config->relative_percentages;
    struct span unit = span_eq(o->output_unit, SPAN("minimum")) ? SPAN("auto") : o->output_unit;
    int64_t whole =
        relative ? report_total(&q->loaded->profile, o->value_index, o->mean) : q->report.total;
    outcome->total = i64_scaled(whole, o->ratio);
    outcome->left = i64_scaled(report_total(&q->profile, o->value_index, o->mean), o->ratio);
    snprintf(outcome->unit, sizeof outcome->unit, SPAN_FMT, SPAN_ARG(unit));
}

static int run(struct query *q, const struct loaded *l, const struct request *request,
               const struct gate_results *gates, struct sink *out, struct outcome *outcome,
               struct err *err)
{
    query_begin(q, l, request);
    q->report.gates = gates;
    if (request->command->argument == ARGUMENT_REGEX) {
        q->regex = regex_new(span_of(request->regex), err);
        if (!q->regex)
            return -1;
    }
    if (query_prepare(q, err) || query_emit(q, out, err))
        return -1;
    tell_weights(q, outcome);
    return 0;
}

// Judges the config's gates, and where there is a report, writes that.
static int judge_and_run(const struct loaded *l, const struct request *request, struct sink *out,
                         struct outcome *outcome, struct err *err)
{
    struct query judgement, q;
    struct gate_results results;
    struct request judging = *request;
    judging.command = &gates_command;
    judging.quiet |= request->command != NULL;
    int status = gates_begin(&judgement, l, &judging, &results, err);
    if (status == 0 && request->command) {
        status = run(&q, l, request, &results, out, outcome, err);
        query_end(&q);
    }
    if (status == 0 && !job_stopped(request->job)) {
        gates_note(&judgement, &results, !request->command);
        outcome->gates_fired = results.n_fired;
    }
    query_end(&judgement);
    return status;
}

static int run_report(const struct loaded *l, const struct request *request, struct sink *out,
                      struct outcome *outcome, struct err *err)
{
    struct query q;
    int status = run(&q, l, request, NULL, out, outcome, err);
    query_end(&q);
    return status;
}

int app_run(const struct loaded *l, const struct request *request, struct sink *sink,
            struct outcome *outcome, struct err *err)
{
    const struct command_def *command = request->command;
    int status = 0;
    *outcome = (struct outcome){0};
    if (sink)
        sink_set_job(sink, request->job);
    if (command)
        status = command_check_format(command, request->config, err);
    if (status == 0 && (!command || app_has_gates(request->config)))
        status = judge_and_run(l, request, sink, outcome, err);
    else if (status == 0)
        status = run_report(l, request, sink, outcome, err);
    outcome->stopped = job_stopped(request->job);
    return status;
}
