// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_QUERY_H
#define CPROF_APP_QUERY_H

#include "app/app.h"
#include "base/regex.h"
#include "report/report.h"

// One report in the making.
struct query {
    struct session *session;
    const struct request *request;
    struct arena arena;     // of all that the query takes
    struct profile profile; // the view: the session's profile as the filters leave it
    struct regex *regex;    // the request's, or NULL
    struct report report;
};

int emit_top(struct query *q, struct sink *out, struct err *err);

#endif
