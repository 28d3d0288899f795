// SPDX-License-Identifier: Apache-2.0
#include "app/view.h"

#include "format/format.h"

static void add_labels(struct view *v, struct buf *out)
{
    label_lines lines = format_profile_labels(&v->report, NULL);
    for (size_t i = 0; i < lines.n; i++)
        buf_printf(out, SPAN_FMT "\n", SPAN_ARG(lines.at[i]));
}

int app_describe(const struct loaded *l, const struct config *config, const struct job *job,
                 struct buf *out, struct err *err)
{
    struct request request = {.config = config, .command = command_find(SPAN("top")), .job = job};
    struct view v;
    request.quiet = true;
    int status = view_build(&v, l, &request, err);
    if (status == 0) {
        add_labels(&v, out);
        if (v.report.total == 0 && v.profile.n_sample_types > 1)
            buf_add(out,
                    SPAN("There are no samples of this type; sample_index chooses another.\n"));
    }
    view_release(&v);
    return status;
}

int app_share(const struct loaded *l, const struct config *config, const struct job *job,
              struct buf *out, struct err *err)
{
    struct request request = {.config = config, .command = command_find(SPAN("top")), .job = job};
    struct view v;
    int status = view_build(&v, l, &request, err);
    if (status == 0) {
        const struct report_options *o = &v.report.options;
        int64_t left = report_total(&v.profile, o->value_index, o->mean, job);
        struct value_format values = value_format_of(&v.report, NULL);
        char text[UNIT_LABEL_MAX], percent[PERCENT_MAX];
        size_t n = value_print(text, &values, left);
        struct span share = unit_share(percent, left, v.report.total);
        buf_printf(out, "%.*s, " SPAN_FMT " of ", (int)n, text, SPAN_ARG(share));
        n = value_print(text, &values, v.report.total);
        buf_printf(out, "%.*s left", (int)n, text);
    }
    view_release(&v);
    return status;
}
