// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_QUERY_H
#define CPROF_APP_QUERY_H

#include "app/loaded.h"
#include "base/regex.h"
#include "profile/tag.h"
#include "report/report.h"

// One report in the making.
struct query {
    const struct loaded *loaded;
    const struct request *request;
    struct wants wants;     // of the request's command
    struct arena arena;     // of all that the query takes
    struct strtab strings;  // of the view, on top of the loaded profile's
    struct profile profile; // the view: the profile as the filters leave it
    struct tag_units units;
    struct regex *regex; // the request's, or NULL
    struct report report;
};

// A query of which nothing has happened yet, and its end.
void query_begin(struct query *q, const struct loaded *l, const struct request *request);
void query_end(struct query *q);

// Works out the report's options from the config, with the totals of the view as it is.
int query_report(struct query *q, struct err *err);

// All that goes before the report itself: tag frames, options and filters, in their order.
int query_prepare(struct query *q, struct err *err);

void query_note(const struct query *q, const char *line);

// Applies the config's filters to the view.
int query_filter(struct query *q, struct err *err);

// Lists them for the report's header.
void query_list_filters(struct query *q);

// Works out the request's report and writes it. 0, or -1 with *err filled.
int query_emit(struct query *q, struct sink *out, struct err *err);

#endif
