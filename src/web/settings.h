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

// Adds or replaces what has the name. -1 with *err filled, and the file as it was.
int settings_save(struct span name, const struct config *config, struct err *err);

// Takes it away. -1 with *err filled where there is none.
int settings_delete(struct span name, struct err *err);

// Adds all of them as JSON, [{"name": "…", "query": "f=main&n=10"}]; a file that cannot be read has
// none.
void settings_add_json(struct buf *out);

#endif
