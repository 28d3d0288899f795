// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_READ_GOQUOTE_H
#define CPROF_PROFILE_READ_GOQUOTE_H

#include "profile/builder.h"

// Labels as Go prints them: {"key":"value", other: plain}, quoted as by strconv.Quote, or bare.
// Adds them to the builder's next sample and takes them off *s, up to the brace. Takes what it can:
// false where they do not end as they should.
bool goquote_take_labels(struct builder *b, struct span *s);

#endif
