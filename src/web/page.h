// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_WEB_PAGE_H
#define CPROF_WEB_PAGE_H

#include "web/answer.h"

// The page as it is served, and what it has to know before it draws.

// An error, or NULL, stands where the view will be.
void page_add(struct buf *out, const struct web_facts *facts, const char *error);
void page_add_boot(struct buf *out, const struct web_facts *facts);

// A text as JSON that can stand in HTML, too.
void page_add_string(struct buf *out, struct span text);

#endif
