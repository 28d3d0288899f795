// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_ENCODE_H
#define CPROF_PROFILE_ENCODE_H

#include "profile/profile.h"

// Where encoded bytes go, in order.
typedef void (*encode_put)(void *context, struct span bytes);

// Writes the profile as protobuf (proto/profile.proto), not compressed, its values multiplied by
// ratio (fractions are cut off). The same profile gives the same bytes.
void profile_encode(const struct profile *p, double ratio, encode_put put, void *context);

#endif
