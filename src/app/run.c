// SPDX-License-Identifier: Apache-2.0
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

static int run(struct query *q, struct sink *out, struct err *err)
{
    bool relative = q->request->config->relative_percentages;
    note_mixed_units(q);
    add_tag_nodes(q);
    query_list_filters(q);
    if ((relative && query_filter(q, err)) || query_report(q, err) ||
        (!relative && query_filter(q, err)))
        return -1;
    return q->request->command->emit(q, out, err);
}

int app_run(struct session *s, const struct request *request, struct sink *out, struct err *err)
{
    struct query q;
    int status = 0;
    query_begin(&q, s, request);
    if (request->command->wants_regex) {
        q.regex = regex_new(span_of(request->regex), err);
        status = q.regex ? 0 : -1;
    }
    if (status == 0)
        status = run(&q, out, err);
    query_end(&q);
    return status;
}
