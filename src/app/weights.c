// SPDX-License-Identifier: Apache-2.0
#include "app/view.h"
#include "format/format.h"

static const int64_t *sum_types(const struct profile *p, struct arena *arena)
{
    int64_t *totals = arena_zalloc(arena, p->n_sample_types, sizeof *totals);
    for (uint32_t i = 0; i < p->n_samples; i++)
        for (uint32_t type = 0; type < p->n_sample_types; type++)
            totals[type] += sample_values(p, &p->samples[i])[type];
    return totals;
}

static void weigh(struct view *v, struct arena *arena, struct app_weights *out)
{
    struct report *r = &v->report;
    struct top top = report_top(r);
    struct app_entry *entries = arena_alloc(arena, top.n_rows * sizeof *entries);
    for (uint32_t i = 0; i < top.n_rows; i++)
        entries[i] = (struct app_entry){arena_span(arena, top.rows[i].name), top.rows[i].flat,
                                        top.rows[i].cum};
    struct span wanted = r->options.output_unit;
    *out = (struct app_weights){
        .entries = entries,
        .n = top.n_rows,
        .totals = sum_types(&v->profile, arena),
        .type = r->options.value_index,
        .unit = arena_span(arena, r->options.unit),
        .shown_unit = span_eq(wanted, SPAN("minimum")) ? SPAN("auto") : arena_span(arena, wanted),
        .ratio = r->options.ratio,
    };
}

int app_weights(const struct loaded *l, const struct config *config, bool trimmed,
                const struct job *job, struct arena *arena, struct app_weights *out,
                struct err *err)
{
    struct config own;
    struct view v;
    config_copy(&own, config);
    own.trim = trimmed && config->trim;
    own.format = 0;
    struct request request = {
        .command = command_find(SPAN("top")), .config = &own, .job = job, .quiet = true};
    int status = view_build(&v, l, &request, err);
    if (status == 0)
        weigh(&v, arena, out);
    view_release(&v);
    config_release(&own);
    return status;
}

void app_print_value(const struct app_weights *w, int64_t value, struct buf *out)
{
    struct value_format format = {unit_conv_of(w->unit, w->shown_unit), w->ratio};
    char text[UNIT_LABEL_MAX];
    buf_add(out, (struct span){text, value_print(text, &format, value)});
}
