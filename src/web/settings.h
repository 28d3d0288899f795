// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_WEB_SETTINGS_H
#define CPROF_WEB_SETTINGS_H

#include "app/config.h"
#include "base/buf.h"
#include "base/err.h"

// Named sets of options, in the file that google/pprof keeps them in, too:
// $XDG_CONFIG_HOME/pprof/settings.json or ~/.config/pprof/settings.json,
// {"configs": [{"name": "…", "focus": "…", …}]}. A field that is absent is false, 0 or empty.
// Fields that are not known here stay. The file is written whole, and one writer at a time.

// The page opens with what has this name, and with the view that is kept beside its options as
// "view", which google/pprof does not know.
#define SETTINGS_DEFAULT SPAN("Default")

// Adds or replaces what has the name. The view is one's name, or empty. -1 with *err filled, and
// the file as it was.
int settings_save(struct span name, struct span view, const struct config *config, struct err *err);

// Takes it away. -1 with *err filled where there is none.
int settings_delete(struct span name, struct err *err);

// The view and the query that the page opens with; both empty where nothing is saved for that.
void settings_default(struct buf *view, struct buf *query);

// Adds all of them as JSON, [{"name": "…", "query": "f=main&n=10", "view": "top"}]; a file that
// cannot be read has none.
void settings_add_json(struct buf *out);

#endif
