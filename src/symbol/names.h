// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_NAMES_H
#define CPROF_SYMBOL_NAMES_H

#include "base/job.h"
#include "profile/profile.h"
#include "symbol/demangle.h"

// Gives the functions of a profile the names that reports show: what a mangled name stands for, and
// a C++ name that is written out without its arguments. A function that has another name than its
// system name was named by whoever wrote the profile and stays, unless force is set. Names of other
// languages stay as they are.
// Rules: demangleSingleFunction of google/pprof's internal/symbolizer, which takes other languages
// for C++ now and then.
void names_make_plain(struct profile *p, enum demangle_style style, bool force,
                      const struct job *job);

#endif
