// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FORMAT_JSON_H
#define CPROF_FORMAT_JSON_H

#include "format/table.h"

// For reports whose JSON is not a table of rows.

// Writes the head that all reports have, as an object that is left open after a member.
void json_begin_head(struct table *t);

// A string, with its quotes.
void json_put_string(struct sink *out, struct span text);

#endif
