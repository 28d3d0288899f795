// SPDX-License-Identifier: Apache-2.0
#include "app/query.h"

#include "format/format.h"

static void add_labels(struct query *q, struct buf *out)
{
    label_lines lines = format_profile_labels(&q->report);
    for (size_t i = 0; i < lines.n; i++)
        buf_printf(out, SPAN_FMT "\n", SPAN_ARG(lines.at[i]));
}

int app_describe(struct session *s, const struct config *config, struct buf *out, struct err *err)
{
    struct request request = {.config = config, .command = command_find(SPAN("top"))};
    struct query q;
    query_begin(&q, s, &request);
    int status = query_report(&q, err);
    if (status == 0) {
        add_labels(&q, out);
        if (q.report.total == 0 && q.profile.n_sample_types > 1)
            buf_add(out,
                    SPAN("There are no samples of this type; sample_index chooses another.\n"));
    }
    query_end(&q);
    return status;
}

int app_share(struct session *s, const struct config *config, struct buf *out, struct err *err)
{
    struct request request = {.config = config, .command = command_find(SPAN("top"))};
    struct query q;
    query_begin(&q, s, &request);
    int status = query_report(&q, err) || query_filter(&q, err) ? -1 : 0;
    if (status == 0) {
        const struct report_options *o = &q.report.options;
        int64_t left = report_total(&q.profile, o->value_index, o->mean);
        struct value_format values = value_format_of(&q.report);
        char text[UNIT_LABEL_MAX], percent[PERCENT_MAX];
        size_t n = value_print(text, &values, left);
        size_t m = unit_percent(percent, left, q.report.total);
        struct span share = {percent, m};
        while (share.n && share.at[0] == ' ')
            share = span_from(share, 1);
        buf_printf(out, "%.*s, " SPAN_FMT " of ", (int)n, text, SPAN_ARG(share));
        n = value_print(text, &values, q.report.total);
        buf_printf(out, "%.*s left", (int)n, text);
    }
    query_end(&q);
    return status;
}

struct app_names app_function_names(struct session *s, struct arena *arena)
{
    struct config config;
    struct request request = {.config = &config, .command = command_find(SPAN("top"))};
    struct query q;
    struct err err;
    VEC(struct span) names = {0};
    config_init(&config);
    config.trim = false;
    config.sort = SORT_CUM;
    query_begin(&q, s, &request);
    if (query_report(&q, &err) == 0) {
        struct top top = report_top(&q.report);
        for (uint32_t i = 0; i < top.n_rows; i++)
            *vec_push(arena, &names) = arena_span(arena, top.rows[i].name);
    }
    query_end(&q);
    config_release(&config);
    return (struct app_names){names.at, names.n};
}
