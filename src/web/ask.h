// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_WEB_ASK_H
#define CPROF_WEB_ASK_H

#include "app/app.h"
#include "web/url.h"

// What a request asks for, worked out from its method and target alone.

enum ask_kind {
    ASK_PAGE,     // a view: the same page for all
    ASK_STYLE,    // of the page
    ASK_SCRIPT,   // of the page
    ASK_BOOT,     // what the page has to know before it draws
    ASK_PROGRESS, // of loading
    ASK_REPORT,
    ASK_SEARCH,
    ASK_EXPORT,
    ASK_SAVE,   // the options under a name
    ASK_DELETE, // them
    ASK_AWAY,   // to another address
    ASK_WRONG,  // status and err say how
};

struct ask {
    enum ask_kind kind;
    unsigned status; // of what is away or wrong
    struct web_url url;
    const char *view;    // of a page
    struct buf location; // of what is away
    struct config config;
    struct request request; // of a report; its config is the one above
    const struct format *format;
    bool has_config;   // the config is set
    bool home;         // it is away to where the page opens
    bool whole;        // the profile itself, whatever is looked at
    struct span words; // of a search, or the name of what is saved
    struct err err;
    struct arena arena;
};

// Always leaves something to be released. The base is what the parameters are put over. A request
// that the method is not made for is ASK_WRONG with 405.
void ask_parse(struct ask *ask, struct span method, struct span target, const struct config *base);
void ask_release(struct ask *ask);

// Whether the profile is needed for an answer.
bool ask_needs_profile(const struct ask *ask);

// Whether there is a view of this name.
bool ask_is_view(struct span name);

// Puts parameters over a config: those of options that may stand in a URL and are not empty; others
// are passed over. -1 with *err filled where a value does not fit.
int ask_options(struct config *config, const struct web_url *url, struct err *err);

#endif
