// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_WATCHSCREEN_H
#define CPROF_CLI_WATCHSCREEN_H

#include "cli/watch.h"

// The picture of a watched report in a terminal, and the keys that it obeys. As watch_run, but a
// signal that ended it is still to be passed on.
int watchscreen_run(const struct watch *w);

#endif
