// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_HISTORY_H
#define CPROF_CLI_HISTORY_H

// The lines of earlier sessions, in $XDG_STATE_HOME/cprof/history or ~/.local/state/cprof/history,
// which only the user can read. Sessions that run at the same time add to it by turns.

enum { HISTORY_LINES = 1000 };

// The file's name, owned, its directory made; NULL where there is no place for it.
char *history_path(void);

// Calls add for each line, the oldest first.
void history_load(const char *path, void (*add)(void *context, const char *line), void *context);

// Adds a line; the oldest go where there are too many.
void history_append(const char *path, const char *line);

#endif
