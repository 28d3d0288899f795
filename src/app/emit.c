// SPDX-License-Identifier: Apache-2.0
#include "app/query.h"

#include "format/format.h"

int emit_top(struct query *q, struct sink *out, struct err *err)
{
    (void)err;
    struct top top = report_top(&q->report);
    format_text_top(&q->report, &top, out);
    return 0;
}
