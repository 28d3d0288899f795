// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_SHELLREPORT_H
#define CPROF_CLI_SHELLREPORT_H

#include "cli/shell.h"
#include "cli/shellwords.h"

// Runs a line that names a report: top10 json -runtime -cum > file, tree | grep json.
int shell_report(struct shell *sh, const word_list *words, struct span line, struct err *err);

// The same again and again, so many nanoseconds apart: see watch.h.
int shell_watch(struct shell *sh, int64_t interval, const word_list *words, struct span line,
                struct err *err);

#endif
