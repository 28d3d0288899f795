// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_GATES_H
#define CPROF_APP_GATES_H

#include "app/view.h"

// The gates that a config has: of fail_if and of the file policy.

// Whether they can be read and go together with the config's base. -1 with *err filled where not;
// of the first, what a file says is left out.
int gates_check_flags(const struct config *c, struct err *err);
int gates_check(const struct loaded *l, const struct config *c, const struct job *job,
                struct err *err);

// Reads the config's policy, where there is one, into a profile that nobody else has yet.
int gates_read_policy(struct loaded *l, const struct config *c, const struct job *job,
                      struct err *err);

// The command gates are judged under: untrimmed, sides kept.
extern const struct command_def gates_command;

// Builds the view, which has what is common to all reports, and judges it: its memory has the
// results. 0, or -1 with *err filled; *v is to be released either way.
int gates_judge_view(struct view *v, const struct loaded *l, const struct request *request,
                     struct gate_results *results, struct err *err);

// Tells of gates that fired or would have but for noise; of all where that is asked for.
void gates_note(struct view *v, const struct gate_results *results, bool all);

#endif
