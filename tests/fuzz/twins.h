// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FUZZ_TWINS_H
#define CPROF_FUZZ_TWINS_H

#include <stdbool.h>

#include "base/span.h"

// Whether the messages that are decoded by hand are what protobuf-c makes of the same bytes: the
// same verdict, the same entries. Where they are not, says so on standard error.
enum twin { TWIN_SAMPLE, TWIN_SAMPLE_PACKED, TWIN_LOCATION, TWIN_FUNCTION, TWINS };

bool twins_agree(enum twin twin, struct span bytes);

#endif
