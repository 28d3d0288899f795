// SPDX-License-Identifier: Apache-2.0
#include "app/gates.h"
#include "app/query.h"

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

static int run(struct query *q, struct session *s, const struct request *request,
               const struct gate_results *gates, struct sink *out, struct err *err)
{
    query_begin(q, s, request);
    q->report.gates = gates;
    if (request->command->argument == ARGUMENT_REGEX) {
        q->regex = regex_new(span_of(request->regex), err);
        if (!q->regex)
            return -1;
    }
    return query_prepare(q, err) ? -1 : query_emit(q, out, err);
}

// Judges the config's gates, and where there is a request, writes its report.
static int judge_and_run(struct session *s, const struct config *config,
                         const struct request *request, struct sink *out, struct err *err)
{
    struct query judgement, q;
    struct gate_results results;
    struct request judging = {&gates_command, NULL, config};
    int status = gates_begin(&judgement, s, &judging, request != NULL, &results, err);
    if (status == 0 && request) {
        status = run(&q, s, request, &results, out, err);
        query_end(&q);
    }
    if (status == 0 && !job_stopped(s->job)) {
        gates_note(&judgement, &results, !request);
        s->gates_fired = results.n_fired;
    }
    query_end(&judgement);
    return status;
}

int app_judge(struct session *s, const struct config *config, struct err *err)
{
    return judge_and_run(s, config, NULL, NULL, err);
}

int app_run(struct session *s, const struct request *request, struct sink *out, struct err *err)
{
    struct query q;
    s->gates_fired = 0;
    sink_set_job(out, s->job);
    if (command_check_format(request->command, request->config, err))
        return -1;
    if (app_has_gates(request->config))
        return judge_and_run(s, request->config, request, out, err);
    int status = run(&q, s, request, NULL, out, err);
    query_end(&q);
    return status;
}
