// SPDX-License-Identifier: Apache-2.0
#include "app/view.h"
#include "base/num.h"
#include "graph/recall.h"

enum found { UNSEEN, NO_MATCH, MATCH };

struct search {
    struct view *v;
    struct regex *regex;
    struct node_table table;
    unsigned char *found; // enum found, by node
    struct arena *arena;  // of the names
    VEC(struct span) names;
    int64_t value, div; // sums
};

static bool node_matches(struct search *s, uint32_t node)
{
    if (s->found[node] == UNSEEN) {
        struct span name = node_name(&s->table, node);
        s->found[node] = regex_match(s->regex, name) ? MATCH : NO_MATCH;
        if (s->found[node] == MATCH)
            *vec_push(s->arena, &s->names) = arena_span(s->arena, name);
    }
    return s->found[node] == MATCH;
}

static bool sample_matches(struct search *s, const struct sample *sample)
{
    const struct node_table *t = &s->table;
    const uint32_t *frames = s->v->profile.frames + sample->frame;
    bool matches = false;
    for (uint32_t i = 0; i < sample->n_frames; i++)
        for (uint32_t j = t->first[frames[i]]; j < t->first[frames[i] + 1]; j++)
            matches |= node_matches(s, t->nodes[j]);
    return matches;
}

static void search(struct search *s)
{
    const struct report *r = &s->v->report;
    const struct profile *p = r->profile;
    struct arena *arena = &s->v->arena;
    recall_node_table(&s->table, p, &r->options.detail, r->job, r->memo, arena);
    s->found = arena_zalloc(arena, s->table.infos.n, 1);
    for (uint32_t i = 0; i < p->n_samples && !job_stopped(r->job); i++)
        if (sample_matches(s, &p->samples[i])) {
            const int64_t *values = sample_values(p, &p->samples[i]);
            s->value = i64_add(s->value, values[r->options.value_index]);
            s->div = i64_add(s->div, r->options.mean ? values[0] : 0);
        }
    if (s->div)
        s->value = i64_div(s->value, s->div);
    node_table_release(&s->table);
}

int app_search(const struct loaded *l, const struct request *request, struct span expression,
               struct arena *arena, struct app_matches *out, struct err *err)
{
    struct view v;
    struct search s = {.v = &v, .arena = arena, .regex = regex_new(expression, err)};
    if (!s.regex)
        return -1;
    int status = view_build(&v, l, request, err);
    if (status == 0) {
        search(&s);
        *out = (struct app_matches){.names = s.names.at,
                                    .n = s.names.n,
                                    .value = i64_scaled(s.value, v.report.options.ratio)};
    }
    view_release(&v);
    if (status == 0)
        status = regex_check(s.regex, err);
    regex_free(s.regex);
    return status;
}
