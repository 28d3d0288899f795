// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_VIEW_H
#define CPROF_APP_VIEW_H

#include "app/loaded.h"
#include "base/regex.h"
#include "profile/tag.h"
#include "report/report.h"

// What one request sees of a loaded profile: the samples and frames that its filters leave, and the
// options that its report has to obey. The loaded profile stays as it is.
struct view {
    const struct loaded *loaded;
    const struct request *request;
    struct wants wants;    // of the request's command
    struct arena arena;    // of all that the view and the report take
    struct strtab strings; // on top of the loaded profile's
    struct profile profile;
    struct tag_units units;
    struct regex *regex; // the request's, or NULL
    bool is_text;        // which is taken as plain text
    struct memo memo;
    struct report report;   // ready to be built: options, total and filters are set
    struct span shown_unit; // of the report that was written: see struct outcome
};

// All that goes before a report, in its order: frames of tags, options, filters, the total. Remarks
// go to the request's job. 0, or -1 with *err filled; *v is to be released either way.
int view_build(struct view *v, const struct loaded *l, const struct request *request,
               struct err *err);
void view_release(struct view *v);

// Tells the request's job, unless the request is quiet.
void view_note(const struct view *v, const char *line);

// Applies the config's filters; and lists them for the report's header. For view_build.
int view_filter(struct view *v, struct err *err);
void view_list_filters(struct view *v);

// Takes the request's expression as plain text from here on, and notes why. -1 where no function's
// name has that.
int view_take_as_text(struct view *v, const char *why);

// Works out the request's report and writes it. 0, or -1 with *err filled.
int view_write(struct view *v, struct sink *out, struct err *err);

#endif
