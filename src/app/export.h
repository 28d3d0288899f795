// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_EXPORT_H
#define CPROF_APP_EXPORT_H

#include "app/app.h"
#include "sink/sink.h"

enum { EXPORT_MAX = 1500000 };

// Writes the browser's page with the data in it: one file of at most EXPORT_MAX bytes that needs no
// server and no network. It has the flame graph and the table of functions of every sample type, as
// the config filters them; what is too small to be seen is folded into its callers, more of it
// where the file would become too large.
int app_export(const struct loaded *l, const struct config *config, const struct job *job,
               struct sink *out, struct err *err);

#endif
