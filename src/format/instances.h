// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FORMAT_INSTANCES_H
#define CPROF_FORMAT_INSTANCES_H

#include "format/formats.h"

// What leaks says of many instances at one moment, in place of a series.

struct instances;

void text_instances(const struct document *d, const struct instances *in, struct sink *out);
void table_instances(const struct document *d, const struct instances *in, struct sink *out);

#endif
