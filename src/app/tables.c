// SPDX-License-Identifier: Apache-2.0
#include "app/query.h"

#include "format/table.h"

bool query_table(struct query *q, const struct shown *shown, struct sink *out, struct table *t)
{
    static const struct table_format *const formats[] = {[FORMAT_JSON] = &table_json,
                                                         [FORMAT_CSV] = &table_csv,
                                                         [FORMAT_MARKDOWN] = &table_markdown};
    const struct config *c = q->request->config;
    const struct session *s = q->session;
    const struct profile *p = &q->profile;
    if (c->format == FORMAT_TEXT)
        return false;
    struct table_facts *facts = arena_zalloc(&q->arena, 1, sizeof *facts);
    *facts = (struct table_facts){.report = q->request->command->name,
                                  .pattern = q->regex ? q->request->regex : NULL,
                                  .sources = s->sources.at,
                                  .n_sources = s->sources.n,
                                  .bases = s->bases.at,
                                  .n_bases = s->bases.n,
                                  .sided = report_has_sides(&q->report),
                                  .shown = shown};
    if (facts->sided) {
        facts->before = report_side_total(&q->report, p->before);
        facts->after = report_side_total(&q->report, p->after);
    }
    *t = (struct table){.r = &q->report, .facts = facts, .format = formats[c->format], .out = out};
    return true;
}
