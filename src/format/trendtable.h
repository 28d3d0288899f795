// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FORMAT_TRENDTABLE_H
#define CPROF_FORMAT_TRENDTABLE_H

#include "format/table.h"
#include "report/trend.h"

// What tables on series have in common: a column for each number of an item, and the head.

enum { TREND_COLUMNS = 14 };

void trend_add_columns(struct table *t, const struct trend *trend);
void trend_fill_cells(const struct table *t, const struct trend *trend,
                      const struct trend_item *item, struct cell *cells);
void trend_add_facts(struct table *t, const struct trend *trend);

#endif
