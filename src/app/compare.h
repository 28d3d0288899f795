// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_COMPARE_H
#define CPROF_APP_COMPARE_H

#include "base/err.h"
#include "base/job.h"
#include "profile/profile.h"

struct comparing {
    bool mark;       // the base's samples, so that they stay apart: diff_base
    bool normalize;  // scales the profile to the base's totals first
    bool keep_sides; // see struct profile
    const struct job *job;
};

// Makes p the difference of itself and the base. The base is used up; so is p where -1 is returned
// with *err filled.
int compare_profiles(struct profile *p, struct profile *base, const struct comparing *how,
                     struct err *err);

#endif
