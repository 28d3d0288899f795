// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_LISTING_H
#define CPROF_APP_LISTING_H

#include "base/buf.h"

// The page that Go's net/http/pprof has at /debug/pprof/, as text: a line for each profile, with
// how many entries it has and how to take it. Nothing is added where the page is another one.
// base is the page's own URL, as it may be shown.
void listing_add(struct span page, struct span base, struct buf *out);

#endif
