// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_FLAMEVIEW_H
#define CPROF_CLI_FLAMEVIEW_H

#include "app/app.h"

// A flame graph that is alive: the whole terminal shows the request's, and keys and the mouse walk
// it, zoom, search, and change the request's options for as long as it is shown. Returns when that
// is left; -1 with *err filled where there is no terminal or no flame graph.
int flameview_run(const struct loaded *l, const struct request *request, struct err *err);

#endif
