// SPDX-License-Identifier: Apache-2.0
#include "report/place.h"

struct weighed_place {
    const struct line *line;
    double weight;
};

typedef VEC(struct weighed_place) place_list;

static void add(place_list *places, struct arena *arena, const struct profile *p,
                const struct line *line, double weight)
{
    for (size_t i = 0; i < places->n; i++) {
        struct weighed_place *known = &places->at[i];
        if (known->line->line == line->line &&
            p->functions[known->line->function].filename == p->functions[line->function].filename) {
            known->weight += weight;
            return;
        }
    }
    *vec_push(arena, places) = (struct weighed_place){line, weight};
}

// The first line of a stack that is the node's; of the leaf alone unless cum is set. NULL: none.
static const struct line *find_line(const struct profile *p, const struct node_table *t,
                                    const struct sample *s, uint32_t node, bool cum)
{
    for (uint32_t i = 0; i < s->n_frames; i++) {
        uint32_t at = p->frames[s->frame + i];
        const struct location *loc = &p->locations[at];
        uint32_t n_nodes = t->first[at + 1] - t->first[at];
        // Where inlined calls count as their callers, the nodes are those of the last lines.
        for (uint32_t k = 0; k < n_nodes && k < loc->n_lines; k++) {
            if (t->nodes[t->first[at] + k] == node)
                return &p->lines[loc->line + loc->n_lines - n_nodes + k];
            if (!cum)
                return NULL;
        }
    }
    return NULL;
}

struct place place_of_node(const struct report *r, const struct node_table *t, uint32_t node,
                           uint32_t type, bool cum)
{
    const struct profile *p = r->profile;
    place_list places = {0};
    struct weighed_place most = {0};
    for (uint32_t i = 0; i < p->n_samples; i++) {
        const struct sample *s = &p->samples[i];
        const struct line *line = find_line(p, t, s, node, cum);
        if (line)
            add(&places, r->arena, p, line, (double)sample_values(p, s)[type]);
    }
    for (size_t i = 0; i < places.n; i++)
        if (!most.line || places.at[i].weight > most.weight)
            most = places.at[i];
    if (!most.line)
        return (struct place){SPAN(""), 0};
    return (struct place){profile_str(p, p->functions[most.line->function].filename),
                          most.line->line};
}
